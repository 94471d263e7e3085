"""Snapshots of a training run: its weights at some steps, small enough to keep.

A snapshot holds the weights in 8 bits each, with one scale per channel, which is a quarter of
their size. What it shows is computed when somebody looks at it, so that a digit drawn today can be
reconstructed as the network would have done it then.
"""

from __future__ import annotations

import os
import threading
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from ae.config import ModelConfig
from ae.nn.autoencoder import Autoencoder
from ae.nn.graph import Graph, graph_of
from ae.system import archives
from ae.system.files import replacing
from ae.training.progress import Moment

FOLDER = "film"  # in the folder of a run
NOW_FILE = "now.npz"  # the newest snapshot of a run that is training
_FEWEST, _MOST, _MOST_BYTES = 8, 24, 3_000_000
_LEVELS = 127  # on each side of zero
_LARGEST = 64 << 20  # bytes


@dataclass(frozen=True, eq=False)
class Snapshot:
    """The network after one step of its training.

    Parameters
    ----------
    step : int
        Optimizer steps taken.
    epoch : float
        Epochs done, with a fraction.
    seconds : float
        Training time.
    weights : list of float32 arrays
        The weights in the order of ``Autoencoder.variables``.
    """

    step: int
    epoch: float
    seconds: float
    weights: list[np.ndarray]


def plan(steps: int, parameters: int) -> list[int]:
    """Return the steps of a run after which snapshots are taken, from 0 to ``steps``.

    The intervals grow by about the same factor each time, because the network changes fastest at
    the start. There are 8 to 24 snapshots, as many as stay within 3 MB, and one for each step in
    a run shorter than that.

    Parameters
    ----------
    steps : int
        Optimizer steps of the run.
    parameters : int
        Number of parameters of the network.
    """
    count = int(np.clip(_MOST_BYTES // max(parameters, 1), _FEWEST, _MOST))
    first = max(1.0, steps / 200)  # before it, the learning rate is too low to show much
    spaced = np.rint(np.geomspace(first, max(steps, first), count - 1)).astype(int)
    return sorted({0, *spaced.tolist()})


def write(path: str | os.PathLike, moment: Moment, *, compress: bool = True) -> None:
    """Write the network as it is now as a snapshot; see ``replacing``.

    Parameters
    ----------
    path : str or PathLike
        The .npz file to write.
    moment : Moment
        The training run after a step.
    compress : bool
        Compress the file, which takes longer.
    """
    arrays: dict[str, Any] = {
        "step": np.int64(moment.step),
        "epoch": np.float64(moment.epoch),
        "seconds": np.float64(moment.seconds),
    }
    for index, variable in enumerate(moment.autoencoder.variables):
        weights = np.asarray(variable.numpy())
        # A bias is short: it stays as it is.
        if weights.ndim > 1:
            largest = np.abs(weights).max(axis=tuple(range(weights.ndim - 1)))
            scale = (np.maximum(largest, np.finfo(np.float32).tiny) / _LEVELS).astype(np.float32)
            arrays[f"scale_{index}"] = scale
            weights = np.rint(np.clip(weights / scale, -_LEVELS, _LEVELS)).astype(np.int8)
        arrays[f"weights_{index}"] = weights
    with replacing(path) as temporary:
        (np.savez_compressed if compress else np.savez)(temporary, **arrays)


def read(path: str | os.PathLike) -> Snapshot | None:
    """Read a snapshot. Return None if there is none or it is damaged."""
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
    """Return the path of the snapshot of a step in the folder of a run."""
    return folder / FOLDER / f"{step:09}.npz"


def paths(folder: Path) -> list[Path]:
    """Return the paths of all snapshots in the folder of a run, by step. Links are left out."""
    if (folder / FOLDER).is_symlink():
        return []
    return sorted(path for path in (folder / FOLDER).glob("[0-9]*.npz") if not path.is_symlink())


class SnapshotModel:
    """A network that takes the weights of snapshots. Threads may share it.

    Parameters
    ----------
    config : ModelConfig
        The architecture of the snapshots.

    Raises
    ------
    ValueError
        If the model was imported: its architecture is not known.
    """

    def __init__(self, config: ModelConfig) -> None:
        from ae.nn import networks

        self._model = Autoencoder(*networks.build(config))
        self._in_use = threading.Lock()

    def run(self, snapshot: Snapshot, images: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Encode and reconstruct images with the weights of a snapshot.

        Parameters
        ----------
        snapshot : Snapshot
        images : float array of shape (n, 28, 28), values in [0, 1]

        Returns
        -------
        z : float32 array of shape (n, latent_dim)
        reconstructions : float32 array of shape (n, 28, 28)

        Raises
        ------
        ValueError
            If the snapshot is of another architecture.
        """
        with self._in_use:
            self._take_weights(snapshot)
            z = self._model.encode(images)
            return z, self._model.decode(z)

    def graph(self, snapshot: Snapshot) -> Graph:
        """Return the graph of the network with the weights of a snapshot.

        Its weights are rounded to half precision, which changes them less than the 8 bits of a
        snapshot did. Raises as ``run`` does.
        """
        with self._in_use:
            self._take_weights(snapshot)
            self._model.round_to_half_precision()
            return graph_of(self._model)

    def _take_weights(self, snapshot: Snapshot) -> None:
        variables = self._model.variables
        shapes = [tuple(variable.shape) for variable in variables]
        received = [weights.shape for weights in snapshot.weights]
        if shapes != received:
            raise ValueError(
                "snapshot must be of the network that config describes, with weights of "
                f"shapes {shapes!s:.200}. Received: {received!s:.200}."
            )
        for variable, weights in zip(variables, snapshot.weights, strict=True):
            variable.assign(weights)
