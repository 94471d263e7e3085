"""What a training process does: wait for its turn, train, write its folder, leave a card.

``ae.runs`` tells what lies in the folder, and is for those who start a run or follow it.
"""

from __future__ import annotations

import contextlib
import csv
import dataclasses
import errno
import shutil
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from ae import store
from ae.data import load_data
from ae.errors import ModelError, TrainingError
from ae.nn.autoencoder import Autoencoder
from ae.runs import control, run_folder, turns
from ae.runs.run_folder import Settings, Status
from ae.system import locks, machine, tensorflow_import
from ae.system.files import replacing, write_json
from ae.training import checkpoint, snapshots, train
from ae.training.distributed import Machines
from ae.training.progress import Moment, Record, TrainingState

_NOW_SECONDS = 1.0
_CHECKPOINT_SECONDS = 5.0
_CHECKPOINT_SHARE = 0.02  # of the time, at most, goes into checkpoints
_WAITING_SECONDS = 0.25


class _PausedError(Exception):
    """Somebody has asked the run to pause, and its state is written."""


def execute(
    name: str,
    settings: Settings,
    *,
    replace: bool = False,
    resume: bool = False,
    claimed: bool = False,
    devices: int | Machines = 1,
    on_wait: Callable[[str], None] = lambda message: None,
    on_record: Callable[[Record], None] = lambda record: None,
    should_stop: Callable[[], bool] = lambda: False,
) -> store.ModelCard | None:
    """Train a model in its folder, from waiting for its turn to the card. Blocks until it ends.

    replace : remove a model of the same name first; else a name in use raises ModelError.
    resume : take up the run of that name, whose ``settings`` these are, from its checkpoint.
    claimed : whoever started this process has called ``control.claim``.
    devices : who shares the work, as in ``train``. Of several machines the first calls this, the
        others call ``train``.
    on_wait : called with a sentence whenever the place in the queue changes.
    Returns the card, or None if the run was paused, or stopped before its first step.
    """
    folder = store.models_folder() / store.check_name(name)
    if not claimed:
        with turns.registry_lock():
            control.claim(name, replace=replace, resume=resume)
    with locks.held(folder / run_folder.ALIVE_FILE) as mine:
        if not mine:
            raise store.ModelError(f"A run called {name!r} is going on. Choose another name.")
        try:
            state = _prepare(folder, settings, resume)
            wanted = (on_record, lambda: should_stop() or (folder / run_folder.STOP_FILE).exists())
            with _turn(folder, on_wait, wanted[1]) as my_turn:
                return _train(folder, settings, devices, state, *wanted) if my_turn else None
        except _PausedError:
            return None
        except BaseException as error:
            with contextlib.suppress(OSError):  # on a full disk this cannot be told, either
                run_folder.write_status(folder, Status("failed", _reason(error)))
            raise
        finally:
            turns.leave(folder)


def _reason(error: BaseException) -> str:
    if isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT):
        return "The disk is full. Make room for it, then resume the run."
    return f"{error}" or type(error).__name__


def _prepare(folder: Path, settings: Settings, resume: bool) -> TrainingState | None:
    """Clear what a former run has left; return the state to go on from, if there is one."""
    if settings.data is not None:
        load_data(settings.data)  # a file that is no good is told before any wait or loss
    state = None
    if resume:
        with contextlib.suppress(OSError, ValueError):  # it died before the first, or in a crash
            state = checkpoint.read(folder / run_folder.CHECKPOINT_FILE)
    (folder / store.CARD_FILE).unlink(missing_ok=True)  # a model with no card is not listed
    for torn in folder.glob(".writing-*"):
        torn.unlink(missing_ok=True)
    if state is None:
        shutil.rmtree(folder / snapshots.FOLDER, ignore_errors=True)
        for leftover in (store.HISTORY_FILE, run_folder.CHECKPOINT_FILE, snapshots.NOW_FILE):
            (folder / leftover).unlink(missing_ok=True)
    else:
        # Rows that came after the checkpoint are going to come again.
        kept = [
            record for record in run_folder.read_history(folder.name) if record.step <= state.step
        ]
        with replacing(folder / store.HISTORY_FILE) as temporary:
            _append(temporary, kept)
    (folder / snapshots.FOLDER).mkdir(exist_ok=True)
    write_json(folder / run_folder.RUN_FILE, settings.to_dict())
    return state


@contextlib.contextmanager
def _turn(folder: Path, on_wait: Callable[[str], None], should_stop) -> Iterator[bool]:
    """Wait for the turn and hold it; yields False if the run was stopped or paused before."""
    told = ""

    def wait(message: str) -> bool:
        nonlocal told
        if message != told:
            on_wait(message)
            run_folder.write_status(folder, Status("waiting", message))
            told = message
        time.sleep(_WAITING_SECONDS)
        return not ended()

    def ended() -> str:
        if should_stop():
            return "stopped"
        return "paused" if (folder / run_folder.PAUSE_FILE).exists() else ""

    while (ahead := turns.ahead(folder.name)) and wait(
        f"{len(ahead)} {'run comes' if len(ahead) == 1 else 'runs come'} first: {', '.join(ahead)}."
    ):
        pass
    with locks.held(
        folder.parent / run_folder.TRAINING_LOCK, lambda: wait("Another run is training.")
    ) as mine:
        if state := ended():
            note = "Stopped before its first step." if state == "stopped" else ""
            run_folder.write_status(folder, Status(state, note))
        yield mine and not state


