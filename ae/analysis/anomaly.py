"""Anomaly detection: scores of single images, thresholds, and how well a score separates two sets.

A score is higher for an image that is less like the training images. An image counts as odd if its
score is above the threshold.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from ae.analysis import metrics
from ae.analysis.neighbours import nearest
from ae.nn.base import Model
from ae.nn.pca import PCA

NEIGHBOURS = 5
ELBO_SAMPLES = 4  # of z for each image
_CHUNK = 250  # images at a time
_EPSILON = 1e-7  # Keras clips the output by it before it takes logarithms
_RIDGE = 1e-3  # of the mean variance, added to each: a dimension without variance has no scale
_NORMAL_95 = 1.959964  # the 97.5 % point of the standard normal distribution


@dataclass(frozen=True)
class Score:
    """What is known of a score besides its values.

    Attributes
    ----------
    label : str
        Its name on the screen.
    meaning : str
        What it measures, in a sentence.
    positive : bool
        Whether it is never negative, so that a logarithmic axis suits it.
    """

    label: str
    meaning: str
    positive: bool = True


ERROR, RELATIVE, SSIM, PCA_ERROR = "error", "relative", "ssim", "pca"
MAHALANOBIS, KNN, ELBO, COMBINED = "mahalanobis", "neighbours", "elbo", "combined"
OF_MODEL = (ERROR, RELATIVE, SSIM)  # these need nothing but the model
SCORES: dict[str, Score] = {
    ERROR: Score(
        "Squared error", "The squared error of the reconstruction, summed over the 784 pixels."
    ),
    RELATIVE: Score(
        "Error relative to ink",
        "The squared error divided by that of an empty picture: little ink is then no advantage.",
    ),
    SSIM: Score(
        "1 - SSIM",
        "How little the structure of the reconstruction is like that of the image; "
        "SSIM is the structural similarity.",
    ),
    PCA_ERROR: Score(
        "PCA's squared error",
        "The squared error of PCA with the same number of dimensions: the linear baseline.",
    ),
    MAHALANOBIS: Score(
        "Latent distance (Mahalanobis)",
        "The distance of the latent vector from the mean of the training digits' latent vectors, "
        "in standard deviations, correlations included.",
    ),
    KNN: Score(
        "Latent distance (k nearest)",
        f"The mean distance of the latent vector from its {NEIGHBOURS} nearest latent vectors of "
        "training digits.",
    ),
    ELBO: Score(
        "Negative ELBO",
        "What a VAE is trained to minimise, of sampled latent vectors: its reconstruction loss "
        "plus the KL divergence from the prior.",
    ),
    COMBINED: Score(
        "Error plus latent distance",
        "Squared error and distance from the nearest latent vectors: the logarithm of each, in "
        "standard deviations above its mean over the training digits. The two are added.",
        positive=False,
    ),
}


@dataclass(frozen=True, eq=False)
class LatentGaussian:
    """A normal distribution fitted to latent vectors.

    Attributes
    ----------
    mean : float64 array of shape (d,)
    precision : float64 array of shape (d, d)
        The inverse of the covariance.
    """

    mean: np.ndarray
    precision: np.ndarray

    @classmethod
    def fit(cls, z: np.ndarray) -> LatentGaussian:
        """Fit it to latent vectors, float (n, d), n at least 2."""
        z = np.asarray(z, np.float64)
        if z.ndim != 2 or len(z) < 2:
            raise ValueError(f"z must have shape (n, d), n at least 2. Received: {z.shape}.")
        covariance = np.atleast_2d(np.cov(z, rowvar=False))
        ridge = _RIDGE * float(np.trace(covariance)) / len(covariance) or 1.0
        precision = np.linalg.inv(covariance + ridge * np.eye(len(covariance)))
        return cls(z.mean(axis=0), precision)

    def distance(self, z: np.ndarray) -> np.ndarray:
        """Return the Mahalanobis distance of each latent vector, float (n, d): float64 (n,)."""
        apart = np.asarray(z, np.float64) - self.mean
        return np.sqrt(np.maximum(np.einsum("nd,nd->n", apart @ self.precision, apart), 0))


@dataclass(frozen=True, eq=False)
class Basis:
    """Latent vectors of images, and the scores that need nothing but the model.

    Attributes
    ----------
    z : float32 array of shape (n, latent_dim)
    scores : dict of str to float64 array of shape (n,)
        For the keys in ``OF_MODEL``.
    """

    z: np.ndarray
    scores: dict[str, np.ndarray]


@dataclass(frozen=True, eq=False)
class Reference:
    """What latent distances are measured from.

    Attributes
    ----------
    z : float32 array of shape (n, latent_dim)
        Latent vectors of training images.
    gaussian : LatentGaussian
        Fitted to them.
    scales : float64 array of shape (2, 2)
        Mean and standard deviation of the logarithms of the squared error and of the distance from
        the nearest other latent vectors, over the training images.
    """

    z: np.ndarray
    gaussian: LatentGaussian
    scales: np.ndarray

    @classmethod
    def of(cls, basis: Basis) -> Reference:
        """Return that of training images, of which there must be more than ``NEIGHBOURS``."""
        if len(basis.z) <= NEIGHBOURS:
            raise ValueError(
                f"There must be more than {NEIGHBOURS} training images. Received: {len(basis.z)}."
            )
        # Each is its own nearest neighbour, which does not count.
        distance = nearest(basis.z, basis.z, NEIGHBOURS + 1)[1][:, 1:].mean(
            axis=1, dtype=np.float64
        )
        logs = [_log(basis.scores[ERROR]), _log(distance)]
        scales = np.array([[part.mean(), part.std() or 1.0] for part in logs])
        return cls(basis.z, LatentGaussian.fit(basis.z), scales)


@dataclass(frozen=True, eq=False)
class Detector:
    """A model, and what its scores are measured against, which is computed when it is needed.

    Attributes
    ----------
    model : Model
    training : callable that returns float32 of shape (n, 28, 28)
        More than ``NEIGHBOURS`` images that the model was trained on.
    largest_pca : callable that returns PCA
        With at least as many dimensions as the model, or as many as can be had.
    kl_weight : float
    loss : str
        Both of the VAE's training, for the ELBO.
    """

    model: Model
    training: Callable[[], np.ndarray]
    largest_pca: Callable[[], PCA]
    kl_weight: float = 1.0
    loss: str = "mse"

    @cached_property
    def reference(self) -> Reference:
        """Measured on the training images."""
        return Reference.of(self.basis(self.training()))

    @cached_property
    def pca(self) -> PCA:
        """PCA with as many dimensions as the model."""
        pca = self.largest_pca()
        return pca.truncate(min(self.model.latent_dim, pca.latent_dim))

    @property
    def _z_log_var(self) -> Callable[[np.ndarray], Any] | None:
        """The part of a VAE that gives z_log_var of images, None where a model's file lacks it."""
        return getattr(self.model, "z_log_var", None)

    @property
    def keys(self) -> tuple[str, ...]:
        """The scores that this model can give: keys of ``SCORES``."""
        return tuple(key for key in SCORES if key != ELBO or self._z_log_var)

    def basis(self, images: np.ndarray) -> Basis:
        """Encode and reconstruct images, float32 (n, 28, 28) in [0, 1]."""
        z = self.model.encode(images)
        reconstructions = self.model.decode(z)
        error = metrics.squared_error(images, reconstructions)
        scores = {
            ERROR: error,
            RELATIVE: relative_error(images, error),
            SSIM: 1 - metrics.ssim(images, reconstructions),
        }
        return Basis(z, scores)

    def score(self, key: str, images: np.ndarray, basis: Basis) -> np.ndarray:
        """Return a score of images.

        Parameters
        ----------
        key : str
            One of ``keys``.
        images : float32 array of shape (n, 28, 28), values in [0, 1]
        basis : Basis
            Of these images.

        Returns
        -------
        float64 array of shape (n,)
        """
        if key in basis.scores:
            return basis.scores[key]
        if key == PCA_ERROR:
            return metrics.squared_error(images, self.pca.reconstruct(images))
        if key == ELBO:
            options = {"kl_weight": self.kl_weight, "loss": self.loss}
            assert self._z_log_var is not None
            log_var = _log_variances(self._z_log_var, images, self.model.latent_dim)
            return negative_elbo(images, basis.z, log_var, self.model, **options)
        if key == MAHALANOBIS:
            return self.reference.gaussian.distance(basis.z)
        distance = neighbour_distance(basis.z, self.reference.z)
        if key == KNN:
            return distance
        return combined(basis.scores[ERROR], distance, self.reference.scales)

    def measure(self, images: np.ndarray) -> dict[str, np.ndarray]:
        """Return all scores of images, float32 (n, 28, 28): float64 (n,) for each of ``keys``."""
        basis = self.basis(images)
        return {key: self.score(key, images, basis) for key in self.keys}


