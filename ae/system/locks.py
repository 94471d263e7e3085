"""Locks between processes and threads, released by the operating system when their holder dies.

Whether a lock is held can be asked without taking it, so that asking disturbs nobody. On Linux and
macOS alike only POSIX record locks allow that. They belong to a process, which has two traps: a
second lock by the same process is granted, and closing *any* open file on the locked file releases
the lock. For this reason the module keeps a table of the locks that this process holds, and opens
none of their files a second time.
"""

import contextlib
import fcntl
import os
import struct
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import BinaryIO

_FileId = tuple[int, int]  # device and inode

_mine: set[_FileId] = set()
_table = threading.Lock()  # held while _mine is read or changed, and while a lock file is opened


@contextlib.contextmanager
def held(path: str | os.PathLike, wait: Callable[[], bool] = lambda: False) -> Iterator[bool]:
    """Hold a lock while the block runs.

    Parameters
    ----------
    path : str or PathLike
        The file to lock. It is created if necessary, and stays.
    wait : callable
        Called each time the lock is found taken. It returns False to give up; else the lock is
        tried again.

    Yields
    ------
    bool
        Whether the lock is held.
    """
    file = _take(Path(path))
    while file is None and wait():
        file = _take(Path(path))
    try:
        yield file is not None
    finally:
        if file is not None:
            with _table:
                _mine.discard(_file_id(os.fstat(file.fileno())))
                file.close()


def is_held(path: str | os.PathLike) -> bool:
    """Return whether a process, this one included, holds the lock on the file ``path``."""
    path = Path(path)
    with _table:
        if not path.is_file():
            return False
        if _file_id(path.stat()) in _mine:
            return True
        with path.open("rb") as file:
            return _is_locked(file.fileno())


def _take(path: Path) -> BinaryIO | None:
    """Return the locked file, or None if another process or thread holds the lock."""
    with _table:
        if path.exists() and _file_id(path.stat()) in _mine:
            return None
        file = path.open("ab")
        try:
            fcntl.lockf(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except (BlockingIOError, PermissionError):  # POSIX allows EAGAIN and EACCES
            file.close()
            return None
        _mine.add(_file_id(os.fstat(file.fileno())))
        return file


def _file_id(found: os.stat_result) -> _FileId:
    return found.st_dev, found.st_ino


def _is_locked(descriptor: int) -> bool:
    """Ask the system whether another process has locked the file."""
    # struct flock of fcntl.h. Start 0 and length 0 mean the whole file.
    kind, whence, start, length, process = fcntl.F_WRLCK, os.SEEK_SET, 0, 0, 0
    if sys.platform == "linux":
        question = struct.pack("hhqqi", kind, whence, start, length, process)
        kind, *_ = struct.unpack("hhqqi", fcntl.fcntl(descriptor, fcntl.F_GETLK, question))
    else:  # macOS and the BSDs
        question = struct.pack("qqihh", start, length, process, kind, whence)
        *_, kind, _ = struct.unpack("qqihh", fcntl.fcntl(descriptor, fcntl.F_GETLK, question))
    return kind != fcntl.F_UNLCK
