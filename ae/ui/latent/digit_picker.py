"""A field for a test digit: choose its class, then one of its pictures."""

from __future__ import annotations

import numpy as np
import streamlit as st

from ae import imaging
from ae.ui import cache, state
from ae.ui.words import a_digit

DIGITS = 10_000
_SHOWN = 30  # pictures of a class to choose from
_KEY = "pick_digit_"
# Streamlit makes pictures in labels as small as letters.
_STYLE = f"""<style>
[class*=st-key-{_KEY}] img {{ width: 1.75rem; height: 1.75rem; max-height: none;
  margin: 0 0.15rem; border-radius: 0; }}
[class*=st-key-{_KEY}which] button {{ padding: 0.15rem; border-radius: 0.25rem; }}
[class*=st-key-{_KEY}which] img {{ width: 2.25rem; height: 2.25rem; margin: 0; }}
</style>"""


def pick_digit(label: str, key: str) -> int:
    """Show which test digit is chosen, and let another one be chosen.

    Parameters
    ----------
    label : str
        What the digit is for: "From".
    key : str
        The parameter of the URL that holds its position in the test set.

    Returns
    -------
    int
        The position, from 0 to 9999.
    """
    position = _position(key)
    with st.container(key=f"{_KEY}{key}", width="content"):
        st.html(_STYLE)
        with st.popover(f"{label}: {_picture(position)} {a_digit(_labels()[position])}"):
            _choose(key, position)
    return _position(key)


def _choose(key: str, position: int) -> None:
    label = int(_labels()[position])
    # Another digit, however it is chosen, brings its own class: hence the position in the keys.
    chosen = st.segmented_control(
        "Class",
        range(10),
        default=label,
        required=True,
        key=f"{_KEY}class_{key}_{position}",
        help="Which digit it is.",
    )
    which = f"{_KEY}which_{key}_{position}_{chosen}"
    positions = _of_class(chosen)
    st.pills(
        f"The first {len(positions)} test digits of class {chosen}",
        positions,
        format_func=_picture,
        default=position if position in positions else None,
        key=which,
        on_change=_take,
        args=(key, which),
        wrap=True,
    )
    st.number_input(
        "Or by its position in the test set, 0 to 9999",
        0,
        DIGITS - 1,
        state.default(key),
        **state.in_url(key),
    )


def _take(key: str, which: str) -> None:
    """Make the picture that was pressed the chosen digit."""
    if (position := st.session_state[which]) is not None:
        st.session_state[key] = position


def _position(key: str) -> int:
    """Return what the field holds; before it is made, what the URL says."""
    if key in st.session_state:
        return st.session_state[key]
    text = st.query_params.get(key, "")
    is_position = text.isascii() and text.isdigit() and len(text) < 5
    return int(text) if is_position else state.default(key)


def _labels() -> np.ndarray:
    return cache.mnist().y_test


@st.cache_data(max_entries=10, show_spinner=False)
def _of_class(label: int) -> list[int]:
    return np.flatnonzero(_labels() == label)[:_SHOWN].tolist()


@st.cache_data(max_entries=2000, show_spinner=False)
def _picture(position: int) -> str:
    """Return a test digit as a picture for a label."""
    return f"![Test digit {position}]({imaging.data_uri(cache.mnist().x_test[position])})"
