"""Locks that the operating system releases when their holder dies."""

import contextlib
import os
from collections.abc import Callable, Iterator
from pathlib import Path

if os.name == "nt":
    import msvcrt

    def _try_lock(descriptor: int) -> bool:
        try:
            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        return True
else:
    import fcntl

    def _try_lock(descriptor: int) -> bool:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True


@contextlib.contextmanager
def held(path: str | os.PathLike, wait: Callable[[], bool] = lambda: False) -> Iterator[bool]:
    """Hold a lock on the file ``path``, which is made if need be; yield whether it is held.

    wait : called each time the lock is found taken; False gives up.
    """
    with Path(path).open("ab") as file:
        locked = _try_lock(file.fileno())
        while not locked and wait():
            locked = _try_lock(file.fileno())
        yield locked


def is_held(path: str | os.PathLike) -> bool:
    """Whether some process holds the lock on the file ``path`` now."""
    if not Path(path).is_file():
        return False
    with held(path) as locked:
        return not locked
