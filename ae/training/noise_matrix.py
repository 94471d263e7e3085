"""Training noise against test noise: small models, each trained on one kind, tested on all.

``python -m ae noise-matrix`` trains them and writes ``noise_matrix.json``; ``read_matrix`` reads
it. The models themselves are not kept.
"""

from __future__ import annotations

import dataclasses
import json
import os
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

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
    """Mean PSNR in dB of models by what they were trained on and what they are tested on.

    psnr : float64 (rows, seeds, columns), rows and columns in the order of ROWS and COLUMNS.
    do_nothing : float64 (columns,), of the noisy images themselves.
    seeds : one for each model of a row. epochs : passes of each training.
    train_strength : the largest strength in training; each image drew its own up to it.
    test_strength : of the noise tested on. test_images : how many.
    made_with : versions, machine and minutes, in words.
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
        """Over the seeds: float64 (rows, columns)."""
        return self.psnr.mean(axis=1)

    @property
    def seed_range(self) -> float:
        """The largest difference in dB that the seed alone makes in one cell; 0 for one seed."""
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
) -> dict:
    """Train a model for each row and seed, test each on every column.

    training_config : for all; its ``noise`` and ``seed`` are set in turn.
    test_images : of ``data.x_test``, chosen at random with a fixed seed, the same for all models.
    on_model : called after each with the training noise, the seed and float64 (columns,) dB.
    Returns plain values for JSON, as ``read_matrix`` wants them.
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
    """Read what ``measure_matrix`` returned from a JSON file.

    Raises DataError if it is missing or is not of that form: its text says what to do.
    """
    path = Path(path)
    try:
        values = json.loads(path.read_text(encoding="utf-8"))
        matrix = _matrix(values)
    except FileNotFoundError as error:
        raise DataError(f"The matrix has not been measured here. Run: {COMMAND}") from error
    except (OSError, ValueError, TypeError, KeyError, AttributeError) as error:
        raise DataError(
            f"{path.name} must be what the command {COMMAND} writes. Received: a damaged file "
            f"({type(error).__name__}: {error}). Run the command again."
        ) from error
    return matrix


def _matrix(values: dict) -> NoiseMatrix:
    seeds = tuple(dict.fromkeys(model["seed"] for model in values["models"]))
    cells = {(model["trained_on"], model["seed"]): model["psnr"] for model in values["models"]}
    if values["tested_on"] != list(COLUMNS) or len(cells) != len(values["models"]):
        raise ValueError("its kinds of noise are not those of this version")
    psnr = np.array([[cells[row, seed] for seed in seeds] for row in ROWS], np.float64)
    do_nothing = np.array(values["do_nothing"], np.float64)
    if psnr.shape != (len(ROWS), len(seeds), len(COLUMNS)) or do_nothing.shape != (len(COLUMNS),):
        raise ValueError(f"figures of shape {psnr.shape}")
    if not (np.isfinite(psnr).all() and np.isfinite(do_nothing).all()):
        raise ValueError("figures that are no numbers")
    model, training = (
        ModelConfig.from_dict(values["model"]),
        TrainingConfig.from_dict(values["training"]),
    )
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
