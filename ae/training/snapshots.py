"""A film of a training run: the weights at some moments, small enough to be kept.

A frame holds the weights in 8 bits each, one scale for every channel, which is a quarter of their
size; what it shows is computed when it is looked at, so that a digit drawn today can be seen as
the network would have rebuilt it then.
"""

from __future__ import annotations

import os
import threading
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ae.config import ModelConfig
from ae.nn.autoencoder import Autoencoder
from ae.system import archives
from ae.system.files import replacing
from ae.training.progress import Moment

FOLDER = "film"
NOW_FILE = "now.npz"
_FEWEST, _MOST, _MOST_BYTES = 8, 24, 3_000_000
_LEVELS = 127  # on each side of zero
_LARGEST = 64 << 20  # bytes


@dataclass(frozen=True, eq=False)
class Snapshot:
    """The network at one moment of its training.

    step : optimizer steps taken. epoch : passes over the images. seconds : of training.
    weights : float32, in the order of ``Autoencoder.variables``.
    """

    step: int
    epoch: float
    seconds: float
    weights: list[np.ndarray]


def plan(steps: int, parameters: int) -> list[int]:
    """At which steps of a run frames are taken: from 0 to ``steps``, at rising intervals.

    Each step after the second is about the same factor later than the one before, for the change
    is fastest at the start. 8 to 24 frames, as many as stay within 3 MB, and one for each step in
    a run shorter than that.
    """
    count = int(np.clip(_MOST_BYTES // max(parameters, 1), _FEWEST, _MOST))
    first = max(1.0, steps / 200)  # before, a rising learning rate is too low to show much
    spread = np.rint(np.geomspace(first, max(steps, first), count - 1)).astype(int)
    return sorted({0, *spread.tolist()})


def write(path: str | os.PathLike, moment: Moment, *, small: bool = True) -> None:
    """Write the network at a moment as a frame, whole or not at all.

    small : compress it, which takes longer.
    """
    arrays = {
        "step": np.int64(moment.step),
        "epoch": np.float64(moment.epoch),
        "seconds": np.float64(moment.seconds),
    }
    for index, variable in enumerate(moment.autoencoder.variables):
        weights = variable.numpy()
        # A vector is short: it stays as it is.
        if weights.ndim > 1:
            largest = np.abs(weights).max(axis=tuple(range(weights.ndim - 1)))
            scale = (np.maximum(largest, np.finfo(np.float32).tiny) / _LEVELS).astype(np.float32)
            arrays[f"scale_{index}"] = scale
            weights = np.rint(np.clip(weights / scale, -_LEVELS, _LEVELS)).astype(np.int8)
        arrays[f"weights_{index}"] = weights
    with replacing(path) as temporary:
        (np.savez_compressed if small else np.savez)(temporary, **arrays)


def read(path: str | os.PathLike) -> Snapshot | None:
    """Read a frame, or None if there is none or it is damaged."""
    try:
        arrays = archives.read_arrays(path, _LARGEST)
        weights = []
        while (name := f"weights_{len(weights)}") in arrays:
            scale = arrays.get(f"scale_{len(weights)}", 1)
            weights.append((arrays[name] * scale).astype(np.float32))
        step, epoch, seconds = int(arrays["step"]), float(arrays["epoch"]), float(arrays["seconds"])
        return Snapshot(step, epoch, seconds, weights)
    except archives.UNREADABLE:
        return None


def snapshot_path(folder: Path, step: int) -> Path:
    """Where the frame of a step lies in a run's folder."""
    return folder / FOLDER / f"{step:09}.npz"


def paths(folder: Path) -> list[Path]:
    """The files of a film in a run's folder, in the order of their steps; no links."""
    if (folder / FOLDER).is_symlink():
        return []
    return sorted(path for path in (folder / FOLDER).glob("[0-9]*.npz") if not path.is_symlink())


class SnapshotModel:
    """Shows frames of one architecture: threads may share it.

    config : of the model. Raises ValueError for a foreign one.
    """

    def __init__(self, config: ModelConfig):
        from ae.nn import networks

        self._model = Autoencoder(*networks.build(config))
        self._turn = threading.Lock()

    def run(self, frame: Snapshot, images: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Codes and reconstructions of images, float (n, 28, 28), at the frame's moment.

        Returns float32 (n, latent_dim) and float32 (n, 28, 28). Raises ValueError if the frame is
        of another architecture.
        """
        with self._turn:
            variables = self._model.variables
            shapes = [tuple(variable.shape) for variable in variables]
            if shapes != [weights.shape for weights in frame.weights]:
                raise ValueError("frame must be of the network that config describes.")
            for variable, weights in zip(variables, frame.weights, strict=True):
                variable.assign(weights)
            z = self._model.encode(images)
            return z, self._model.decode(z)
