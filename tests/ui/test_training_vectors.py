"""Latent vectors that are encoded in the background and searched meanwhile."""

import threading

import numpy as np
import pytest

from ae.errors import ModelError
from ae.nn.pca import PCA
from ae.ui.draw.cached import TrainingVectors


class Gated:
    """An encoder that waits for a permission before each batch."""

    def __init__(self, pca: PCA, batches: int):
        self.pca, self.latent_dim = pca, pca.latent_dim
        self.gate = threading.Semaphore(batches)

    def encode(self, images: np.ndarray) -> np.ndarray:
        self.gate.acquire()
        return self.pca.encode(images)


class Failing:
    latent_dim = 2

    def encode(self, images: np.ndarray) -> np.ndarray:
        raise MemoryError("no room")


def assert_true(vectors: TrainingVectors, pca: PCA, images: np.ndarray) -> None:
    indices, z, squared_norms = vectors.ready()
    assert len(np.unique(indices)) == len(indices)
    np.testing.assert_allclose(z, pca.encode(images[indices]), atol=1e-4)
    np.testing.assert_allclose(squared_norms, (z**2).sum(axis=1), rtol=1e-4)


def test_what_is_ready_can_be_searched_while_the_rest_is_encoded(mnist, mnist_pca):
    pca, images = mnist_pca.truncate(4), mnist.x_test[:5500]
    gated = Gated(pca, batches=2)
    vectors = TrainingVectors(gated, images)
    vectors.wait(2000, 10)
    assert vectors.count == 2000
    assert_true(vectors, pca, images)
    assert len(np.unique(mnist.y_test[vectors.ready()[0]])) == 10, "a random part, of all classes"
    vectors.wait(2001, 0.01)  # in vain, and not for long
    assert vectors.count == 2000
    gated.gate.release(4)
    vectors.wait(vectors.total, 10)
    assert vectors.count == vectors.total == 5500
    assert_true(vectors, pca, images)


def test_a_failure_in_the_background_is_reported_to_whoever_waits(mnist):
    vectors = TrainingVectors(Failing(), mnist.x_test[:10])
    with pytest.raises(ModelError, match="no room"):
        vectors.wait(1, 10)
