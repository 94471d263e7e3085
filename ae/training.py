"""The fit loop: configs and images in, a trained Autoencoder out, progress by callback."""

from __future__ import annotations

import math
import time
import typing
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np

from ae import noise
from ae.autoencoder import Autoencoder
from ae.config import ModelConfig, TrainingConfig
from ae.data import Dataset
from ae.metrics import PIXELS
from ae.parallel import Devices, Machines, check_batch_size, shared

if typing.TYPE_CHECKING:
    import keras

_RECORDS_PER_RUN = 400


class TrainingError(RuntimeError):
    """Training cannot go on. Its text is for people."""


@dataclass(frozen=True)
class Record:
    """One row of a training history.

    step : optimizer steps taken so far, of ``steps`` in the whole run.
    epoch : passes over the training images so far, with a fraction.
    seconds : since training began.
    squared_error : on the training batches since the last row, per image: the sum over the
        784 pixels. With augmentation or noise it is that of the images as they were fed.
    kl_loss : of a VAE, in nats per image, since the last row; None for other kinds.
    validation_error : the same on the images kept aside, at the end of an epoch; else None.
    learning_rate : at this step.
    images_per_second : since the last row.
    """

    step: int
    steps: int
    epoch: float
    seconds: float
    squared_error: float
    kl_loss: float | None
    validation_error: float | None
    learning_rate: float
    images_per_second: float


