"""Images that a visitor uploads, from files of several kinds."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterable
from dataclasses import dataclass

import numpy as np

from ae.data.image_file import read_image
from ae.data.image_sets import open_images
from ae.errors import DataError

MOST_FILES = 100
MOST_IMAGES = 1000  # in all, so that one visitor does not keep the others waiting


@dataclass(frozen=True, eq=False)
class Collection:
    """The images of uploaded files.

    Attributes
    ----------
    images : float32 array of shape (n, 28, 28), values in [0, 1]
        n may be 0.
    names : list of n str
    refused : list of str
        A message for each file, or part of a file, that was not read.
    """

    images: np.ndarray
    names: list[str]
    refused: list[str]


def read_collection(
    files: Iterable[tuple[str, bytes]], on_file: Callable[[int], object] = lambda done: None
) -> Collection:
    """Read image files and .npz files.

    The content of a file never raises an error: a file that cannot be read is reported in
    ``refused``, and the others are read.

    Parameters
    ----------
    files : iterable of (str, bytes)
        Name and content of each file, at most 100. An image file shows one digit: see
        ``read_image``. The images of .npz files are used as they are, at most 1,000
        in all.
    on_file : callable
        Called after each file with the number of files done.
    """
    images: list[np.ndarray] = []
    names: list[str] = []
    refused: list[str] = []
    for number, (name, data) in enumerate(files):
        if number == MOST_FILES:
            refused.append(f"Only the first {MOST_FILES} files are used.")
            break
        try:
            new, note = _read(name, data, MOST_IMAGES - len(names))
        except DataError as error:
            refused.append(f"{name:.100}: {error}")
        else:
            images.append(new)
            numbered = [f"{name}, number {i}" for i in range(len(new))]
            names += numbered if _is_set(name) else [name]
            refused += [f"{name}: {note}"] if note else []
        on_file(number + 1)
    stacked = np.concatenate(images) if images else np.zeros((0, 28, 28), np.float32)
    return Collection(stacked, names, refused)


def _is_set(name: str) -> bool:
    return name.lower().endswith(".npz")


def _read(name: str, data: bytes, most: int) -> tuple[np.ndarray, str]:
    """Return at most ``most`` images of a file, and a message if there are more, or ""."""
    if most == 0:
        raise DataError(f"Only the first {MOST_IMAGES:,} images are used.")
    if not _is_set(name):
        return read_image(data)[None], ""
    count, batches = open_images(io.BytesIO(data))
    if count == 0:
        raise DataError("The file must contain at least one image. Received: none.")
    batch = next(batches)[:most]
    left_out = count - len(batch)
    return batch, f"Only the first {len(batch):,} of {count:,} images are used." * bool(left_out)
