"""Untrusted zip and .npz files, read without allocating the memory that they only claim to need."""

from __future__ import annotations

import math
import os
import struct
import tokenize
import zipfile
import zlib
from typing import IO, Any

import numpy as np

from ae.system.files import open_regular

# The exceptions that reading a damaged zip file raises, depending on where it is damaged.
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


class _SmallDirectory:
    """A file that limits the size of a read while ZipFile opens it.

    ZipFile reads the directory at once and creates an object for each entry, some hundred bytes of
    memory for 46 bytes of the file: a file of 64 MB could take a gigabyte.
    """

    def __init__(self, file: IO[bytes]) -> None:
        self.opening = True
        self._file = file

    def read(self, size: int = -1) -> bytes:
        if self.opening and not 0 <= size <= _LARGEST_DIRECTORY:
            # To find the directory, ZipFile reads from near the end of the file to its end.
            place = self._file.tell()
            left = self._file.seek(0, os.SEEK_END) - place
            self._file.seek(place)
            if size >= 0 or left > _LARGEST_DIRECTORY + 22:
                raise zipfile.BadZipFile("its directory is too long")
        return self._file.read(size)

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        return self._file.seek(offset, whence)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._file, name)


def read_array_header(member: IO[bytes]) -> tuple[tuple[int, ...], bool, np.dtype]:
    """Read the header of an .npy member, but not the array.

    Parameters
    ----------
    member : binary file
        At the beginning of the .npy format.

    Returns
    -------
    shape : tuple of int
    fortran_order : bool
        Whether the array is stored column by column.
    dtype : numpy.dtype
        Of integers or floating-point numbers.

    Raises
    ------
    One of UNREADABLE
        If the member is damaged or holds anything but numbers.
    """
    version = np.lib.format.read_magic(member)
    if version == (1, 0):
        shape, fortran, dtype = np.lib.format.read_array_header_1_0(member)
    else:
        shape, fortran, dtype = np.lib.format.read_array_header_2_0(member)
    if dtype.kind not in "fiu" or not all(0 <= side < 1 << 40 for side in shape):
        raise ValueError(f"{dtype!s:.100} of shape {shape!s:.100}")
    return shape, fortran, dtype


def open_zip(file: IO[bytes]) -> zipfile.ZipFile:
    """Open a zip file of a few members for reading.

    Raises
    ------
    One of UNREADABLE
        If the file is damaged, is no zip file or has hundreds of members. Reading a damaged member
        raises one of them, too.
    """
    guarded = _SmallDirectory(file)
    archive = zipfile.ZipFile(guarded)
    guarded.opening = False
    return archive


def read_arrays(path: str | os.PathLike, largest: int) -> dict[str, np.ndarray]:
    """Read all arrays of an .npz file.

    Parameters
    ----------
    path : str or PathLike
    largest : int
        The most bytes that the file may have, and that all arrays together may have.

    Returns
    -------
    dict of str to array

    Raises
    ------
    FileNotFoundError
        If the file is missing.
    One of UNREADABLE
        If the file is damaged, too large, a pipe, or holds anything but arrays of numbers.
    """
    with open_regular(path, largest) as file:
        return arrays_of(file, largest)


def arrays_of(file: IO[bytes], largest: int) -> dict[str, np.ndarray]:
    """Read all arrays of an .npz file that is open or in memory; see ``read_arrays``."""
    arrays = {}
    with open_zip(file) as archive:
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
