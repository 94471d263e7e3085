"""Files that are either complete or absent: written under a temporary name, then renamed."""

import contextlib
import json
import os
import secrets
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO

REPOSITORY = Path(__file__).parents[2]  # the folder that holds ae/ and models/


@contextlib.contextmanager
def replacing(path: str | os.PathLike) -> Iterator[Path]:
    """Yield a temporary path in the folder of ``path`` and rename it if the block succeeds.

    A reader sees the old file or the new one, never a part of one. The temporary name is hidden
    and keeps the suffix, because some writers choose their format by it. If the block raises,
    the temporary file is removed and the old file stays.

    Parameters
    ----------
    path : str or PathLike
        The file to write. Its folder must exist.

    Yields
    ------
    Path
        An empty file with the permissions that the umask allows.

    Raises
    ------
    OSError
        If the folder is missing or not writable, or the disk is full.
    """
    path = Path(path)
    temporary = temporary_path(path)
    # open() applies the umask itself. Reading the umask would mean to set it for a moment, for
    # every thread of the process.
    try:
        os.close(os.open(temporary, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o666))
    except OSError as error:  # it names the file that was meant
        raise OSError(error.errno, error.strerror, str(path)) from error
    try:
        yield temporary
        os.replace(temporary, path)
    finally:
        temporary.unlink(missing_ok=True)


def temporary_path(path: Path) -> Path:
    """Return an unused hidden name in the folder of ``path``, with the same suffix."""
    return path.absolute().parent / f".writing-{secrets.token_hex(8)}{path.suffix}"


def write_json(path: str | os.PathLike, value: Any) -> None:
    """Write ``value`` as indented JSON with a final newline; see ``replacing``."""
    with replacing(path) as temporary:
        temporary.write_text(json.dumps(value, indent=1) + "\n", encoding="utf-8")


def open_regular(path: str | os.PathLike, largest: int) -> BinaryIO:
    """Open a regular file for reading.

    Parameters
    ----------
    path : str or PathLike
        The file.
    largest : int
        The most bytes that the file may have.

    Raises
    ------
    OSError
        If the file is missing, is larger, or is a pipe or a device.
    """
    # Without O_NONBLOCK, opening a pipe would wait until another process writes into it.
    descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
    file = os.fdopen(descriptor, "rb")
    found = os.fstat(descriptor)
    if stat.S_ISREG(found.st_mode) and found.st_size <= largest:
        return file
    file.close()
    raise OSError(f"{Path(path).name} must be a regular file of at most {largest:,} bytes")
