"""The strength of the noise: a slider that the pictures follow, and its place in the URL.

The slider is a component of our own, which Streamlit cannot bind to the URL: it is kept there here,
as Streamlit keeps what its controls hold.
"""

from __future__ import annotations

import contextlib

import streamlit as st

from ae.ui import state
from ae.ui.components.noise_strength import noise_strength, read_strength

_STEP = 0.05
_WIDTH = 200  # pixels on the screen


def choose_strength() -> float:
    """Show the slider. Returns the strength at which it has last come to rest, 0 to 1."""
    value = _strength()
    _keep(value)
    with st.container(width=_WIDTH):
        noise_strength(state.NOISE_SLIDER, value, _STEP, _take)
    return value


def _strength() -> float:
    """The strength of the URL, else the one shown before, else the default."""
    for known in (st.query_params.get(state.STRENGTH), st.session_state.get(state.STRENGTH)):
        with contextlib.suppress(ValueError):
            if known is not None and 0 <= (value := float(known)) <= 1:
                return value
    return state.default(state.STRENGTH)


def _keep(value: float) -> None:
    """Remember a strength, and have the URL say it unless it is the default."""
    st.session_state[state.STRENGTH] = value
    text = f"{value:g}"
    if value == state.default(state.STRENGTH):
        st.query_params.pop(state.STRENGTH, None)
    elif st.query_params.get(state.STRENGTH) != text:
        st.query_params[state.STRENGTH] = text


def _take() -> None:
    if (chosen := read_strength(state.NOISE_SLIDER)) is not None:
        _keep(chosen.value)