def _log_variances(
    part: Callable[[np.ndarray], Any], images: np.ndarray, latent_dim: int
) -> np.ndarray:
    """Return z_log_var of images, float32 (n, latent_dim)."""
    chunks = [images[i : i + _CHUNK] for i in range(0, len(images), _CHUNK)]
    empty = np.zeros((0, latent_dim), np.float32)
    return np.concatenate([empty, *(np.asarray(part(each)) for each in chunks)])


def _log(values: np.ndarray) -> np.ndarray:
    return np.log(np.maximum(values, 1e-9))


def relative_error(images: np.ndarray, error: np.ndarray) -> np.ndarray:
    """Return the squared error divided by the sum of the squared pixels.

    Parameters
    ----------
    images : float array of shape (n, 28, 28)
    error : float array of shape (n,)

    Returns
    -------
    float64 array of shape (n,)
        1 is the error of an empty reconstruction. An image without ink counts as one with a single
        white pixel.
    """
    ink = np.einsum("nij,nij->n", *[np.asarray(images, np.float64)] * 2)
    return error / np.maximum(ink, 1)


def neighbour_distance(z: np.ndarray, known: np.ndarray, count: int = NEIGHBOURS) -> np.ndarray:
    """Return the mean distance of each latent vector from its nearest known ones: float64 (n,).

    z, known : float arrays of shape (n, d) and (m, d), m at least ``count``.
    """
    return nearest(z, known, count)[1].mean(axis=1, dtype=np.float64)


