"""Scores, thresholds and curves of anomaly detection; scikit-learn is the oracle."""

from __future__ import annotations

import dataclasses
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.spatial.distance import cdist
from sklearn.covariance import EmpiricalCovariance
from sklearn.metrics import (
    confusion_matrix,
    precision_recall_curve,
    precision_score,
    recall_score,
    roc_auc_score,
    roc_curve,
)

from ae.analysis import anomaly, metrics
from ae.nn.pca import PCA

# Few different values: ties are frequent.
values = st.lists(st.integers(0, 8).map(float), min_size=1, max_size=30).map(np.array)


def as_labels(normal, odd):
    labels = np.concatenate([np.zeros(len(normal)), np.ones(len(odd))])
    return labels, np.concatenate([normal, odd])


@given(normal=values, odd=values)
def test_auc_is_that_of_scikit_learn(normal, odd):
    found = anomaly.auc(normal, odd)
    assert found.value == pytest.approx(roc_auc_score(*as_labels(normal, odd)))
    assert 0 <= found.low <= found.value + 1e-12
    assert found.value - 1e-12 <= found.high <= 1


@given(normal=values, odd=values)
def test_curves_are_those_of_scikit_learn(normal, odd):
    found = anomaly.curves(normal, odd)
    labels, scores = as_labels(normal, odd)
    false_alarms, recall, thresholds = roc_curve(labels, scores, drop_intermediate=False)
    np.testing.assert_allclose(found.false_alarm_rate, false_alarms)
    np.testing.assert_allclose(found.recall, recall)
    np.testing.assert_array_equal(found.thresholds, thresholds)
    precision, recall, thresholds = precision_recall_curve(labels, scores)
    np.testing.assert_allclose(found.precision, precision[::-1])
    np.testing.assert_allclose(found.recall, recall[::-1])
    np.testing.assert_array_equal(found.thresholds[1:], thresholds[::-1])


@given(normal=values, odd=values, threshold=st.floats(-1, 9))
def test_the_confusion_table_is_that_of_scikit_learn(normal, odd, threshold):
    counts = anomaly.count(normal, odd, threshold)
    labels, scores = as_labels(normal, odd)
    verdicts = scores > threshold
    table = [[counts.passed, counts.false_alarms], [counts.misses, counts.hits]]
    np.testing.assert_array_equal(table, confusion_matrix(labels, verdicts))
    assert counts.recall == pytest.approx(recall_score(labels, verdicts))
    if verdicts.any():
        assert counts.precision == pytest.approx(precision_score(labels, verdicts))
    else:
        assert math.isnan(counts.precision)


def test_the_interval_holds_the_true_auc_in_95_of_100_samples():
    rng = np.random.default_rng(0)
    true = 0.5 * (1 + math.erf(1 / 2))  # of N(1, 1) against N(0, 1)
    held = 0
    for _ in range(400):
        found = anomaly.auc(rng.normal(size=150), rng.normal(1, 1, 100))
        held += found.low <= true <= found.high
    assert 0.91 <= held / 400 <= 0.985


def test_a_single_image_tells_nothing_certain():
    assert anomaly.auc(np.array([1.0, 2.0]), np.array([3.0])) == anomaly.Auc(1, 0, 1)


@pytest.mark.parametrize(("normal", "odd"), [([], [1.0]), ([1.0], []), ([[1.0]], [1.0])])
def test_sets_without_scores_are_refused(normal, odd):
    for function in (anomaly.auc, anomaly.curves):
        with pytest.raises(ValueError, match="Received: "):
            function(np.array(normal), np.array(odd))


@given(scores=values, share=st.floats(0, 0.99))
def test_the_threshold_is_the_lowest_that_keeps_the_promise(scores, share):
    threshold = anomaly.threshold_for(scores, share)
    assert (scores > threshold).mean() <= share + 1e-9
    lower = scores[scores < threshold]
    if len(lower):  # the next lower score would raise too many
        assert (scores > lower.max()).mean() > share - 1e-9


def test_one_percent_of_200_are_two():
    assert anomaly.threshold_for(np.arange(200.0), 0.01) == 197


@pytest.mark.parametrize("share", [-0.1, 1.0, math.nan])
def test_a_share_out_of_range_is_refused(share):
    with pytest.raises(ValueError, match="max_false_alarms"):
        anomaly.threshold_for(np.arange(3.0), share)


def test_mahalanobis_is_that_of_scikit_learn():
    rng = np.random.default_rng(0)
    z = rng.normal(size=(400, 3)) @ rng.normal(size=(3, 3)) + 5
    oracle = EmpiricalCovariance().fit(z)
    found = anomaly.LatentGaussian.fit(z).distance(z[:50])
    np.testing.assert_allclose(found**2, oracle.mahalanobis(z[:50]), rtol=0.1)


def test_a_dead_dimension_does_not_decide():
    rng = np.random.default_rng(0)
    z = np.concatenate([rng.normal(size=(400, 2)), np.zeros((400, 1))], axis=1)
    plain = anomaly.LatentGaussian.fit(z[:, :2]).distance(z[:, :2])
    np.testing.assert_allclose(anomaly.LatentGaussian.fit(z).distance(z), plain, rtol=1e-2)
    assert np.isfinite(anomaly.LatentGaussian.fit(np.zeros((5, 2))).distance(np.ones((2, 2)))).all()


