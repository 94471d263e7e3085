"""What the Python halves of all components have in common."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import streamlit as st
from streamlit.components import v2

from ae.imaging import to_base64, to_bytes
from ae.system.files import REPOSITORY

# What the page of a model, as `python -m ae export` writes it, has too.
SHARED_SCRIPTS = (REPOSITORY / "ae" / "imaging.js", REPOSITORY / "ae" / "analysis" / "metrics.js")
NAME_LENGTH = 48  # of what provider.js gives
MAX_NUMBER = 2**53 - 1  # the largest integer that JavaScript counts to exactly


class Mount(Protocol):
    """Show a component with ``data`` in the place ``key``.

    ``on_<name>_change`` declares a state that the browser may set, and is called when it does.
    """

    def __call__(
        self, *, key: str, data: dict[str, Any] | bytes, **on_change: Callable[[], object]
    ) -> Any:
        """Show it."""


def register(folder: Path, *scripts: str) -> Mount:
    """Register the component that is named like its folder.

    Call it once in a process, at import: registering in every run would mount a new component
    each time.

    Parameters
    ----------
    folder : holds ``<name>.html``, ``.css`` and ``.js``.
    scripts : paths from the folder of further scripts that the component's own one uses.

    Returns
    -------
    What mounts it. The script gets bytes as they are, and a dict in a list of one: Streamlit looks
    whether values of a dict are data frames, which takes time, and takes a list as it is.
    """
    html, css, script = sources(folder, *scripts)
    component = v2.component(f"ae.{folder.name}", html=html, css=css, js=script)

    def mount(*, key: str, data: dict[str, Any] | bytes, **on_change: Callable[[], object]) -> Any:
        options: dict[str, Any] = dict(on_change)  # by their names, Streamlit tells them apart
        return component(key=key, data=data if isinstance(data, bytes) else [data], **options)

    return mount


def sources(folder: Path, *scripts: str) -> tuple[str, str, str]:
    """Return HTML, CSS and JavaScript of a component: the shared parts, then its own."""
    own, shared = folder / folder.name, Path(__file__).parent / "base"

    def text(*paths: Path) -> str:
        return "\n".join(path.read_text(encoding="utf-8") for path in paths)

    return (
        text(own.with_suffix(".html")),
        text(shared.with_suffix(".css"), own.with_suffix(".css")),
        text(
            shared.with_suffix(".js"),
            *SHARED_SCRIPTS,
            *(folder / script for script in scripts),
            own.with_suffix(".js"),
        ),
    )


def nothing() -> None:
    """Do nothing: a callback that declares a state and leaves the rest to the run."""


def state_of(key: str, name: str) -> object:
    """Return what the browser has set as ``name`` in the component with this key, or None.

    It may be anything: whoever reads it checks it.
    """
    state = st.session_state.get(key)
    return state.get(name) if isinstance(state, Mapping) else None


def number_of(value: object) -> int | None:
    """Return the number of an update from a browser, or None unless it is an integer from 1."""
    return value if type(value) is int and 1 <= value <= MAX_NUMBER else None


def encode(pixels: np.ndarray) -> str:
    """Return the base64 of values in [0, 1], of any shape, as 8-bit numbers in C order."""
    return to_base64(to_bytes(pixels))


def named(name: str, content: bytes) -> bytes:
    """Return the data of a component that is made of ``provider.js``.

    Parameters
    ----------
    name : at most 48 ASCII characters, by which other components ask for the content.
    content : the bytes that the component's script reads.
    """
    return name.encode("ascii").ljust(NAME_LENGTH) + content


def encode_floats(values: np.ndarray) -> str:
    """Return the base64 of numbers, of any shape, as little-endian float32 in C order."""
    return to_base64(values.astype("<f4"))