def negative_elbo(
    images: np.ndarray,
    z_mean: np.ndarray,
    z_log_var: np.ndarray,
    model: Model,
    *,
    kl_weight: float = 1.0,
    loss: str = "mse",
    samples: int = ELBO_SAMPLES,
    seed: int = 0,
) -> np.ndarray:
    """Return the negative evidence lower bound of each image, but for a constant.

    Parameters
    ----------
    images : float array of shape (n, 28, 28)
    z_mean, z_log_var : float arrays of shape (n, d)
        The approximate posterior of each image.
    model : Model
        Its decoder is used.
    kl_weight : float
        Weight of the KL divergence, as in training.
    loss : str
        Reconstruction loss of the training: "mse" or "binary_crossentropy".
    samples : int
        Latent vectors drawn for each image.
    seed : int
        Of the draws.

    Returns
    -------
    float64 array of shape (n,)

    Notes
    -----
    Reconstruction loss, summed over the pixels and averaged over samples of z, plus the KL
    divergence from N(0, 1) in nats. With a Gaussian decoder of variance 1/2, or a Bernoulli
    decoder for the cross-entropy, this is the negative ELBO.

    References
    ----------
    Kingma & Welling, "Auto-Encoding Variational Bayes" (2014), equation 10.
    """
    mean, log_var = (np.asarray(part, np.float64) for part in (z_mean, z_log_var))
    divergence = 0.5 * (mean**2 + np.exp(log_var) - log_var - 1).sum(axis=1)
    rng = np.random.default_rng(seed)
    total = np.zeros(len(mean))
    for _ in range(samples):
        z = mean + np.exp(log_var / 2) * rng.standard_normal(mean.shape)
        total += _RECONSTRUCTION_LOSSES[loss](images, model.decode(z.astype(np.float32)))
    return total / samples + kl_weight * divergence


def _cross_entropy(images: np.ndarray, outputs: np.ndarray) -> np.ndarray:
    """Return the binary cross-entropy summed over the pixels of each image: float64 (n,)."""
    share = np.clip(outputs.astype(np.float64), _EPSILON, 1 - _EPSILON)
    terms = images * np.log(share) + (1 - images) * np.log(1 - share)
    return -terms.sum(axis=(1, 2))


_RECONSTRUCTION_LOSSES = {"mse": metrics.squared_error, "binary_crossentropy": _cross_entropy}


def combined(error: np.ndarray, distance: np.ndarray, scales: np.ndarray) -> np.ndarray:
    """Return the sum of the standardised logarithms of error and latent distance: float64 (n,).

    error, distance : float arrays of shape (n,).
    scales : float array of shape (2, 2), mean and standard deviation of both logarithms.
    """
    parts = [
        (_log(part) - mean) / deviation
        for part, (mean, deviation) in zip((error, distance), scales, strict=True)
    ]
    return np.sum(parts, axis=0)


# --- thresholds ---------------------------------------------------------------------------------


def threshold_for(scores: np.ndarray, max_false_alarms: float) -> float:
    """Return the lowest score as threshold that raises no more false alarms than allowed.

    Parameters
    ----------
    scores : float array of shape (n,), n at least 1
        Of normal images only: no odd ones are needed.
    max_false_alarms : float
        The largest share of them that may be above the threshold, in [0, 1).

    Raises
    ------
    ValueError
        If there are no scores, or the share is out of range.
    """
    scores = np.sort(np.asarray(scores, np.float64))
    if not len(scores) or not 0 <= max_false_alarms < 1:
        raise ValueError(
            "There must be at least one score, and max_false_alarms must be from 0 to below 1. "
            f"Received: {len(scores)} scores, max_false_alarms={max_false_alarms!r}."
        )
    allowed = math.floor(max_false_alarms * len(scores) + 1e-9)
    return float(scores[len(scores) - 1 - allowed])


