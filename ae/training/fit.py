"""The fit loop: configs and images in, a trained Autoencoder out, progress by callback."""

from __future__ import annotations

import math
import time
import typing
from collections.abc import Callable

import numpy as np

from ae.analysis.metrics import PIXELS
from ae.config import MOST_PARAMETERS, ModelConfig, TrainingConfig
from ae.data import Dataset
from ae.errors import TrainingError
from ae.nn.autoencoder import Autoencoder
from ae.training.batches import dataset_after
from ae.training.distributed import Devices, Machines, check_batch_size
from ae.training.progress import BestWeights, Moment, Record, TrainingState

if typing.TYPE_CHECKING:
    import keras

_RECORDS_PER_RUN = 400


def train(
    model_config: ModelConfig,
    training_config: TrainingConfig,
    data: Dataset,
    *,
    devices: int | Machines = 1,
    on_record: Callable[[Record], None] = lambda record: None,
    on_step: Callable[[Moment], None] = lambda moment: None,
    should_stop: Callable[[], bool] = lambda: False,
    resume_from: TrainingState | None = None,
) -> Autoencoder:
    """Train an autoencoder on ``data.x_train``; the test images are not looked at.

    devices : how many GPUs share each batch (CPU devices where there is no GPU), or the machines
        that do; each of them makes this call, and one that should stop stops them all. The same
        batches give the same model, up to rounding, but for a VAE's own noise. Of an epoch that
        cannot be shared equally, fewer images than devices are left out.
    on_record : called some hundreds of times a run, with rows of the history.
    on_step : called before the first step and after each; and once more if a stopped run gets
        the weights of an earlier step back, for those were better. What it raises ends training.
    should_stop : asked after every step; True ends training there.
    resume_from : the state of an earlier run with the same configs and data, which then ends
        as it would have ended.
    A run that is stopped returns the weights with the lowest validation error, if there are
    images kept aside. Raises TrainingError if the error is no longer a number, ValueError if no
    images are left beside those kept aside, there are fewer devices, they cannot share a batch
    equally, or ``resume_from`` is of another model.
    """
    import keras

    kept_aside = training_config.validation_images
    images = data.x_train[: len(data.x_train) - kept_aside]
    validation = data.x_train[len(data.x_train) - kept_aside :] if kept_aside else None
    team = devices if isinstance(devices, Machines) else Devices(devices)
    check_batch_size(training_config.batch_size, team)
    image_count = len(images) - len(images) % team.count
    if not image_count:
        raise ValueError(
            f"validation_images must be below the number of training images, "
            f"{len(data.x_train)}. Received: validation_images={kept_aside}."
        )
    keras.utils.set_random_seed(training_config.seed)
    with team.scope():
        trainer, autoencoder = _compile(model_config, training_config, image_count)
    team.join_gradients(trainer.optimizer)
    run = _Run(trainer, autoencoder, training_config, image_count, validation, team)
    run.on_record, run.on_step, run.should_stop = on_record, on_step, should_stop
    if resume_from is not None:
        run.restore(resume_from)
    run.look()
    if run.step < run.steps:
        trainer.fit(
            dataset_after(run.step, images, training_config, team),
            # The run counts the epochs: Keras cannot begin in the middle of one.
            steps_per_epoch=run.steps - run.step,
            callbacks=[
                keras.callbacks.LambdaCallback(
                    on_train_begin=run.begin, on_train_batch_end=run.end_step
                )
            ],
            shuffle=False,  # the batches come shuffled
            verbose=0,
        )
    if run.step < run.steps:
        run.put_best_back()
    return autoencoder


def learning_rate(config: TrainingConfig, steps: int) -> keras.optimizers.schedules.CosineDecay:
    """The schedule over ``steps`` optimizer steps: linear warm-up, then half a cosine to zero.

    Loshchilov & Hutter, "SGDR: Stochastic Gradient Descent with Warm Restarts" (2017), eq. 5.
    """
    import keras

    warmup = round(config.warmup * steps)
    return keras.optimizers.schedules.CosineDecay(
        initial_learning_rate=config.learning_rate / 100 if warmup else config.learning_rate,
        decay_steps=max(steps - warmup, 1),
        warmup_target=config.learning_rate if warmup else None,
        warmup_steps=warmup,
    )


