"""A training run as a process that owns one folder: start it, stop it, follow it.

The process writes, everybody else reads:

    run.json      both configs and the data file, written once
    status.json   where the run stands, replaced about once a second
    history.csv   rows of ``ae.training.progress.Record``, only ever appended to
    preview.npy   ten digits as the model now rebuilds them, uint8 (10, 28, 28)
    log.txt       what the process printed
    stop          somebody asks the run to stop
    .alive        locked by the process for as long as it lives
    model.keras, card.json, at the end, as in ``ae.store``
"""

from __future__ import annotations

import csv
import dataclasses
import io
import math
import shutil
import time
from dataclasses import dataclass
from pathlib import Path

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
_COMING_UP = 60  # seconds that a process may take until it holds its lock
_LARGEST_TEXT = 16 << 20  # bytes
_FULL = 1_000_000  # bytes left on a disk that is as good as full


@dataclass(frozen=True)
class Status(JsonRecord):
    """Where a run stands.

    state : starting, waiting (another run trains), training, saving, done, stopped (by request;
        there is a model if it had begun to train), paused (by request; it can go on) or failed.
    message : for people; why, where a reason is needed.
    record : the newest row of the history, as a dict, or None.
    """

    state: str
    message: str = ""
    record: dict | None = None

    def __post_init__(self):
        if self.state not in STATES:
            raise ValueError(f"state must be one of {STATES}. Received: state={self.state!r}.")

    @property
    def going_on(self) -> bool:
        return self.state in GOING_ON


@dataclass(frozen=True)
class Settings(JsonRecord):
    """What a run is started with: both configs, and the data's file or None for MNIST."""

    model: ModelConfig = dataclasses.field(metadata={"record": ModelConfig})
    training: TrainingConfig = dataclasses.field(metadata={"record": TrainingConfig})
    data: str | None = None

    def __post_init__(self) -> None:
        if self.model is None or self.training is None:
            raise ValueError("model and training must both be given. Received: null.")
        if not isinstance(self.data, str | None):
            raise ValueError(f"data must be a path or null. Received: {self.data!r}.")


def pending_request(name: str) -> str | None:
    """What the run has been asked to: "stop", "pause" or None."""
    requests = {"stop": STOP_FILE, "pause": PAUSE_FILE}
    return next((word for word, file in requests.items() if (_folder(name) / file).exists()), None)


def list_runs() -> list[str]:
    """Names of all folders that hold a run, newest first."""
    folder = store.models_folder()
    found = list(folder.glob(f"*/{STATUS_FILE}")) if folder.is_dir() else []
    names = [path.parent.name for path in sorted(found, key=_modified, reverse=True)]
    return [name for name in names if store.is_name(name)]


def run_to_show() -> str | None:
    """Name of the run to look at first: one that goes on, else the newest, or None."""
    names = list_runs()
    going_on = [name for name in names if (status := read_status(name)) and status.going_on]
    return next(iter(going_on + names), None)


def read_status(name: str) -> Status | None:
    """Where the run stands, or None if there is no such run.

    A run that says that it goes on but has no living process has failed.
    """
    folder = _folder(name)
    try:
        status = Status.from_json(_read(name, STATUS_FILE))
    except (OSError, ValueError, TypeError, RecursionError):
        return None
    if not status.going_on or locks.is_held(folder / ALIVE_FILE):
        return status
    # A process needs a moment to take its lock. A time in the future is of a clock set back.
    age = time.time() - _modified(folder / STATUS_FILE)
    if status.state == "starting" and 0 <= age < _COMING_UP:
        return status
    if (folder / store.CARD_FILE).exists():  # it died between its last two lines
        return dataclasses.replace(status, state="done")
    message = "The training process ended without a word."
    if shutil.disk_usage(folder).free < _FULL:
        message += " The disk is full: make room for it."
    return dataclasses.replace(status, state="failed", message=message)


def read_settings(name: str) -> Settings | None:
    """What the run was started with, or None as long as it has not written it."""
    try:
        return Settings.from_json(_read(name, RUN_FILE))
    except (OSError, ValueError, TypeError, RecursionError):
        return None


def can_resume(name: str) -> bool:
    """Whether the run was paused or has failed, so that it can be taken up again."""
    status = read_status(name)
    return (
        status is not None
        and status.state in ("paused", "failed")
        and read_settings(name) is not None
        and not (_folder(name) / store.CARD_FILE).exists()
    )


def read_history(name: str) -> list[Record]:
    """All whole rows of the run's history, oldest first."""
    try:
        rows = csv.DictReader(io.StringIO(_read(name, store.HISTORY_FILE), newline=""))
        return [record for row in rows if (record := _parse_record(row))]
    except (OSError, ValueError, csv.Error):
        return []


def read_log(name: str, lines: int = 20) -> str:
    """The last lines that the process printed."""
    try:
        text = _read(name, LOG_FILE)
    except (OSError, ValueError):
        return ""
    return "\n".join(text.splitlines()[-lines:])


def _read(name: str, file: str) -> str:
    """Raises OSError or ValueError unless it is a text of some megabytes in the run's folder."""
    with open_regular(store.file_of(name, file), _LARGEST_TEXT) as opened:
        return opened.read().decode("utf-8", errors="replace" if file == LOG_FILE else "strict")


def _folder(name: str) -> Path:
    return store.models_folder() / store.check_name(name)


def write_status(folder: Path, status: Status) -> None:
    """Tell all who follow the run where it stands."""
    write_json(folder / STATUS_FILE, status.to_dict())


def _number_or_none(text: str) -> float | None:
    return float(text) if text else None


_COLUMNS = {
    field.name: {"int": int, "float": float}.get(field.type, _number_or_none)
    for field in dataclasses.fields(Record)
}


def _parse_record(row: dict) -> Record | None:
    try:
        record = Record(**{key: parse(row.get(key) or "") for key, parse in _COLUMNS.items()})
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
