"""A training run as a process that owns one folder: start it, stop it, follow it.

The process writes, everybody else reads:

    run.json      both configs and the data file, written once
    status.json   where the run stands, replaced about once a second
    history.csv   rows of ``ae.training.Record``, only ever appended to
    preview.npy   ten digits as the model now rebuilds them, uint8 (10, 28, 28)
    log.txt       what the process printed
    stop          somebody asks the run to stop
    .alive        locked by the process for as long as it lives
    model.keras, card.json, at the end, as in ``ae.store``
"""

from __future__ import annotations

import csv
import dataclasses
import json
import os
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ae import locks, store
from ae.config import JsonRecord, ModelConfig, TrainingConfig
from ae.files import write_json
from ae.progress import Record

RUN_FILE = "run.json"
STATUS_FILE = "status.json"
PREVIEW_FILE = "preview.npy"
LOG_FILE = "log.txt"
STOP_FILE = "stop"
ALIVE_FILE = ".alive"
TRAINING_LOCK = ".training.lock"

GOING_ON = ("starting", "waiting", "training", "saving")
STATES = (*GOING_ON, "done", "stopped", "failed")


@dataclass(frozen=True)
class Status(JsonRecord):
    """Where a run stands.

    state : starting, waiting (another run trains), training, saving, done, stopped (by request;
        there is a model if it had begun to train) or failed.
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


_children: list[subprocess.Popen] = []  # kept, so that the system can forget them when they end


def start(
    name: str,
    model_config: ModelConfig,
    training_config: TrainingConfig,
    data_path: str | os.PathLike | None = None,
) -> None:
    """Start a training process of lower priority that outlives this one.

    Raises ModelError if the name is not legal or is in use.
    """
    folder = claim(name, replace=False)
    command = [sys.executable, "-m", "ae", "train", "--low-priority", "--name", name]
    command += arguments(model_config, training_config)
    command += ["--data", os.path.abspath(data_path)] if data_path is not None else []
    (folder / STOP_FILE).unlink(missing_ok=True)  # a former run's
    write_status(folder, Status("starting"))
    with (folder / LOG_FILE).open("wb") as log:
        process = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            env=os.environ
            | {
                "AE_MODELS": str(store.models_folder().absolute()),
                "PYTHONPATH": str(Path(__file__).parents[1]),
            },
        )
    _children[:] = [child for child in _children if child.poll() is None] + [process]


def arguments(model_config: ModelConfig, training_config: TrainingConfig) -> list[str]:
    """The command-line arguments of ``python -m ae train`` that give these configs."""
    words = []
    for field, value in [*model_config.to_dict().items(), *training_config.to_dict().items()]:
        if value is not None:
            text = ",".join(map(str, value)) if isinstance(value, tuple) else str(value)
            words += [f"--{field.replace('_', '-')}", text]
    return words


def free_name(wanted: str) -> str:
    """``wanted``, or with the lowest number behind it that no folder bears yet."""
    folder = store.models_folder()
    name, number = wanted, 1
    while (folder / name).exists():
        number += 1
        name = f"{wanted}-{number}"
    return name


def request_stop(name: str) -> None:
    """Ask a run to stop. It ends after its current step and saves the model as it is."""
    (_folder(name) / STOP_FILE).touch()


def list_runs() -> list[str]:
    """Names of all folders that hold a run, newest first."""
    folder = store.models_folder()
    found = list(folder.glob(f"*/{STATUS_FILE}")) if folder.is_dir() else []
    names = [path.parent.name for path in sorted(found, key=_modified, reverse=True)]
    return [name for name in names if store.is_name(name)]


def foremost() -> str | None:
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
        status = Status.from_json((folder / STATUS_FILE).read_text(encoding="utf-8"))
    except (OSError, ValueError, TypeError, RecursionError):
        return None
    # A process needs a moment to take its lock.
    grace = 15 if status.state == "starting" else 0
    young = time.time() - _modified(folder / STATUS_FILE) < grace
    if status.going_on and not young and not locks.is_held(folder / ALIVE_FILE):
        return dataclasses.replace(
            status, state="failed", message="The training process ended without a word."
        )
    return status


def read_configs(name: str) -> tuple[ModelConfig, TrainingConfig] | None:
    """The configs that the run was started with, or None as long as it has not written them."""
    try:
        values = json.loads((_folder(name) / RUN_FILE).read_text(encoding="utf-8"))
        return ModelConfig.from_dict(values["model"]), TrainingConfig.from_dict(values["training"])
    except (OSError, ValueError, TypeError, KeyError, RecursionError):
        return None


def read_history(name: str) -> list[Record]:
    """All whole rows of the run's history, oldest first."""
    try:
        with (_folder(name) / store.HISTORY_FILE).open(newline="", encoding="utf-8") as file:
            return [record for row in csv.DictReader(file) if (record := _parse_record(row))]
    except (OSError, ValueError, csv.Error):
        return []


def read_preview(name: str) -> np.ndarray | None:
    """Ten digits as the model rebuilt them last: float32 (10, 28, 28) in [0, 1], or None."""
    try:
        images = np.load(_folder(name) / PREVIEW_FILE, allow_pickle=False)
    except (OSError, ValueError, EOFError):
        return None
    return images.astype(np.float32) / 255 if images.shape[1:] == (28, 28) else None


def read_log(name: str, lines: int = 20) -> str:
    """The last lines that the process printed."""
    try:
        text = (_folder(name) / LOG_FILE).read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""
    return "\n".join(text.splitlines()[-lines:])


def _folder(name: str) -> Path:
    return store.models_folder() / store.check_name(name)


def claim(name: str, replace: bool) -> Path:
    """Make the run's folder, or take one that holds no model. Raises ModelError if it is in use."""
    folder = _folder(name)
    if locks.is_held(folder / ALIVE_FILE):
        raise store.ModelError(f"A run called {name!r} is going on. Choose another name.")
    if not replace and (folder / store.CARD_FILE).exists():
        raise store.ModelError(f"There is a model {name!r} already. Choose another name.")
    folder.mkdir(parents=True, exist_ok=True)
    return folder


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
        return Record(**{key: parse(row.get(key) or "") for key, parse in _COLUMNS.items()})
    except ValueError:
        return None  # the last row may be half written


def _modified(path: Path) -> float:
    try:
        return path.stat().st_mtime
    except OSError:
        return 0.0