def _compile(
    model_config: ModelConfig, training_config: TrainingConfig, image_count: int
) -> tuple[keras.Model, Autoencoder]:
    import keras

    from ae.nn import networks

    encoder, decoder = networks.build(model_config)
    autoencoder = Autoencoder(encoder, decoder)
    if (count := autoencoder.parameters) > MOST_PARAMETERS:
        raise ValueError(
            f"The network must have at most {MOST_PARAMETERS:,} parameters. Received: {count:,}. "
            "Choose smaller filters or fewer of them."
        )
    trainer = (
        networks.join_variational(encoder, decoder, training_config.kl_weight)
        if model_config.kind == "vae"
        else networks.join(encoder, decoder)
    )
    steps = training_config.epochs * math.ceil(image_count / training_config.batch_size)
    trainer.compile(
        optimizer=_optimizer(training_config, steps),
        loss=training_config.loss,
        metrics=[keras.metrics.MeanSquaredError(name="mse")],
    )
    return trainer, autoencoder


def _optimizer(config: TrainingConfig, steps: int) -> keras.optimizers.Optimizer:
    """Return Adam, or Muon: orthogonalised momentum for dense layers, Adam for all others.

    References
    ----------
    Jordan et al., "Muon: An optimizer for hidden layers in neural networks" (2024).
    Liu et al., "Muon is Scalable for LLM Training", arXiv:2502.16982 (2025), for its scale.
    """
    import keras

    schedule = learning_rate(config, steps)
    if config.optimizer == "adam":
        return keras.optimizers.Adam(schedule)
    # Keras decays weights by default here; no decay is what was measured, as with Adam.
    return keras.optimizers.Muon(schedule, weight_decay=None, adam_weight_decay=None)


class _Run:
    """Counts the steps of one run, tells of them, and ends it when it is asked to."""

    on_record: Callable[[Record], None]
    on_step: Callable[[Moment], None]
    should_stop: Callable[[], bool]

    def __init__(self, trainer, autoencoder, config, image_count, validation, team):
        self.trainer, self.autoencoder, self.config = trainer, autoencoder, config
        self.validation, self.team = validation, team
        self.steps_per_epoch = math.ceil(image_count / config.batch_size)
        self.steps = config.epochs * self.steps_per_epoch
        self.step = self.reported_step = 0
        self.best: BestWeights | None = None
        self.began = self.reported_at = time.perf_counter()

    def restore(self, state: TrainingState) -> None:
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

    def begin(self, logs=None) -> None:
        now = time.perf_counter()  # what building the graph takes is no training
        self.began += now - self.reported_at
        self.reported_at = now

    def end_step(self, batch, logs) -> None:
        self.step += 1
        interval = max(1, self.steps // _RECORDS_PER_RUN)
        if self.step % interval == 0 or self.step % self.steps_per_epoch == 0:
            self.report(self.team.mean(logs["mse"]), logs.get("kl_loss"))
        self.look()
        if self.team.mean(self.should_stop()) > 0:
            self.trainer.stop_training = True

    def look(self) -> None:
        epoch, seconds = self.step / self.steps_per_epoch, time.perf_counter() - self.began
        self.on_step(Moment(self.step, self.steps, epoch, seconds, self.autoencoder, self.state))

    def report(self, mse, kl_loss) -> None:
        if not math.isfinite(mse):
            raise TrainingError(
                f"The error is no longer a number at step {self.step}. "
                f"Try a learning rate below {self.config.learning_rate:g}."
            )
        now = time.perf_counter()
        images = (self.step - self.reported_step) * self.config.batch_size
        validation_error = None
        if self.step % self.steps_per_epoch == 0:
            validation_error = _mean_error(self.autoencoder, self.validation)
            self.keep_best(validation_error)
        self.on_record(
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

    def keep_best(self, validation_error: float | None) -> None:
        if validation_error is None:
            return
        if self.best is None or validation_error < self.best.squared_error:
            weights = [_array(variable) for variable in self.autoencoder.variables]
            self.best = BestWeights(validation_error, self.step, weights)

    def put_best_back(self) -> None:
        """After a stop: within an epoch the error may be worse than it was at the end of one."""
        best = self.best
        if best and _mean_error(self.autoencoder, self.validation) > best.squared_error:
            for variable, array in zip(self.autoencoder.variables, best.weights, strict=True):
                variable.assign(array)
            self.step = best.step
            self.look()

    def state(self) -> TrainingState:
        arrays = [_array(variable) for variable in self._variables]
        return TrainingState(self.step, time.perf_counter() - self.began, arrays, self.best)

    @property
    def _variables(self) -> list:
        return [*self.trainer.variables, *self.trainer.optimizer.variables]


def _array(variable) -> np.ndarray:
    import keras

    return keras.ops.convert_to_numpy(variable)


def _mean_error(autoencoder: Autoencoder, images: np.ndarray | None) -> float | None:
    if images is None:
        return None
    from ae.analysis.metrics import squared_error

    return float(squared_error(images, autoencoder.reconstruct(images)).mean())
