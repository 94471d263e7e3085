"""The measures against their definitions, TensorFlow and SciPy."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import linalg
from scipy.spatial.distance import cdist

from ae.analysis.metrics import frechet_distance, mse, precision, psnr, squared_error, ssim

MEASURES = (squared_error, mse, psnr, ssim)
seeds = st.integers(0, 2**32 - 1)


def pair(seed: int, count: int = 3) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    images = rng.random((count, 28, 28), dtype=np.float32)
    amount = rng.random((count, 1, 1), dtype=np.float32)
    noisy = images + amount * rng.standard_normal(images.shape, dtype=np.float32)
    return images, np.clip(noisy, 0, 1)


@given(seeds)
def test_squared_error_is_the_sum_over_the_pixels(seed):
    images, others = pair(seed)
    expected = [
        sum((float(a) - float(b)) ** 2 for a, b in zip(x.flat, y.flat, strict=True))
        for x, y in zip(images, others, strict=True)
    ]
    np.testing.assert_allclose(squared_error(images, others), expected, rtol=1e-12)


def test_squared_error_of_black_and_white_is_784():
    black, white = np.zeros((1, 28, 28)), np.ones((1, 28, 28))
    assert squared_error(black, white).tolist() == [784]


@given(seeds)
def test_mse_is_the_squared_error_by_784(seed):
    images, others = pair(seed)
    np.testing.assert_allclose(mse(images, others) * 784, squared_error(images, others))


@pytest.mark.parametrize(("error", "decibels"), [(1, 0), (0.1, 20), (0.01, 40)])
def test_psnr_of_a_uniform_error(error, decibels):
    images = np.zeros((1, 28, 28))
    assert psnr(images, images + error)[0] == pytest.approx(decibels)


def test_psnr_of_equal_images_is_infinite():
    images, _ = pair(0)
    assert np.isposinf(psnr(images, images)).all()


@given(seeds)
def test_psnr_equals_tensorflow(tensorflow, seed):
    images, others = pair(seed)
    theirs = tensorflow.image.psnr(images[..., None], others[..., None], max_val=1.0)
    np.testing.assert_allclose(psnr(images, others), theirs.numpy(), atol=1e-4)


@given(seeds)
def test_ssim_equals_tensorflow(tensorflow, seed):
    images, others = pair(seed)
    theirs = tensorflow.image.ssim(images[..., None], others[..., None], max_val=1.0)
    np.testing.assert_allclose(ssim(images, others), theirs.numpy(), atol=1e-4)


def test_ssim_of_digits_equals_tensorflow(tensorflow, mnist, mnist_pca):
    digits = mnist.x_test[:200]
    reconstructed = mnist_pca.truncate(16).reconstruct(digits)
    theirs = tensorflow.image.ssim(digits[..., None], reconstructed[..., None], max_val=1.0)
    np.testing.assert_allclose(ssim(digits, reconstructed), theirs.numpy(), atol=1e-4)


@given(seeds)
def test_ssim_of_equal_images_is_1_and_never_above(seed):
    images, others = pair(seed)
    np.testing.assert_allclose(ssim(images, images), 1)
    assert (ssim(images, others) <= 1).all()


@pytest.mark.parametrize("measure", MEASURES)
@given(seed=seeds)
def test_measures_are_symmetric(measure, seed):
    images, others = pair(seed)
    np.testing.assert_allclose(measure(images, others), measure(others, images), rtol=1e-9)


@pytest.mark.parametrize("measure", MEASURES)
@given(seed=seeds)
def test_measures_are_per_image(measure, seed):
    images, others = pair(seed)
    singly = [measure(x[None], y[None])[0] for x, y in zip(images, others, strict=True)]
    np.testing.assert_allclose(measure(images, others), singly, rtol=1e-9)


def test_many_images_are_measured_in_their_order(mnist):
    images, others = mnist.x_test[:2500], mnist.x_test[1:2501]
    together = ssim(images, others)
    assert together.shape == (2500,)
    picked = [0, 999, 1000, 1999, 2499]
    np.testing.assert_allclose(together[picked], ssim(images[picked], others[picked]))


@pytest.mark.parametrize("measure", MEASURES)
def test_no_images_give_no_values(measure):
    assert measure(np.zeros((0, 28, 28)), np.zeros((0, 28, 28))).shape == (0,)


@pytest.mark.parametrize("measure", MEASURES)
@pytest.mark.parametrize("shapes", [((2, 28, 28), (3, 28, 28)), ((28, 28), (28, 28))])
def test_unequal_or_single_images_are_refused_with_their_shapes(measure, shapes):
    with pytest.raises(ValueError, match="same shape") as caught:
        measure(*map(np.zeros, shapes))
    assert f"Received: {shapes[0]} and {shapes[1]}" in str(caught.value)


def test_frechet_distance_of_a_set_with_itself_is_0(mnist):
    vectors = mnist.x_test[:300].reshape(300, -1)[:, 200:230]
    assert frechet_distance(vectors, vectors) == pytest.approx(0, abs=1e-8)
    assert frechet_distance(vectors, vectors[::-1]) == pytest.approx(0, abs=1e-8)


@given(seed=seeds, dimensions=st.integers(1, 8))
def test_frechet_distance_is_that_of_scipys_matrix_root(seed, dimensions):
    rng = np.random.default_rng(seed)
    first = rng.normal(size=(40, dimensions)) @ rng.normal(size=(dimensions, dimensions))
    second = rng.normal(1, 2, (60, dimensions)) @ rng.normal(size=(dimensions, dimensions))
    covariances = [np.atleast_2d(np.cov(part, rowvar=False)) for part in (first, second)]
    root = linalg.sqrtm(covariances[0] @ covariances[1]).real
    expected = ((first.mean(axis=0) - second.mean(axis=0)) ** 2).sum()
    expected += np.trace(covariances[0] + covariances[1] - 2 * root)
    assert frechet_distance(first, second) == pytest.approx(expected, rel=1e-6)
    assert frechet_distance(second, first) == pytest.approx(expected, rel=1e-6)


@pytest.mark.parametrize("shapes", [((5, 2), (5, 3)), ((1, 2), (5, 2)), ((5,), (5,))])
def test_frechet_distance_refuses_other_shapes(shapes):
    with pytest.raises(ValueError, match="Received"):
        frechet_distance(*map(np.zeros, shapes))


@given(seed=seeds, count=st.integers(1, 5), distance=st.floats(0, 3))
def test_precision_counts_the_samples_within_a_real_vectors_radius(seed, count, distance):
    """By the definition, with all distances from SciPy."""
    rng = np.random.default_rng(seed)
    real, samples = rng.normal(size=(50, 3)), rng.normal(distance, 1, (40, 3))
    among_real = np.sort(cdist(real, real), axis=1)  # its first column is the vector itself
    expected = (cdist(samples, real) <= among_real[:, count]).any(axis=1).mean()
    assert precision(samples, real, count) == expected


def test_every_real_vector_is_among_the_real_vectors(mnist):
    vectors = mnist.x_test[:300].reshape(300, -1)
    assert precision(vectors, vectors) == 1
