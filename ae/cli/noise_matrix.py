"""python -m ae noise-matrix: train small models and write the noise matrix of the Denoise page."""

from __future__ import annotations

import argparse
import dataclasses
from pathlib import Path

import numpy as np

from ae.cli.options import (
    Commands,
    add_data,
    add_low_priority,
    lower_priority,
    whole_numbers,
)
from ae.data import load_data
from ae.system import malloc, tensorflow_import
from ae.system.files import write_json
from ae.training import noise_matrix
from ae.training.presets import PRESETS

_PRESET = PRESETS["quick"]


def add_parser(commands: Commands) -> None:
    """Add the command noise-matrix."""
    parser = commands.add_parser(
        "noise-matrix",
        help="Train small models on each kind of noise and test each on all kinds.",
        description="Train small models with the preset quick: without noise, on each kind of "
        "noise and on the mixture. Test each of them on every kind, and write the PSNRs to a JSON "
        "file.",
    )
    parser.set_defaults(run=_run)
    parser.add_argument(
        "--seeds",
        type=whole_numbers,
        default=(0, 1),
        metavar="N,N",
        help="Random seeds: each kind of noise gets a model for each of them. Default: 0,1.",
    )
    parser.add_argument(
        "--epochs",
        type=int,
        default=_PRESET.training.epochs,
        metavar="N",
        help="Number of epochs of each training. Default: %(default)s.",
    )
    parser.add_argument(
        "--noise-strength",
        type=float,
        default=0.6,
        metavar="X",
        help="Highest noise strength in training, from 0 to 1. Default: %(default)s.",
    )
    parser.add_argument(
        "--test-strength",
        type=float,
        default=0.4,
        metavar="X",
        help="Noise strength of the test images, from 0 to 1. Default: %(default)s.",
    )
    parser.add_argument(
        "--test-images",
        type=int,
        default=1000,
        metavar="N",
        help="Number of test images. Default: %(default)s.",
    )
    add_data(parser)
    parser.add_argument(
        "-o",
        "--output",
        default=noise_matrix.MATRIX_PATH,
        metavar="OUT.json",
        type=Path,
        help="File to write. Default: the file that the Denoise page reads.",
    )
    add_low_priority(parser)


def _run(options: argparse.Namespace) -> int:
    if not 0 <= options.test_strength <= 1 or options.test_images < 1:
        raise ValueError(
            "--test-strength must be from 0 to 1 and --test-images at least 1. Received: "
            f"{options.test_strength} and {options.test_images}."
        )
    if not options.seeds:
        raise ValueError("--seeds must be at least one whole number. Received: none.")
    if not options.output.absolute().parent.is_dir():
        raise ValueError(f"The folder of {str(options.output)!r} does not exist.")
    lower_priority(options)
    training = dataclasses.replace(
        _PRESET.training,
        epochs=options.epochs,
        noise_strength=options.noise_strength,
        validation_images=0,
    )
    data = load_data(options.data)
    malloc.keep_freed_memory()
    tensorflow_import.import_tensorflow()
    result = noise_matrix.measure_matrix(
        _PRESET.model,
        training,
        data,
        seeds=tuple(dict.fromkeys(options.seeds)),
        test_strength=options.test_strength,
        test_images=options.test_images,
        on_model=_show,
    )
    write_json(options.output, result)
    print(f"{options.output}: {len(result['models'])} models in {result['seconds']:.0f} s")
    return 0


def _show(trained_on: str, seed: int, psnr: np.ndarray) -> None:
    cells = "  ".join(
        f"{kind} {value:.2f}" for kind, value in zip(noise_matrix.COLUMNS, psnr, strict=True)
    )
    print(f"trained on {trained_on}, seed {seed}; dB on {cells}", flush=True)
