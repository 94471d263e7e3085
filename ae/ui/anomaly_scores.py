"""Anomaly scores of the test digits and of odd images, computed once for each model."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import streamlit as st

from ae import store
from ae.analysis import anomaly
from ae.analysis.anomaly import Auc, Detector
from ae.data.noise import NOISE_KINDS, corrupt
from ae.data.shapes import draw_shapes
from ae.store import ModelCard
from ae.ui import cache

TRAINING = 4000  # training digits that latent distances are measured from
VALIDATION = 2000  # test digits that thresholds are set on
NORMAL = 1000  # other test digits, which stand for what belongs
ODD = 1000  # odd images, at most
TABLE_STRENGTH = 0.3  # of the noise in the table

CLASS, SHAPES, NOISE = "class", "shapes", "noise"

_ORDER_SEED, _NOISE_SEED, _SHAPES_SEED = 0, 1, 2

Scores = dict[str, np.ndarray]


@dataclass(frozen=True)
class Oddness:
    """A kind of odd images that the page can make.

    Attributes
    ----------
    kind : str
        "class", "shapes" or "noise".
    label : int
        The class, for "class".
    noise : str
        Key of ``NOISE_KINDS``, for "noise".
    strength : float
        Of the noise.
    """

    kind: str
    label: int = 0
    noise: str = ""
    strength: float = 0.0

    @property
    def words(self) -> str:
        """What the images are, in the plural."""
        if self.kind == CLASS:
            return f"digits of class {self.label}"
        if self.kind == SHAPES:
            return "shapes"
        return f"digits with {NOISE_KINDS[self.noise].label.lower()} noise ({self.strength:g})"


def left_out(card: ModelCard) -> tuple[int, ...]:
    """The classes that a model has not seen in training."""
    return card.training.leave_out if card.training else ()


def in_table(card: ModelCard) -> list[Oddness]:
    """The kinds of oddness that all scores are compared on."""
    classes = [Oddness(CLASS, label) for label in left_out(card) if label < 10]
    noises = [Oddness(NOISE, noise=kind, strength=TABLE_STRENGTH) for kind in NOISE_KINDS]
    return [*classes, Oddness(SHAPES), *noises]


def odd_images(oddness: Oddness, without: tuple[int, ...] = ()) -> np.ndarray:
    """Return odd images: float32 (n, 28, 28). without : classes that are not corrupted."""
    return _odd_images(oddness, without)


def digits(without: tuple[int, ...]) -> tuple[np.ndarray, np.ndarray]:
    """Return the rows of the test set that thresholds are set on, and those that are normal."""
    order, labels = _order(), cache.mnist().y_test
    halves = order[:VALIDATION], order[VALIDATION : VALIDATION + NORMAL]
    first, second = (half[~np.isin(labels[half], without)] for half in halves)
    return first, second


def digit_scores(name: str, without: tuple[int, ...]) -> tuple[Scores, Scores]:
    """Return the scores of the rows that ``digits`` gives, by the keys of ``SCORES``."""
    scores, labels = _digit_scores(name, cache.version(name)), cache.mnist().y_test
    kept = ~np.isin(labels[_order()[: VALIDATION + NORMAL]], without)
    first, second = kept.copy(), kept.copy()
    first[VALIDATION:], second[:VALIDATION] = False, False
    return (
        {key: values[first] for key, values in scores.items()},
        {key: values[second] for key, values in scores.items()},
    )


def odd_scores(name: str, oddness: Oddness) -> Scores:
    """Return the scores of the images that ``odd_images`` gives."""
    return _odd_scores(name, cache.version(name), oddness)


def scores_of(name: str, images: np.ndarray) -> Scores:
    """Return the scores of any images, float32 (n, 28, 28)."""
    return _scores_of(name, cache.version(name), images)


def normal_without(card: ModelCard, oddness: Oddness | None) -> tuple[int, ...]:
    """The classes that do not count as normal: those left out, and the one that is odd."""
    odd = {oddness.label} if oddness is not None and oddness.kind == CLASS else set()
    return tuple(sorted({*left_out(card), *odd}))


def auc(card: ModelCard, oddness: Oddness) -> dict[str, Auc]:
    """Return the AUC of each score that the model gives for a kind of oddness."""
    _, normal = digit_scores(card.name, normal_without(card, oddness))
    odd = odd_scores(card.name, oddness)
    return {key: anomaly.auc(values, odd[key]) for key, values in normal.items()}


def best_score(card: ModelCard) -> str:
    """Return the score with the highest mean AUC over the kinds of oddness of the table."""
    found = [auc(card, oddness) for oddness in in_table(card)]
    return max(found[0], key=lambda key: sum(each[key].value for each in found))


@st.cache_data(show_spinner=False)
def _order() -> np.ndarray:
    return np.random.default_rng(_ORDER_SEED).permutation(len(cache.mnist().x_test))


@st.cache_resource(max_entries=32, show_spinner=False)
def _odd_images(oddness: Oddness, without: tuple[int, ...]) -> np.ndarray:
    data = cache.mnist()
    if oddness.kind == CLASS:
        return data.x_test[np.flatnonzero(data.y_test == oddness.label)[:ODD]]
    if oddness.kind == SHAPES:
        return draw_shapes(ODD, np.random.default_rng(_SHAPES_SEED)).images
    rows = _order()[VALIDATION + NORMAL :]
    clean = data.x_test[rows[~np.isin(data.y_test[rows], without)][:ODD]]
    rng = np.random.default_rng(_NOISE_SEED)
    return corrupt(clean, oddness.noise, oddness.strength, rng)


@st.cache_resource(max_entries=8, show_spinner=False)
def _detector(name: str, version: int) -> Detector:
    data, card = cache.mnist(), store.read_card(name)
    rows = np.random.default_rng(_ORDER_SEED).permutation(len(data.x_train))
    rows = rows[~np.isin(data.y_train[rows], left_out(card))][:TRAINING]
    kl_weight = card.training.kl_weight if card.training else 1.0
    return Detector.fit(cache.model(name), data.x_train[rows], cache.pca(), kl_weight=kl_weight)


@st.cache_data(max_entries=32, show_spinner=False)
def _digit_scores(name: str, version: int) -> Scores:
    images = cache.mnist().x_test[_order()[: VALIDATION + NORMAL]]
    return _detector(name, version).measure(images)[0]


@st.cache_data(max_entries=256, show_spinner=False)
def _odd_scores(name: str, version: int, oddness: Oddness) -> Scores:
    images = _odd_images(oddness, left_out(store.read_card(name)))
    return _detector(name, version).measure(images)[0]


@st.cache_data(max_entries=64, show_spinner=False)
def _scores_of(name: str, version: int, images: np.ndarray) -> Scores:
    return _detector(name, version).measure(images)[0]
