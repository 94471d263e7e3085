"""Paths against SciPy, and the figures of a path."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.sparse import csgraph
from scipy.spatial import geometric_slerp
from scipy.spatial.distance import pdist, squareform

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


@given(seed=seeds, latent_dim=st.integers(2, 20), steps=st.integers(2, 20))
def test_slerp_between_points_of_a_sphere_is_that_of_scipy(seed, latent_dim, steps):
    rng = np.random.default_rng(seed)
    start, end = rng.normal(size=(2, latent_dim))
    start, end = start / np.linalg.norm(start), end / np.linalg.norm(end)
    expected = geometric_slerp(start, end, np.linspace(0, 1, steps))
    np.testing.assert_allclose(slerp(start, end, steps), expected, atol=1e-5)
    centre = rng.normal(size=latent_dim)
    moved = slerp(start + centre, end + centre, steps, centre)
    np.testing.assert_allclose(moved, expected + centre, atol=1e-5)


def test_slerp_changes_the_distance_from_the_centre_evenly():
    path = slerp(np.array([2.0, 0.0]), np.array([0.0, 8.0]), 4)
    np.testing.assert_allclose(np.linalg.norm(path, axis=1), [2, 4, 6, 8], rtol=1e-6)


@pytest.mark.parametrize("end", [[2.0, 0.0], [-1.0, 0.0], [0.0, 0.0], [1.0, 0.0]])
def test_slerp_between_parallel_codes_is_the_straight_line(end):
    path = slerp(np.array([1.0, 0.0]), np.array(end), 5)
    np.testing.assert_allclose(path, straight(np.array([1.0, 0.0]), np.array(end), 5), atol=1e-6)


def test_a_path_of_one_step_is_refused():
    with pytest.raises(ValueError, match="Received: steps=1"):
        straight(np.zeros(2), np.ones(2), 1)


def test_the_path_through_neighbours_goes_around_a_hole():
    angles = np.linspace(0, np.pi, 40)
    ring = np.column_stack([np.cos(angles), np.sin(angles)]).astype(np.float32)
    corners = graph_of(ring, 2).shortest_path(0, 39)
    assert corners == list(range(40))
    path = resample(ring[corners], 13)
    np.testing.assert_allclose(np.linalg.norm(path, axis=1), 1, atol=0.01)
    np.testing.assert_allclose(path[[0, -1]], ring[[0, -1]], atol=1e-6)
    steps = np.linalg.norm(np.diff(path, axis=0), axis=1)
    np.testing.assert_allclose(steps, steps.mean(), rtol=0.02)


@given(seed=seeds, count=st.integers(1, 4))
def test_paths_in_the_graph_cost_what_scipys_shortest_paths_cost(seed, count):
    z = np.random.default_rng(seed).normal(size=(40, 2)).astype(np.float32)
    graph = graph_of(z, count)
    costs = np.zeros((40, 40))
    for here, (others, lengths) in enumerate(zip(graph.neighbours, graph.lengths, strict=True)):
        costs[here, others] = lengths**2
    assert csgraph.connected_components(costs)[0] == 1
    np.testing.assert_array_equal(costs > 0, costs.T > 0)
    expected = csgraph.dijkstra(costs, indices=0)
    for end in (1, 20, 39):
        path = graph.shortest_path(0, end)
        assert (path[0], path[-1]) == (0, end)
        assert costs[path[:-1], path[1:]].all(), "a step is an edge"
        assert costs[path[:-1], path[1:]].sum() == pytest.approx(expected[end], rel=1e-5)


@given(seeds)
def test_separate_groups_are_joined_as_in_scipys_spanning_tree(seed):
    rng = np.random.default_rng(seed)
    z = np.concatenate([rng.normal([10 * g, 0], 0.5, (12, 2)) for g in range(4)])
    graph = graph_of(z.astype(np.float32), 5)
    group = np.repeat(np.arange(4), 12)
    bridges = {
        (here, int(other))
        for here, others in enumerate(graph.neighbours)
        for other in others
        if here < other and group[here] != group[other]
    }
    tree = csgraph.minimum_spanning_tree(squareform(pdist(z))).tocoo()
    pairs = zip(tree.row.tolist(), tree.col.tolist(), strict=True)
    expected = {(min(a, b), max(a, b)) for a, b in pairs if group[a] != group[b]}
    assert bridges == expected


def test_the_path_from_a_code_to_itself_is_that_code():
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
