"""What the Generate page computes once for each model, for all sessions.

Nothing that is returned here may be changed: every thread gets the same object.
"""

from __future__ import annotations

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

FITTED = 10_000  # training digits that densities are fitted to
MEASURED = 1000  # digits that a Fréchet distance is measured on
JUDGE = "conv-32"  # the model in whose code space it is measured

NORMAL, GAUSSIAN, CLASSES, KERNEL = "N(0, 1)", "One Gaussian", "One per class", "Kernel"
WAYS = (NORMAL, GAUSSIAN, CLASSES, KERNEL)


@dataclass(frozen=True)
class Wish:
    """What is to be made.

    way : one of WAYS. temperature : 0 to 2. seed : of the draw. count : how many.
    label : the class asked for, or None.
    """

    way: str
    temperature: float
    seed: int
    count: int
    label: int | None


@dataclass(frozen=True)
class Quality:
    """How 1,000 digits compare with test digits in the code space of the judge.

    distance : the Fréchet distance from all test digits, at least 0.
    precision : share of them that lie among 1,000 test digits; recall : share of these that lie
    among them.
    """

    distance: float
    precision: float
    recall: float


def codes(name: str) -> np.ndarray:
    """Codes of the first 10,000 training digits: float32 (10000, latent_dim)."""
    return _codes(name, cache.stamp(name))


def density(name: str, way: str) -> Density:
    return _density(name, cache.stamp(name), way)


def draw(name: str, wish: Wish) -> np.ndarray:
    """New codes: float32 (at most wish.count, latent_dim), fewer if a class hardly comes up."""
    rng = np.random.default_rng(wish.seed)
    source = density(name, wish.way)
    if wish.label is None:
        return source.sample(wish.count, rng, wish.temperature)
    labels = cache.mnist().y_train[:FITTED]
    classify = neighbour_classifier(codes(name), labels)
    return sample_class(source, wish.label, wish.count, rng, wish.temperature, classify)


def quality(name: str, way: str, temperature: float) -> Quality:
    """Quality of 1,000 digits made in a way."""
    return _quality(name, cache.stamp(name), cache.stamp(JUDGE), way, temperature)


def floors(name: str) -> dict[str, Quality]:
    """What it is compared with: 1,000 real training digits, as they are and rebuilt."""
    return _floors(name, cache.stamp(name), cache.stamp(JUDGE))


def has_judge() -> bool:
    """Whether the model in whose code space the distance is measured is there."""
    try:
        cache.model(JUDGE)
    except store.ModelError:
        return False
    return True


@st.cache_resource(max_entries=8, show_spinner=False)
def _codes(name: str, stamp: int) -> np.ndarray:
    return cache.model(name).encode(cache.mnist().x_train[:FITTED])


@st.cache_resource(max_entries=32, show_spinner=False)
def _density(name: str, stamp: int, way: str) -> Density:
    if way == NORMAL:
        return Gaussian.standard(cache.model(name).latent_dim)
    labels = cache.mnist().y_train[:FITTED]
    if way == GAUSSIAN:
        return Gaussian.fit(_codes(name, stamp))
    kind = GaussianPerClass if way == CLASSES else KernelDensity
    return kind.fit(_codes(name, stamp), labels)


@st.cache_data(max_entries=256, show_spinner=False)
def _quality(name: str, stamp: int, judge_stamp: int, way: str, temperature: float) -> Quality:
    z = draw(name, Wish(way, temperature, 0, MEASURED, None))
    return _judged(cache.model(name).decode(z))


@st.cache_data(max_entries=32, show_spinner=False)
def _floors(name: str, stamp: int, judge_stamp: int) -> dict[str, Quality]:
    # at random: MNIST's first digits are of a few writers
    images = cache.mnist().x_train
    real = images[np.random.default_rng(0).permutation(len(images))[:MEASURED]]
    return {
        "Training digits": _judged(real),
        "The same, rebuilt": _judged(cache.model(name).reconstruct(real)),
    }


def _judged(images: np.ndarray) -> Quality:
    found, real = cache.model(JUDGE).encode(np.clip(images, 0, 1)), cache.test_codes(JUDGE)
    return Quality(
        metrics.frechet_distance(found, real),
        metrics.precision(found, real[:MEASURED]),
        metrics.precision(real[:MEASURED], found),
    )


def nearest_training(images: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The nearest training digit of each image by its pixels: its number and the distance."""
    rows, norms = cache.train_pixels()
    flat = images.reshape(len(images), -1)
    found, distances = nearest(flat, rows, 1, norms)
    return found[:, 0], distances[:, 0]


@st.cache_data(show_spinner=False)
def usual_distance() -> float:
    """Median distance of 200 test digits from their nearest training digits, by pixels."""
    return float(np.median(nearest_training(cache.mnist().x_test[:200])[1]))
