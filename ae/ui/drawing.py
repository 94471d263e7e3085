"""The person's own drawing, for every page that uses it."""

from __future__ import annotations

import contextlib
import secrets
from dataclasses import dataclass

import numpy as np
import streamlit as st

from ae.data.drawing import to_mnist_form
from ae.data.ink_text import pack_ink, unpack_ink
from ae.ui import cache, state
from ae.ui.components.drawing_pad import Ink, Load, read_ink

EXAMPLE = 2  # the class of the test digit that is shown where nothing has been drawn
_START = "start"  # nonce of that digit in a pad
_STEPS = (state.CROP, state.SCALE, state.CENTRE)


@dataclass(frozen=True)
class _Note:
    """Why a picture was not taken, and which ink was on the pad when that was said.

    Attributes
    ----------
    number : of the ink that the pad had sent last.
    due : nonce of a picture that the pad was given before, and whose ink it had not yet sent.
    """

    text: str
    number: int | None
    due: str | None

    def is_of(self, sent: Ink) -> bool:
        """Whether it is still about what came last."""
        return sent.number == self.number or (self.due is not None and sent.loaded == self.due)


ALL_STEPS = dict.fromkeys(_STEPS, True)  # on pages where none can be switched off


def keep(ink: np.ndarray) -> None:
    """Remember the ink on a pad, float32 (56, 56), for all pages of this session."""
    st.session_state[state.DRAWN] = ink


def forget() -> None:
    """Forget the ink: for a pad that is about to be emptied."""
    st.session_state.pop(state.DRAWN, None)


def ink(*, in_url: bool = True) -> np.ndarray | None:
    """The drawing of this session, or else of the link: float32 (56, 56), None without one.

    in_url : whether to put it into the URL, so that a copied link has it, too. Not on a page with
        a pad, where the URL would soon say something else than the pad: see ``restore_from_link``.
    """
    if state.DRAWN not in st.session_state and (text := st.query_params.get(state.INK)):
        with contextlib.suppress(ValueError):  # a link that was cut: the page works without it
            keep(unpack_ink(text))
            put_into_pad(unpack_ink(text))  # when a page with a pad is opened
    drawn = st.session_state.get(state.DRAWN)
    if drawn is None or not drawn.any():
        return None
    if in_url and st.query_params.get(state.INK) != (text := pack_ink(drawn)):
        st.query_params[state.INK] = text
    return drawn


def image(*, in_url: bool = True) -> np.ndarray | None:
    """The drawing as the network sees it, float32 (28, 28) in [0, 1], or None without one.

    in_url : as for ``ink``.
    """
    drawn = ink(in_url=in_url)
    return None if drawn is None else to_mnist_form(drawn).image.astype(np.float32)


def steps() -> dict[str, bool]:
    """Which preprocessing steps are switched on: arguments of ``to_mnist_form``."""
    # A switch that is not on the screen has its value in the URL alone.
    return {
        step: bool(st.session_state.get(step, st.query_params.get(step) != "false"))
        for step in _STEPS
    }


def put_into_pad(pixels: np.ndarray) -> None:
    """Have the pad, on whichever page it is shown next, load a picture.

    pixels : float array of shape (28, 28) or (56, 56), values in [0, 1].
    """
    st.session_state[state.PAD_LOAD] = Load(secrets.token_hex(8), pixels)


def example() -> np.ndarray:
    """The test digit to show where nothing has been drawn: float32 (28, 28). Raises DataError."""
    data = cache.mnist()
    return data.x_test[np.flatnonzero(data.y_test == EXAMPLE)[0]]


def load_for(ink: Ink | None, start: np.ndarray | None = None) -> Load | None:
    """The picture that was put into the pads last, unless the pad with this ink has it already.

    start : without such a picture, what a pad gets on which nothing was drawn, float32 (28, 28).
    """
    load = st.session_state.get(state.PAD_LOAD)
    if load is None and start is not None:
        load = Load(_START, start, is_start=True)
    return None if load is None or (ink is not None and ink.loaded == load.nonce) else load


def take_ink(pad: str) -> None:
    """Keep the ink that a pad has just sent: a callback, for `drawing_pad`.

    It asks for no rerun: that would take the place of whatever came in the same message, as a
    change of the page or an uploaded picture. What shows more of the ink is in the pad's fragment.
    """
    if (sent := read_ink(pad)) is not None:
        if sent.loaded != _START or sent.number > 1:  # an example is nobody's drawing
            keep(sent.image)
        left: _Note | None = st.session_state.get(state.PAD_NOTE)
        if left is None or not left.is_of(sent):
            forget_note()
        else:
            st.session_state[state.PAD_NOTE] = _Note(left.text, sent.number, None)


def leave_note(pad: str, text: str) -> None:
    """Say why the last picture for this pad was not taken, until the ink is changed."""
    sent, load = read_ink(pad), st.session_state.get(state.PAD_LOAD)
    number, loaded = (None, None) if sent is None else (sent.number, sent.loaded)
    due = None if load is None or load.nonce == loaded else load.nonce
    st.session_state[state.PAD_NOTE] = _Note(text, number, due)


def note() -> str:
    """Why the last picture was not taken, or an empty text."""
    left: _Note | None = st.session_state.get(state.PAD_NOTE)
    return "" if left is None else left.text


def forget_note() -> None:
    """Another picture was taken."""
    st.session_state.pop(state.PAD_NOTE, None)


def restore_from_link() -> None:
    """Put the drawing of the URL into the pad, once, or leave a note that it is damaged."""
    text = st.query_params.get(state.INK)
    if text is None:
        return
    del st.query_params[state.INK]  # later the URL would no longer say what is drawn
    try:
        keep(unpack_ink(text))
        put_into_pad(unpack_ink(text))
    except ValueError:
        st.session_state[state.LINK_NOTE] = (
            "The drawing in this link could not be read: the link is cut or changed. "
            "Copy the whole link."
        )
