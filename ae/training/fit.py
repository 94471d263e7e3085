"""The training loop: configs and images in, a trained Autoencoder out, progress by callbacks."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np

from ae.config import MOST_PARAMETERS, ModelConfig, TrainingConfig
from ae.data import Dataset
from ae.nn.autoencoder import Autoencoder
from ae.training.batches import dataset_after
from ae.training.distributed import Devices, Machines, check_batch_size
from ae.training.monitor import Callbacks, Monitor
from ae.training.progress import Moment, Record, TrainingState

if TYPE_CHECKING:
    import keras


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
    """Train an autoencoder on ``data.x_train``. The test images are not used.

    Parameters
    ----------
    model_config : ModelConfig
        The architecture.
    training_config : TrainingConfig
        How to train it.
    data : Dataset
        The last ``training_config.validation_images`` of its training images are held out. Images
        of the classes in ``training_config.leave_out`` are not used at all; of the others the
        first ``training_config.training_images`` are used, if that is above 0.
    devices : int or Machines
        How many GPUs share each batch (CPU devices where there is no GPU), or the machines that
        share it. Each machine makes this call; if one of them should stop, all stop. The same
        batches give the same model up to rounding, except for the random sampling of a VAE. An
        epoch that cannot be shared equally leaves out fewer images than there are devices.
    on_record : callable
        Called with a row of the history, some hundreds of times a run.
    on_step : callable
        Called before the first step and after each step; once more if a stopped run returns to
        the weights of an earlier step because they were better. An exception that it raises ends
        the training.
    should_stop : callable
        Called after each step. If it returns True, the training stops.
    resume_from : TrainingState, optional
        The state of an earlier run with the same configs and data. The result is then the same
        as without the interruption.

    Returns
    -------
    Autoencoder
        The trained model. A run that was stopped, or that has a ``patience``, returns the weights
        with the lowest validation error, if there are validation images.

    Raises
    ------
    TrainingError
        If the error is no longer a finite number.
    ValueError
        If the validation images leave no image to train on, there are fewer devices, they cannot
        share a batch equally, the network is too large or ``resume_from`` is of another model.
    """
    import keras

    held_out = training_config.validation_images
    images, validation = _split(data, training_config)
    team = devices if isinstance(devices, Machines) else Devices(devices)
    check_batch_size(training_config.batch_size, team)
    image_count = len(images) - len(images) % team.count
    if not image_count and training_config.leave_out and len(data.x_train) > held_out:
        raise ValueError(
            "leave_out must leave at least one image to train on. "
            f"Received: leave_out={training_config.leave_out}."
        )
    if not image_count:
        raise ValueError(
            "validation_images must be below the number of training images, "
            f"{len(data.x_train)}. Received: validation_images={held_out}."
        )
    keras.utils.set_random_seed(training_config.seed)
    with team.scope():
        trainer, autoencoder = _compile(model_config, training_config, image_count)
    team.join_gradients(trainer.optimizer)
    monitor = Monitor(
        trainer,
        autoencoder,
        training_config,
        image_count,
        validation,
        team,
        Callbacks(on_record, on_step, should_stop),
    )
    if resume_from is not None:
        monitor.restore(resume_from)
    monitor.look()
    silent: Any = 0  # Keras declares the type of the default alone
    if monitor.step < monitor.steps:
        trainer.fit(
            dataset_after(monitor.step, images, training_config, team),
            # The monitor counts the epochs: Keras cannot begin in the middle of one.
            steps_per_epoch=monitor.steps - monitor.step,
            callbacks=[
                keras.callbacks.LambdaCallback(
                    on_train_begin=monitor.begin, on_train_batch_end=monitor.end_step
                )
            ],
            shuffle=False,  # the batches come shuffled
            verbose=silent,
        )
    if monitor.step < monitor.steps or training_config.patience:
        monitor.restore_best()
    return autoencoder


def _split(data: Dataset, config: TrainingConfig) -> tuple[np.ndarray, np.ndarray]:
    """Return the images to train on and those held out, both without the classes left out."""
    end = max(len(data.x_train) - config.validation_images, 0)
    images, held_out = data.x_train[:end], data.x_train[end:]
    if config.leave_out:
        kept = ~np.isin(data.y_train, config.leave_out)
        images, held_out = images[kept[:end]], held_out[kept[end:]]
    return images[: config.training_images or None], held_out


def learning_rate(
    config: TrainingConfig, steps: int
) -> keras.optimizers.schedules.LearningRateSchedule:
    """Return the schedule over ``steps`` optimizer steps: linear warm-up, then half a cosine.

    References
    ----------
    Loshchilov & Hutter, "SGDR: Stochastic Gradient Descent with Warm Restarts" (2017), equation 5.
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
    """Return a compiled model to fit, and the Autoencoder that shares its weights."""
    import keras

    from ae.nn import networks

    encoder, decoder = networks.build(model_config)
    z_log_var = networks.log_variance_head(encoder) if model_config.kind == "vae" else None
    autoencoder = Autoencoder(encoder, decoder, z_log_var)
    if (count := autoencoder.parameters) > MOST_PARAMETERS:
        raise ValueError(
            f"The network must have at most {MOST_PARAMETERS:,} parameters. Received: {count:,}. "
            "Choose fewer filters."
        )
    trainer = (
        networks.join(encoder, decoder)
        if z_log_var is None
        else networks.join_variational(encoder, decoder, z_log_var, training_config.kl_weight)
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

    schedule: Any = learning_rate(config, steps)  # Keras declares the types of defaults alone
    if config.optimizer == "adam":
        return keras.optimizers.Adam(schedule)
    # Keras decays weights by default here; no decay is what was measured, as with Adam.
    none: Any = None
    return keras.optimizers.Muon(schedule, weight_decay=none, adam_weight_decay=none)
