"""Neighbours and what is measured by them, against plain computations."""

from __future__ import annotations

import numpy as np
import pytest

from ae.analysis.neighbours import (
    knn_accuracy,
    nearest,
    nearest_neighbours,
    neighbourhood_preservation,
    trustworthiness,
    vote,
)


@pytest.fixture(scope="module")
def points() -> np.ndarray:
    return np.random.default_rng(0).normal(5, 2, (200, 6)).astype(np.float32)


def plain_order(points: np.ndarray) -> np.ndarray:
    """All others of each point, nearest first, by a sort of all distances."""
    exact = points.astype(np.float64)
    distances = np.linalg.norm(exact[:, None] - exact[None], axis=2)
    np.fill_diagonal(distances, -1)
    return np.argsort(distances, axis=1)[:, 1:]


def test_neighbours_are_what_a_sort_of_all_distances_gives(points):
    np.testing.assert_array_equal(nearest_neighbours(points, 7), plain_order(points)[:, :7])


def test_neighbours_of_more_points_than_a_block_holds():
    points = np.random.default_rng(1).normal(size=(700, 2)).astype(np.float32)
    np.testing.assert_array_equal(nearest_neighbours(points, 3), plain_order(points)[:, :3])
    indices, distances = nearest(points, points)
    np.testing.assert_array_equal(indices[:, 0], np.arange(700))
    np.testing.assert_array_equal(distances, 0)


def test_neighbours_of_points_far_from_the_origin(points):
    np.testing.assert_array_equal(
        nearest_neighbours(points[:, :2] + 3000, 1), nearest_neighbours(points[:, :2], 1)
    )


@pytest.mark.parametrize("count", [0, 200])
def test_a_point_has_no_more_neighbours_than_there_are_others(points, count):
    with pytest.raises(ValueError, match=f"Received: count={count}"):
        nearest_neighbours(points, count)


def test_trustworthiness_and_continuity_equal_the_naive_computation(points):
    picture, k, n = points[:, :2], 9, len(points)
    true, shown = plain_order(points), plain_order(picture)
    missed = {"trust": 0, "continuity": 0}
    for i in range(n):
        for j in set(shown[i, :k]) - set(true[i, :k]):
            missed["trust"] += list(true[i]).index(j) + 1 - k
        for j in set(true[i, :k]) - set(shown[i, :k]):
            missed["continuity"] += list(shown[i]).index(j) + 1 - k
    scale = 2 / (n * k * (2 * n - 3 * k - 1))
    assert trustworthiness(points, nearest_neighbours(picture, k)) == pytest.approx(
        1 - scale * missed["trust"]
    )
    assert trustworthiness(picture, nearest_neighbours(points, k)) == pytest.approx(
        1 - scale * missed["continuity"]
    )


def test_a_picture_that_is_the_points_keeps_everything(points):
    shown = nearest_neighbours(points, 10)
    assert trustworthiness(points, shown) == 1
    np.testing.assert_array_equal(neighbourhood_preservation(shown, shown), 1)


def test_a_picture_at_random_keeps_little(points):
    other = nearest_neighbours(np.random.default_rng(2).normal(size=(200, 2)), 10)
    assert 0.4 < trustworthiness(points, other) < 0.6
    assert neighbourhood_preservation(nearest_neighbours(points, 10), other).mean() < 0.15


def test_the_share_kept_counts_neighbours_in_any_order():
    true, shown = np.array([[1, 2], [0, 3]]), np.array([[2, 1], [3, 4]])
    np.testing.assert_array_equal(neighbourhood_preservation(true, shown), [1, 0.5])


def test_the_majority_wins_and_of_equals_the_nearer():
    labels = np.array([0, 0, 1, 1, 2])
    assert vote(np.array([[2, 0, 1], [4, 2, 0]]), labels).tolist() == [0, 2]
    assert vote(np.array([[2, 3, 0, 1]]), labels).tolist() == [1]


def test_classes_far_apart_are_told_apart_by_neighbours():
    rng = np.random.default_rng(3)
    labels = np.repeat([0, 1], 50)
    points = rng.normal(size=(100, 2)) + 100 * labels[:, None]
    assert knn_accuracy(nearest_neighbours(points, 5), labels) == 1
