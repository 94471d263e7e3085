"""Start, stop, pause, resume and remove training runs."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from pathlib import Path

from ae import store
from ae.config import ModelConfig, TrainingConfig, text_of
from ae.runs import run_folder, turns
from ae.runs.run_folder import Status
from ae.system import locks, log
from ae.system.files import REPOSITORY

_children: list[subprocess.Popen] = []  # those that may still run, the newest last


def start(
    name: str,
    model_config: ModelConfig,
    training_config: TrainingConfig,
    data_path: str | os.PathLike | None = None,
    *,
    or_next: bool = False,
) -> str:
    """Start a training process of low priority, which outlives this one.

    Parameters
    ----------
    name : str
        Name of the run and of its model.
    model_config : ModelConfig
        The architecture.
    training_config : TrainingConfig
        How to train it.
    data_path : str or PathLike, optional
        File of the training data; MNIST by default.
    or_next : bool
        Whether to take the next free name if this one is in use.

    Returns
    -------
    str
        The name of the run.

    Raises
    ------
    ModelError
        If the name is not legal or, without ``or_next``, is in use.
    """
    store.check_name(name)
    with turns.registry_lock():
        name = free_name(name) if or_next else name
        claim(name)
    words = arguments(model_config, training_config)
    words += ["--data", os.path.abspath(data_path)] if data_path is not None else []
    _launch(name, words)
    return name


def resume(name: str) -> None:
    """Start a process that resumes a paused or failed run from its last checkpoint.

    The run goes to the end of the queue.

    Raises
    ------
    ModelError
        If there is no such run.
    """
    store.check_name(name)
    with turns.registry_lock():
        claim(name, resume=True)
    _launch(name, ["--resume"])


def request_stop(name: str) -> None:
    """Ask a run to stop. It ends after its current step and saves the best model so far."""
    (run_folder.folder_of(name) / run_folder.STOP_FILE).touch()


def request_pause(name: str) -> None:
    """Ask a run to pause. Its process ends after its current step, and the next run starts."""
    (run_folder.folder_of(name) / run_folder.PAUSE_FILE).touch()


def remove(name: str) -> None:
    """Remove a run with its model, or a model alone.

    Raises
    ------
    ModelError
        If the model came with the app, the run is active or there is neither.
    """
    store.check_name(name)
    with turns.registry_lock():
        _refuse_active_run(name)
        store.remove(name)


def arguments(model_config: ModelConfig, training_config: TrainingConfig) -> list[str]:
    """Return the command-line arguments of ``python -m ae train`` that give these configs."""
    words = []
    for name, value in (model_config.to_dict() | training_config.to_dict()).items():
        words += [f"--{name.replace('_', '-')}", text_of(value)]
    return words


def free_name(wanted: str) -> str:
    """Return ``wanted``, with the lowest number after it that makes the name unused."""
    folder = store.models_folder()
    name, number = wanted, 1
    while (folder / name).exists():
        number += 1
        name = f"{wanted}-{number}"
    return name


def claim(name: str, *, replace: bool = False, resume: bool = False) -> Path:
    """Claim a run's folder and a place in the queue. Call it within ``turns.registry_lock()``.

    Parameters
    ----------
    name : str
        Name of the run. Without ``replace`` and ``resume`` it must be unused, or that of a run
        that has failed.
    replace : bool
        Whether a model of that name may be replaced.
    resume : bool
        Whether to resume the run of that name.

    Returns
    -------
    Path
        The folder of the run.

    Raises
    ------
    ModelError
        If the name is in use, or there is no run to resume.
    """
    folder = store.file_of(name, run_folder.STATUS_FILE).parent  # refuses a link to elsewhere
    _refuse_active_run(name)
    if resume and not run_folder.can_resume(name):
        raise store.ModelError(f"There is no run {name!r} that was paused or has failed.")
    if not replace and (folder / store.CARD_FILE).exists():
        raise store.ModelError(f"There is a model {name!r} already. Choose another name.")
    status = run_folder.read_status(name)
    if status and status.state == "paused" and not (replace or resume):
        raise store.ModelError(f"The run {name!r} is paused. Resume it, or choose another name.")
    folder.mkdir(parents=True, exist_ok=True)
    for request in (run_folder.STOP_FILE, run_folder.PAUSE_FILE):  # made for an earlier run
        (folder / request).unlink(missing_ok=True)
    record = status.record if status and resume else None
    run_folder.write_status(folder, Status("starting", record=record))
    turns.draw_ticket(folder)
    return folder


def _refuse_active_run(name: str) -> None:
    status = run_folder.read_status(name)
    if locks.is_held(run_folder.folder_of(name) / run_folder.ALIVE_FILE) or (
        status and status.going_on
    ):
        raise store.ModelError(f"A run called {name!r} is going on. Choose another name.")


def spawn(words: list[str], output_path: Path) -> subprocess.Popen:
    """Start ``python -m ae`` with these words, as a process that outlives this one.

    What it prints goes into the file ``output_path``.
    """
    with output_path.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "ae", *words],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            env=environment(),
        )
    _children[:] = [child for child in _children if child.poll() is None] + [process]
    return process


def _launch(name: str, words: list[str]) -> None:
    options = ["train", "--claimed", "--low-priority", "--name", name, *words]
    process = spawn(options, run_folder.folder_of(name) / run_folder.LOG_FILE)
    log.run_started(name, " ".join(words))
    threading.Thread(target=_log_end, args=(name, process), daemon=True).start()


def _log_end(name: str, process: subprocess.Popen) -> None:
    process.wait()
    status = run_folder.read_status(name)
    if status is not None:  # else its folder has been removed
        log.run_ended(name, f"{status.state} {status.message}".strip())


def environment() -> dict[str, str]:
    """Return the environment in which ``python -m ae`` finds this package and models folder."""
    return os.environ | {
        "AE_MODELS": str(store.models_folder().absolute()),
        "PYTHONPATH": str(REPOSITORY),
    }
