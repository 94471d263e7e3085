"""Sets of images, read and written in batches, so that a set may be larger than the memory."""

from __future__ import annotations

import contextlib
import os
import shutil
import zipfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import BinaryIO

import numpy as np

from ae.data import unit
from ae.data.image_file import LARGEST_FILE, SUFFIXES, read_image
from ae.errors import DataError
from ae.imaging import to_bytes
from ae.system import archives
from ae.system.files import open_regular, replacing, temporary_path

SIDE = 28
BATCH = 1000  # images read at a time
PICTURE_SUFFIXES = tuple(f".{suffix}" for suffix in SUFFIXES)
_NAMED = 10  # bad files that a message names
# If a file contains several arrays, the first of these names is read.
_PREFERRED = ("images", "x_test")
_DTYPES = ("u1", "f4", "f8")


def open_images(source: str | os.PathLike | BinaryIO) -> tuple[int, Iterator[np.ndarray]]:
    """Open a set of images.

    Parameters
    ----------
    source : str, PathLike or binary file
        An .npz file, open or by its path, or the path of an image file or a folder of them. The
        .npz holds one array, or several of which ``images`` or ``x_test`` is read, of shape
        (n, 28, 28), uint8 or float in [0, 1]. Image files are read as ``read_image`` does it, in
        the order of their names.

    Returns
    -------
    count : int
        Number of images.
    batches : iterator of float32 arrays of shape (at most 1000, 28, 28), values in [0, 1]

    Raises
    ------
    DataError
        Here or by the iterator, if the source is missing, damaged or of another form.
    """
    if not isinstance(source, str | os.PathLike):
        return _open_npz(source, "The file")
    path = Path(source)
    if path.is_dir():
        return _open_pictures(_pictures_in(path))
    is_picture = path.suffix.lower() in PICTURE_SUFFIXES
    return _open_pictures([path]) if is_picture else _open_npz(path, path.name)


def save_images(path: str | os.PathLike, batches: Iterable[np.ndarray], count: int) -> None:
    """Write a set of images. If ``batches`` raises an error, no file is left behind.

    Parameters
    ----------
    path : str or PathLike
        With the suffix .npz a file with one array ``images``, uint8 of shape (count, 28, 28).
        Otherwise a folder of PNG files, which must be empty if it exists.
    batches : iterable of float arrays of shape (any, 28, 28), values in [0, 1]
    count : int
        Number of images in all batches together.

    Raises
    ------
    DataError
        If the folder exists and is not empty.
    """
    path = Path(path)
    if path.suffix == ".npz":
        _save_npz(path, batches, count)
    else:
        _save_folder(path, batches, count)


def _open_npz(source: Path | BinaryIO, name: str) -> tuple[int, Iterator[np.ndarray]]:
    def refused(reason: object) -> DataError:
        return DataError(
            f"{name:.100} must be a folder of images or an .npz file with one array, images or "
            f"x_test, uint8 or float of shape (n, 28, 28). Received: {reason!s:.300}."
        )

    try:
        with _opened(source) as archive:
            names = [entry.removesuffix(".npy") for entry in archive.namelist()]
            preferred = [entry for entry in _PREFERRED if entry in names]
            if len(names) != 1 and not preferred:
                raise refused(f"arrays {', '.join(names)[:200] or 'none'}")
            member = f"{(preferred or names)[0]}.npy"
            with archive.open(member) as file:
                shape, fortran, dtype = archives.read_array_header(file)
    except FileNotFoundError as error:
        raise DataError(f"There is no file or folder {str(source)!r}.") from error
    except archives.UNREADABLE as error:
        if isinstance(error, DataError):
            raise
        raise refused(error) from error
    if len(shape) != 3 or shape[1:] != (SIDE, SIDE) or fortran or dtype.str[1:] not in _DTYPES:
        raise refused(f"{dtype} of shape {shape}" + (" in column order" if fortran else ""))

    def batches() -> Iterator[np.ndarray]:
        try:
            with _opened(source) as archive, archive.open(member) as file:
                archives.read_array_header(file)
                for start in range(0, shape[0], BATCH):
                    count = min(BATCH, shape[0] - start)
                    data = file.read(count * SIDE * SIDE * dtype.itemsize)
                    yield _unit(np.frombuffer(data, dtype).reshape(count, SIDE, SIDE))
        except archives.UNREADABLE as error:
            if isinstance(error, DataError):
                raise
            raise refused(error) from error

    return shape[0], batches()


