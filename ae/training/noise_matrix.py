"""Noise matrix: small models, each trained on one kind of noise and tested on every kind.

``python -m ae noise-matrix`` trains the models and writes ``noise_matrix.json``, which
``read_matrix`` reads. The models themselves are not kept.
"""

from __future__ import annotations

import dataclasses
import json
import os
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from ae.analysis import denoising
from ae.config import ModelConfig, TrainingConfig
from ae.data import Dataset
from ae.data.noise import NOISE_KINDS, corrupt
from ae.errors import DataError
from ae.system import machine

MATRIX_PATH = Path(__file__).with_name("noise_matrix.json")
COMMAND = "python -m ae noise-matrix"
NONE, MIXTURE = "none", "mixture"
ROWS = COLUMNS = (NONE, *NOISE_KINDS, MIXTURE)

_TEST_SEED = 0


@dataclass(frozen=True, eq=False)
class NoiseMatrix:
    """Mean PSNR in dB of models by their training noise and by the test noise.

    Parameters
    ----------
    psnr : float64 array of shape (rows, seeds, columns)
        Training noise in the order of ROWS, test noise in the order of COLUMNS.
    do_nothing : float64 array of shape (columns,)
        PSNR of the noisy images themselves.
    seeds : tuple of int
        Random seeds: each row has a model for each of them.
    epochs : int
        Epochs of each training.
    latent_dim : int
        Number of latent dimensions of the models.
    train_strength : float
        Highest noise strength in training; each image drew its own, up to this.
    test_strength : float
        Noise strength of the test images.
    test_images : int
        Number of test images.
    made_with : str
        Versions, machine and duration, in words.
    """

    psnr: np.ndarray
    do_nothing: np.ndarray
    seeds: tuple[int, ...]
    epochs: int
    latent_dim: int
    train_strength: float
    test_strength: float
    test_images: int
    made_with: str

    @property
    def mean(self) -> np.ndarray:
        """Mean over the seeds: float64 array of shape (rows, columns)."""
        return self.psnr.mean(axis=1)

    @property
    def seed_range(self) -> float:
        """Largest difference in dB between two seeds in the same cell; 0 for one seed."""
        return float(np.ptp(self.psnr, axis=1).max())


def measure_matrix(
    model_config: ModelConfig,
    training_config: TrainingConfig,
    data: Dataset,
    *,
    seeds: Sequence[int],
    test_strength: float,
    test_images: int,
    on_model: Callable[[str, int, np.ndarray], None] = lambda trained_on, seed, psnr: None,
) -> dict[str, Any]:
    """Train a model for each row and seed, and test each of them on every column.

    Parameters
    ----------
    model_config : ModelConfig
        The architecture of all models.
    training_config : TrainingConfig
        How they are trained; ``noise`` and ``seed`` are set for each.
    data : Dataset
        Its test images are tested on.
    seeds : sequence of int
        Random seeds.
    test_strength : float
        Noise strength of the test images, from 0 to 1.
    test_images : int
        Number of test images, chosen at random with a fixed seed: the same for all models.
    on_model : callable
        Called after each model with its training noise, its seed and its PSNR in dB, a float64
        array of shape (columns,).

    Returns
    -------
    dict
        Plain values for JSON, as ``read_matrix`` reads them.
    """
    from ae.training.fit import train

    began = time.perf_counter()
    chosen = np.random.default_rng(_TEST_SEED).permutation(len(data.x_test))[:test_images]
    clean = data.x_test[chosen]
    tests = {kind: _tested(clean, kind, test_strength) for kind in COLUMNS}
    models = []
    for seed in seeds:
        for row in ROWS:
            noise = None if row == NONE else row
            config = dataclasses.replace(training_config, noise=noise, seed=seed)
            method = denoising.network(row, train(model_config, config, data))
            psnr = [_mean_psnr(clean, method.denoise(noisy)) for noisy in tests.values()]
            models.append({"trained_on": row, "seed": seed, "psnr": psnr})
            on_model(row, seed, np.array(psnr))
    return {
        "command": COMMAND,
        "model": model_config.to_dict(),
        "training": training_config.to_dict(),
        "data": data.name,
        "data_sha256": data.sha256,
        "test": {"strength": test_strength, "images": len(clean), "seed": _TEST_SEED},
        "tested_on": list(COLUMNS),
        "do_nothing": [_mean_psnr(clean, noisy) for noisy in tests.values()],
        "models": models,
        "versions": machine.versions(),
        "machine": machine.describe(),
        "seconds": round(time.perf_counter() - began, 1),
    }


def read_matrix(path: str | os.PathLike = MATRIX_PATH) -> NoiseMatrix:
    """Read the result of ``measure_matrix`` from a JSON file.

    Raises
    ------
    DataError
        If the file is missing or has another form. The text says what to do.
    """
    path = Path(path)
    try:
        values = json.loads(path.read_text(encoding="utf-8"))
        matrix = _matrix(values)
    except FileNotFoundError as error:
        raise DataError(f"The noise matrix has not been measured yet. Run: {COMMAND}") from error
    except (OSError, ValueError, TypeError, KeyError, AttributeError) as error:
        raise DataError(
            f"{path.name} must be a file that the command {COMMAND} writes. Received: a damaged "
            f"file ({type(error).__name__}: {error}). Run the command again."
        ) from error
    return matrix


def _matrix(values: dict[str, Any]) -> NoiseMatrix:
    seeds = tuple(dict.fromkeys(model["seed"] for model in values["models"]))
    cells = {(model["trained_on"], model["seed"]): model["psnr"] for model in values["models"]}
    if values["tested_on"] != list(COLUMNS) or len(cells) != len(values["models"]):
        raise ValueError("other kinds of noise than this version has")
    psnr = np.array([[cells[row, seed] for seed in seeds] for row in ROWS], np.float64)
    do_nothing = np.array(values["do_nothing"], np.float64)
    if psnr.shape != (len(ROWS), len(seeds), len(COLUMNS)) or do_nothing.shape != (len(COLUMNS),):
        raise ValueError(f"figures of shape {psnr.shape}")
    if not (np.isfinite(psnr).all() and np.isfinite(do_nothing).all()):
        raise ValueError("figures that are not finite numbers")
    model = ModelConfig.from_dict(values["model"])
    training = TrainingConfig.from_dict(values["training"])
    versions = ", ".join(f"{name} {version}" for name, version in values["versions"].items())
    return NoiseMatrix(
        psnr,
        do_nothing,
        tuple(int(seed) for seed in seeds),
        training.epochs,
        model.latent_dim,
        training.noise_strength,
        float(values["test"]["strength"]),
        int(values["test"]["images"]),
        f"{versions}; {values['machine']}; {float(values['seconds']) / 60:.0f} minutes",
    )


def _tested(clean: np.ndarray, kind: str, strength: float) -> np.ndarray:
    if kind == NONE:
        return clean
    return corrupt(clean, kind, strength, np.random.default_rng(_TEST_SEED))


def _mean_psnr(clean: np.ndarray, restored: np.ndarray) -> float:
    return float(denoising.restored_psnr(clean, restored).mean())
