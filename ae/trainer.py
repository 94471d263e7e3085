"""What a training process does: wait for its turn, train, write its folder, leave a card.

``ae.runs`` tells what lies in the folder, and is for those who start a run or follow it.
"""

from __future__ import annotations

import csv
import dataclasses
import math
import os
import platform
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

from ae import locks, quiet, runs, store
from ae.config import ModelConfig, TrainingConfig
from ae.data import load_data, one_of_each_class
from ae.files import replacing, write_json
from ae.parallel import Machines
from ae.runs import Status
from ae.training import Record, TrainingError, train

_PREVIEW_SECONDS = 1.0
_WAITING_SECONDS = 0.5


def execute(
    name: str,
    model_config: ModelConfig,
    training_config: TrainingConfig,
    data_path: str | os.PathLike | None = None,
    *,
    replace: bool = False,
    devices: int | Machines = 1,
    on_wait: Callable[[], None] = lambda: None,
    on_record: Callable[[Record], None] = lambda record: None,
    should_stop: Callable[[], bool] = lambda: False,
) -> store.ModelCard | None:
    """Train a model in its folder, from waiting for its turn to the card. Blocks until it ends.

    replace : remove a model of the same name first; else a name in use raises ModelError.
    devices : who shares the work, as in ``train``. Of several machines the first calls this, the
        others call ``train``.
    on_wait : called if another run has to end first.
    Returns the card, or None if the run was stopped before its first step.
    """
    folder = runs.claim(name, replace)
    with locks.held(folder / runs.ALIVE_FILE) as mine:
        if not mine:
            raise store.ModelError(f"A run called {name!r} is going on. Choose another name.")
        leftovers = [store.HISTORY_FILE, runs.PREVIEW_FILE]
        before = runs.read_status(name)
        # Whoever started this process may have asked it to stop while it was coming up.
        if before is None or before.state != "starting":
            leftovers.append(runs.STOP_FILE)
        for leftover in leftovers:
            (folder / leftover).unlink(missing_ok=True)
        runs.write_status(folder, Status("starting"))
        write_json(
            folder / runs.RUN_FILE,
            {
                "model": model_config.to_dict(),
                "training": training_config.to_dict(),
                "data": None if data_path is None else os.fspath(data_path),
            },
        )
        try:
            if data_path is not None:
                load_data(data_path)  # a file that is no good is told before any wait or loss
            (folder / store.CARD_FILE).unlink(missing_ok=True)  # a model with no card is not listed
            quiet.import_tensorflow()
            return _wait_and_train(
                folder,
                (model_config, training_config, data_path, devices),
                on_wait,
                on_record,
                lambda: should_stop() or (folder / runs.STOP_FILE).exists(),
            )
        except BaseException as error:
            runs.write_status(folder, Status("failed", f"{error}" or type(error).__name__))
            raise


def _wait_and_train(folder, settings, on_wait, on_record, should_stop) -> store.ModelCard | None:
    def wait() -> bool:
        if runs.read_status(folder.name).state != "waiting":
            on_wait()
            runs.write_status(folder, Status("waiting", "Another run is training: waiting for it."))
        time.sleep(_WAITING_SECONDS)
        return not should_stop()

    with locks.held(folder.parent / runs.TRAINING_LOCK, wait) as my_turn:
        if not my_turn or should_stop():
            runs.write_status(folder, Status("stopped", "Stopped before its first step."))
            return None
        return _train(folder, settings, on_record, should_stop)


def _train(folder, settings, on_record, should_stop) -> store.ModelCard:
    model_config, training_config, data_path, devices = settings
    data = load_data(data_path)
    journal = _Journal(folder, one_of_each_class(data), on_record)
    journal.write("training")
    autoencoder = train(
        model_config,
        training_config,
        data,
        devices=devices,
        on_record=journal.record,
        on_step=journal.step,
        should_stop=should_stop,
    )
    journal.write("saving")
    autoencoder.save(folder / store.MODEL_FILE)
    card = _card(folder, settings, autoencoder, data, journal)
    if not math.isfinite(card.test["squared_error"]):
        raise TrainingError("The model's error is not a number. Try a lower learning rate.")
    store.write_card(card)
    journal.write("done" if journal.complete else "stopped")
    return card


class _Journal:
    """Writes what happens in a run into its folder, at most about once a second."""

    def __init__(self, folder: Path, digits: np.ndarray, on_record: Callable[[Record], None]):
        self.folder = folder
        self.digits = digits
        self.on_record = on_record
        self.last: Record | None = None
        self.steps_taken = 0
        self._began = time.perf_counter()
        self._previewed = 0.0

    @property
    def complete(self) -> bool:
        return self.last is not None and self.last.step == self.last.steps

    @property
    def seconds(self) -> float:
        return time.perf_counter() - self._began

    def write(self, state: str) -> None:
        record = dataclasses.asdict(self.last) if self.last else None
        runs.write_status(self.folder, Status(state, record=record))

    def record(self, record: Record) -> None:
        row = {key: "" if value is None else value for key, value in vars(record).items()}
        path = self.folder / store.HISTORY_FILE
        with path.open("a", newline="", encoding="utf-8") as file:
            writer = csv.DictWriter(file, row)
            if not file.tell():
                writer.writeheader()
            writer.writerow(row)
        self.last = record
        self.on_record(record)

    def step(self, step: int, autoencoder) -> None:
        self.steps_taken = step
        if time.perf_counter() - self._previewed < _PREVIEW_SECONDS:
            return
        images = np.rint(autoencoder.reconstruct(self.digits) * 255).astype(np.uint8)
        with replacing(self.folder / runs.PREVIEW_FILE) as temporary:
            np.save(temporary, images)
        self.write("training")
        self._previewed = time.perf_counter()


def _card(folder, settings, autoencoder, data, journal: _Journal) -> store.ModelCard:
    import keras
    import tensorflow as tf

    from ae.evaluation import evaluate

    model_config, training_config, _, devices = settings
    return store.ModelCard(
        name=folder.name,
        model=model_config,
        training=training_config,
        parameters=autoencoder.parameters,
        bytes=(folder / store.MODEL_FILE).stat().st_size,
        data=data.name,
        data_sha256=data.sha256,
        steps=journal.steps_taken,
        seconds=round(journal.seconds, 1),
        machine=_machine(devices),
        versions={
            "python": platform.python_version(),
            "tensorflow": tf.__version__,
            "keras": keras.__version__,
            "numpy": np.__version__,
        },
        test=evaluate(autoencoder, data, linear=model_config.kind == "linear"),
    )


def _machine(devices: int | Machines) -> str:
    machine = f"{platform.system()} {platform.machine()}, {os.cpu_count()} cores"
    if isinstance(devices, Machines):
        return f"{machine}, and {devices.count - 1} more"
    return machine if devices == 1 else f"{machine}, {devices} devices"
