"""What the code bars take from the browser, and what they refuse."""

from __future__ import annotations

import base64

import numpy as np
import pytest
import streamlit
from hypothesis import given
from hypothesis import strategies as st

from ae.analysis.latent import CodeStatistics
from ae.ui.components.code_bars import REACH, Edit, map_points, read_edit

junk = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.binary(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=5,
)
# junk in the right places
near_misses = st.fixed_dictionaries(
    {
        "edit": junk
        | st.fixed_dictionaries(
            {
                "number": junk | st.just(1),
                "token": junk | st.just("t"),
                "changes": junk | st.lists(st.lists(junk | st.integers() | st.floats())),
                "touched": junk,
            }
        )
    }
)
STATISTICS = CodeStatistics(np.float32([1, 2, 3]), np.float32([2, 0.5, 1]))
Z = np.float32([1.5, 2.5, 0.5])


def read(state: object) -> Edit:
    streamlit.session_state["bars"] = state
    return read_edit("bars")


@given(junk | near_misses)
def test_junk_gives_a_code_that_can_be_decoded_and_no_exception(state):
    edit = read(state)
    z = edit.applied(Z, STATISTICS, edit.token)
    assert z.shape == Z.shape
    assert z.dtype == np.float32
    assert (np.abs(STATISTICS.standardize(z)) <= REACH + 1e-5).all()


def test_a_change_sets_its_number_and_leaves_the_others():
    edit = read({"edit": {"number": 3, "token": "a", "changes": [[1, -2.0]], "touched": 1}})
    assert edit == Edit(3, "a", {1: -2.0}, 1)
    np.testing.assert_array_equal(edit.applied(Z, STATISTICS, "a"), np.float32([1.5, 1.0, 0.5]))
    np.testing.assert_array_equal(Z, np.float32([1.5, 2.5, 0.5]))


def test_a_change_of_another_code_is_void():
    edit = read({"edit": {"number": 3, "token": "a", "changes": [[1, -2.0]], "touched": 1}})
    np.testing.assert_array_equal(edit.applied(Z, STATISTICS, "b"), Z)


@pytest.mark.parametrize(("position", "expected"), [(99, REACH), (-99.0, -REACH), (10**400, REACH)])
def test_a_position_stops_at_the_end_of_its_bar(position, expected):
    edit = read({"edit": {"number": 1, "token": "a", "changes": [[0, position]], "touched": None}})
    assert edit.changes == {0: expected}


def test_map_points_are_where_the_codes_are():
    z = np.float32([[0, 0], [1, -1], [99, 0]])
    statistics = CodeStatistics(np.zeros(2, np.float32), np.ones(2, np.float32))
    data = base64.b64decode(map_points(z, np.uint8([7, 9, 1]), statistics))
    points = np.frombuffer(data, np.uint8).reshape(-1, 3)
    np.testing.assert_array_equal(points[:, 2], [7, 9])  # what is out of reach is left out
    places = (points[:, :2] / 255 * 2 - 1) * REACH
    np.testing.assert_allclose(places, z[:2], atol=REACH / 255)
