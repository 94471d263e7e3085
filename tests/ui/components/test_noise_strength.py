"""What Python takes from the slider of the strength, and what it refuses."""

from __future__ import annotations

import pytest
import streamlit
from hypothesis import given
from hypothesis import strategies as st

from ae.ui.components import base
from ae.ui.components.noise_strength import Chosen, read_strength

junk = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.binary(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=5,
)
near_misses = st.fixed_dictionaries(
    {"strength": junk | st.fixed_dictionaries({"value": junk, "number": junk | st.just(1)})}
)


def read(state: object) -> Chosen | None:
    streamlit.session_state["slider"] = state
    return read_strength("slider")


@given(junk | near_misses)
def test_junk_gives_a_strength_that_can_be_or_none_and_no_exception(state):
    chosen = read(state)
    if chosen is not None:
        assert 0 <= chosen.value <= 1
        assert state["strength"] == {"value": chosen.value, "number": chosen.number}


@given(st.floats(0, 1), st.integers(1, base.MAX_NUMBER))
def test_a_strength_comes_through_exactly(value, number):
    assert read({"strength": {"value": value, "number": number}}) == Chosen(value, number)


@pytest.mark.parametrize("value", [True, "0.4", None, -0.1, 1.1, float("nan"), float("inf")])
def test_what_is_no_strength_is_refused(value):
    assert read({"strength": {"value": value, "number": 1}}) is None
