"""Planes and t-SNE against SciPy and scikit-learn."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.linalg import orthogonal_procrustes
from scipy.spatial.distance import pdist, squareform
from sklearn.decomposition import PCA
from sklearn.manifold import TSNE, _t_sne

from ae.analysis.neighbours import knn_accuracy, nearest_neighbours
from ae.analysis.projection import Embedding, Plane, tsne


@pytest.mark.parametrize("latent_dim", [1, 2])
def test_a_code_of_one_or_two_numbers_is_its_own_place(latent_dim):
    z = np.random.default_rng(0).normal(size=(50, latent_dim)).astype(np.float32)
    plane = Plane.of(z)
    places = plane.places(z)
    assert places.shape == (50, 2)
    np.testing.assert_array_equal(places[:, :latent_dim], z)
    np.testing.assert_array_equal(places[:, latent_dim:], 0)
    np.testing.assert_array_equal(plane.codes(places), z)
    assert plane.explained_variance == 1


def test_places_on_the_plane_come_back_and_codes_go_to_the_nearest_place():
    rng = np.random.default_rng(1)
    z = (rng.normal(size=(500, 8)) * np.arange(1, 9)).astype(np.float32)
    plane = Plane.of(z)
    places = rng.normal(size=(20, 2)).astype(np.float32)
    np.testing.assert_allclose(plane.places(plane.codes(places)), places, atol=1e-4)
    off = z - plane.codes(plane.places(z))
    np.testing.assert_allclose(off @ plane.axes.T, 0, atol=1e-3)


def test_places_are_those_of_scikit_learns_pca():
    z = (np.random.default_rng(1).normal(size=(500, 8)) * np.arange(1, 9)).astype(np.float32)
    theirs = PCA(2, svd_solver="full").fit(z.astype(np.float64))
    plane = Plane.of(z)
    np.testing.assert_allclose(plane.places(z), theirs.transform(z), atol=1e-3)
    explained = theirs.explained_variance_ratio_.sum()
    assert plane.explained_variance == pytest.approx(explained, rel=1e-5)


def test_an_aligned_plane_is_turned_as_scipy_turns_it():
    rng = np.random.default_rng(4)
    z, reference = rng.normal(size=(100, 5)).astype(np.float32), rng.normal(size=(100, 2))
    plane = Plane.of(z)
    turn, _ = orthogonal_procrustes(plane.places(z), reference - reference.mean(axis=0))
    aligned = plane.aligned(z, reference)
    np.testing.assert_allclose(aligned.places(z), plane.places(z) @ turn, atol=1e-5)


def test_codes_that_are_all_the_same_have_a_plane():
    plane = Plane.of(np.ones((10, 5), np.float32))
    np.testing.assert_allclose(plane.places(np.ones((2, 5))), 0, atol=1e-6)


def clusters(n: int = 150) -> tuple[np.ndarray, np.ndarray]:
    """Five groups in ten dimensions, of which a plane shows two axes only."""
    rng = np.random.default_rng(2)
    labels = np.arange(n) % 5
    return (4 * np.eye(10)[labels] + rng.normal(0, 0.5, (n, 10))).astype(np.float32), labels


def test_tsne_keeps_groups_apart_that_the_plane_mixes():
    z, labels = clusters()
    by_tsne = knn_accuracy(nearest_neighbours(tsne(z, perplexity=15), 5), labels)
    by_plane = knn_accuracy(nearest_neighbours(Plane.of(z).places(z), 5), labels)
    assert by_tsne > 0.97
    assert by_tsne > by_plane


def kl_divergence(vectors: np.ndarray, places: np.ndarray, perplexity: float) -> float:
    """What t-SNE makes small, for the similarities of scikit-learn."""
    squares = pdist(vectors.astype(np.float64), "sqeuclidean").astype(np.float32)
    similar = _t_sne._joint_probabilities(squareform(squares), perplexity, verbose=0)
    shown = 1 / (1 + pdist(places.astype(np.float64), "sqeuclidean"))
    shown /= 2 * shown.sum()
    return float(2 * (similar * np.log(similar / shown)).sum())


def test_tsne_is_as_good_as_that_of_scikit_learn(mnist):
    vectors = mnist.x_test[:500].reshape(500, -1)
    theirs = TSNE(perplexity=30, init="pca", method="exact", random_state=0).fit(vectors)
    measured = kl_divergence(vectors, theirs.embedding_, 30)
    assert measured == pytest.approx(theirs.kl_divergence_, rel=0.01), "it is what they measure"
    assert kl_divergence(vectors, tsne(vectors, 30), 30) < 1.05 * measured
    assert kl_divergence(vectors, Plane.of(vectors).places(vectors), 30) > 1.5 * measured


def test_tsne_of_the_same_codes_is_the_same():
    z, _ = clusters()
    np.testing.assert_array_equal(tsne(z, 10), tsne(z, 10))


@pytest.mark.parametrize("z", [np.ones((50, 3)), np.arange(50.0)[:, None]])
def test_tsne_of_equal_codes_or_of_one_number_is_finite(z):
    assert np.isfinite(tsne(z.astype(np.float32), 5)).all()


def test_tsne_wants_enough_points():
    with pytest.raises(ValueError, match="Received: perplexity=30, 100 vectors"):
        tsne(np.zeros((100, 2), np.float32))


def test_an_embedding_gives_back_what_it_knows_and_means_in_between():
    rng = np.random.default_rng(3)
    z, embedded = rng.normal(size=(100, 8)), rng.normal(size=(100, 2))
    embedding = Embedding(z.astype(np.float32), embedded.astype(np.float32))
    np.testing.assert_allclose(embedding.codes(embedded), z, atol=1e-4)
    np.testing.assert_allclose(embedding.places(z), embedded, atol=1e-6)
    between = embedding.codes(rng.uniform(-1, 1, size=(50, 2)))
    assert (between >= z.min(axis=0)).all()
    assert (between <= z.max(axis=0)).all()
