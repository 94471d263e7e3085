"""What the Generate page computes once for each model, for all sessions.

Nothing that is returned here may be changed: every thread gets the same object.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

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
from ae.analysis.handwriting import ink, slant
from ae.analysis.neighbours import nearest
from ae.nn.flow import NO_CLASS, STEPS, Flow, FlowSamples
from ae.store import ModelCard, flows
from ae.ui import cache

FITTED = 10_000  # training digits that distributions are fitted to
MEASURED = 1000  # digits that a quality is measured on
_TURNED = 300  # test digits whose class is changed
COMPARED = 200  # of them, whose nearest training digits are searched
REFERENCE = "conv-32"  # the model whose encoder the quality is measured with

PRIOR, ONE_GAUSSIAN = "Prior N(0, 1)", "One Gaussian"
CLASS_GAUSSIANS, KERNELS = "A Gaussian for each class", "Kernel density"
FITTED_DISTRIBUTIONS = (PRIOR, ONE_GAUSSIAN, CLASS_GAUSSIANS, KERNELS)  # of every model
FLOW = "Flow"
REAL, RECONSTRUCTED = "Real training digits", "The same, reconstructed"
BASELINES = (REAL, RECONSTRUCTED)


@dataclass(frozen=True)
class SamplingRequest:
    """Which latent vectors are drawn.

    Attributes
    ----------
    distribution : str
        One of ``distributions``.
    temperature : float
        Scale of the random part, from 0 to 2.
    seed : int
        Of the random numbers.
    count : int
        Number of latent vectors.
    label : int or None
        Their class, or None for all classes.
    guidance : float
        Of a flow, see ``ae.nn.flow.Flow.velocity``. Others have none.
    steps : int
        Of a flow, from noise to the latent vector. Others have none.
    """

    distribution: str
    temperature: float
    seed: int
    count: int
    label: int | None
    guidance: float = 1.0
    steps: int = STEPS


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
    copies : float
        Share of the first 200 digits that are nearer to a training digit, pixel by pixel, than
        half of the test digits are.
    """

    distance: float
    precision: float
    recall: float
    copies: float


@dataclass(frozen=True)
class Hand:
    """What a flow keeps of test digits that go backwards without a class, and forwards as others.

    Attributes
    ----------
    count : int
        Number of digits.
    became : float
        Share of them that become the class that was asked for, by the 5 nearest latent vectors.
    slant, ink : float
        Correlation of the slant and of the amount of ink before and after.
    """

    count: int
    became: float
    slant: float
    ink: float


def codes(name: str) -> np.ndarray:
    """Return the codes of the first 10,000 training digits: float32 (10000, latent_dim)."""
    return _codes(name, cache.version(name))


def why_no_flow(card: ModelCard) -> str:
    """Return why a model's flow cannot be used, as a sentence; "" if it can."""
    return _why_no_flow(card, cache.version(card.name), _flow_version(card.name))


def distributions(card: ModelCard) -> tuple[str, ...]:
    """Return what the digits of a model can be drawn from: its flow first, if it has one."""
    return FITTED_DISTRIBUTIONS if why_no_flow(card) else (FLOW, *FITTED_DISTRIBUTIONS)


def flow(name: str) -> Flow:
    """Return the flow of a model. Raises ModelError if it has none that can be used."""
    return _flow(name, cache.version(name), _flow_version(name))


def flow_graph(name: str) -> bytes:
    """Return the file of the flow's network for the browser."""
    return _flow_graph(name, cache.version(name), _flow_version(name))


def density(name: str, request: SamplingRequest) -> Density:
    """Return the distribution that is asked for, fitted to the codes of a model."""
    if request.distribution == FLOW:
        return FlowSamples(flow(name), request.steps, request.guidance)
    return _density(name, cache.version(name), request.distribution)


def draw(name: str, request: SamplingRequest) -> np.ndarray:
    """Draw latent vectors: float32 (n, latent_dim).

    There are fewer than requested, or none, if the class is rare in the distribution.
    """
    rng = np.random.default_rng(request.seed)
    source = density(name, request)
    if request.label is None:
        return source.sample(request.count, rng, request.temperature)
    labels = cache.mnist().y_train[:FITTED]
    classify = neighbour_classifier(codes(name), labels)
    return sample_class(source, request.label, request.count, rng, request.temperature, classify)


def qualities(card: ModelCard, request: SamplingRequest) -> Iterator[tuple[str, Quality]]:
    """Yield the quality of each of ``BASELINES`` and of ``distributions``, computed once each.

    Of the request, temperature, guidance and steps count.
    """
    name = card.name
    stamps = cache.version(name), cache.version(REFERENCE)
    for baseline in BASELINES:
        yield baseline, _baseline(name, *stamps, baseline)
    for each in distributions(card):
        wanted = SamplingRequest(each, request.temperature, 0, MEASURED, None)
        if each == FLOW:
            wanted = replace(wanted, guidance=request.guidance, steps=request.steps)
        version = _flow_version(name) if each == FLOW else 0
        yield each, _quality(name, *stamps, version, wanted)


def hand(name: str) -> Hand:
    """Return what a flow keeps of a hand when the class is changed."""
    return _hand(name, cache.version(name), _flow_version(name))


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
    name: str, version: int, reference_stamp: int, flow_version: int, request: SamplingRequest
) -> Quality:
    return _measured(cache.model(name).decode(draw(name, request)))


def _flow_version(name: str) -> int:
    return cache.changed(store.file_of(name, flows.FLOW_FILE))


@st.cache_data(max_entries=64, show_spinner=False)
def _why_no_flow(card: ModelCard, version: int, flow_version: int) -> str:
    return flows.why_no_flow(card)


@st.cache_resource(max_entries=8, show_spinner=False)
def _flow(name: str, version: int, flow_version: int) -> Flow:
    cache.tensorflow()
    return flows.load_flow(name)


@st.cache_data(max_entries=16, show_spinner=False)
def _hand(name: str, version: int, flow_version: int) -> Hand:
    flow, data = _flow(name, version, flow_version), cache.mnist()
    images, labels = data.x_test[:_TURNED], data.y_test[:_TURNED].astype(int)
    others = (labels + np.random.default_rng(0).integers(1, 10, len(labels))) % 10
    ends = flow.standardised(cache.test_codes(name)[:_TURNED])
    # as what they are, they kept less of their hand
    noise = flow.follow(ends, np.full(len(ends), NO_CLASS), backwards=True)[-1]
    z = flow.latent(flow.follow(noise, others)[-1])
    classify = neighbour_classifier(codes(name), data.y_train[:FITTED])
    after = np.clip(cache.model(name).decode(z), 0, 1)
    return Hand(
        len(images),
        float(np.mean(classify(z) == others)),
        *(float(np.corrcoef(of(images), of(after))[0, 1]) for of in (slant, ink)),
    )


@st.cache_resource(max_entries=8, show_spinner=False)
def _flow_graph(name: str, version: int, flow_version: int) -> bytes:
    return flows.graph_of_flow(_flow(name, version, flow_version))


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
        share_of_near(np.clip(images[:COMPARED], 0, 1)),
    )


def share_of_near(images: np.ndarray) -> float:
    """Return the share of images, (n, 28, 28), nearer to a training digit than ``usual_distance``.

    A training digit itself is at distance 0.
    """
    return float(np.mean(nearest_training(images)[1] < usual_distance()))


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
