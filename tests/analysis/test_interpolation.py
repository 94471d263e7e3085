"""Paths start and end where they should, and keep to what they promise in between."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ae.analysis.interpolation import NeighbourGraph, path_figures, resample, slerp, straight
from ae.analysis.neighbours import nearest_neighbours

seeds = st.integers(0, 2**32 - 1)


def ends(seed: int, latent_dim: int) -> np.ndarray:
    return np.random.default_rng(seed).normal(0, 3, (2, latent_dim)).astype(np.float32)


def graph_of(z: np.ndarray, count: int) -> NeighbourGraph:
    return NeighbourGraph.of(z, nearest_neighbours(z, count))


@pytest.mark.parametrize("make", [straight, slerp, lambda a, b, n: resample([a, b], n)])
@given(seed=seeds, latent_dim=st.integers(1, 256), steps=st.integers(2, 20))
def test_a_path_starts_and_ends_at_its_ends(make, seed, latent_dim, steps):
    start, end = ends(seed, latent_dim)
    path = make(start, end, steps)
    assert path.shape == (steps, latent_dim)
    assert path.dtype == np.float32
    np.testing.assert_allclose(path[0], start, atol=1e-5)
    np.testing.assert_allclose(path[-1], end, atol=1e-5)


@given(seed=seeds, latent_dim=st.integers(2, 256))
def test_slerp_keeps_the_norm_between_equal_norms(seed, latent_dim):
    start, end = ends(seed, latent_dim)
    end *= np.linalg.norm(start) / np.linalg.norm(end)
    path = slerp(start, end, 9)
    np.testing.assert_allclose(np.linalg.norm(path, axis=1), np.linalg.norm(start), rtol=1e-3)


def test_slerp_turns_by_equal_angles_around_its_centre():
    centre = np.array([2.0, -1.0])
    path = slerp(np.array([3.0, -1.0]), np.array([2.0, 0.0]), 4, centre) - centre
    angles = np.degrees(np.arctan2(path[:, 1], path[:, 0]))
    np.testing.assert_allclose(angles, [0, 30, 60, 90], atol=1e-3)


@pytest.mark.parametrize("end", [[2.0, 0.0], [-1.0, 0.0], [0.0, 0.0], [1.0, 0.0]])
def test_slerp_between_parallel_codes_is_the_straight_line(end):
    path = slerp(np.array([1.0, 0.0]), np.array(end), 5)
    np.testing.assert_allclose(path, straight(np.array([1.0, 0.0]), np.array(end), 5), atol=1e-6)


def test_a_path_of_one_step_is_refused():
    with pytest.raises(ValueError, match="Received: steps=1"):
        straight(np.zeros(2), np.ones(2), 1)


def test_the_way_through_neighbours_goes_around_the_hole():
    angles = np.linspace(0, np.pi, 40)
    ring = np.column_stack([np.cos(angles), np.sin(angles)]).astype(np.float32)
    way = graph_of(ring, 2).shortest_path(0, 39)
    assert way == list(range(40))
    path = resample(ring[way], 13)
    np.testing.assert_allclose(np.linalg.norm(path, axis=1), 1, atol=0.01)
    np.testing.assert_allclose(path[[0, -1]], ring[[0, -1]], atol=1e-6)
    steps = np.linalg.norm(np.diff(path, axis=0), axis=1)
    np.testing.assert_allclose(steps, steps.mean(), rtol=0.02)


def test_groups_far_apart_are_joined_by_the_shortest_bridges():
    rng = np.random.default_rng(0)
    groups = [rng.normal([10 * g, 0], 0.1, (20, 2)) for g in range(3)]
    z = np.concatenate(groups).astype(np.float32)
    way = graph_of(z, 3).shortest_path(0, 59)
    assert way[0] == 0
    assert way[-1] == 59
    group = np.array(way) // 20
    assert (np.diff(group) >= 0).all(), "it passes the middle group on its way"
    assert set(group.tolist()) == {0, 1, 2}


def test_the_way_from_a_code_to_itself_is_that_code():
    z = np.random.default_rng(1).normal(size=(20, 3)).astype(np.float32)
    assert graph_of(z, 2).shortest_path(4, 4) == [4]
    np.testing.assert_array_equal(resample(z[[4]], 3), z[[4, 4, 4]])


def test_the_figures_of_a_straight_line_of_pictures_are_the_least():
    parts = np.linspace(0, 1, 6)
    images = parts[:, None, None] * np.ones((6, 28, 28))
    real = np.zeros((1, 1), np.float32)
    figures = path_figures(parts[:, None], images, real)
    assert figures.total_change == pytest.approx(1)
    assert figures.largest_step == pytest.approx(1)
    assert figures.largest_distance == pytest.approx(1)
    leap = path_figures(parts[:, None], np.rint(images), real)
    assert leap.largest_step == pytest.approx(5)


def test_a_path_that_stands_still_has_figures():
    still = path_figures(np.zeros((3, 2)), np.zeros((3, 28, 28)), np.ones((1, 2), np.float32))
    assert (still.total_change, still.largest_step) == (1, 1)
