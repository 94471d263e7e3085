"""What the Python half of the layers takes from the browser, and what it refuses."""

from __future__ import annotations

import streamlit
from hypothesis import given
from hypothesis import strategies as st

from ae.ui.components.layers import Choice, read_choice

junk = st.none() | st.booleans() | st.floats() | st.text(max_size=600) | st.lists(st.integers())
near_misses = st.fixed_dictionaries(
    {"chosen": junk | st.fixed_dictionaries({"layer": junk, "map": junk, "changes": junk})}
)


def read(state: object) -> Choice | None:
    streamlit.session_state["layers"] = state
    return read_choice("layers")


@given(junk | near_misses)
def test_junk_gives_short_texts_or_none(state):
    choice = read(state)
    if choice is not None:
        assert all(isinstance(text, str) and len(text) <= 500 for text in vars(choice).values())
        assert vars(choice) == state["chosen"]


def test_a_choice_comes_through():
    chosen = {"layer": "encoder/conv2d", "map": "3", "changes": "encoder/conv2d/3/0"}
    assert read({"chosen": chosen}) == Choice("encoder/conv2d", "3", "encoder/conv2d/3/0")
    assert read({"chosen": chosen | {"changes": "x" * 501}}) is None
