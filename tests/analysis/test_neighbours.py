"""Nearest neighbours and what is measured by them, against scikit-learn."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.manifold import trustworthiness as sklearn_trustworthiness
from sklearn.neighbors import KNeighborsClassifier, NearestNeighbors

from ae.analysis.neighbours import (
    knn_accuracy,
    nearest,
    nearest_neighbours,
    neighbourhood_preservation,
    trustworthiness,
    vote,
)


def normal(count: int, dimensions: int, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).normal(5, 2, (count, dimensions)).astype(np.float32)


@pytest.mark.parametrize(("count", "dimensions"), [(200, 6), (700, 2)])  # in one block and in three
def test_neighbours_are_those_of_scikit_learn(count, dimensions):
    points = normal(count, dimensions)
    search = NearestNeighbors(n_neighbors=7, algorithm="brute").fit(points.astype(np.float64))
    np.testing.assert_array_equal(
        nearest_neighbours(points, 7), search.kneighbors(return_distance=False)
    )


def test_the_nearest_vectors_of_queries_are_those_of_scikit_learn(mnist):
    vectors, queries = mnist.x_train[:2000].reshape(2000, -1), mnist.x_test[:300].reshape(300, -1)
    search = NearestNeighbors(n_neighbors=5, algorithm="brute").fit(vectors.astype(np.float64))
    distances, indices = search.kneighbors(queries)
    for norms in (None, (vectors**2).sum(axis=1)):
        found, far = nearest(queries, vectors, 5, norms)
        np.testing.assert_array_equal(found, indices)
        np.testing.assert_allclose(far, distances, rtol=1e-5)


def test_a_vector_is_its_own_nearest_at_distance_0():
    points = normal(700, 2)
    indices, distances = nearest(points, points)
    np.testing.assert_array_equal(indices[:, 0], np.arange(700))
    np.testing.assert_array_equal(distances, 0)


def test_neighbours_of_points_far_from_the_origin():
    points = normal(200, 2)
    np.testing.assert_array_equal(
        nearest_neighbours(points + 3000, 1), nearest_neighbours(points, 1)
    )


@pytest.mark.parametrize("count", [0, 200])
def test_a_point_has_no_more_neighbours_than_there_are_others(count):
    with pytest.raises(ValueError, match=f"Received: count={count}"):
        nearest_neighbours(normal(200, 2), count)


@pytest.mark.parametrize("count", [0, 6])
def test_a_query_has_no_more_neighbours_than_there_are_vectors(count):
    with pytest.raises(ValueError, match=f"from 1 to 5. Received: count={count}"):
        nearest(normal(2, 3), normal(5, 3), count)


def test_trustworthiness_and_continuity_are_those_of_scikit_learn():
    points = normal(300, 6)
    for embedded in (points[:, :2], normal(300, 2, seed=1)):
        assert trustworthiness(points, nearest_neighbours(embedded, 9)) == pytest.approx(
            sklearn_trustworthiness(points, embedded, n_neighbors=9)
        )
        assert trustworthiness(embedded, nearest_neighbours(points, 9)) == pytest.approx(
            sklearn_trustworthiness(embedded, points, n_neighbors=9)
        )


def test_trustworthiness_refuses_neighbours_of_other_points():
    with pytest.raises(ValueError, match=r"Received: \(200, 3\) for 100 vectors"):
        trustworthiness(normal(100, 2), nearest_neighbours(normal(200, 2), 3))


def test_preserved_neighbours_are_counted_in_any_order():
    original, embedded = np.array([[1, 2], [0, 3]]), np.array([[2, 1], [3, 4]])
    np.testing.assert_array_equal(neighbourhood_preservation(original, embedded), [1, 0.5])


def test_the_majority_wins_and_in_a_tie_the_nearer():
    labels = np.array([0, 0, 1, 1, 2])
    assert vote(np.array([[2, 0, 1], [4, 2, 0]]), labels).tolist() == [0, 2]
    assert vote(np.array([[2, 3, 0, 1]]), labels).tolist() == [1]


def test_knn_accuracy_is_that_of_scikit_learn_with_each_point_left_out():
    rng = np.random.default_rng(3)
    labels = np.arange(150) % 2  # two classes and five votes: there is no tie
    points = rng.normal(size=(150, 3)) + labels[:, None]
    found = KNeighborsClassifier(5).fit(points, labels).predict(None)
    expected = np.mean(found == labels)
    assert 0.6 < expected < 0.95
    assert knn_accuracy(nearest_neighbours(points, 5), labels) == pytest.approx(expected)
