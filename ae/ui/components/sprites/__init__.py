"""Sheets of many small pictures, sent to the browser once and shared by the components there.

A map of 10,000 digits is drawn before its pictures have arrived, and a change of the map sends
none of them again: hence they travel by themselves.
"""

from __future__ import annotations

from pathlib import Path

from ae.ui.components import base

COLUMNS = 100  # digits in a row of a sheet


def send_sheet(key: str, name: str, png: bytes) -> None:
    """Give the browser a sheet of pictures for as long as the page calls this with its key.

    Nothing is shown.

    Parameters
    ----------
    key : the place of the component in `st.session_state`.
    name : by which a component on the page asks for the sheet. Another sheet needs another name.
    png : the file, as `ae.imaging` makes it, ``COLUMNS`` digits in a row.
    """
    _component(key=key, data=base.named(name, png))


_component = base.register(Path(__file__).parent, "../networks.js", "../provider.js")
