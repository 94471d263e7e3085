"""The state of a training run as a file, to resume the run after a pause or a crash."""

from __future__ import annotations

import os
from typing import Any

import numpy as np

from ae.system import archives
from ae.system.files import replacing
from ae.training.progress import BestWeights, TrainingState

_LARGEST = 1 << 30  # bytes


def write(path: str | os.PathLike, state: TrainingState) -> None:
    """Write a state as an .npz file in full precision; see ``replacing``."""
    arrays: dict[str, Any] = {f"variable_{i}": array for i, array in enumerate(state.variables)}
    arrays |= {"step": np.int64(state.step), "seconds": np.float64(state.seconds)}
    if state.best is not None:
        arrays |= {f"best_{i}": array for i, array in enumerate(state.best.weights)}
        arrays["best_step"] = np.int64(state.best.step)
        arrays["best_squared_error"] = np.float64(state.best.squared_error)
    with replacing(path) as temporary:
        np.savez(temporary, **arrays)


def read(path: str | os.PathLike) -> TrainingState:
    """Read a state that ``write`` wrote.

    Raises
    ------
    OSError
        If the file cannot be read.
    ValueError
        If the file is damaged or not the state of a training run.
    """
    try:
        arrays = archives.read_arrays(path, _LARGEST)
        best = None
        if "best_step" in arrays:
            error, step = float(arrays["best_squared_error"]), int(arrays["best_step"])
            best = BestWeights(error, step, _numbered(arrays, "best"))
        step, seconds = int(arrays["step"]), float(arrays["seconds"])
        return TrainingState(step, seconds, _numbered(arrays, "variable"), best)
    except FileNotFoundError:
        raise
    except archives.UNREADABLE as error:
        raise ValueError(
            f"{os.path.basename(path)} must be the state of a training run. Received: {error}."
        ) from error


def _numbered(arrays: dict[str, np.ndarray], name: str) -> list[np.ndarray]:
    count = sum(key.startswith(f"{name}_") and key[len(name) + 1 :].isdigit() for key in arrays)
    return [arrays[f"{name}_{i}"] for i in range(count)]
