"""Anomaly scores of the test digits and of odd images, computed once for each model."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from ae import store
from ae.analysis import anomaly
from ae.analysis.anomaly import Auc, Basis, Detector
from ae.config import TrainingConfig
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

Aucs = dict[str, Auc]  # by the keys of ``SCORES``

_ORDER_SEED, _NOISE_SEED, _SHAPES_SEED = 0, 1, 2


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
        label = NOISE_KINDS[self.noise].label
        kind = label if label == "Gaussian" else label.lower()  # a name
        return f"digits with {kind} noise ({self.strength:g})"


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


def keys(name: str) -> tuple[str, ...]:
    """Return the keys of ``SCORES`` that a model gives."""
    return _detector(name, cache.version(name)).keys


def digit_scores(name: str, without: tuple[int, ...], key: str) -> tuple[np.ndarray, np.ndarray]:
    """Return a score of the images that ``digits`` gives, by a key of ``SCORES``."""
    scores, labels = _scores(name, cache.version(name), None, key), cache.mnist().y_test
    kept = ~np.isin(labels[_order()[: VALIDATION + NORMAL]], without)
    return scores[:VALIDATION][kept[:VALIDATION]], scores[VALIDATION:][kept[VALIDATION:]]


def odd_scores(name: str, oddness: Oddness, key: str) -> np.ndarray:
    """Return a score of the images that ``odd_images`` gives."""
    return _scores(name, cache.version(name), oddness, key)


def scores_of(name: str, images: np.ndarray, key: str) -> np.ndarray:
    """Return a score of any images, float32 (n, 28, 28)."""
    return _scores_of(name, cache.version(name), images, key)


def normal_without(card: ModelCard, oddness: Oddness | None) -> tuple[int, ...]:
    """The classes that do not count as normal: those left out, and the one that is odd."""
    odd = {oddness.label} if oddness is not None and oddness.kind == CLASS else set()
    return tuple(sorted({*left_out(card), *odd}))


def auc(card: ModelCard, oddness: Oddness, key: str) -> Auc:
    """Return the AUC of a score for a kind of oddness."""
    _, normal = digit_scores(card.name, normal_without(card, oddness), key)
    return anomaly.auc(normal, odd_scores(card.name, oddness, key))


def aucs(card: ModelCard, oddness: Oddness) -> Aucs:
    """Return the AUC of each score that the model gives."""
    return {key: auc(card, oddness, key) for key in keys(card.name)}


def measured_kinds(card: ModelCard, place: DeltaGenerator) -> Iterator[dict[Oddness, Aucs]]:
    """Measure all scores on one kind of oddness after the other, with the progress in a place.

    Yields what is known so far, after each kind. place : an ``st.empty()``, empty again at the end.
    """
    kinds, found = in_table(card), {}
    for number, oddness in enumerate(kinds):
        place.progress(
            number / len(kinds),
            f"Computing all scores of {oddness.words}: {number + 1} of {len(kinds)}.",
        )
        found[oddness] = aucs(card, oddness)
        yield found
    place.empty()


def best_of(found: dict[Oddness, Aucs]) -> str:
    """Return the score with the highest mean AUC."""
    each = [*found.values()]
    return max(each[0], key=lambda key: sum(aucs[key].value for aucs in each))


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


@st.cache_resource(max_entries=16, show_spinner=False)
def _detector(name: str, version: int) -> Detector:
    card = store.read_card(name)
    training = card.training or TrainingConfig()
    return Detector(
        cache.model(name),
        lambda: _training_images(training.leave_out),
        cache.pca,
        training.kl_weight,
        training.loss,
    )


def _training_images(without: tuple[int, ...]) -> np.ndarray:
    data = cache.mnist()
    rows = np.random.default_rng(_ORDER_SEED).permutation(len(data.x_train))
    return data.x_train[rows[~np.isin(data.y_train[rows], without)][:TRAINING]]


def _images(name: str, oddness: Oddness | None) -> np.ndarray:
    if oddness is None:
        return cache.mnist().x_test[_order()[: VALIDATION + NORMAL]]
    return _odd_images(oddness, left_out(store.read_card(name)))


@st.cache_resource(max_entries=128, show_spinner=False)
def _basis(name: str, version: int, oddness: Oddness | None) -> Basis:
    """oddness : None for the test digits, of all classes."""
    return _detector(name, version).basis(_images(name, oddness))


@st.cache_data(max_entries=1024, show_spinner=False)
def _scores(name: str, version: int, oddness: Oddness | None, key: str) -> np.ndarray:
    basis = _basis(name, version, oddness)
    if key in basis.scores:
        return basis.scores[key]
    return _detector(name, version).score(key, _images(name, oddness), basis)


@st.cache_data(max_entries=64, show_spinner=False)
def _scores_of(name: str, version: int, images: np.ndarray, key: str) -> np.ndarray:
    detector = _detector(name, version)
    return detector.score(key, images, detector.basis(images))
