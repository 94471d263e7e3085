"""Components that send while something moves: what their Python halves have in common."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import streamlit as st

from ae.imaging import to_base64, to_bytes

MAX_NUMBER = 2**53 - 1  # the largest integer that JavaScript counts to exactly


def register(name: str, folder: Path, stem: str, *scripts: str) -> Any:
    """Register the component whose sources are ``stem``.html, .css and .js in ``folder``.

    scripts : more files of that folder, put before its own script, as live.js is. Call it once
    in a process, at import: registering in every run would mount a new component each time.
    The script gets its data in a list of one: Streamlit looks whether values of a dict are data
    frames, which took an eighth of an update's time, and takes a list as it is.
    """
    html, css, js = (
        (folder / f"{stem}.{kind}").read_text(encoding="utf-8") for kind in ("html", "css", "js")
    )
    shared = [Path(__file__).with_name("base.js"), *(folder / script for script in scripts)]
    script = "\n".join([*(path.read_text(encoding="utf-8") for path in shared), js])
    component = st.components.v2.component(name, html=html, css=css, js=script)

    def mount(*, data: dict, **options: Any) -> Any:
        return component(data=[data], **options)

    return mount


def nothing() -> None:
    """A callback that declares a state of a component and leaves the rest to the run."""


def number_of(value: object) -> int | None:
    """The number of an update from a browser, or None unless it is a whole number from 1."""
    return value if type(value) is int and 1 <= value <= MAX_NUMBER else None


def encode(pixels: np.ndarray) -> str:
    """Values in [0, 1] of any shape, as the base64 of 8-bit numbers in C order."""
    return to_base64(to_bytes(pixels))
