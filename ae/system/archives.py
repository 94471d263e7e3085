"""Zip files from anywhere, and the arrays in them, opened without paying for what they claim."""

from __future__ import annotations

import math
import os
import struct
import tokenize
import zipfile
import zlib
from typing import BinaryIO

import numpy as np

from ae.system.files import open_regular

# What reading a damaged zip raises, by the place of the damage.
UNREADABLE = (
    zipfile.BadZipFile,
    zipfile.LargeZipFile,
    zlib.error,
    struct.error,
    OSError,
    EOFError,
    NotImplementedError,
    RuntimeError,
    SyntaxError,
    TypeError,
    AttributeError,
    tokenize.TokenError,
    ValueError,
    KeyError,
    IndexError,
    OverflowError,
    MemoryError,
)
_LARGEST_DIRECTORY = 1 << 16  # bytes: some hundred entries


class _Opening:
    """A file that refuses to read much at once as long as it is being opened.

    ZipFile reads the directory at once and makes an object for each entry, some hundred bytes of
    memory for each 46 in the file: 64 MB would become a gigabyte.
    """

    def __init__(self, file: BinaryIO):
        self.opening = True
        self._file = file

    def read(self, size: int = -1) -> bytes:
        if self.opening and not 0 <= size <= _LARGEST_DIRECTORY:
            # At the end of the file ZipFile reads all that is left, to look for the directory.
            place = self._file.tell()
            left = self._file.seek(0, os.SEEK_END) - place
            self._file.seek(place)
            if size >= 0 or left > _LARGEST_DIRECTORY + 22:
                raise zipfile.BadZipFile("its directory is too long")
        return self._file.read(size)

    def __getattr__(self, name: str):
        return getattr(self._file, name)


def read_array_header(member: BinaryIO) -> tuple[tuple[int, ...], bool, np.dtype]:
    """Shape, whether in column order, and dtype of an .npy member, which costs no memory.

    Raises one of UNREADABLE for anything but an array of numbers of some shape.
    """
    version = np.lib.format.read_magic(member)
    if version == (1, 0):
        shape, fortran, dtype = np.lib.format.read_array_header_1_0(member)
    else:
        shape, fortran, dtype = np.lib.format.read_array_header_2_0(member)
    if dtype.kind not in "fiu" or not all(0 <= side < 1 << 40 for side in shape):
        raise ValueError(f"{dtype!s:.100} of shape {shape!s:.100}")
    return shape, fortran, dtype


def open_zip(file: BinaryIO) -> zipfile.ZipFile:
    """Open an archive of a few members for reading.

    Raises one of UNREADABLE if it is none, is damaged or has hundreds of members. Reading members
    of a damaged one raises one of UNREADABLE, too.
    """
    guarded = _Opening(file)
    archive = zipfile.ZipFile(guarded)
    guarded.opening = False
    return archive


def read_arrays(path: str | os.PathLike, largest: int) -> dict[str, np.ndarray]:
    """All arrays of an .npz file, by name.

    largest : bytes that they, and the file, may have together. Raises FileNotFoundError, or one of
    UNREADABLE for a damaged or larger file, a pipe, and anything but arrays of numbers.
    """
    arrays = {}
    with open_regular(path, largest) as file, open_zip(file) as archive:
        for name in archive.namelist():
            with archive.open(name) as member:
                shape, _, dtype = read_array_header(member)
            largest -= math.prod(shape) * dtype.itemsize
            if largest < 0:
                raise ValueError("its arrays are larger than expected")
            with archive.open(name) as member:
                array = np.lib.format.read_array(member, allow_pickle=False)
            arrays[name.removesuffix(".npy")] = array
    return arrays