def train(
    model_config: ModelConfig,
    training_config: TrainingConfig,
    data: Dataset,
    *,
    devices: int | Machines = 1,
    on_record: Callable[[Record], None] = lambda record: None,
    on_step: Callable[[int, Autoencoder], None] = lambda step, autoencoder: None,
    should_stop: Callable[[], bool] = lambda: False,
) -> Autoencoder:
    """Train an autoencoder on ``data.x_train``; the test images are not looked at.

    devices : how many GPUs share each batch (CPU devices where there is no GPU), or the machines
        that do; each of them makes this call, and one that should stop stops them all. The same
        batches give the same model, up to rounding, but for a VAE's own noise. Of an epoch that
        cannot be shared equally, fewer images than devices are left out.
    on_record : called some hundreds of times a run, with rows of the history.
    on_step : called after every step with the number of steps taken and the model as it is.
    should_stop : asked after every step; True ends training there.
    Raises TrainingError if the error is no longer a number, ValueError if no images are left
    beside those kept aside, there are fewer devices, or they cannot share a batch equally.
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
    hooks = (on_record, on_step, should_stop)
    watch = _watcher(training_config, image_count, validation, autoencoder, team, *hooks)
    trainer.fit(
        _dataset(images, training_config, team),
        epochs=training_config.epochs,
        steps_per_epoch=math.ceil(image_count / training_config.batch_size),
        callbacks=[watch],
        shuffle=False,  # the batches come shuffled
        verbose=0,
    )
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


def batches(
    images: np.ndarray, config: TrainingConfig, epoch: int
) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """The batches of one epoch: (what the network sees, what it is scored against).

    images : float32 (n, 28, 28) in [0, 1]; every image occurs once, in an order of its own.
    Both parts are float32 (batch, 28, 28) in [0, 1]. An epoch depends on the seed and its own
    number alone, so that a run which is taken up again draws what it would have drawn.
    """
    rng = np.random.default_rng([config.seed, epoch])
    order = rng.permutation(len(images))
    for start in range(0, len(images), config.batch_size):
        clean = images[order[start : start + config.batch_size]]
        if (epoch < config.epochs - config.plain_epochs) and (
            config.shift or config.rotation or config.scaling
        ):
            clean = augment(clean, config, rng)
        seen = clean
        if config.noise is not None:
            strength = rng.uniform(0, config.noise_strength, len(clean))
            seen = noise.corrupt(clean, config.noise, strength, rng)
        yield seen, clean


def augment(images: np.ndarray, config: TrainingConfig, rng: np.random.Generator) -> np.ndarray:
    """Shift, turn and scale each image at random, up to the limits in ``config``.

    images : float32 (n, 28, 28) in [0, 1]; the result has the same form. What leaves the frame
    is lost; what enters is black. Whole-pixel shifts alone leave pixel values as they are.
    """
    import tensorflow as tf

    count, height, width = images.shape
    shift = rng.integers(-config.shift, config.shift + 1, (2, count))
    angle = np.deg2rad(rng.uniform(-config.rotation, config.rotation, count))
    scale = rng.uniform(1 - config.scaling, 1 + config.scaling, count)
    cosine, sine = np.cos(angle) / scale, np.sin(angle) / scale
    centre_x, centre_y = (width - 1) / 2, (height - 1) / 2
    # Each row maps a pixel of the result to the place in the image that it is read from.
    transforms = np.stack(
        [
            cosine,
            -sine,
            centre_x - cosine * (centre_x + shift[0]) + sine * (centre_y + shift[1]),
            sine,
            cosine,
            centre_y - sine * (centre_x + shift[0]) - cosine * (centre_y + shift[1]),
            np.zeros(count),
            np.zeros(count),
        ],
        axis=1,
    )
    moved = tf.raw_ops.ImageProjectiveTransformV3(
        images=images[..., None],
        transforms=transforms.astype(np.float32),
        output_shape=(height, width),
        interpolation="BILINEAR",
        fill_mode="CONSTANT",
        fill_value=0.0,
    )
    return np.clip(moved.numpy()[..., 0], 0, 1)


def _dataset(images: np.ndarray, config: TrainingConfig, team: Devices | Machines):
    import tensorflow as tf

    def all_epochs():
        for epoch in range(config.epochs):
            yield from shared(batches(images, config, epoch), team)

    picture = tf.TensorSpec((None, *images.shape[1:]), tf.float32)
    dataset = tf.data.Dataset.from_generator(all_epochs, output_signature=(picture, picture))
    return dataset.prefetch(4)


def _compile(
    model_config: ModelConfig, training_config: TrainingConfig, image_count: int
) -> tuple[keras.Model, Autoencoder]:
    import keras

    from ae import networks

    encoder, decoder = networks.build(model_config)
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
    return trainer, Autoencoder(encoder, decoder)


def _optimizer(config: TrainingConfig, steps: int) -> keras.optimizers.Optimizer:
    import keras

    schedule = learning_rate(config, steps)
    if config.optimizer == "adam":
        return keras.optimizers.Adam(schedule)
    # Keras decays weights by default here; no decay is what was measured, as with Adam.
    return keras.optimizers.Muon(schedule, weight_decay=None, adam_weight_decay=None)


def _watcher(config, image_count, validation, autoencoder, team, on_record, on_step, should_stop):
    import keras

    steps_per_epoch = math.ceil(image_count / config.batch_size)
    steps = config.epochs * steps_per_epoch
    interval = max(1, steps // _RECORDS_PER_RUN)

    class Watcher(keras.callbacks.Callback):
        step = 0
        reported_step = 0

        def on_train_begin(self, logs=None):
            self.began = self.reported_at = time.perf_counter()

        def on_train_batch_end(self, batch, logs=None):
            self.step += 1
            on_step(self.step, autoencoder)
            if self.step % interval == 0 or self.step % steps_per_epoch == 0:
                self.report(team.mean(logs["mse"]), logs.get("kl_loss"))
            if team.mean(should_stop()) > 0:
                self.model.stop_training = True

        def report(self, mse, kl_loss):
            if not math.isfinite(mse):
                raise TrainingError(
                    f"The error is no longer a number at step {self.step}. "
                    f"Try a learning rate below {config.learning_rate:g}."
                )
            now = time.perf_counter()
            images = (self.step - self.reported_step) * config.batch_size
            ended_epoch = self.step % steps_per_epoch == 0
            on_record(
                Record(
                    step=self.step,
                    steps=steps,
                    epoch=self.step / steps_per_epoch,
                    seconds=now - self.began,
                    squared_error=mse * PIXELS,
                    kl_loss=None if kl_loss is None else team.mean(kl_loss),
                    validation_error=_mean_error(autoencoder, validation) if ended_epoch else None,
                    learning_rate=float(self.model.optimizer.learning_rate),
                    images_per_second=images / max(now - self.reported_at, 1e-9),
                )
            )
            self.reported_step, self.reported_at = self.step, time.perf_counter()
            # Keras averages over the epoch; a row of the history is about its own steps.
            self.model.reset_metrics()

    return Watcher()


def _mean_error(autoencoder: Autoencoder, images: np.ndarray | None) -> float | None:
    if images is None:
        return None
    from ae.metrics import squared_error

    return float(squared_error(images, autoencoder.reconstruct(images)).mean())
