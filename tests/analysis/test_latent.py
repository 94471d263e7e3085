"""Statistics, influence and neighbours of codes, against plain computations."""

from __future__ import annotations

import csv
import io

import numpy as np
import pytest

from ae.analysis.latent import (
    ACTIVE_VARIANCE,
    CodeStatistics,
    class_mean,
    code_csv,
    sensitivity,
    traversal,
    variances,
)


@pytest.fixture(scope="module")
def codes() -> np.ndarray:
    return np.random.default_rng(0).normal([3, -1, 0], [2, 0.5, 7], (500, 3)).astype(np.float32)


def test_standardized_codes_have_mean_0_and_spread_1(codes):
    standard = CodeStatistics.of(codes).standardize(codes)
    assert standard.dtype == np.float32
    np.testing.assert_allclose(standard.mean(axis=0), 0, atol=1e-5)
    np.testing.assert_allclose(standard.std(axis=0), 1, rtol=1e-5)


def test_a_number_that_never_changes_divides_by_no_zero():
    assert (CodeStatistics.of(np.ones((4, 2), np.float32)).standard_deviation > 0).all()


def test_the_influence_of_a_principal_component_is_the_component(mnist, mnist_pca):
    z = mnist_pca.encode(mnist.x_test[:1])[0]
    lower, upper = sensitivity(mnist_pca, z, 5, step=1.5)
    expected = 3 * mnist_pca.components[5].reshape(28, 28)
    np.testing.assert_allclose(upper - lower, expected, atol=1e-5)
    middle = mnist_pca.decode(z[None])[0]
    np.testing.assert_allclose((upper + lower) / 2, middle, atol=1e-5)


def test_a_code_comes_back_from_its_csv_exactly(codes):
    rows = list(csv.DictReader(io.StringIO(code_csv(codes[4], CodeStatistics.of(codes)))))
    np.testing.assert_array_equal(np.float32([row["z"] for row in rows]), codes[4])
    assert [row["dimension"] for row in rows] == ["1", "2", "3"]


def test_a_traversal_moves_one_number_at_a_time(mnist, mnist_pca):
    z = mnist_pca.encode(mnist.x_test[:1])[0]
    low, high = z - 2, z + 2
    rows = traversal(mnist_pca, z, low, high, 5, np.arange(mnist_pca.latent_dim))
    assert rows.shape == (64, 5, 28, 28)
    here = mnist_pca.decode(z[None])[0]
    np.testing.assert_allclose(rows[:, 2], np.broadcast_to(here, (64, 28, 28)), atol=1e-5)
    expected = 4 * mnist_pca.components.reshape(-1, 28, 28)
    np.testing.assert_allclose(rows[:, -1] - rows[:, 0], expected, atol=1e-4)


def test_the_mean_of_a_class_is_that_of_its_codes(codes):
    labels = np.arange(500) % 4
    np.testing.assert_allclose(class_mean(codes, labels, 3), codes[3::4].mean(axis=0), rtol=1e-5)


def test_a_number_that_stands_still_is_not_alive(codes):
    z = np.column_stack([codes, np.full(500, 0.7) + 0.01 * codes[:, 0]])
    assert (variances(z) > ACTIVE_VARIANCE).tolist() == [True, True, True, False]
