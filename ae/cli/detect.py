"""python -m ae detect: which images of a file are unlike a model's training images."""

from __future__ import annotations

import argparse
import csv
import sys
from pathlib import Path
from typing import TextIO

import numpy as np

from ae.cli.options import Commands
from ae.system import tensorflow_import
from ae.system.files import replacing

TRAINING = 4000  # training images that latent distances are measured from
VALIDATION = 2000  # test images that the threshold is set on
_SEED = 0  # of their choice
_DEFAULT_SCORE = "combined"
_HEADER = ("image", "score", "verdict", "threshold", "score_name", "threshold_origin")


def add_parser(commands: Commands) -> None:
    """Add the command detect."""
    from ae.analysis.anomaly import SCORES

    parser = commands.add_parser(
        "detect",
        help="Find images that are unlike those that a model was trained on.",
        description="Write an anomaly score and a verdict, odd or normal, for each image. The "
        "threshold is set on test images: no odd image is needed.",
    )
    parser.set_defaults(run=_run)
    parser.add_argument("model", metavar="MODEL", help="Name of a model in the models folder.")
    parser.add_argument(
        "source",
        metavar="IN.npz|FOLDER|IMAGE",
        help="28×28 images: an .npz file, a folder of image files, or one of these.",
    )
    parser.add_argument(
        "--max-false-alarms",
        type=float,
        default=0.01,
        metavar="X",
        help="Largest share of the test images that may count as odd. From 0 to below 1. Default: "
        "%(default)s.",
    )
    parser.add_argument(
        "--score",
        choices=tuple(SCORES),
        default=_DEFAULT_SCORE,
        metavar="WORD",
        help=f"One of {', '.join(SCORES)}. Default: %(default)s.",
    )
    parser.add_argument(
        "-o",
        "--output",
        metavar="OUT.csv",
        help="File to write. Default: the standard output, and the summary on standard error.",
    )
    parser.add_argument(
        "--data", metavar="FILE.npz", help="The model's training data. Default: MNIST."
    )


def _run(options: argparse.Namespace) -> int:
    from ae import store
    from ae.analysis import anomaly
    from ae.config import PIXELS, TrainingConfig
    from ae.data import load_data
    from ae.data.image_sets import open_images
    from ae.nn.pca import PCA

    if not 0 <= options.max_false_alarms < 1:
        raise ValueError(
            "--max-false-alarms must be from 0 to below 1, as in 0.01 for 1 %. "
            f"Received: {options.max_false_alarms}."
        )
    card = store.read_card(options.model)
    _, batches = open_images(options.source)
    data = load_data(options.data)
    tensorflow_import.import_tensorflow()
    model = store.load(options.model)
    training = card.training or TrainingConfig()
    left_out = training.leave_out
    detector = anomaly.Detector(
        model,
        lambda: _some(data.x_train, data.y_train, left_out, TRAINING),
        lambda: PCA.fit(data.x_train, min(model.latent_dim, PIXELS)),
        training.kl_weight,
        training.loss,
    )
    if options.score not in detector.keys:
        raise ValueError(
            f"--score must be one of {', '.join(detector.keys)} with {card.name}, whose file "
            f"keeps no variances of latent values. Received: {options.score}."
        )
    known = _some(data.x_test, data.y_test, left_out, VALIDATION)

    def score(images: np.ndarray) -> np.ndarray:
        return detector.score(options.score, images, detector.basis(images))

    threshold = anomaly.threshold_for(score(known), options.max_false_alarms)
    origin = (
        f"at most {100 * options.max_false_alarms:g} % of {len(known):,} test images of "
        f"{data.name} are above it"
    )
    scores = np.concatenate([np.zeros(0), *map(score, batches)])
    rows = [
        (i, f"{score:.9g}", "odd" if score > threshold else "normal", f"{threshold:.9g}")
        for i, score in enumerate(scores)
    ]

    def write(file: TextIO) -> None:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(_HEADER)
        writer.writerows((*row, options.score, origin) for row in rows)

    if options.output:
        with (
            replacing(Path(options.output)) as temporary,
            temporary.open("w", encoding="utf-8", newline="") as file,
        ):
            write(file)
    else:
        write(sys.stdout)
    odd = int((scores > threshold).sum())
    print(
        f"{odd:,} of {len(scores):,} images count as odd: {options.score} above {threshold:.4g} "
        f"({origin}).",
        file=sys.stdout if options.output else sys.stderr,
    )
    return 0


def _some(
    images: np.ndarray, labels: np.ndarray, left_out: tuple[int, ...], most: int
) -> np.ndarray:
    """Return at most ``most`` images at random, always the same, of the classes not left out."""
    rows = np.random.default_rng(_SEED).permutation(len(images))
    return images[rows[~np.isin(labels[rows], left_out)][:most]]
