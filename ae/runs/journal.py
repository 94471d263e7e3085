"""The journal of a training process: history, snapshots, checkpoints and status as files."""

from __future__ import annotations

import dataclasses
import time
from collections.abc import Callable
from pathlib import Path

from ae import store
from ae.runs import run_folder
from ae.runs.run_folder import Status
from ae.training import checkpoint, snapshots
from ae.training.progress import Moment, Record

_NOW_SECONDS = 1.0
_CHECKPOINT_SECONDS = 5.0
_CHECKPOINT_SHARE = 0.02  # of the training time, at most, is spent on checkpoints


class PausedError(Exception):
    """The run was asked to pause, and its state is written."""


class Journal:
    """Writes the progress of a run into its folder, most of it at most about once a second."""

    def __init__(self, folder: Path, on_record: Callable[[Record], None]) -> None:
        self.folder = folder
        self.on_record = on_record
        self.last: Record | None = next(reversed(run_folder.read_history(folder.name)), None)
        self._moment: Moment | None = None
        self._snapshot_steps: set[int] = set()
        self._now_at = self._checkpoint_at = 0.0

    @property
    def moment(self) -> Moment:
        """The run after its newest step."""
        if self._moment is None:
            raise RuntimeError("The training has not called back yet.")
        return self._moment

    @property
    def complete(self) -> bool:
        """Whether all steps are taken."""
        return self.moment.step == self.moment.steps

    def write(self, state: str, message: str = "") -> None:
        """Write the status."""
        record = dataclasses.asdict(self.last) if self.last else None
        run_folder.write_status(self.folder, Status(state, message, record=record))

    def record(self, record: Record) -> None:
        """Write a row of the history."""
        run_folder.append_history(self.folder / store.HISTORY_FILE, [record])
        self.last = record
        self.on_record(record)

    def step(self, moment: Moment) -> None:
        """Write what is due after a step: snapshot, checkpoint, status. Raises PausedError."""
        if self._moment is None:
            self._snapshot_steps = {*snapshots.plan(moment.steps, moment.autoencoder.parameters)}
            self._checkpoint_at = time.perf_counter() + _CHECKPOINT_SECONDS
        self._moment = moment
        if moment.step in self._snapshot_steps:
            snapshots.write(snapshots.snapshot_path(self.folder, moment.step), moment)
        if (self.folder / run_folder.PAUSE_FILE).exists():
            self.checkpoint()
            self.write("paused")
            raise PausedError
        # Only between two rows: the history of a resumed run then has no gap.
        between_rows = self.last is not None and self.last.step == moment.step
        if between_rows and time.perf_counter() > self._checkpoint_at:
            self.checkpoint()
        if time.perf_counter() > self._now_at:
            snapshots.write(self.folder / snapshots.NOW_FILE, moment, compress=False)
            self.write("training")
            self._now_at = time.perf_counter() + _NOW_SECONDS

    def checkpoint(self) -> None:
        """Write the state to resume from, and plan the next time."""
        began = time.perf_counter()
        checkpoint.write(self.folder / run_folder.CHECKPOINT_FILE, self.moment.state())
        ended = time.perf_counter()
        self._checkpoint_at = ended + max(_CHECKPOINT_SECONDS, (ended - began) / _CHECKPOINT_SHARE)
