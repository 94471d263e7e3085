"""python -m ae noise-matrix: train the small models and write the figures that Denoise shows."""

from __future__ import annotations

import argparse
import dataclasses
import os
from pathlib import Path

from ae.data import load_data
from ae.system import malloc, tensorflow_import
from ae.system.files import write_json
from ae.training import noise_matrix
from ae.training.presets import PRESETS

_PRESET = PRESETS["quick"]


def add_parser(commands) -> None:
    """Add the command to ``commands``, an argparse object of subparsers."""
    parser = commands.add_parser(
        "noise-matrix",
        help="train small models on each kind of noise, test each on all",
        description="Train a small model of the quick preset on each kind of noise, on none and "
        "on the mixture, test each on every kind, and write the figures into a JSON file.",
    )
    parser.set_defaults(run=_run)
    parser.add_argument(
        "--seeds", type=_seeds, default=(0, 1), metavar="N,N", help="one model each, default 0,1"
    )
    parser.add_argument("--epochs", type=int, default=_PRESET.training.epochs, metavar="N")
    parser.add_argument(
        "--noise-strength", type=float, default=0.6, metavar="X", help="the largest in training"
    )
    parser.add_argument("--test-strength", type=float, default=0.4, metavar="X")
    parser.add_argument("--test-images", type=int, default=1000, metavar="N")
    parser.add_argument("--data", metavar="FILE.npz", help="with MNIST's keys; default: MNIST")
    parser.add_argument(
        "-o", "--output", default=noise_matrix.MATRIX_PATH, metavar="OUT.json", type=Path
    )
    parser.add_argument("--low-priority", action="store_true", help="let other programs go first")


def _run(options: argparse.Namespace) -> int:
    if not 0 <= options.test_strength <= 1 or options.test_images < 1:
        raise ValueError(
            "--test-strength must lie in [0, 1] and --test-images be at least 1. Received: "
            f"{options.test_strength} and {options.test_images}."
        )
    if not options.output.absolute().parent.is_dir():
        raise ValueError(f"There is no folder for {str(options.output)!r}.")
    if options.low_priority and hasattr(os, "nice"):
        os.nice(10)
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
        seeds=options.seeds,
        test_strength=options.test_strength,
        test_images=options.test_images,
        on_model=_show,
    )
    write_json(options.output, result)
    print(f"{options.output}: {len(result['models'])} models in {result['seconds']:.0f} s")
    return 0


def _show(trained_on: str, seed: int, psnr) -> None:
    cells = "  ".join(
        f"{kind} {value:.2f}" for kind, value in zip(noise_matrix.COLUMNS, psnr, strict=True)
    )
    print(f"trained on {trained_on}, seed {seed}; dB on {cells}", flush=True)


def _seeds(text: str) -> tuple[int, ...]:
    try:
        seeds = tuple(dict.fromkeys(int(part) for part in text.split(",")))
    except ValueError:
        raise argparse.ArgumentTypeError(f"expected numbers as in 0,1, got {text!r}") from None
    return seeds
