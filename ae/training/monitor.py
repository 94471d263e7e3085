"""Counting the steps of one training, reporting them, and ending it on request."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from ae.analysis.metrics import PIXELS, squared_error
from ae.config import TrainingConfig
from ae.errors import TrainingError
from ae.nn.autoencoder import Autoencoder
from ae.training.distributed import Devices, Machines
from ae.training.progress import BestWeights, Moment, Record, TrainingState

if TYPE_CHECKING:
    import keras

_RECORDS_PER_RUN = 400


@dataclass(frozen=True)
class Callbacks:
    """The callbacks of ``train``, which documents them."""

    on_record: Callable[[Record], None]
    on_step: Callable[[Moment], None]
    should_stop: Callable[[], bool]


class Monitor:
    """Counts the steps of one training, reports them, and ends the training on request.

    Parameters
    ----------
    trainer : keras.Model
        The compiled model.
    autoencoder : Autoencoder
        Shares the weights of ``trainer``.
    config : TrainingConfig
        How it is trained.
    image_count : int
        Number of images per epoch.
    validation : float32 array of shape (n, 28, 28)
        The images held out, n from 0.
    team : Devices or Machines
        Who shares the batches.
    callbacks : Callbacks
        The callbacks of the caller.
    """

    def __init__(
        self,
        trainer: keras.Model,
        autoencoder: Autoencoder,
        config: TrainingConfig,
        image_count: int,
        validation: np.ndarray,
        team: Devices | Machines,
        callbacks: Callbacks,
    ) -> None:
        self.trainer, self.autoencoder, self.config = trainer, autoencoder, config
        self.validation, self.team, self.callbacks = validation, team, callbacks
        self.steps_per_epoch = math.ceil(image_count / config.batch_size)
        self.steps = config.epochs * self.steps_per_epoch
        self.step = self.reported_step = 0
        self.best: BestWeights | None = None
        self.began = self.reported_at = time.perf_counter()

    def restore(self, state: TrainingState) -> None:
        """Continue from a state. Raises ValueError if it is of another model or training."""
        self.trainer.optimizer.build(self.trainer.trainable_variables)
        variables = self._variables
        shapes = [tuple(variable.shape) for variable in variables]
        received = [array.shape for array in state.variables]
        if shapes != received or not 0 <= state.step <= self.steps:
            raise ValueError(
                "resume_from must be a state of the same model and the same training: expected "
                f"{len(shapes)} variables and at most {self.steps} steps. Received: "
                f"{len(received)} variables, step {state.step}, or other shapes."
            )
        for variable, array in zip(variables, state.variables, strict=True):
            variable.assign(array)
        self.step = self.reported_step = state.step
        self.best = state.best
        self.began -= state.seconds

    def begin(self, logs: dict[str, float] | None = None) -> None:
        """Start the clock anew: building the graph is not training."""
        now = time.perf_counter()
        self.began += now - self.reported_at
        self.reported_at = now

    def end_step(self, batch: int, logs: dict[str, float]) -> None:
        """Count a step; report now and then, and stop if that is asked for."""
        self.step += 1
        interval = max(1, self.steps // _RECORDS_PER_RUN)
        if self.step % interval == 0 or self.step % self.steps_per_epoch == 0:
            self.report(self.team.mean(logs["mse"]), logs.get("kl_loss"))
        self.look()
        if self.team.mean(self.callbacks.should_stop()) > 0:
            self.trainer.stop_training = True

    def look(self) -> None:
        """Show the training as it stands to the caller."""
        epoch, seconds = self.step / self.steps_per_epoch, time.perf_counter() - self.began
        moment = Moment(self.step, self.steps, epoch, seconds, self.autoencoder, self.state)
        self.callbacks.on_step(moment)

    def report(self, mse: float, kl_loss: float | None) -> None:
        """Make a row of the history of the steps since the last one."""
        if not math.isfinite(mse):
            raise TrainingError(
                f"The error is no longer a number at step {self.step}. "
                f"Try a learning rate below {self.config.learning_rate:g}."
            )
        now = time.perf_counter()
        images = (self.step - self.reported_step) * self.config.batch_size
        validation_error = None
        if len(self.validation) and self.step % self.steps_per_epoch == 0:
            validation_error = self._validation_error()
            self.keep_best(validation_error)
            self.stop_early()
        self.callbacks.on_record(
            Record(
                step=self.step,
                steps=self.steps,
                epoch=self.step / self.steps_per_epoch,
                seconds=now - self.began,
                squared_error=mse * PIXELS,
                kl_loss=None if kl_loss is None else self.team.mean(kl_loss),
                validation_error=validation_error,
                learning_rate=float(self.trainer.optimizer.learning_rate),
                images_per_second=images / max(now - self.reported_at, 1e-9),
            )
        )
        self.reported_step, self.reported_at = self.step, time.perf_counter()
        # Keras averages over the epoch; a row of the history is about its own steps.
        self.trainer.reset_metrics()

    def keep_best(self, validation_error: float) -> None:
        """Keep the weights if their validation error is the lowest so far."""
        if self.best is None or validation_error < self.best.squared_error:
            weights = [_array(variable) for variable in self._kept]
            self.best = BestWeights(validation_error, self.step, weights)

    def stop_early(self) -> None:
        """End the training when the validation error has not fallen for ``patience`` epochs."""
        if self.config.patience and self.best is not None:
            waited = (self.step - self.best.step) // self.steps_per_epoch
            self.trainer.stop_training |= waited >= self.config.patience

    def restore_best(self) -> None:
        """After a stop, return to the best weights: within an epoch the error may have risen."""
        best = self.best
        if best is None or self._validation_error() <= best.squared_error:
            return
        # The state of an earlier version has no weights of a VAE's z_log_var, the last ones.
        for variable, array in zip(self._kept, best.weights, strict=False):
            variable.assign(array)
        self.step = best.step
        self.look()

    def state(self) -> TrainingState:
        """Return all that the run needs in order to be resumed."""
        arrays = [_array(variable) for variable in self._variables]
        return TrainingState(self.step, time.perf_counter() - self.began, arrays, self.best)

    def _validation_error(self) -> float:
        reconstructions = self.autoencoder.reconstruct(self.validation)
        return float(squared_error(self.validation, reconstructions).mean())

    @property
    def _kept(self) -> list[keras.Variable]:
        return [*self.autoencoder.variables, *self.autoencoder.head_variables]

    @property
    def _variables(self) -> list[keras.Variable]:
        return [*self.trainer.variables, *self.trainer.optimizer.variables]


def _array(variable: keras.Variable) -> np.ndarray:
    import keras

    return np.asarray(keras.ops.convert_to_numpy(variable))
