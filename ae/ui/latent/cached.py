"""What the Latent space page computes once for each model, for all sessions.

Nothing that is returned here may be changed: every thread gets the same object.
"""

from __future__ import annotations

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
from ae.analysis.projection import Plane, tsne
from ae.ui import cache, state
from ae.ui.components.sprites import COLUMNS

NEIGHBOURS = 10  # that an honest map is judged by
VOTERS = 5  # neighbours that decide on a class
RANKED = 2000  # digits that trustworthiness and continuity are measured on, and t-SNE's
WALK_SIDE = 44  # places of the walk's sheet along each axis
_FRAME = (1, 99)  # percentiles of the places that a map's frame holds
_MARGIN = 0.04  # of the frame, on each side


@dataclass(frozen=True, eq=False)
class Projection:
    """Test digits as places in a picture.

    places : float32 (n, 2), of the first n test digits. frame : float (2, 2), for each axis where
    the picture ends; both axes have one scale. outside : how many digits lie beyond it.
    plane : the way from a place to a code, or None where there is none.
    """

    places: np.ndarray
    frame: np.ndarray
    outside: int
    plane: Plane | None


@dataclass(frozen=True)
class Scores:
    """How true a picture is.

    accuracy : share of the digits whose class is that of most of their 5 neighbours in it.
    trust, continuity : for the 10 nearest, against distances of pixels, over 2,000 digits.
    kept : share of the 10 true neighbours, by the model's whole code, that are neighbours in it;
    None for a picture of the pixels.
    """

    accuracy: float
    trust: float
    continuity: float
    kept: float | None


def projection(name: str, kind: str) -> Projection:
    """A model's test codes as a picture: kind is state.PLANE or state.TSNE."""
    return _projection(name, cache.stamp(name), kind)


def scores(name: str, kind: str) -> Scores:
    return _scores(name, cache.stamp(name), kind)


def kept(name: str, kind: str) -> np.ndarray:
    """Share of each digit's 10 true neighbours that the picture keeps: float32 (n,)."""
    return _kept(name, cache.stamp(name), kind)


def true_neighbours(name: str) -> np.ndarray:
    """The 10 nearest test digits of each by the whole code: int32 (10000, 10)."""
    return _true_neighbours(name, cache.stamp(name))


def graph(name: str) -> NeighbourGraph:
    return _graph(name, cache.stamp(name))


def digits_sheet_name(count: int) -> str:
    """What the browser knows the sheet of the first ``count`` test digits by."""
    return f"digits:{count}"


def rebuilt_sheet_name(name: str, count: int) -> str:
    """What the browser knows the sheet of their reconstructions by."""
    return f"rebuilt:{name}:{cache.stamp(name)}:{count}"


def walk_sheet_name(name: str) -> str:
    """What the browser knows the sheet of the walk by."""
    return f"walk:{name}:{cache.stamp(name)}"


def digits_sheet(count: int) -> tuple[str, bytes]:
    """Name and PNG of the sheet with the first ``count`` test digits."""
    return digits_sheet_name(count), _digits_sheet(count)


def rebuilt_sheet(name: str, count: int) -> tuple[str, bytes]:
    """Name and PNG of the sheet with the reconstructions of the first ``count`` test digits."""
    return rebuilt_sheet_name(name, count), _rebuilt_sheet(name, cache.stamp(name), count)


def walk_sheet(name: str) -> tuple[str, bytes]:
    """Name and PNG of the sheet of what is decoded all over the frame of the plane."""
    return walk_sheet_name(name), _walk_sheet(name, cache.stamp(name))


@st.cache_resource(max_entries=6, show_spinner=False)
def _digits_sheet(count: int) -> bytes:
    return imaging.sprite_sheet(cache.mnist().x_test[:count], COLUMNS)


@st.cache_resource(max_entries=16, show_spinner=False)
def _projection(name: str, stamp: int, kind: str) -> Projection:
    z = cache.test_codes(name)
    if kind == state.TSNE:
        return _framed(tsne(z[:RANKED]), None)
    plane = Plane.of(z)
    return _framed(plane.places(z), plane)


