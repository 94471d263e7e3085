"""python -m ae encode | decode: compress images to an .aez file, and decompress it."""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Iterable, Iterator
from pathlib import Path

import numpy as np

from ae import store
from ae.analysis import metrics
from ae.cli.options import Commands
from ae.compression import codec
from ae.compression.quantizer import LEAST_BITS, MOST_BITS, measure
from ae.compression.rate_distortion import picture_file
from ae.data import load_data
from ae.data.image_sets import open_images, save_images
from ae.system import tensorflow_import
from ae.system.files import replacing

MEASURED = 5000  # training images from which the quantizer is learnt


def add_parsers(commands: Commands) -> None:
    """Add the commands encode and decode."""
    encode = commands.add_parser(
        "encode",
        help="Compress 28×28 images with a model.",
        description="Compress 28×28 images: the model's latent vectors are quantized and entropy "
        "coded.",
    )
    encode.set_defaults(run=_encode)
    encode.add_argument(
        "source",
        metavar="IN.npz|FOLDER|IMAGE",
        help="28×28 images: an .npz file, a folder of image files, or one of these.",
    )
    encode.add_argument("-o", "--output", required=True, metavar="OUT.aez", help="File to write.")
    encode.add_argument(
        "--model", default=store.DEFAULT_MODEL, help="Name of the model. Default: %(default)s."
    )
    encode.add_argument(
        "--bits",
        type=int,
        default=6,
        choices=range(LEAST_BITS, MOST_BITS + 1),
        metavar="N",
        help="Bits for the latent dimension with the largest effect; the others get fewer. From "
        f"{LEAST_BITS} to {MOST_BITS}. Default: %(default)s.",
    )
    encode.add_argument(
        "--data", metavar="FILE.npz", help="The model's training data. Default: MNIST."
    )
    decode = commands.add_parser(
        "decode",
        help="Decompress an .aez file.",
        description="Decompress the images of an .aez file to an .npz file or a new folder.",
    )
    decode.set_defaults(run=_decode)
    decode.add_argument("source", metavar="IN.aez", help="File to decompress.")
    decode.add_argument(
        "-o",
        "--output",
        required=True,
        metavar="OUT.npz|FOLDER",
        help="An .npz file, or a folder that does not exist yet.",
    )
    decode.add_argument(
        "--model", help="Name of the model. Default: the model that wrote the file, if it is found."
    )


def _encode(options: argparse.Namespace) -> int:
    began = time.perf_counter()
    count, batches = open_images(options.source)
    store.read_card(options.model)
    training_images = load_data(options.data).x_train[:MEASURED]
    tensorflow_import.import_tensorflow()
    model = store.load(options.model)
    quantizer = measure(model, training_images).quantizer(options.bits)
    errors, psnr, png_bytes = [], [], 0
    with replacing(options.output) as temporary:
        with temporary.open("wb") as file:
            for images, decoded in codec.write(file, batches, count, model, quantizer):
                errors.append(metrics.squared_error(images, decoded))
                psnr.append(metrics.psnr(images, decoded))
                png_bytes += len(picture_file(images, "PNG", optimize=False))
                _show(sum(map(len, errors)), count)
        size = temporary.stat().st_size
    print(
        f"{options.output}: {count:,} images in {time.perf_counter() - began:.1f} s. "
        f"{metrics.PIXELS * count:,} bytes raw, {png_bytes:,} as PNG sheets, {size:,} now"
        + (
            f": {size / count:.2f} an image, {8 * size / (count * metrics.PIXELS):.3f} bits per "
            f"pixel, PSNR {np.concatenate(psnr).mean():.2f} dB, "
            f"squared error {np.concatenate(errors).mean():.3f}."
            if count
            else "."
        )
    )
    return 0


def _decode(options: argparse.Namespace) -> int:
    began = time.perf_counter()
    source = Path(options.source)
    with source.open("rb") as file:
        header = codec.read_header(file)
        tensorflow_import.import_tensorflow()
        if options.model is None:
            names = [
                card.name
                for card in store.list_models()
                if card.model.latent_dim == header.latent_dim
            ]
            name, model = codec.find_model(header, names, store.load)
        else:
            name, model = options.model, store.load(options.model)
        file.seek(0)
        images = _with_progress(codec.read(file, model), header.count)
        save_images(options.output, images, header.count)
    size = source.stat().st_size
    print(
        f"{options.output}: {header.count:,} images reconstructed by {name} in "
        f"{time.perf_counter() - began:.1f} s from {size:,} bytes, "
        f"{metrics.PIXELS * header.count:,} bytes raw."
    )
    return 0


def _with_progress(batches: Iterable[np.ndarray], count: int) -> Iterator[np.ndarray]:
    """Yield the batches, and show after each how many of the images are done."""
    done = 0
    for images in batches:
        yield images
        done += len(images)
        _show(done, count)


def _show(done: int, count: int) -> None:
    # Progress goes to standard error: scripts read the last line on standard output.
    end = "\n" if done == count else ""
    print(f"\r{done:,} of {count:,} images", end=end, flush=True, file=sys.stderr)