@dataclass(frozen=True)
class Counts:
    """The confusion table of one threshold.

    Attributes
    ----------
    hits, misses : int
        Odd images above the threshold, and those that are not.
    false_alarms, passed : int
        Normal images above the threshold, and those that are not.
    """

    hits: int
    misses: int
    false_alarms: int
    passed: int

    @property
    def precision(self) -> float:
        """Share of the alarms that are right; NaN without an alarm."""
        alarms = self.hits + self.false_alarms
        return self.hits / alarms if alarms else math.nan

    @property
    def recall(self) -> float:
        """Share of the odd images that are found; NaN without odd images."""
        odd = self.hits + self.misses
        return self.hits / odd if odd else math.nan

    @property
    def false_alarm_rate(self) -> float:
        """Share of the normal images that raise a false alarm; NaN without normal images."""
        normal = self.false_alarms + self.passed
        return self.false_alarms / normal if normal else math.nan


def count(normal: np.ndarray, odd: np.ndarray, threshold: float) -> Counts:
    """Return the confusion table of a threshold. normal, odd : scores, float (n,) and (m,)."""
    hits, alarms = int((odd > threshold).sum()), int((normal > threshold).sum())
    return Counts(hits, len(odd) - hits, alarms, len(normal) - alarms)


# --- all thresholds -----------------------------------------------------------------------------


@dataclass(frozen=True, eq=False)
class Curves:
    """Rates at every threshold, from above the highest score to the lowest.

    Attributes
    ----------
    thresholds : float64 array of shape (t,), falling
        An image counts as odd from this score on. The first is infinite.
    false_alarm_rate, recall, precision : float64 arrays of shape (t,)
        The first precision, of no alarms, is 1.
    """

    thresholds: np.ndarray
    false_alarm_rate: np.ndarray
    recall: np.ndarray
    precision: np.ndarray


def curves(normal: np.ndarray, odd: np.ndarray) -> Curves:
    """Return ROC and precision-recall curve of a score.

    Parameters
    ----------
    normal, odd : float arrays of shape (n,) and (m,), n and m at least 1
        Scores.

    References
    ----------
    Fawcett, "An introduction to ROC analysis" (2006), algorithm 1.
    """
    normal, odd = _checked(normal, odd)
    thresholds = np.unique(np.concatenate([normal, odd]))[::-1]

    def above(scores: np.ndarray) -> np.ndarray:
        return len(scores) - np.searchsorted(np.sort(scores), thresholds, side="left")

    alarms, hits = above(normal), above(odd)
    return Curves(
        np.concatenate([[np.inf], thresholds]),
        np.concatenate([[0], alarms / len(normal)]),
        np.concatenate([[0], hits / len(odd)]),
        np.concatenate([[1], hits / (hits + alarms)]),
    )


@dataclass(frozen=True)
class Auc:
    """The area under the ROC curve, with its 95 % interval.

    Attributes
    ----------
    value : float
        The probability that an odd image has a higher score than a normal one. 0.5 is chance.
    low, high : float
        The ends of the interval, within [0, 1].
    """

    value: float
    low: float
    high: float


def auc(normal: np.ndarray, odd: np.ndarray) -> Auc:
    """Return the area under the ROC curve of a score; a tie counts half.

    Parameters
    ----------
    normal, odd : float arrays of shape (n,) and (m,), n and m at least 1
        Scores. With a single image in one of them, the interval is [0, 1].

    References
    ----------
    DeLong, DeLong & Clarke-Pearson, "Comparing the Areas under Two or More Correlated Receiver
    Operating Characteristic Curves: A Nonparametric Approach", Biometrics 44 (1988), for the
    standard error.
    """
    normal, odd = _checked(normal, odd)
    # For each score the share of the other set that it separates from.
    of_odd = _share_below(odd, normal)
    of_normal = 1 - _share_below(normal, odd)
    value = float(of_odd.mean())
    if min(len(normal), len(odd)) < 2:
        return Auc(value, 0.0, 1.0)
    variance = of_odd.var(ddof=1) / len(odd) + of_normal.var(ddof=1) / len(normal)
    half = _NORMAL_95 * math.sqrt(variance)
    return Auc(value, max(value - half, 0.0), min(value + half, 1.0))


def _share_below(scores: np.ndarray, others: np.ndarray) -> np.ndarray:
    others = np.sort(others)
    below, upto = (np.searchsorted(others, scores, side=side) for side in ("left", "right"))
    return (below + upto) / (2 * len(others))


def _checked(normal: np.ndarray, odd: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    normal, odd = np.asarray(normal, np.float64), np.asarray(odd, np.float64)
    if normal.ndim != 1 or odd.ndim != 1 or not len(normal) or not len(odd):
        raise ValueError(
            "normal and odd must have shapes (n,) and (m,), n and m at least 1. "
            f"Received: {normal.shape} and {odd.shape}."
        )
    return normal, odd