@st.cache_resource(show_spinner=False)
def pixels_projection() -> Projection:
    """The first two principal components of the pixels."""
    return _framed(cache.pca().truncate(2).encode(cache.mnist().x_test), None)


def _framed(places: np.ndarray, plane: Plane | None) -> Projection:
    low, high = np.percentile(places, _FRAME, axis=0)
    middle = (low + high) / 2
    half = max(float((high - low).max()) / 2 * (1 + 2 * _MARGIN), 1e-3)
    frame = np.column_stack([middle - half, middle + half])
    outside = ((places < frame[:, 0]) | (places > frame[:, 1])).any(axis=1)
    return Projection(places, frame, int(outside.sum()), plane)


@st.cache_resource(max_entries=16, show_spinner=False)
def _shown_neighbours(name: str, stamp: int, kind: str) -> np.ndarray:
    return nearest_neighbours(_projection(name, stamp, kind).places, NEIGHBOURS)


@st.cache_resource(max_entries=16, show_spinner=False)
def _true_neighbours(name: str, stamp: int) -> np.ndarray:
    if cache.test_codes(name).shape[1] <= 2:
        return _shown_neighbours(name, stamp, state.PLANE)  # the picture is the code
    return nearest_neighbours(cache.test_codes(name), NEIGHBOURS)


@st.cache_resource(max_entries=16, show_spinner=False)
def _kept(name: str, stamp: int, kind: str) -> np.ndarray:
    shown = _shown_neighbours(name, stamp, kind)
    if kind == state.TSNE:  # neighbours among those that are shown
        return neighbourhood_preservation(
            nearest_neighbours(cache.test_codes(name)[:RANKED], NEIGHBOURS), shown
        )
    if cache.test_codes(name).shape[1] <= 2:
        return np.ones(len(shown), np.float32)  # the picture is the code
    return neighbourhood_preservation(_true_neighbours(name, stamp), shown)


@st.cache_data(max_entries=32, show_spinner=False)
def _scores(name: str, stamp: int, kind: str) -> Scores:
    places = _projection(name, stamp, kind).places
    shown = _shown_neighbours(name, stamp, kind)
    return _measured(places, shown, float(_kept(name, stamp, kind).mean()))


@st.cache_data(max_entries=4, show_spinner=False)
def pixels_scores(count: int) -> Scores:
    """Scores of the first two principal components of the pixels of the first ``count`` digits."""
    places = pixels_projection().places[:count]
    return _measured(places, nearest_neighbours(places, NEIGHBOURS), None)


def _measured(places: np.ndarray, shown: np.ndarray, kept: float | None) -> Scores:
    few = places[:RANKED]
    near = shown if len(places) == len(few) else nearest_neighbours(few, NEIGHBOURS)
    return Scores(
        knn_accuracy(shown[:, :VOTERS], cache.mnist().y_test[: len(places)]),
        trustworthiness(_pixels(), near),
        trustworthiness(few, _pixel_neighbours()),
        kept,
    )


def _pixels() -> np.ndarray:
    return cache.mnist().x_test[:RANKED].reshape(RANKED, -1)


@st.cache_resource(show_spinner=False)
def _pixel_neighbours() -> np.ndarray:
    return nearest_neighbours(_pixels(), NEIGHBOURS)


@st.cache_resource(max_entries=8, show_spinner=False)
def _graph(name: str, stamp: int) -> NeighbourGraph:
    return NeighbourGraph.of(cache.test_codes(name), _true_neighbours(name, stamp))


@st.cache_resource(max_entries=24, show_spinner=False)
def _rebuilt_sheet(name: str, stamp: int, count: int) -> bytes:
    return imaging.sprite_sheet(cache.model(name).decode(cache.test_codes(name)[:count]), COLUMNS)


@st.cache_resource(max_entries=16, show_spinner=False)
def _walk_sheet(name: str, stamp: int) -> bytes:
    shown = _projection(name, stamp, state.PLANE)
    x, y = (np.linspace(*ends, WALK_SIDE) for ends in shown.frame)
    places = np.stack(np.meshgrid(x, y[::-1]), axis=-1).reshape(-1, 2)
    return imaging.sprite_sheet(cache.model(name).decode(shown.plane.codes(places)), WALK_SIDE)
