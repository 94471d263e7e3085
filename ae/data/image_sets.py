"""Pictures read and written a batch at a time, so that a set may be larger than the memory."""

from __future__ import annotations

import contextlib
import os
import shutil
import zipfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import BinaryIO

import numpy as np

from ae.errors import DataError
from ae.imaging import to_bytes
from ae.system import archives
from ae.system.files import replacing, temporary_path

SIDE = 28
BATCH = 1000
PICTURE_SUFFIXES = (".png", ".jpg", ".jpeg", ".webp", ".bmp")
# Of several arrays in one file, the first of these that is there.
_PREFERRED = ("images", "x_test")
_DTYPES = ("u1", "f4", "f8")


def open_images(source: str | os.PathLike | BinaryIO) -> tuple[int, Iterator[np.ndarray]]:
    """How many pictures are in an .npz file or in a folder of picture files, and the pictures.

    source : a path, or an open .npz file.
    The .npz holds one array, or several of which ``images`` or ``x_test`` is taken: (n, 28, 28),
    uint8 or float in [0, 1]. A folder's pictures are 28×28, in the order of their names.
    Returns (count, batches), the batches float32 (at most 1000, 28, 28) in [0, 1].
    Raises DataError, here or on the way, that says what was expected and what was found.
    """
    if hasattr(source, "read"):
        return _open_npz(source, "The file")
    path = Path(source)
    return _open_folder(path) if path.is_dir() else _open_npz(path, path.name)


def save_images(path: str | os.PathLike, batches: Iterable[np.ndarray], count: int) -> None:
    """Write pictures, float (any, 28, 28) in [0, 1], into an .npz file or a new folder of PNGs.

    path : with the suffix .npz one array ``images``, uint8 (count, 28, 28); else a folder, which
        must be empty if it exists. If ``batches`` raises, nothing is left behind.
    """
    path = Path(path)
    if path.suffix == ".npz":
        _save_npz(path, batches, count)
    else:
        _save_folder(path, batches, count)


def _open_npz(source: Path | BinaryIO, name: str) -> tuple[int, Iterator[np.ndarray]]:
    def refuse(reason) -> DataError:
        return DataError(
            f"{name:.100} must be a folder of pictures or an .npz file with one array, images or "
            f"x_test, uint8 or float of shape (n, 28, 28). Received: {reason!s:.300}."
        )

    try:
        with _opened(source) as archive:
            names = [entry.removesuffix(".npy") for entry in archive.namelist()]
            preferred = [entry for entry in _PREFERRED if entry in names]
            if len(names) != 1 and not preferred:
                raise refuse(f"arrays {', '.join(names)[:200] or 'none'}")
            member = f"{(preferred or names)[0]}.npy"
            with archive.open(member) as file:
                shape, fortran, dtype = archives.read_array_header(file)
    except FileNotFoundError as error:
        raise DataError(f"There is no file or folder {str(source)!r}.") from error
    except archives.UNREADABLE as error:
        if isinstance(error, DataError):
            raise
        raise refuse(error) from error
    if len(shape) != 3 or shape[1:] != (SIDE, SIDE) or fortran or dtype.str[1:] not in _DTYPES:
        raise refuse(f"{dtype} of shape {shape}" + (" in column order" if fortran else ""))

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
            raise refuse(error) from error

    return shape[0], batches()


@contextlib.contextmanager
def _opened(source: Path | BinaryIO) -> Iterator[zipfile.ZipFile]:
    with contextlib.ExitStack() as stack:
        file = source if hasattr(source, "read") else stack.enter_context(source.open("rb"))
        yield stack.enter_context(archives.open_zip(file))


def _unit(images: np.ndarray) -> np.ndarray:
    if images.dtype == np.uint8:
        return images.astype(np.float32) / np.float32(255)
    # Written so that NaN fails it, too.
    if not (images.min() >= 0 and images.max() <= 1):
        raise DataError(
            "Pictures of floating-point numbers must lie in [0, 1]. "
            f"Received: values from {images.min():g} to {images.max():g}. Divide by their peak."
        )
    return images.astype(np.float32)


def _open_folder(path: Path) -> tuple[int, Iterator[np.ndarray]]:
    files = sorted(file for file in path.iterdir() if file.suffix.lower() in PICTURE_SUFFIXES)
    if not files:
        raise DataError(
            f"The folder {path.name!r} holds no pictures. Expected files that end in "
            f"{', '.join(PICTURE_SUFFIXES)}."
        )

    def batches() -> Iterator[np.ndarray]:
        for start in range(0, len(files), BATCH):
            yield _unit(np.stack([_read_picture(file) for file in files[start : start + BATCH]]))

    return len(files), batches()


def _read_picture(path: Path) -> np.ndarray:
    from PIL import Image

    try:
        with Image.open(path, formats=("PNG", "JPEG", "WEBP", "BMP")) as picture:
            if picture.size != (SIDE, SIDE):
                raise DataError(
                    f"{path.name} must be {SIDE}×{SIDE} pixels, white on black like the digits of "
                    f"MNIST. Received: {picture.width}×{picture.height}."
                )
            return np.asarray(picture.convert("L"))
    except DataError:
        raise
    except Exception as error:  # a damaged file raises almost anything, by its place
        raise DataError(f"{path.name} cannot be read as a picture: {error}") from error


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
