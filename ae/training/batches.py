"""Training batches: shuffled, augmented and corrupted, always the same for the same seed."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np

from ae.config import TrainingConfig
from ae.data import noise
from ae.training.distributed import Devices, Machines, shared

if TYPE_CHECKING:
    import tensorflow as tf


def batches(
    images: np.ndarray, config: TrainingConfig, epoch: int
) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Yield the batches of one epoch as pairs of inputs and targets.

    An epoch depends only on the seed and on its own number. A run that is resumed therefore gets
    the batches that it would have got without the interruption.

    Parameters
    ----------
    images : float32 array of shape (n, 28, 28), values in [0, 1]
        Each image occurs once, in random order.
    config : TrainingConfig
        Gives seed, batch size, augmentation and noise.
    epoch : int
        Number of the epoch, from 0.

    Yields
    ------
    inputs, targets : float32 arrays of shape (batch, 28, 28), values in [0, 1]
        Only the inputs are noisy.
    """
    rng = np.random.default_rng([config.seed, epoch])
    order = rng.permutation(len(images))
    for start in range(0, len(images), config.batch_size):
        clean = images[order[start : start + config.batch_size]]
        if (epoch < config.epochs - config.unaugmented_final_epochs) and (
            config.shift or config.rotation or config.scaling
        ):
            clean = augment(clean, config, rng)
        inputs = clean
        if config.noise is not None:
            strength = rng.uniform(0, config.noise_strength, len(clean))
            inputs = noise.corrupt(clean, config.noise, strength, rng)
        yield inputs, clean


def augment(images: np.ndarray, config: TrainingConfig, rng: np.random.Generator) -> np.ndarray:
    """Shift, rotate and scale each image at random, up to the limits in ``config``.

    Pixels that leave the frame are lost, and those that enter are black. Pixels are interpolated
    unless the images are only shifted.

    Parameters
    ----------
    images : float32 array of shape (n, 28, 28), values in [0, 1]
    config : TrainingConfig
        Gives the limits: shift in pixels, rotation in degrees, scaling as a fraction.
    rng : numpy.random.Generator
        Where the random numbers come from.

    Returns
    -------
    float32 array of shape (n, 28, 28), values in [0, 1]
    """
    import tensorflow as tf

    count, height, width = images.shape
    shift = rng.integers(-config.shift, config.shift + 1, (2, count))
    angle = np.deg2rad(rng.uniform(-config.rotation, config.rotation, count))
    scale = rng.uniform(1 - config.scaling, 1 + config.scaling, count)
    cosine, sine = np.cos(angle) / scale, np.sin(angle) / scale
    centre_x, centre_y = (width - 1) / 2, (height - 1) / 2
    # Each row maps a pixel of the result to the place in the image where its value comes from.
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
    """Return this machine's share of all batches of a run after ``step``.

    Parameters
    ----------
    step : int
        Optimizer steps taken before.
    images : float32 array of shape (n, 28, 28), values in [0, 1]
    config : TrainingConfig
    team : Devices or Machines
        Who shares the batches.

    Returns
    -------
    tf.data.Dataset
        Pairs of inputs and targets, as from ``batches``.
    """
    import tensorflow as tf

    first_epoch, behind = divmod(step, math.ceil(len(images) / config.batch_size))

    def all_epochs() -> Iterator[tuple[np.ndarray, np.ndarray]]:
        for epoch in range(first_epoch, config.epochs):
            drawn = shared(batches(images, config, epoch), team)
            # Batches before ``step`` are drawn and dropped: the random numbers after them
            # depend on them.
            yield from itertools.islice(drawn, behind if epoch == first_epoch else 0, None)

    picture = tf.TensorSpec((None, *images.shape[1:]), tf.float32)
    dataset = tf.data.Dataset.from_generator(all_epochs, output_signature=(picture, picture))
    return without_autotuning(dataset.prefetch(4))


def without_autotuning(dataset: tf.data.Dataset) -> tf.data.Dataset:
    """Return the dataset without autotuning, which can keep ``fit`` waiting at its end.

    In TensorFlow 2.21 the end of a dataset may wait until its autotuning thread wakes up. The
    thread sleeps longer and longer: after a training of a minute, up to 40 seconds more.
    """
    import tensorflow as tf

    options = tf.data.Options()
    options.autotune.enabled = False
    return dataset.with_options(options)
