"""What is seen of films, computed once for all sessions.

Nothing that is returned here may be changed: every thread gets the same object.
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

DIGITS = 500  # test digits on the map of a film and in its error
_FRAMES = 200  # looked at and kept, of all films together


def views(config: ModelConfig, paths: Sequence[Path]) -> list[snapshot_views.View]:
    """Frames of a run as they are seen, in their order; damaged ones are left out.

    Each shows one test digit of each class, and has the codes and the errors of these and then of
    the first 500 test digits.
    """
    # What is replaced each second must not push the films out.
    look = {snapshots.NOW_FILE: _moment_view}
    seen = [
        look.get(path.name, _film_view)(config, str(path), cache.changed(path)) for path in paths
    ]
    return [view for view in seen if view is not None]


def own_views(
    config: ModelConfig, paths: Sequence[Path], image: np.ndarray
) -> list[snapshot_views.View]:
    """The same of one's own drawing, float32 (28, 28), alone."""
    stamps = tuple((str(path), cache.changed(path)) for path in paths)
    return _own_views(config, stamps, image.tobytes())


@st.cache_resource(max_entries=8, show_spinner=False)
def _projector(config: ModelConfig) -> snapshots.SnapshotModel:
    cache.warm_up().join()
    return snapshots.SnapshotModel(config)


@st.cache_resource(show_spinner=False)
def images_shown() -> np.ndarray:
    """One test digit of each class, then the first 500: float32 (510, 28, 28)."""
    return np.concatenate([one_of_each_class(cache.mnist()), cache.mnist().x_test[:DIGITS]])


@st.cache_resource(max_entries=_FRAMES, show_spinner=False)
def _film_view(config: ModelConfig, path: str, changed: int) -> snapshot_views.View | None:
    return _look(config, path, images_shown(), len(images_shown()) - DIGITS)


@st.cache_resource(max_entries=4, show_spinner=False)
def _moment_view(config: ModelConfig, path: str, changed: int) -> snapshot_views.View | None:
    return _look(config, path, images_shown(), len(images_shown()) - DIGITS)


@st.cache_resource(max_entries=64, show_spinner=False)
def _own_views(
    config: ModelConfig, stamps: tuple[tuple[str, int], ...], pixels: bytes
) -> list[snapshot_views.View]:
    image = np.frombuffer(pixels, np.float32).reshape(1, 28, 28)
    seen = [_look(config, path, image, 1) for path, _ in stamps]
    return [view for view in seen if view is not None]


def _look(
    config: ModelConfig, path: str, images: np.ndarray, shown: int
) -> snapshot_views.View | None:
    frame = snapshots.read(path)
    if frame is None:
        return None
    try:
        return snapshot_views.view_of(_projector(config), frame, images, shown)
    except ValueError:  # it is of another architecture: of a run that was there before
        return None
