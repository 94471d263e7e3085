"""What the Generate page computes once for each model, for all sessions.

Nothing that is returned here may be changed: every thread gets the same object.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import streamlit as st

from ae import store
from ae.analysis import metrics
from ae.analysis.densities import (
    Density,
    Gaussian,
    GaussianPerClass,
    KernelDensity,
    neighbour_classifier,
    sample_class,
)
from ae.analysis.neighbours import nearest
from ae.ui import cache

FITTED = 10_000  # training digits that distributions are fitted to
MEASURED = 1000  # digits that a quality is measured on
REFERENCE = "conv-32"  # the model whose encoder the quality is measured with

PRIOR, ONE_GAUSSIAN = "Prior N(0, 1)", "One Gaussian"
CLASS_GAUSSIANS, KERNELS = "A Gaussian for each class", "Kernel density"
DISTRIBUTIONS = (PRIOR, ONE_GAUSSIAN, CLASS_GAUSSIANS, KERNELS)
REAL, RECONSTRUCTED = "Real training digits", "The same, reconstructed"
BASELINES = (REAL, RECONSTRUCTED)


@dataclass(frozen=True)
class SamplingRequest:
    """Which latent vectors are drawn.

    Attributes
    ----------
    distribution : str
        One of ``DISTRIBUTIONS``.
    temperature : float
        Scale of the random part, from 0 to 2.
    seed : int
        Of the random numbers.
    count : int
        Number of latent vectors.
    label : int or None
        Their class, or None for all classes.
    """

    distribution: str
    temperature: float
    seed: int
    count: int
    label: int | None


@dataclass(frozen=True)
class Quality:
    """Comparison of 1,000 digits with test digits, as latent vectors of the reference encoder.

    Attributes
    ----------
    distance : float
        Fréchet distance from all test digits, at least 0.
    precision : float
        Share of the digits that lie among 1,000 test digits.
    recall : float
        Share of these test digits that lie among the digits.
    """

    distance: float
    precision: float
    recall: float


def codes(name: str) -> np.ndarray:
    """Return the codes of the first 10,000 training digits: float32 (10000, latent_dim)."""
    return _codes(name, cache.version(name))


def density(name: str, distribution: str) -> Density:
    """Return one of ``DISTRIBUTIONS``, fitted to the codes of a model."""
    return _density(name, cache.version(name), distribution)


def draw(name: str, request: SamplingRequest) -> np.ndarray:
    """Draw latent vectors: float32 (n, latent_dim).

    There are fewer than requested, or none, if the class is rare in the distribution.
    """
    rng = np.random.default_rng(request.seed)
    source = density(name, request.distribution)
    if request.label is None:
        return source.sample(request.count, rng, request.temperature)
    labels = cache.mnist().y_train[:FITTED]
    classify = neighbour_classifier(codes(name), labels)
    return sample_class(source, request.label, request.count, rng, request.temperature, classify)


def qualities(name: str, temperature: float) -> Iterator[tuple[str, Quality]]:
    """Yield the quality of each of ``BASELINES`` and ``DISTRIBUTIONS``, computed once each."""
    stamps = cache.version(name), cache.version(REFERENCE)
    for baseline in BASELINES:
        yield baseline, _baseline(name, *stamps, baseline)
    for distribution in DISTRIBUTIONS:
        yield distribution, _quality(name, *stamps, distribution, temperature)


def has_reference() -> bool:
    """Return whether the model whose encoder the quality is measured with is there."""
    try:
        cache.model(REFERENCE)
    except store.ModelError:
        return False
    return True


@st.cache_resource(max_entries=8, show_spinner=False)
def _codes(name: str, version: int) -> np.ndarray:
    return cache.model(name).encode(cache.mnist().x_train[:FITTED])


@st.cache_resource(max_entries=32, show_spinner=False)
def _density(name: str, version: int, distribution: str) -> Density:
    if distribution == PRIOR:
        return Gaussian.standard(cache.model(name).latent_dim)
    if distribution == ONE_GAUSSIAN:
        return Gaussian.fit(_codes(name, version))
    kind = GaussianPerClass if distribution == CLASS_GAUSSIANS else KernelDensity
    return kind.fit(_codes(name, version), cache.mnist().y_train[:FITTED])


@st.cache_data(max_entries=256, show_spinner=False)
def _quality(
    name: str, version: int, reference_stamp: int, distribution: str, temperature: float
) -> Quality:
    z = draw(name, SamplingRequest(distribution, temperature, 0, MEASURED, None))
    return _measured(cache.model(name).decode(z))


@st.cache_data(max_entries=64, show_spinner=False)
def _baseline(name: str, version: int, reference_stamp: int, baseline: str) -> Quality:
    # at random: MNIST's first digits are of a few writers
    images = cache.mnist().x_train
    real = images[np.random.default_rng(0).permutation(len(images))[:MEASURED]]
    return _measured(real if baseline == REAL else cache.model(name).reconstruct(real))


def _measured(images: np.ndarray) -> Quality:
    z = cache.model(REFERENCE).encode(np.clip(images, 0, 1))
    real = cache.test_codes(REFERENCE)
    return Quality(
        metrics.frechet_distance(z, real),
        metrics.precision(z, real[:MEASURED]),
        metrics.precision(real[:MEASURED], z),
    )


def nearest_training(images: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Find the training digit that is most similar to each image, pixel by pixel.

    Parameters
    ----------
    images : float32 array of shape (n, 28, 28)

    Returns
    -------
    indices : int32 array of shape (n,)
    distances : float32 array of shape (n,)
        Euclidean distances between the 784 pixel values.
    """
    rows, norms = cache.train_pixels()
    indices, distances = nearest(images.reshape(len(images), -1), rows, 1, norms)
    return indices[:, 0], distances[:, 0]


@st.cache_data(show_spinner=False)
def usual_distance() -> float:
    """Return the median distance of 200 test digits from their nearest training digits."""
    return float(np.median(nearest_training(cache.mnist().x_test[:200])[1]))
