"""What a training step sees: shuffled batches, augmented and corrupted, the same for a seed."""

from __future__ import annotations

import itertools
import math
import typing
from collections.abc import Iterator

import numpy as np

from ae.config import TrainingConfig
from ae.data import noise
from ae.training.distributed import Devices, Machines, shared

if typing.TYPE_CHECKING:
    import tensorflow as tf


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
        if (epoch < config.epochs - config.unaugmented_final_epochs) and (
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


def dataset_after(
    step: int, images: np.ndarray, config: TrainingConfig, team: Devices | Machines
) -> tf.data.Dataset:
    """This machine's share of the batches of all steps of a run after ``step``.

    images and what the dataset gives: as for ``batches``.
    """
    import tensorflow as tf

    first_epoch, behind = divmod(step, math.ceil(len(images) / config.batch_size))

    def all_epochs():
        for epoch in range(first_epoch, config.epochs):
            drawn = shared(batches(images, config, epoch), team)
            # What lies behind is drawn again: the batches after it depend on it.
            yield from itertools.islice(drawn, behind if epoch == first_epoch else 0, None)

    picture = tf.TensorSpec((None, *images.shape[1:]), tf.float32)
    dataset = tf.data.Dataset.from_generator(all_epochs, output_signature=(picture, picture))
    return dataset.prefetch(4)
