"""What the Latent space page computes once for each model, for all sessions.

Nothing that is returned here may be changed: every thread gets the same object.
"""

from __future__ import annotations

from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
import streamlit as st

from ae import imaging
from ae.analysis.interpolation import NeighbourGraph
from ae.analysis.neighbours import (
    knn_accuracy,
    nearest_neighbours,
    neighbourhood_preservation,
    trustworthiness,
)
from ae.analysis.projection import Embedding, Plane, tsne
from ae.ui import cache, state
from ae.ui.components.sprites import COLUMNS

NEIGHBOURS = 10  # whose preservation a map is measured by
VOTERS = 5  # neighbours that a class is predicted from
MEASURED = 2000  # test digits that t-SNE places, and that maps are compared on
_INNER = (1, 99)  # percentiles of the places of a plane that its frame holds
_MARGIN = 0.04  # of the frame, on each side


@dataclass(frozen=True, eq=False)
class Projection:
    """A map: test digits as places in two dimensions.

    Attributes
    ----------
    places : float32 array of shape (n, 2)
        Of the first n test digits.
    frame : float array of shape (2, 2)
        For each axis where the map ends. Both axes have the same scale.
    outside : int
        How many digits lie beyond the frame.
    """

    places: np.ndarray
    frame: np.ndarray
    outside: int


@dataclass(frozen=True, eq=False)
class LatentProjection(Projection):
    """A map of latent vectors.

    Attributes
    ----------
    space : Plane or Embedding
        The way from a latent vector to a place and back.
    """

    space: Plane | Embedding


@dataclass(frozen=True)
class Scores:
    """How faithful a map is to the space that it shows, over the first 2,000 test digits.

    Attributes
    ----------
    accuracy, original_accuracy : float
        Share of the digits whose class is predicted correctly from their 5 nearest neighbours on
        the map, and in the space that it shows.
    trustworthiness, continuity, preservation : float
        Of the 10 nearest neighbours: see ``ae.analysis.neighbours``.
    """

    accuracy: float
    original_accuracy: float
    trustworthiness: float
    continuity: float
    preservation: float


def begin_tsne_of_pixels() -> Future[np.ndarray]:
    """Start t-SNE of the pixels in the background, once for the whole app."""
    return _tsne_of_pixels()


def projection(name: str, kind: str) -> LatentProjection:
    """Return a map of a model's latent vectors. kind : state.PLANE or state.TSNE."""
    return _projection(name, cache.version(name), kind)


def scores(name: str, kind: str) -> Scores:
    """Measure a map of a model's latent vectors."""
    return _scores(name, cache.version(name), kind)


def preservation(name: str, kind: str) -> np.ndarray:
    """Return the neighbourhood preservation of each digit of a map: float32 (n,)."""
    return _preservation(name, cache.version(name), kind)


def true_neighbours(name: str) -> np.ndarray:
    """Return the 10 nearest test digits of each in the latent space: int32 (10000, 10)."""
    return _true_neighbours(name, cache.version(name))


def graph(name: str) -> NeighbourGraph:
    """Return the graph that joins each test digit to its 10 nearest in the latent space."""
    return _graph(name, cache.version(name))


def digits_sheet_name(count: int) -> str:
    """Name the sheet of the first ``count`` test digits for the browser."""
    return f"digits:{count}"


def digits_sheet(count: int) -> tuple[str, bytes]:
    """Return name and PNG of the sheet of the first ``count`` test digits."""
    return digits_sheet_name(count), _digits_sheet(count)


@st.cache_resource(max_entries=6, show_spinner=False)
def _digits_sheet(count: int) -> bytes:
    return imaging.sprite_sheet(cache.mnist().x_test[:count], COLUMNS)


@st.cache_resource(show_spinner=False)
def _tsne_of_pixels() -> Future[np.ndarray]:
    return ThreadPoolExecutor(1, thread_name_prefix="t-SNE").submit(tsne, _pixels())


@st.cache_resource(max_entries=16, show_spinner=False)
def _projection(name: str, version: int, kind: str) -> LatentProjection:
    z = cache.test_codes(name)
    if kind == state.TSNE:
        places = tsne(z[:MEASURED])
        return LatentProjection(places, *_frame(places), Embedding(z[:MEASURED], places))
    plane = Plane.of(z)
    places = plane.places(z)
    return LatentProjection(places, *_frame(places), plane)


@st.cache_resource(show_spinner=False)
def projection_of_pixels(kind: str) -> Projection:
    """Return a map of the pixels: by t-SNE, or along their first two principal components."""
    if kind == state.TSNE:
        places = begin_tsne_of_pixels().result()
    else:
        places = cache.pca().truncate(2).encode(cache.mnist().x_test)
    return Projection(places, *_frame(places))


def _frame(places: np.ndarray) -> tuple[np.ndarray, int]:
    """Return where a map ends, and how many of its places, float (n, 2), lie beyond."""
    # Few digits lie far out in a plane, and would make the others small; none does by t-SNE.
    low, high = np.percentile(places, (0, 100) if len(places) <= MEASURED else _INNER, axis=0)
    middle = (low + high) / 2
    half = max(float((high - low).max()) / 2 * (1 + 2 * _MARGIN), 1e-3)
    frame = np.column_stack([middle - half, middle + half])
    return frame, int(((places < frame[:, 0]) | (places > frame[:, 1])).any(axis=1).sum())


@st.cache_resource(max_entries=16, show_spinner=False)
def _true_neighbours(name: str, version: int) -> np.ndarray:
    return nearest_neighbours(cache.test_codes(name), NEIGHBOURS)


@st.cache_resource(max_entries=16, show_spinner=False)
def _preservation(name: str, version: int, kind: str) -> np.ndarray:
    shown = nearest_neighbours(_projection(name, version, kind).places, NEIGHBOURS)
    if kind == state.TSNE:  # neighbours among those that are shown
        true = nearest_neighbours(cache.test_codes(name)[:MEASURED], NEIGHBOURS)
    else:
        true = _true_neighbours(name, version)
    return neighbourhood_preservation(true, shown)


@st.cache_data(max_entries=32, show_spinner=False)
def _scores(name: str, version: int, kind: str) -> Scores:
    return _measured(cache.test_codes(name), _projection(name, version, kind).places)


@st.cache_data(show_spinner=False)
def scores_of_pixels(kind: str) -> Scores:
    """Measure a map of the pixels."""
    return _measured(_pixels(), projection_of_pixels(kind).places)


def _measured(vectors: np.ndarray, places: np.ndarray) -> Scores:
    """Compare places, float (n, 2), with the vectors that they show, float (n, d)."""
    vectors, places = vectors[:MEASURED], places[:MEASURED]
    original = nearest_neighbours(vectors, NEIGHBOURS)
    shown = nearest_neighbours(places, NEIGHBOURS)
    labels = cache.mnist().y_test[:MEASURED]
    return Scores(
        accuracy=knn_accuracy(shown[:, :VOTERS], labels),
        original_accuracy=knn_accuracy(original[:, :VOTERS], labels),
        trustworthiness=trustworthiness(vectors, shown),
        continuity=trustworthiness(places, original),
        preservation=float(neighbourhood_preservation(original, shown).mean()),
    )


def _pixels() -> np.ndarray:
    return cache.mnist().x_test[:MEASURED].reshape(MEASURED, -1)


@st.cache_resource(max_entries=8, show_spinner=False)
def _graph(name: str, version: int) -> NeighbourGraph:
    return NeighbourGraph.of(cache.test_codes(name), _true_neighbours(name, version))
