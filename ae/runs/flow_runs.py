"""Training of a flow as a process: it has the model's folder beside the model, and ends in a file.

    flow.json      the state of the training, replaced about once a second
    flow-log.txt   what the process printed
    flow-stop      somebody asks it to stop
    .flow-alive    locked by the process for as long as it lives
    flow.npz       the result, as in ``ae.store.flows``: whole or not there

It takes its turn with all other training. A training of two minutes is not paused: stopped, it
leaves what was there before.
"""

from __future__ import annotations

import contextlib
import dataclasses
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from ae import store
from ae.config import JsonRecord
from ae.nn.flow import FlowConfig
from ae.runs import control, run_folder
from ae.store import flows
from ae.system import locks, tensorflow_import
from ae.system.files import open_regular, write_json
from ae.training.flow import FlowRecord, train_flow

STATUS_FILE, LOG_FILE, STOP_FILE = "flow.json", "flow-log.txt", "flow-stop"
ALIVE_FILE = ".flow-alive"
STATES = ("starting", "waiting", "training", "saving", "done", "stopped", "failed")
_START_SECONDS = 60  # that a process may take until it holds its lock
_WAITING_SECONDS = 0.25
_LARGEST_TEXT = 1 << 20  # bytes


@dataclass(frozen=True)
class FlowStatus(JsonRecord):
    """The state of a flow's training.

    Parameters
    ----------
    state : str
        One of ``STATES``.
    message : str
        The reason in words, where one is needed.
    record : dict or None
        The newest ``FlowRecord``.
    """

    state: str
    message: str = ""
    record: dict | None = None

    def __post_init__(self) -> None:
        if self.state not in STATES or not isinstance(self.message, str):
            raise ValueError(f"Expected one of {STATES} and a text. Received: {self.state!r:.40}.")
        if self.record is not None:
            numbers = FlowRecord(**self.record)
            if not 0 < numbers.step <= numbers.steps or not numbers.seconds >= 0:
                raise ValueError(f"record is out of range. Received: {self.record!r:.80}.")

    @property
    def going_on(self) -> bool:
        """Whether the training has not ended."""
        return self.state in STATES[:4]


def start(name: str) -> None:
    """Start a process of low priority that trains a flow on a model.

    Raises
    ------
    ModelError
        If there is no such model, or its flow is being trained already.
    """
    store.read_card(name)
    status = read_status(name)
    if status and status.going_on:
        raise store.ModelError(f"A flow is being trained on {name!r} already.")
    folder = run_folder.folder_of(name)
    (folder / STOP_FILE).unlink(missing_ok=True)
    _write(folder, FlowStatus("starting"))
    control.spawn(["train-flow", name, "--low-priority"], store.file_of(name, LOG_FILE))


def request_stop(name: str) -> None:
    """Ask a training to stop. It then leaves no flow."""
    (run_folder.folder_of(name) / STOP_FILE).touch()


def read_status(name: str) -> FlowStatus | None:
    """Return the state of a model's flow's training, None if there was none.

    One that should be active but has no living process counts as failed.
    """
    path = store.file_of(name, STATUS_FILE)
    try:
        with open_regular(path, _LARGEST_TEXT) as file:
            status = FlowStatus.from_json(file.read().decode())
        age = time.time() - path.stat().st_mtime
    except (OSError, ValueError, TypeError, RecursionError):
        return None
    if not status.going_on or locks.is_held(path.with_name(ALIVE_FILE)):
        return status
    if status.state == "starting" and 0 <= age < _START_SECONDS:
        return status
    message = f"The training process exited unexpectedly; see {LOG_FILE} in the model's folder."
    return dataclasses.replace(status, state="failed", message=message)


def execute(
    name: str,
    config: FlowConfig,
    *,
    on_record: Callable[[FlowRecord], None] = lambda record: None,
    should_stop: Callable[[], bool] = lambda: False,
) -> store.ModelCard | None:
    """Train a flow on a model of the folder and save it beside it. Blocks until the end.

    Parameters
    ----------
    name : str
        Name of the autoencoder.
    config : FlowConfig
    on_record : callable
        Called while it trains.
    should_stop : callable
        Asked between steps. If it returns True, the training ends without a flow.

    Returns
    -------
    ModelCard or None
        None if it was stopped.

    Raises
    ------
    ModelError
        If there is no such model, it changed meanwhile, or its flow is being trained already.
    TrainingError, OSError
        If the training fails.
    """
    store.read_card(name)
    folder = run_folder.folder_of(name)
    with locks.held(folder / ALIVE_FILE) as mine:
        if not mine:
            raise store.ModelError(f"A flow is being trained on {name!r} already.")

        def must_stop() -> bool:
            return should_stop() or (folder / STOP_FILE).exists()

        try:
            card = _in_turn(name, folder, config, on_record, must_stop)
        except BaseException as error:
            with contextlib.suppress(OSError):
                _write(folder, FlowStatus("failed", f"{error}" or type(error).__name__))
            raise
        finally:
            (folder / STOP_FILE).unlink(missing_ok=True)
        _write(folder, FlowStatus("done" if card else "stopped"))
        return card


def _in_turn(
    name: str,
    folder: Path,
    config: FlowConfig,
    on_record: Callable[[FlowRecord], None],
    must_stop: Callable[[], bool],
) -> store.ModelCard | None:
    def wait() -> bool:
        _write(folder, FlowStatus("waiting", "Another run is training."))
        time.sleep(_WAITING_SECONDS)
        return not must_stop()

    with locks.held(folder.parent / run_folder.TRAINING_LOCK, wait) as my_turn:
        return _train(name, folder, config, on_record, must_stop) if my_turn else None


def _train(
    name: str,
    folder: Path,
    config: FlowConfig,
    on_record: Callable[[FlowRecord], None],
    must_stop: Callable[[], bool],
) -> store.ModelCard | None:
    from ae.data import load_mnist

    _write(folder, FlowStatus("training"))
    tensorflow_import.import_tensorflow()
    fingerprint = flows.autoencoder_fingerprint(name)
    data = load_mnist()
    z = store.load(name).encode(data.x_train)
    newest: list[FlowRecord] = []
    written = 0.0

    def record(row: FlowRecord) -> None:
        nonlocal written
        newest[:] = [row]
        on_record(row)
        if time.monotonic() - written >= 1:
            written = time.monotonic()
            _write(folder, FlowStatus("training", record=vars(row)))

    flow = train_flow(config, z, data.y_train, on_record=record, should_stop=must_stop)
    if flow is None:
        return None
    _write(folder, FlowStatus("saving", record=vars(newest[-1])))
    return flows.save_flow(name, flow, config, fingerprint, newest[-1].seconds)


def _write(folder: Path, status: FlowStatus) -> None:
    write_json(folder / STATUS_FILE, status.to_dict())
