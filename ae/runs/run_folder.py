"""The folder of a training run: what its process writes, and what everybody else reads.

    run.json        both configs and the data file, written once
    status.json     the state of the run, replaced about once a second
    history.csv     rows of ``ae.training.progress.Record``, only appended to
    log.txt         what the process printed
    checkpoint.npz  the state to resume from, every few seconds until the run ends
    now.npz         the newest snapshot, about once a second until the run ends
    film/*.npz      snapshots of chosen steps
    ticket          the run's place in the queue, until it ends
    stop, pause     somebody asks the run to stop or to pause
    .alive          locked by the process for as long as it lives
    model.keras, card.json    the result, as in ``ae.store``

The models folder has two locks: ``.queue.lock`` while somebody claims a name or draws a ticket,
and ``.training.lock`` held by the run that trains.
"""

from __future__ import annotations

import csv
import dataclasses
import io
import math
import shutil
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ae import store
from ae.config import JsonRecord, ModelConfig, TrainingConfig
from ae.system import locks
from ae.system.files import open_regular, write_json
from ae.training.progress import Record

RUN_FILE = "run.json"
STATUS_FILE = "status.json"
LOG_FILE = "log.txt"
STOP_FILE, PAUSE_FILE = "stop", "pause"
CHECKPOINT_FILE = "checkpoint.npz"
ALIVE_FILE = ".alive"
TRAINING_LOCK = ".training.lock"

GOING_ON = ("starting", "waiting", "training", "saving")
STATES = (*GOING_ON, "done", "stopped", "paused", "failed")
_START_SECONDS = 60  # that a process may take until it holds its lock
_LARGEST_TEXT = 16 << 20  # bytes
_FULL = 1_000_000  # bytes: a disk with less free space counts as full


@dataclass(frozen=True)
class Status(JsonRecord):
    """The state of a run.

    Parameters
    ----------
    state : str
        "starting" (its process starts), "waiting" (another run is training), "training",
        "saving", "done", "stopped" (on request; there is a model if it had begun to train),
        "paused" (on request; it can be resumed) or "failed".
    message : str
        The reason in words, where one is needed.
    record : dict or None
        The newest row of the history.
    """

    state: str
    message: str = ""
    record: dict | None = None

    def __post_init__(self) -> None:
        if self.state not in STATES:
            raise ValueError(f"state must be one of {STATES}. Received: state={self.state!r}.")
        if not isinstance(self.message, str):
            raise ValueError(f"message must be a text. Received: {self.message!r:.80}.")
        if not isinstance(self.record, dict | None):
            raise ValueError(f"record must be a dict or None. Received: {self.record!r:.80}.")

    @property
    def going_on(self) -> bool:
        """Whether the run has not ended: it starts, waits, trains or saves."""
        return self.state in GOING_ON


@dataclass(frozen=True)
class Settings(JsonRecord):
    """The settings of a run: both configs, and the file of its data or None for MNIST."""

    model: ModelConfig = dataclasses.field(metadata={"record": ModelConfig})
    training: TrainingConfig = dataclasses.field(metadata={"record": TrainingConfig})
    data: str | None = None

    def __post_init__(self) -> None:
        if self.model is None or self.training is None:
            raise ValueError("model and training must both be given. Received: null.")
        if not isinstance(self.data, str | None):
            raise ValueError(f"data must be a path or null. Received: {self.data!r}.")


def folder_of(name: str) -> Path:
    """Return the folder of a run. Raises ModelError for an illegal name."""
    return store.models_folder() / store.check_name(name)


def pending_request(name: str) -> str | None:
    """Return what the run has been asked to do: "stop", "pause" or None."""
    folder = folder_of(name)
    requests = {"stop": STOP_FILE, "pause": PAUSE_FILE}
    return next((word for word, file in requests.items() if (folder / file).exists()), None)


def list_runs() -> list[str]:
    """Return the names of all runs, newest first."""
    folder = store.models_folder()
    found = list(folder.glob(f"*/{STATUS_FILE}")) if folder.is_dir() else []
    names = [path.parent.name for path in sorted(found, key=_modified, reverse=True)]
    return [name for name in names if store.is_name(name)]