@contextlib.contextmanager
def _opened(source: Path | BinaryIO) -> Iterator[zipfile.ZipFile]:
    with contextlib.ExitStack() as stack:
        file = stack.enter_context(source.open("rb")) if isinstance(source, Path) else source
        yield stack.enter_context(archives.open_zip(file))


def _unit(images: np.ndarray) -> np.ndarray:
    if images.dtype == np.uint8:
        return unit(images)
    # In this form the condition is false for NaN, too.
    if not (images.min() >= 0 and images.max() <= 1):
        raise DataError(
            "Images of floating-point numbers must have values in [0, 1]. Received: values from "
            f"{images.min():g} to {images.max():g}. Divide the images by their largest value."
        )
    return images.astype(np.float32)


def _pictures_in(path: Path) -> list[Path]:
    files = sorted(
        file
        for file in path.iterdir()
        # A Mac puts a hidden ._0.png beside 0.png.
        if file.suffix.lower() in PICTURE_SUFFIXES and not file.name.startswith(".")
    )
    if not files:
        raise DataError(
            f"The folder {path.name!r} contains no images. Expected files that end in "
            f"{', '.join(PICTURE_SUFFIXES)}."
        )
    return files


def _open_pictures(files: list[Path]) -> tuple[int, Iterator[np.ndarray]]:
    def batches() -> Iterator[np.ndarray]:
        refused: list[str] = []
        for start in range(0, len(files), BATCH):
            images = [_read_picture(file, refused) for file in files[start : start + BATCH]]
            if not refused:  # else the rest is read to name every bad file at once
                yield np.stack([image for image in images if image is not None])
        if refused:
            more = [f"and {len(refused) - _NAMED} more"] * (len(refused) > _NAMED)
            raise DataError("\n".join([*refused[:_NAMED], *more]))

    return len(files), batches()


def _read_picture(path: Path, refused: list[str]) -> np.ndarray | None:
    """The image of a file, or None, and then a sentence more in ``refused``."""
    try:
        with open_regular(path, LARGEST_FILE + 1) as file:
            return read_image(file.read(LARGEST_FILE + 1))
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else error
        refused.append(f"{path.name:.100}: {reason}")
        return None


def _save_npz(path: Path, batches: Iterable[np.ndarray], count: int) -> None:
    header = {"descr": "|u1", "fortran_order": False, "shape": (count, SIDE, SIDE)}
    with (
        replacing(path) as temporary,
        zipfile.ZipFile(temporary, "w", zipfile.ZIP_DEFLATED) as archive,
        archive.open("images.npy", "w", force_zip64=True) as member,
    ):
        np.lib.format.write_array_header_1_0(member, header)
        for images in batches:
            member.write(to_bytes(images).tobytes())


def _save_folder(path: Path, batches: Iterable[np.ndarray], count: int) -> None:
    from PIL import Image

    if path.exists() and not (path.is_dir() and next(path.iterdir(), None) is None):
        raise DataError(f"{str(path)!r} must be a new or empty folder, or end in .npz.")
    temporary = temporary_path(path)
    temporary.mkdir()
    try:
        number, digits = 0, len(str(count))
        for images in batches:
            for pixels in to_bytes(images):
                number += 1
                Image.fromarray(pixels).save(temporary / f"{number:0{digits}}.png")
        os.replace(temporary, path)
    except BaseException:
        with contextlib.suppress(OSError):
            shutil.rmtree(temporary)
        raise
