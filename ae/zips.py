"""Zip files from anywhere, opened without paying for what they claim."""

from __future__ import annotations

import os
import struct
import zipfile
import zlib
from typing import BinaryIO

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


def open_zip(file: BinaryIO) -> zipfile.ZipFile:
    """Open an archive of a few members for reading.

    Raises one of UNREADABLE if it is none, is damaged or has hundreds of members. Reading members
    of a damaged one raises one of UNREADABLE, too.
    """
    guarded = _Opening(file)
    archive = zipfile.ZipFile(guarded)
    guarded.opening = False
    return archive
