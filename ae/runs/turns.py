"""The queue of training runs: first come, first served.

Each run draws a ticket, a file in its folder. A run whose process has died is passed over.
"""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterator
from pathlib import Path

from ae import store
from ae.runs import run_folder
from ae.system import locks
from ae.system.files import replacing

TICKET_FILE = "ticket"
_LOCK = ".queue.lock"


@contextlib.contextmanager
def registry_lock() -> Iterator[None]:
    """Hold the lock under which names are claimed and tickets drawn in the models folder."""

    def wait() -> bool:
        time.sleep(0.005)
        return True

    folder = store.models_folder()
    folder.mkdir(parents=True, exist_ok=True)
    with locks.held(folder / _LOCK, wait):
        yield


def draw_ticket(folder: Path) -> None:
    """Put the run in ``folder`` at the end of the queue. Call it within ``registry_lock()``."""
    others = [_ticket(path.parent) or 0 for path in folder.parent.glob(f"*/{TICKET_FILE}")]
    with replacing(folder / TICKET_FILE) as temporary:
        temporary.write_text(str(max(others, default=0) + 1), encoding="utf-8")


def leave(folder: Path) -> None:
    """Return the ticket of the run in ``folder``: other runs no longer wait for it."""
    (folder / TICKET_FILE).unlink(missing_ok=True)


def ahead(name: str) -> list[str]:
    """Return the names of the active runs whose turn comes before ``name``, the next one first."""
    folder = store.models_folder()
    mine = _ticket(folder / name)
    if mine is None:
        return []
    tickets = {path.parent.name: _ticket(path.parent) for path in folder.glob(f"*/{TICKET_FILE}")}
    before = sorted((t, other) for other, t in tickets.items() if t is not None and t < mine)
    return [other for _, other in before if (s := run_folder.read_status(other)) and s.going_on]


def _ticket(folder: Path) -> int | None:
    try:
        return int((folder / TICKET_FILE).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
