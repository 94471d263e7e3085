"""PCA against scikit-learn, its optimality, and its known errors on MNIST."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.linalg import subspace_angles
from sklearn import decomposition

from ae.analysis.metrics import squared_error
from ae.nn.pca import PCA, axes_of, principal_angles


@pytest.fixture(scope="module")
def small_pca(small_data) -> PCA:
    return PCA.fit(small_data.x_train, 20)


@pytest.fixture(scope="module")
def full_pca(small_data) -> PCA:
    return PCA.fit(small_data.x_train, 784)


def error(pca: PCA, images: np.ndarray) -> float:
    return float(squared_error(images, pca.reconstruct(images)).mean())


def test_everything_is_as_in_scikit_learn(small_data, small_pca):
    """The signs of the components, too: both libraries make the largest entry positive."""
    train, test = (x.reshape(len(x), -1) for x in (small_data.x_train, small_data.x_test))
    theirs = decomposition.PCA(20, svd_solver="full").fit(train.astype(np.float64))
    np.testing.assert_allclose(small_pca.mean, theirs.mean_, atol=1e-6)
    np.testing.assert_allclose(small_pca.components, theirs.components_, atol=1e-4)
    # They divide by one less than the number of images.
    np.testing.assert_allclose(
        small_pca.variances, theirs.explained_variance_ * 299 / 300, rtol=1e-4
    )
    z = theirs.transform(test)
    np.testing.assert_allclose(small_pca.encode(small_data.x_test), z, atol=1e-3)
    decoded = theirs.inverse_transform(z).reshape(-1, 28, 28)
    np.testing.assert_allclose(small_pca.decode(z), decoded, atol=1e-4)


def test_training_error_is_the_variance_left_out(small_data, full_pca):
    left_out = full_pca.variances[20:].sum()
    assert error(full_pca.truncate(20), small_data.x_train) == pytest.approx(left_out, rel=1e-3)


def test_error_falls_with_every_component(small_data, full_pca):
    for images in (small_data.x_train, small_data.x_test):
        errors = [error(full_pca.truncate(k), images) for k in (*range(1, 12), 20, 21, 64, 784)]
        assert (np.diff(errors) <= 0).all()


def test_all_components_give_the_images_back(small_data, full_pca):
    reconstructed = full_pca.reconstruct(small_data.x_test)
    np.testing.assert_allclose(reconstructed, small_data.x_test, atol=1e-4)


def test_truncate_equals_fit(small_data, small_pca):
    fitted, cut = PCA.fit(small_data.x_train, 7), small_pca.truncate(7)
    assert cut.latent_dim == fitted.latent_dim == 7
    np.testing.assert_array_equal(cut.components, fitted.components)
    np.testing.assert_array_equal(cut.variances, fitted.variances)
    np.testing.assert_array_equal(cut.mean, fitted.mean)


@given(st.lists(st.floats(-50, 50, width=32), min_size=20, max_size=20))
def test_a_decoded_code_encodes_to_itself(small_pca, code):
    z = np.array([code], np.float32)
    np.testing.assert_allclose(small_pca.encode(small_pca.decode(z)), z, atol=1e-3)


def test_reconstructing_twice_changes_nothing(small_data, small_pca):
    once = small_pca.reconstruct(small_data.x_test)
    np.testing.assert_allclose(small_pca.reconstruct(once), once, atol=1e-4)


@settings(max_examples=10)
@given(seed=st.integers(0, 2**32 - 1))
def test_no_other_linear_map_of_the_same_size_does_better(small_data, small_pca, seed):
    """Random subspaces near the best one, with their best decoder: their transpose."""
    rng = np.random.default_rng(seed)
    near = small_pca.components + rng.uniform(0, 0.1) * rng.standard_normal((20, 784))
    basis = np.linalg.qr(near.T)[0].T.astype(np.float32)
    other = PCA(small_pca.mean, basis, small_pca.variances)
    assert error(other, small_data.x_train) >= error(small_pca, small_data.x_train) - 1e-3


def test_arrays_are_float32_of_the_stated_shapes(small_data, small_pca):
    z = small_pca.encode(small_data.x_test)
    assert (z.dtype, z.shape) == (np.float32, (100, 20))
    images = small_pca.decode(z)
    assert (images.dtype, images.shape) == (np.float32, (100, 28, 28))


def test_no_images_give_no_codes(small_pca):
    z = small_pca.encode(np.zeros((0, 28, 28)))
    assert z.shape == (0, 20)
    assert small_pca.decode(z).shape == (0, 28, 28)


@pytest.mark.parametrize(
    ("k", "expected"), [(2, 43.65), (8, 29.35), (16, 21.06), (30, 13.87), (32, 13.19), (64, 7.09)]
)
def test_error_on_mnist_is_the_known_one(mnist, mnist_pca, k, expected):
    assert error(mnist_pca.truncate(k), mnist.x_test) == pytest.approx(expected, abs=0.006)


@pytest.mark.parametrize("k", [0, 785])
def test_impossible_k_is_refused(small_data, k):
    with pytest.raises(ValueError, match=f"k must be from 1 to 784. Received: k={k}"):
        PCA.fit(small_data.x_train, k)


@pytest.mark.parametrize("k", [0, 21])
def test_truncating_to_impossible_k_is_refused(small_pca, k):
    with pytest.raises(ValueError, match=f"k must be from 1 to 20. Received: k={k}"):
        small_pca.truncate(k)


def test_wrong_shapes_are_refused(small_pca):
    with pytest.raises(ValueError, match=r"\(n, 28, 28\). Received: \(28, 28\)"):
        small_pca.encode(np.zeros((28, 28)))
    with pytest.raises(ValueError, match=r"\(n, 20\). Received: \(1, 19\)"):
        small_pca.decode(np.zeros((1, 19)))


@given(
    seed=st.integers(0, 2**32 - 1),
    sizes=st.tuples(st.integers(1, 5), st.integers(1, 5)),
    distance=st.sampled_from([0, 1e-6, 0.1, 10]),
)
def test_principal_angles_are_those_of_scipy(seed, sizes, distance):
    rng = np.random.default_rng(seed)
    basis = rng.normal(size=(5, 12))
    first = basis[: sizes[0]]
    second = basis[: sizes[1]] + distance * rng.normal(size=(sizes[1], 12))
    expected = np.degrees(subspace_angles(first.T, second.T))[::-1]
    np.testing.assert_allclose(principal_angles(first, second), expected, atol=1e-9)


def test_grey_levels_give_the_pca_of_their_values(small_data, small_pca):
    levels = np.rint(small_data.x_train * 255).astype(np.uint8)
    assert PCA.fit(levels, 20).fingerprint == small_pca.fingerprint


def test_the_axes_of_very_long_vectors_are_those_of_the_vectors_that_count():
    """Of 300 vectors, all count: axes and variances are those of their covariance."""
    rng = np.random.default_rng(0)
    z = rng.normal(size=(300, 1200)) * np.linspace(3, 0.1, 1200)
    mean, axes, variances = axes_of(z.astype(np.float32))
    np.testing.assert_allclose(mean, z.mean(axis=0), atol=1e-6)
    assert axes.shape == (299, 1200)  # less the mean, they span one dimension fewer
    np.testing.assert_allclose(axes @ axes.T, np.eye(299), atol=1e-6)
    expected = np.linalg.svd(z - z.mean(axis=0), compute_uv=False)[:299] ** 2 / 300
    np.testing.assert_allclose(variances, expected, rtol=1e-4)