def _train(folder, settings, devices, state, on_record, should_stop) -> store.ModelCard:
    tensorflow_import.import_tensorflow()
    data = load_data(settings.data)
    journal = _Journal(folder, on_record)
    journal.write("training")
    autoencoder = train(
        settings.model,
        settings.training,
        data,
        devices=devices,
        on_record=journal.record,
        on_step=journal.step,
        should_stop=should_stop,
        resume_from=state,
    )
    journal.write("saving")
    autoencoder.round_to_half_precision()
    autoencoder.save(folder / store.MODEL_FILE)
    snapshots.write(snapshots.snapshot_path(folder, journal.moment.step), journal.moment)
    try:
        card = _card(folder, settings, devices, autoencoder, data, journal)
    except ModelError as error:
        raise TrainingError(f"{error} Try a lower learning rate.") from error
    store.write_card(card)
    journal.write("done" if journal.complete else "stopped")
    for leftover in (run_folder.CHECKPOINT_FILE, snapshots.NOW_FILE):
        (folder / leftover).unlink(missing_ok=True)
    return card


class _Journal:
    """Writes what happens in a run into its folder: most of it at most about once a second."""

    def __init__(self, folder: Path, on_record: Callable[[Record], None]):
        self.folder = folder
        self.on_record = on_record
        self.last: Record | None = next(reversed(run_folder.read_history(folder.name)), None)
        self.moment: Moment | None = None
        self._film_steps: set[int] | None = None
        self._now_at = self._checkpoint_at = 0.0

    @property
    def complete(self) -> bool:
        return self.moment.step == self.moment.steps

    def write(self, state: str) -> None:
        record = dataclasses.asdict(self.last) if self.last else None
        run_folder.write_status(self.folder, Status(state, record=record))

    def record(self, record: Record) -> None:
        _append(self.folder / store.HISTORY_FILE, [record])
        self.last = record
        self.on_record(record)

    def step(self, moment: Moment) -> None:
        self.moment = moment
        if self._film_steps is None:
            self._film_steps = {*snapshots.plan(moment.steps, moment.autoencoder.parameters)}
            self._checkpoint_at = time.perf_counter() + _CHECKPOINT_SECONDS
        if moment.step in self._film_steps:
            snapshots.write(snapshots.snapshot_path(self.folder, moment.step), moment)
        if (self.folder / run_folder.PAUSE_FILE).exists():
            self.checkpoint()
            self.write("paused")
            raise _PausedError
        # Only between two rows: what is taken up there has a history without a seam.
        if (
            self.last
            and self.last.step == moment.step
            and time.perf_counter() > self._checkpoint_at
        ):
            self.checkpoint()
        if time.perf_counter() > self._now_at:
            snapshots.write(self.folder / snapshots.NOW_FILE, moment, small=False)
            self.write("training")
            self._now_at = time.perf_counter() + _NOW_SECONDS

    def checkpoint(self) -> None:
        began = time.perf_counter()
        checkpoint.write(self.folder / run_folder.CHECKPOINT_FILE, self.moment.state())
        ended = time.perf_counter()
        self._checkpoint_at = ended + max(_CHECKPOINT_SECONDS, (ended - began) / _CHECKPOINT_SHARE)


def _append(path: Path, records: list[Record]) -> None:
    """Append rows to a history, under a line of titles."""
    with path.open("a", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, [field.name for field in dataclasses.fields(Record)])
        if not file.tell():
            writer.writeheader()
        for record in records:
            row = {key: "" if value is None else value for key, value in vars(record).items()}
            writer.writerow(row)


def _card(
    folder: Path, settings: Settings, devices, autoencoder: Autoencoder, data, journal: _Journal
) -> store.ModelCard:
    from ae.analysis.evaluation import evaluate

    return store.ModelCard(
        name=folder.name,
        model=settings.model,
        training=settings.training,
        parameters=autoencoder.parameters,
        bytes=(folder / store.MODEL_FILE).stat().st_size,
        data=data.name,
        data_sha256=data.sha256,
        steps=journal.moment.step,
        seconds=round(journal.moment.seconds, 1),
        machine=_machine(devices),
        versions=machine.versions(),
        test=evaluate(autoencoder, data, linear=settings.model.kind == "linear"),
    )


def _machine(devices: int | Machines) -> str:
    this = machine.describe()
    if isinstance(devices, Machines):
        return f"{this}, and {devices.count - 1} more"
    return this if devices == 1 else f"{this}, {devices} devices"