def run_to_show() -> str | None:
    """Return the name of the run to show first: an active one, else the newest, or None."""
    names = list_runs()
    going_on = [name for name in names if (status := read_status(name)) and status.going_on]
    return next(iter(going_on + names), None)


def read_status(name: str) -> Status | None:
    """Return the status of a run, or None if there is no such run.

    A run that should be active but has no living process counts as failed.
    """
    folder = folder_of(name)
    try:
        status = Status.from_json(_read(name, STATUS_FILE))
    except (OSError, ValueError, TypeError, RecursionError):
        return None
    if not status.going_on or locks.is_held(folder / ALIVE_FILE):
        return status
    # A process needs a moment to take its lock. A time in the future means that the clock was
    # set back.
    age = time.time() - _modified(folder / STATUS_FILE)
    if status.state == "starting" and 0 <= age < _START_SECONDS:
        return status
    if (folder / store.CARD_FILE).exists():  # it died after the card, before the last status
        return dataclasses.replace(status, state="done")
    message = "The training process exited unexpectedly; see its log."
    if shutil.disk_usage(folder).free < _FULL:
        message += " The disk is full: free some space."
    return dataclasses.replace(status, state="failed", message=message)


def read_settings(name: str) -> Settings | None:
    """Return the settings of a run, or None if it has not written them yet."""
    try:
        return Settings.from_json(_read(name, RUN_FILE))
    except (OSError, ValueError, TypeError, RecursionError):
        return None


def can_resume(name: str) -> bool:
    """Return whether the run was paused or has failed, so that it can be resumed."""
    status = read_status(name)
    return (
        status is not None
        and status.state in ("paused", "failed")
        and read_settings(name) is not None
        and not (folder_of(name) / store.CARD_FILE).exists()
    )


def read_history(name: str) -> list[Record]:
    """Return all complete rows of a run's history, oldest first."""
    try:
        rows = csv.DictReader(io.StringIO(_read(name, store.HISTORY_FILE), newline=""))
        return [record for row in rows if (record := _parse_record(row))]
    except (OSError, ValueError, csv.Error):
        return []


def read_log(name: str, lines: int = 20) -> str:
    """Return the last lines that the process printed."""
    try:
        text = _read(name, LOG_FILE)
    except (OSError, ValueError):
        return ""
    return "\n".join(text.splitlines()[-lines:])


def _read(name: str, file: str) -> str:
    """Return a text file of the run. Raises OSError or ValueError if it is no text or too large."""
    with open_regular(store.file_of(name, file), _LARGEST_TEXT) as opened:
        return opened.read().decode("utf-8", errors="replace" if file == LOG_FILE else "strict")


def write_status(folder: Path, status: Status) -> None:
    """Replace the status of the run in ``folder``."""
    write_json(folder / STATUS_FILE, status.to_dict())


def append_history(path: Path, records: Sequence[Record]) -> None:
    """Append rows to a history file, after a header if the file is new."""
    with path.open("a", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, list(_COLUMNS))
        if not file.tell():
            writer.writeheader()
        for record in records:
            row = {key: "" if value is None else value for key, value in vars(record).items()}
            writer.writerow(row)


def _number_or_none(text: str) -> float | None:
    return float(text) if text else None


_PARSERS: dict[Any, Callable[[str], float | None]] = {"int": int, "float": float}
_COLUMNS = {
    field.name: _PARSERS.get(field.type, _number_or_none) for field in dataclasses.fields(Record)
}


def _parse_record(row: dict[str, str]) -> Record | None:
    try:
        values: dict[str, Any] = {k: parse(row.get(k) or "") for k, parse in _COLUMNS.items()}
        record = Record(**values)
        numbers = [number for number in vars(record).values() if number is not None]
        legal = all(map(math.isfinite, numbers)) and 0 < record.step <= record.steps
    except (ValueError, OverflowError):
        return None  # the last row may be half written
    return record if legal and record.seconds >= 0 else None


def _modified(path: Path) -> float:
    try:
        return path.stat().st_mtime
    except OSError:
        return 0.0
