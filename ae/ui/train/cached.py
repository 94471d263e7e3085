"""Views of snapshots, computed once for all sessions.

Nothing that is returned here may be changed: all threads share it.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import streamlit as st

from ae.config import ModelConfig
from ae.data import one_of_each_class
from ae.training import snapshot_views, snapshots
from ae.ui import cache

DIGITS = 500  # test digits in the map and in the error of a snapshot
_VIEWS = 200  # kept, of all runs together


def views(config: ModelConfig, paths: Sequence[Path]) -> list[snapshot_views.View]:
    """Views of a run's snapshots, in their order; damaged ones are left out.

    Each has the reconstructions of one test digit of each class, and the latent vectors and errors
    of these and then of the first 500 test digits.
    """
    # The one that is replaced each second must not push the others out of the cache.
    view_of = {snapshots.NOW_FILE: _view_of_now}
    seen = [view_of.get(path.name, _view)(config, str(path), cache.changed(path)) for path in paths]
    return [view for view in seen if view is not None]


def own_views(
    config: ModelConfig, paths: Sequence[Path], image: np.ndarray
) -> list[snapshot_views.View]:
    """The same views of one drawing alone, float32 (28, 28)."""
    stamps = tuple((str(path), cache.changed(path)) for path in paths)
    return _own_views(config, stamps, image.tobytes())


def network(config: ModelConfig, path: Path) -> bytes | None:
    """The file of the graph of a snapshot; None of a damaged one."""
    return _network(config, str(path), cache.changed(path))


@st.cache_resource(max_entries=100, show_spinner=False)
def _network(config: ModelConfig, path: str, changed: int) -> bytes | None:
    snapshot = snapshots.read(path)
    try:
        return snapshot and _projector(config).graph(snapshot).to_bytes()
    except ValueError:  # as for the views
        return None


@st.cache_resource(max_entries=8, show_spinner=False)
def _projector(config: ModelConfig) -> snapshots.SnapshotModel:
    cache.tensorflow()
    return snapshots.SnapshotModel(config)


@st.cache_resource(show_spinner=False)
def images_shown() -> np.ndarray:
    """One test digit of each class, then the first 500: float32 (510, 28, 28)."""
    return np.concatenate([one_of_each_class(cache.mnist()), cache.mnist().x_test[:DIGITS]])


@st.cache_resource(max_entries=_VIEWS, show_spinner=False)
def _view(config: ModelConfig, path: str, changed: int) -> snapshot_views.View | None:
    return _look_at(config, path, images_shown(), len(images_shown()) - DIGITS)


@st.cache_resource(max_entries=4, show_spinner=False)
def _view_of_now(config: ModelConfig, path: str, changed: int) -> snapshot_views.View | None:
    return _look_at(config, path, images_shown(), len(images_shown()) - DIGITS)


@st.cache_resource(max_entries=64, show_spinner=False)
def _own_views(
    config: ModelConfig, stamps: tuple[tuple[str, int], ...], pixels: bytes
) -> list[snapshot_views.View]:
    image = np.frombuffer(pixels, np.float32).reshape(1, 28, 28)
    seen = [_look_at(config, path, image, 1) for path, _ in stamps]
    return [view for view in seen if view is not None]


def _look_at(
    config: ModelConfig, path: str, images: np.ndarray, shown: int
) -> snapshot_views.View | None:
    frame = snapshots.read(path)
    if frame is None:
        return None
    try:
        return snapshot_views.view_of(_projector(config), frame, images, shown)
    except ValueError:  # of another architecture: left by an earlier run of that name
        return None
