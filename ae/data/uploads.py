"""Somebody's own pictures, files of several kinds together -> one set of images."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterable
from dataclasses import dataclass

import numpy as np

from ae.data.drawing import to_mnist_form
from ae.data.image_file import read_picture
from ae.data.image_sets import open_images
from ae.errors import DataError

MOST_FILES = 100
MOST_IMAGES = 1000  # in all: what one visitor may keep the others waiting for


@dataclass(frozen=True, eq=False)
class Collection:
    """What was read, and what was not.

    images : float32 (n, 28, 28) in [0, 1], n may be 0. names : one for each image.
    refused : a sentence for each file, or part of one, that is not among the images.
    """

    images: np.ndarray
    names: list[str]
    refused: list[str]


def read_collection(
    files: Iterable[tuple[str, bytes]], on_file: Callable[[int], None] = lambda done: None
) -> Collection:
    """Read picture files and .npz files, each a name and its bytes.

    A picture of one digit takes the way of a drawing into MNIST form; the images of an .npz are
    taken as they are. At most 100 files are read, and at most 1,000 images taken. Never raises
    for what a file holds: it is refused in a sentence that names it, and the rest is read.
    on_file : called after each file with the number of files done.
    """
    images: list[np.ndarray] = []
    names: list[str] = []
    refused: list[str] = []
    for number, (name, data) in enumerate(files):
        if number == MOST_FILES:
            refused.append(f"Only the first {MOST_FILES} files are taken. Leave some out.")
            break
        try:
            mine, note = _read(name, data, MOST_IMAGES - len(names))
        except DataError as error:
            refused.append(f"{name:.100}: {error}")
        else:
            images.append(mine)
            whole = len(mine) == 1 and not _is_set(name)
            names += [name] if whole else [f"{name}, number {i}" for i in range(len(mine))]
            refused += [f"{name}: {note}"] if note else []
        on_file(number + 1)
    stacked = np.concatenate(images) if images else np.zeros((0, 28, 28), np.float32)
    return Collection(stacked, names, refused)


def _is_set(name: str) -> bool:
    return name.lower().endswith(".npz")


def _read(name: str, data: bytes, most: int) -> tuple[np.ndarray, str]:
    """At most so many images of one file, float32 (n, 28, 28), and what was left out, or ""."""
    if most == 0:
        raise DataError(f"Only the first {MOST_IMAGES:,} images are taken. Leave some out.")
    if not _is_set(name):
        return to_mnist_form(read_picture(data)).image[None], ""
    count, batches = open_images(io.BytesIO(data))
    if count == 0:
        raise DataError("The file must hold at least one image. Received: none.")
    batch = next(batches)[:most]
    left_out = count - len(batch)
    return batch, f"Only the first {len(batch):,} of {count:,} images are taken." * bool(left_out)
