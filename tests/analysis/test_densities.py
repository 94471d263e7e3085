"""Samples have the mean, covariance, density and class of the codes that were fitted."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats
from sklearn.neighbors import KernelDensity as SklearnKernelDensity

from ae.analysis.densities import (
    Gaussian,
    GaussianPerClass,
    KernelDensity,
    neighbour_classifier,
    sample_class,
)

LABELS = np.arange(600) % 3


@pytest.fixture(scope="module")
def codes() -> np.ndarray:
    """Three classes far apart, each wider along one axis than along the other."""
    rng = np.random.default_rng(0)
    centres = np.array([[0, 0], [20, 0], [0, 20]])[LABELS]
    return (centres + rng.normal(size=(600, 2)) * [2, 0.5]).astype(np.float32)


def fits(codes):
    return [
        Gaussian.fit(codes),
        GaussianPerClass.fit(codes, LABELS),
        KernelDensity.fit(codes, LABELS),
    ]


def test_what_is_drawn_has_mean_and_covariance_of_the_codes(codes):
    for density in fits(codes):
        z = density.sample(20_000, np.random.default_rng(1))
        assert z.dtype == np.float32
        np.testing.assert_allclose(z.mean(axis=0), codes.mean(axis=0), atol=0.3)
        np.testing.assert_allclose(np.cov(z.T), np.cov(codes.T), rtol=0.06, atol=2)


def test_the_same_seed_draws_the_same(codes):
    for density in fits(codes):
        first, second = (density.sample(5, np.random.default_rng(7)) for _ in range(2))
        np.testing.assert_array_equal(first, second)


def test_temperature_0_is_the_middle_and_of_kernels_a_real_code(codes):
    gaussian, _, kernel = fits(codes)
    rng = np.random.default_rng(2)
    np.testing.assert_allclose(gaussian.sample(1, rng, 0)[0], codes.mean(axis=0), atol=1e-4)
    for z in kernel.sample(5, rng, 0):
        assert (codes == z).all(axis=1).any()


def test_the_prior_is_standard_normal():
    z = Gaussian.standard(3).sample(20_000, np.random.default_rng(3))
    np.testing.assert_allclose(z.mean(axis=0), 0, atol=0.03)
    np.testing.assert_allclose(np.cov(z.T), np.eye(3), atol=0.04)


@pytest.mark.parametrize("label", [0, 1, 2])
def test_a_chosen_class_is_drawn_whatever_the_density(codes, label):
    classify = neighbour_classifier(codes, LABELS)
    for density in fits(codes)[1:]:
        z = sample_class(density, label, 50, np.random.default_rng(4), 1.0, classify)
        assert len(z) == 50
        assert (classify(z) == label).all()
    z = sample_class(fits(codes)[0], label, 20, np.random.default_rng(4), 1.0, classify)
    assert len(z) == 20
    assert (classify(z) == label).all()


def test_a_class_that_is_never_drawn_gives_nothing(codes):
    classify = neighbour_classifier(codes, LABELS)
    z = sample_class(
        Gaussian.fit(codes[LABELS == 0]), 1, 5, np.random.default_rng(5), 1.0, classify
    )
    assert z.shape == (0, 2)


def test_the_bandwidth_is_the_most_likely_one_for_scikit_learn(codes):
    whiten = np.linalg.inv(np.linalg.cholesky(np.cov(codes.T, ddof=0)))
    white = (codes - codes.mean(axis=0)) @ whiten.T
    held_out, rest = white[:300], white[300:]
    scores = {
        bandwidth: SklearnKernelDensity(bandwidth=bandwidth).fit(rest).score(held_out)
        for bandwidth in np.geomspace(0.02, 1, 12)
    }
    best = max(scores, key=lambda bandwidth: scores[bandwidth])
    assert best < 0.3
    assert KernelDensity.fit(codes, LABELS).bandwidth == pytest.approx(best)


def test_samples_have_the_density_that_scipy_estimates(codes):
    """The density at the samples, a single number for each, is distributed as for theirs."""
    ours = KernelDensity.fit(codes, LABELS)
    theirs = stats.gaussian_kde(codes.T, bw_method=ours.bandwidth)
    wider = stats.gaussian_kde(codes.T, bw_method=1.5 * ours.bandwidth)
    samples = theirs.logpdf(ours.sample(4000, np.random.default_rng(8)).T)
    same, other = (theirs.logpdf(each.resample(4000, seed=9)) for each in (theirs, wider))
    assert stats.ks_2samp(samples, same).pvalue > 0.01
    assert stats.ks_2samp(samples, other).pvalue < 1e-6


def test_a_number_that_the_model_does_not_use_harms_no_density(codes):
    flat = np.column_stack([codes, np.full(len(codes), 3.0)]).astype(np.float32)
    for density in fits(flat):
        z = density.sample(100, np.random.default_rng(6))
        np.testing.assert_allclose(z[:, 2], 3, atol=0.2)
