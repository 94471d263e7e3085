"""Training of a flow: latent vectors in, a Flow out, progress by callbacks."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from ae.errors import TrainingError
from ae.nn.flow import CLASSES, FREQUENCIES, NO_CLASS, Flow, FlowConfig, build, statistics

_UNLABELLED = 0.1  # share of the training examples whose class is not told
_AVERAGED = 0.995  # how much of the averaged weights each step keeps
_AT_ONCE = 20  # steps between two looks at whether to stop
_WARMUP = 100  # steps


@dataclass(frozen=True)
class FlowRecord:
    """How a flow's training stands.

    Attributes
    ----------
    step, steps : int
        Optimizer steps taken, and planned.
    loss : float
        Mean squared error of the velocities over the newest steps.
    seconds : float
        Since the start.
    """

    step: int
    steps: int
    loss: float
    seconds: float


def train_flow(
    config: FlowConfig,
    z: np.ndarray,
    labels: np.ndarray,
    *,
    on_record: Callable[[FlowRecord], None] = lambda record: None,
    should_stop: Callable[[], bool] = lambda: False,
) -> Flow | None:
    """Train a flow on latent vectors and their classes.

    Parameters
    ----------
    config : FlowConfig
    z : float array of shape (n, latent_dim)
    labels : int array of shape (n,), from 0 to 9
    on_record : callable
        Called about twenty times a thousand steps.
    should_stop : callable
        Asked as often. If it returns True, the training ends.

    Returns
    -------
    Flow or None
        None if it was stopped.

    Raises
    ------
    TrainingError
        If the loss is no longer a finite number.
    ValueError
        If the arrays do not belong together.

    Notes
    -----
    The network learns the velocity x1 - x0 at the place (1 - t) x0 + t x1, where x1 is a
    standardised latent vector and x0 noise: Liu, Gong & Liu (2023), equation 1. All times are
    equally likely: logit-normal ones gave a Fréchet distance a tenth larger here. The weights of
    the result are averages over the training.
    """
    if z.ndim != 2 or len(z) < 2 or np.shape(labels) != (len(z),):
        raise ValueError(
            "z and labels must have shapes (n, latent_dim) and (n,), n at least 2. "
            f"Received: {np.shape(z)} and {np.shape(labels)}."
        )
    if np.min(labels) < 0 or np.max(labels) >= CLASSES:
        raise ValueError(f"labels must be from 0 to {CLASSES - 1}.")
    import keras

    began = time.perf_counter()
    mean, deviation = statistics(z)
    keras.utils.set_random_seed(config.seed)
    network = build(config, z.shape[1])
    train, averaged = _steps(config, network, ((z - mean) / deviation).astype(np.float32), labels)
    step = 0
    while step < config.steps:
        if should_stop():
            return None
        count = min(_AT_ONCE, config.steps - step)
        loss = train(step, count)
        step += count
        if not math.isfinite(loss):
            raise TrainingError(
                f"The loss is not a finite number any more, at step {step:,}. Try a lower learning "
                "rate."
            )
        if step % 40 == 0 or step == config.steps:
            on_record(FlowRecord(step, config.steps, loss, time.perf_counter() - began))
    network.set_weights(averaged())
    shares = np.bincount(labels, minlength=CLASSES) / len(labels)
    return Flow(network, mean, deviation, shares)


def _steps(
    config: FlowConfig, network: Any, x: np.ndarray, labels: np.ndarray
) -> tuple[Callable[[int, int], float], Callable[[], list[np.ndarray]]]:
    """Return what takes some steps and returns their mean loss, and what gives averaged weights."""
    import keras
    import tensorflow as tf

    warmup = min(_WARMUP, config.steps // 2)
    rate: Any = keras.optimizers.schedules.CosineDecay(
        config.learning_rate / 50,
        max(config.steps - warmup, 1),
        warmup_target=config.learning_rate,
        warmup_steps=warmup,
    )
    optimizer = keras.optimizers.Adam(rate, beta_2=0.99)
    variables = network.trainable_variables
    optimizer.build(variables)
    averages = [tf.Variable(variable.numpy()) for variable in network.weights]
    points, classes = tf.constant(x), tf.constant(labels.astype(np.int32))
    frequencies, size = tf.constant(FREQUENCIES), config.batch_size

    def one(step: Any) -> Any:
        def seed(number: int) -> Any:  # a resumed or repeated step draws the same numbers
            return tf.stack([step, config.seed * 8 % 2**31 + number])

        chosen = tf.random.stateless_uniform((size,), seed(0), 0, len(x), tf.int32)
        end, label = tf.gather(points, chosen), tf.gather(classes, chosen)
        start = tf.random.stateless_normal((size, x.shape[1]), seed(1))
        t = tf.random.stateless_uniform((size, 1), seed(2))
        untold = tf.random.stateless_uniform((size,), seed(3)) < _UNLABELLED
        label = tf.one_hot(tf.where(untold, NO_CLASS, label), CLASSES + 1)
        phases = t * frequencies
        place = (1 - t) * start + t * end
        given = tf.concat([place, tf.cos(phases), tf.sin(phases), label], axis=1)
        with tf.GradientTape() as tape:
            loss = tf.reduce_mean((network(given, training=True) - (end - start)) ** 2)
        optimizer.apply_gradients(zip(tape.gradient(loss, variables), variables, strict=True))
        number = tf.cast(step, tf.float32)
        kept = tf.minimum(_AVERAGED, (1 + number) / (10 + number))  # soon free of the first ones
        for average, variable in zip(averages, network.weights, strict=True):
            average.assign(kept * average + (1 - kept) * variable.value)
        return loss

    @tf.function
    def several(first: Any, count: Any) -> Any:
        total = 0.0
        for number in tf.range(count):
            total += one(first + number)
        return total / tf.cast(count, tf.float32)

    return (
        lambda first, count: float(several(tf.constant(first), tf.constant(count))),
        lambda: [average.numpy() for average in averages],
    )
