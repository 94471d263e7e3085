"""Training worker: waits in the queue, trains, writes the run folder and the model card."""

from __future__ import annotations

import contextlib
import errno
import shutil
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from ae import store
from ae.data import Dataset, load_data
from ae.errors import ModelError, TrainingError
from ae.nn.autoencoder import Autoencoder
from ae.runs import control, run_folder, turns
from ae.runs.journal import Journal, PausedError
from ae.runs.run_folder import Settings, Status
from ae.store.graphs import write_graph
from ae.system import locks, machine, tensorflow_import
from ae.system.files import replacing, write_json
from ae.training import checkpoint, snapshots, train
from ae.training.distributed import Machines
from ae.training.progress import Record, TrainingState

_WAITING_SECONDS = 0.25


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
    """Train a model in its folder, from waiting in the queue to the card. Blocks until the end.

    Parameters
    ----------
    name : str
        Name of the run and of its model.
    settings : Settings
        Both configs and the data.
    replace : bool
        Whether a model of that name may be replaced.
    resume : bool
        Whether to resume the run of that name, whose settings these are, from its checkpoint.
    claimed : bool
        Whether the starting process has called ``control.claim``.
    devices : int or Machines
        Who shares each batch, as in ``train``. Of several machines the first calls this function
        and the others call ``train``.
    on_wait : callable
        Called with a sentence whenever the place in the queue changes.
    on_record : callable
        Called with each row of the history.
    should_stop : callable
        Called after each step. If it returns True, the run stops.

    Returns
    -------
    ModelCard or None
        None if the run was paused, or stopped before its first step.

    Raises
    ------
    ModelError
        If the name is in use.
    TrainingError, ValueError, OSError
        If the training fails. The status of the run then says why.
    """
    folder = run_folder.folder_of(name)
    if not claimed:
        with turns.registry_lock():
            control.claim(name, replace=replace, resume=resume)
    with locks.held(folder / run_folder.ALIVE_FILE) as mine:
        if not mine:
            raise store.ModelError(f"A run called {name!r} is going on. Choose another name.")

        def must_stop() -> bool:
            return should_stop() or (folder / run_folder.STOP_FILE).exists()

        try:
            state = _prepare(folder, settings, resume)
            with _turn(folder, on_wait, must_stop) as my_turn:
                if not my_turn:
                    return None
                return _train(folder, settings, devices, state, on_record, must_stop)
        except PausedError:
            return None
        except BaseException as error:
            with contextlib.suppress(OSError):  # a full disk has no room for the status either
                run_folder.write_status(folder, Status("failed", _reason(error)))
            raise
        finally:
            turns.leave(folder)


def _reason(error: BaseException) -> str:
    if isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT):
        return "The disk is full. Make room for it, then resume the run."
    return f"{error}" or type(error).__name__


def _prepare(folder: Path, settings: Settings, resume: bool) -> TrainingState | None:
    """Remove what an earlier run has left. Return the state to resume from, if there is one."""
    if settings.data is not None:
        load_data(settings.data)  # a bad file fails now, before any waiting or removing
    state = None
    if resume:
        with contextlib.suppress(OSError, ValueError):  # there is none yet, or it is damaged
            state = checkpoint.read(folder / run_folder.CHECKPOINT_FILE)
    (folder / store.CARD_FILE).unlink(missing_ok=True)  # a model without a card is not listed
    for unfinished in folder.glob(".writing-*"):
        unfinished.unlink(missing_ok=True)
    if state is None:
        shutil.rmtree(folder / snapshots.FOLDER, ignore_errors=True)
        for leftover in (store.HISTORY_FILE, run_folder.CHECKPOINT_FILE, snapshots.NOW_FILE):
            (folder / leftover).unlink(missing_ok=True)
    else:
        # The steps after the checkpoint will be taken again, and their rows written again.
        kept = [
            record for record in run_folder.read_history(folder.name) if record.step <= state.step
        ]
        with replacing(folder / store.HISTORY_FILE) as temporary:
            run_folder.append_history(temporary, kept)
    (folder / snapshots.FOLDER).mkdir(exist_ok=True)
    write_json(folder / run_folder.RUN_FILE, settings.to_dict())
    return state


@contextlib.contextmanager
def _turn(
    folder: Path, on_wait: Callable[[str], None], should_stop: Callable[[], bool]
) -> Iterator[bool]:
    """Wait for the run's turn and hold it. Yield False if the run was stopped or paused before."""
    shown = ""

    def wait(message: str) -> bool:
        nonlocal shown
        if message != shown:
            on_wait(message)
            run_folder.write_status(folder, Status("waiting", message))
            shown = message
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


def _train(
    folder: Path,
    settings: Settings,
    devices: int | Machines,
    state: TrainingState | None,
    on_record: Callable[[Record], None],
    should_stop: Callable[[], bool],
) -> store.ModelCard:
    """Train, save the model and write its card."""
    tensorflow_import.import_tensorflow()
    data = load_data(settings.data)
    journal = Journal(folder, on_record)
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
    if journal.complete or not should_stop():
        journal.write("done", "" if journal.complete else _early(journal))
    else:
        journal.write("stopped")
    for leftover in (run_folder.CHECKPOINT_FILE, snapshots.NOW_FILE):
        (folder / leftover).unlink(missing_ok=True)
    return card


def _early(journal: Journal) -> str:
    """Why a run that nobody has stopped ends with the weights of an earlier step."""
    best = journal.moment.epoch
    return (
        f"Early stopping: the validation error was lowest after epoch {best:.0f}. The model has "
        "the weights of that epoch."
    )


def _card(
    folder: Path,
    settings: Settings,
    devices: int | Machines,
    autoencoder: Autoencoder,
    data: Dataset,
    journal: Journal,
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
        graph=write_graph(folder, autoencoder),
    )


def _machine(devices: int | Machines) -> str:
    this = machine.describe()
    if isinstance(devices, Machines):
        return f"{this}, and {devices.count - 1} more"
    return this if devices == 1 else f"{this}, {devices} devices"
