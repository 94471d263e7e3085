"""What the map takes from the browser and from links, and what it refuses."""

from __future__ import annotations

import numpy as np
import pytest
import streamlit
from hypothesis import given
from hypothesis import strategies as st

from ae.ui.components.latent_map import MOST_CORNERS, Look, read_look

junk = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.binary(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=5,
)
# junk in the right places
near_misses = st.fixed_dictionaries(
    {
        "look": junk
        | st.fixed_dictionaries(
            {
                "token": st.just("t"),
                "at": junk | st.lists(junk | st.floats(), max_size=3),
                "digit": junk | st.integers(),
                "area": junk | st.lists(junk | st.lists(st.floats(), min_size=2, max_size=2)),
            }
        )
    }
)
places = st.tuples(*[st.floats(-1e5, 1e5).map(lambda x: float(f"{x:.5g}"))] * 2)
looks = st.builds(
    Look,
    at=st.none() | places,
    digit=st.none() | st.integers(0, 99),
    area=st.lists(places, max_size=MOST_CORNERS).map(tuple),
)


def read(state: object) -> Look | None:
    streamlit.session_state["map"] = state
    return read_look("map", "t", 100)


def assert_can_be_used(look: Look | None) -> None:
    if look is None:
        return
    assert look.digit is None or 0 <= look.digit < 100
    corners = np.array([look.at or (0, 0), *look.area], float)
    assert np.isfinite(corners).all()
    assert look.inside(np.zeros((3, 2))).shape == (3,)


@given(junk | near_misses)
def test_junk_from_the_browser_gives_a_look_that_can_be_used(state):
    assert_can_be_used(read(state))


@given(st.text(), st.text(), st.text())
def test_junk_in_a_link_gives_a_look_that_can_be_used(at, digit, area):
    assert_can_be_used(Look.from_params(at, digit, area, 100))


@given(looks)
def test_a_look_comes_back_from_a_link(look):
    texts = look.to_params()
    assert Look.from_params(*(texts.get(key, "") for key in ("at", "digit", "area")), 100) == look


def test_what_was_chosen_on_another_map_is_void():
    look = {"token": "other", "at": [1, 2], "digit": 3, "area": None}
    assert read({"look": look}) is None
    assert read({"look": look | {"token": "t"}}) == Look((1.0, 2.0), 3, ())


@pytest.mark.parametrize("digit", [-1, 100, 2.0, True, "3"])
def test_a_digit_that_is_not_on_the_map_is_none(digit):
    assert read({"look": {"token": "t", "digit": digit}}).digit is None


def test_a_box_holds_what_lies_between_its_corners():
    points = np.array([[0, 0], [1, 1], [2, 2], [1, 3]])
    look = Look(area=((1.5, 0.5), (-0.5, 2.5)))
    assert look.inside(points).tolist() == [False, True, False, False]
    assert not Look().inside(points).any()


def test_a_lasso_holds_what_it_goes_around():
    triangle = Look(area=((0.0, 0.0), (4.0, 0.0), (0.0, 4.0)))
    points = np.random.default_rng(0).uniform(-1, 5, (500, 2))
    expected = (points > 0).all(axis=1) & (points.sum(axis=1) < 4)
    np.testing.assert_array_equal(triangle.inside(points), expected)
