"""Files that are whole or absent: written under a temporary name, then renamed."""

import contextlib
import json
import os
import stat
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

REPOSITORY = Path(__file__).parents[2]  # the folder that holds ae/ and models/


@contextlib.contextmanager
def replacing(path: str | os.PathLike) -> Iterator[Path]:
    """Yield a temporary path in the folder of ``path``; rename it there if the block succeeds.

    A reader sees the old file or the new one, never half of one. The temporary name begins with
    a dot and keeps the suffix, which some writers choose their format by.
    """
    path = Path(path)
    handle, name = tempfile.mkstemp(prefix=".writing-", suffix=path.suffix, dir=path.parent)
    os.close(handle)
    temporary = Path(name)
    try:
        yield temporary
        # mkstemp makes a file for its owner alone; a model is for whoever may read the folder.
        umask = os.umask(0)
        os.umask(umask)
        temporary.chmod(0o666 & ~umask)
        os.replace(temporary, path)
    finally:
        temporary.unlink(missing_ok=True)


def write_json(path: str | os.PathLike, value) -> None:
    """Write ``value`` as indented JSON with a final newline, whole or not at all."""
    with replacing(path) as temporary:
        temporary.write_text(json.dumps(value, indent=1) + "\n", encoding="utf-8")


def open_regular(path: str | os.PathLike, largest: int) -> BinaryIO:
    """Open a file for reading. Raises OSError for a pipe, a device or more than ``largest`` bytes.

    Opening a pipe would wait for ever for somebody who writes into it.
    """
    descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0))
    file = os.fdopen(descriptor, "rb")
    found = os.fstat(descriptor)
    if stat.S_ISREG(found.st_mode) and found.st_size <= largest:
        return file
    file.close()
    raise OSError(f"{Path(path).name} must be a file of at most {largest:,} bytes")