def test_neighbour_distance_is_that_of_scipy():
    rng = np.random.default_rng(0)
    z, known = rng.normal(size=(20, 4)), rng.normal(size=(300, 4))
    expected = np.sort(cdist(z, known), axis=1)[:, :5].mean(axis=1)
    np.testing.assert_allclose(anomaly.neighbour_distance(z, known), expected, rtol=1e-5)


def test_relative_error_of_an_empty_reconstruction_is_one():
    images = np.random.default_rng(0).random((4, 28, 28)).astype(np.float32)
    error = metrics.squared_error(images, np.zeros_like(images))
    np.testing.assert_allclose(anomaly.relative_error(images, error), 1)
    assert anomaly.relative_error(np.zeros((1, 28, 28)), np.array([3.0]))[0] == 3


class Doubling:
    """A model whose decoder spreads z over the picture: its ELBO has a closed form."""

    latent_dim = 2
    fingerprint = bytes(16)

    def decode(self, z):
        return np.repeat(z[:, :1], 784, axis=1).reshape(-1, 28, 28)


def test_negative_elbo_is_the_closed_form():
    mean, log_var = np.full((3, 2), 0.5), np.full((3, 2), np.log(0.25))
    images = np.zeros((3, 28, 28))
    found = anomaly.negative_elbo(images, mean, log_var, Doubling(), kl_weight=2, samples=20_000)
    divergence = 2 * 0.5 * (0.25 + 0.25 - np.log(0.25) - 1)
    expected = 784 * (0.25 + 0.25) + 2 * divergence  # E[z²] = mean² + variance
    np.testing.assert_allclose(found, expected, rtol=0.03)


def test_negative_elbo_of_a_bernoulli_decoder_is_the_closed_form():
    class Constant(Doubling):
        def decode(self, z):
            return np.full((len(z), 28, 28), 0.8, np.float32)

    images = np.stack([np.zeros((28, 28)), np.ones((28, 28))])
    mean, log_var = np.zeros((2, 2)), np.zeros((2, 2))  # the prior: no divergence
    found = anomaly.negative_elbo(images, mean, log_var, Constant(), loss="binary_crossentropy")
    np.testing.assert_allclose(found, [-784 * np.log(0.2), -784 * np.log(0.8)], rtol=1e-5)


@pytest.fixture(scope="module")
def detector(mnist, mnist_pca) -> anomaly.Detector:
    """PCA is a model, too, and needs no TensorFlow."""
    return anomaly.Detector(mnist_pca.truncate(8), lambda: mnist.x_train[:2000], lambda: mnist_pca)


def test_all_scores_of_a_model_are_measured(detector, mnist):
    images = mnist.x_test[:50]
    reconstructions = detector.model.reconstruct(images)
    scores = detector.measure(images)
    assert tuple(scores) == detector.keys
    assert anomaly.ELBO not in scores
    assert all(each.shape == (50,) and np.isfinite(each).all() for each in scores.values())
    error = metrics.squared_error(images, reconstructions)
    np.testing.assert_array_equal(scores[anomaly.ERROR], error)
    np.testing.assert_allclose(scores[anomaly.PCA_ERROR], error, rtol=1e-5)
    np.testing.assert_allclose(scores[anomaly.SSIM], 1 - metrics.ssim(images, reconstructions))


def test_the_combined_score_is_standardised_over_the_training_digits(detector, mnist):
    combined = detector.measure(mnist.x_train[2000:4000])[anomaly.COMBINED]
    assert combined.mean() == pytest.approx(0, abs=0.2), "other digits of the same kind"
    error, distance = (
        detector.measure(mnist.x_test[:9])[key] for key in (anomaly.ERROR, anomaly.KNN)
    )
    scales = detector.reference.scales
    expected = sum(
        (np.log(part) - scales[i, 0]) / scales[i, 1] for i, part in enumerate((error, distance))
    )
    np.testing.assert_allclose(anomaly.combined(error, distance, scales), expected)


def test_no_images_have_no_scores(detector):
    scores = detector.measure(np.zeros((0, 28, 28), np.float32))
    assert all(each.shape == (0,) for each in scores.values())


def test_the_scores_of_the_model_need_no_training_images(mnist, mnist_pca):
    def not_needed():
        raise AssertionError

    detector = anomaly.Detector(mnist_pca.truncate(4), not_needed, not_needed)
    images = mnist.x_test[:20]
    basis = detector.basis(images)
    for key in anomaly.OF_MODEL:
        assert detector.score(key, images, basis).shape == (20,)


def test_a_model_with_log_variances_has_the_elbo(mnist, mnist_pca):
    @dataclasses.dataclass(frozen=True, eq=False)
    class Variational(PCA):
        def z_log_var(self, images):
            return np.zeros((len(images), self.latent_dim), np.float32)

    pca = mnist_pca.truncate(4)
    model = Variational(pca.mean, pca.components, pca.variances)
    detector = anomaly.Detector(model, lambda: mnist.x_train[:100], lambda: mnist_pca)
    scores = detector.measure(mnist.x_test[:300])
    assert anomaly.ELBO in detector.keys
    assert (scores[anomaly.ELBO] > scores[anomaly.ERROR]).mean() > 0.9


def test_too_few_training_images_are_refused(mnist, mnist_pca):
    detector = anomaly.Detector(mnist_pca.truncate(2), lambda: mnist.x_train[:5], lambda: mnist_pca)
    with pytest.raises(ValueError, match="more than 5"):
        detector.measure(mnist.x_test[:2])
