"""Sheets of many small pictures, sent to the browser once and shared by the components there.

A map of 10,000 digits is drawn before its pictures have arrived, and a change of the map sends
none of them again: hence they travel by themselves.
"""

from __future__ import annotations

from pathlib import Path

from ae.ui.components import base

COLUMNS = 100  # digits in a row of a sheet


def send_sheet(key: str, name: str, png: bytes) -> None:
    """Give the browser a sheet under a name, by which a component on the page asks for it.

    key : the place in `st.session_state`. png : as `ae.imaging.sheet` makes it. Nothing is shown.
    """
    _component(key=key, data={"name": name, "png": to_base64(png)})


_component = base.register("ae.sprites", Path(__file__).parent, "sprites")
