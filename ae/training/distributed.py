"""Distributed training: several devices or machines share each batch.

The devices of one machine use ``tf.distribute.MirroredStrategy`` and Keras's ``fit``. Keras's
``fit`` fails with ``MultiWorkerMirroredStrategy`` (keras issue 20585), so that only its connection
is used here: each machine fits its own model, and the gradients are averaged before they are
applied. Weights that are equal at the start stay equal.
"""

from __future__ import annotations

import contextlib
import functools
import json
import os
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import keras
    import tensorflow as tf

_GROUP = 1  # identifies the group of all machines
_GRADIENTS, _NUMBER = 1, 2  # identify what is averaged, the same on every machine


class Devices:
    """Some devices of this machine: GPUs, or logical CPU devices where there is no GPU.

    Parameters
    ----------
    count : int
        Number of devices, from 1.

    Raises
    ------
    ValueError
        If TensorFlow finds fewer devices.
    """

    def __init__(self, count: int = 1) -> None:
        self.count = count
        self._strategy = _strategy(count)

    def scope(self) -> contextlib.AbstractContextManager:
        """Return the context in which the model must be built."""
        return self._strategy.scope()

    def join_gradients(self, optimizer: keras.optimizers.Optimizer) -> None:
        """Do nothing: Keras sums the gradients over the devices of a strategy."""

    def mean(self, number: float) -> float:
        """Return the number itself: there is one process."""
        return float(number)

    def share(self, batch: np.ndarray) -> np.ndarray:
        """Return the batch itself: the strategy splits it."""
        return batch


class Machines:
    """The machines of TF_CONFIG. Each runs the same program with the same settings.

    Every machine must call ``mean`` as often as the others: a call waits for all machines, and
    raises tf.errors.UnavailableError if one of them has died.

    Attributes
    ----------
    count : int
        Number of machines.
    rank : int
        Number of this machine, from 0. Only the first machine writes files.
    """

    def __init__(self) -> None:
        """Connect and wait for all machines. Call it before anything else uses TensorFlow.

        TF_CONFIG is ``{"cluster": {"worker": ["host:port", ...]}, "task": {"type": "worker",
        "index": 0}}``.

        Raises
        ------
        ValueError
            If TF_CONFIG has another form.
        """
        text = os.environ.get("TF_CONFIG", "")
        try:
            config = json.loads(text)
            self.count, self.rank = len(config["cluster"]["worker"]), config["task"]["index"]
            legal = [*config["cluster"]] == ["worker"] and self.rank in range(self.count)
        except (ValueError, KeyError, TypeError):
            legal = False
        if not legal:
            raise ValueError(
                'TF_CONFIG must be like {"cluster": {"worker": ["host:port", "host:port"]}, '
                f'"task": {{"type": "worker", "index": 0}}}}. Received: {text!r}.'
            )
        import tensorflow as tf

        self._connection = tf.distribute.MultiWorkerMirroredStrategy()

    def scope(self) -> contextlib.AbstractContextManager:
        """Return an empty context: each machine builds its own model."""
        return contextlib.nullcontext()

    def join_gradients(self, optimizer: keras.optimizers.Optimizer) -> None:
        """Make the optimizer apply the mean of all machines' gradients instead of its own."""
        import tensorflow as tf

        apply = optimizer.apply

        def apply_mean(
            grads: list[tf.Tensor], trainable_variables: list[keras.Variable] | None = None
        ) -> None:
            shapes = [gradient.shape for gradient in grads]
            # One message per step: between machines, many messages cost more than long ones.
            joined = tf.concat([tf.reshape(gradient, [-1]) for gradient in grads], axis=0)
            sizes = [shape.num_elements() for shape in shapes]
            parts = tf.split(self._mean(joined, _GRADIENTS), sizes)
            means = [tf.reshape(part, shape) for part, shape in zip(parts, shapes, strict=True)]
            apply(means, trainable_variables)

        optimizer.apply = apply_mean

    def mean(self, number: float) -> float:
        """Return the mean of all machines' numbers."""
        import tensorflow as tf

        return float(self._mean(tf.constant([number], tf.float32), _NUMBER)[0])

    def share(self, batch: np.ndarray) -> np.ndarray:
        """Return this machine's images of a batch (n, 28, 28): every ``count``-th one."""
        return batch[self.rank :: self.count]

    def _mean(self, tensor: tf.Tensor, what: int) -> tf.Tensor:
        import tensorflow as tf

        return tf.raw_ops.CollectiveReduceV2(
            input=tensor,
            group_size=self.count,
            group_key=_GROUP,
            instance_key=what,
            ordering_token=[],
            merge_op="Add",
            final_op="Div",
        )


def check_batch_size(batch_size: int, team: Devices | Machines) -> None:
    """Raise ValueError if a batch cannot be shared equally: Keras takes the shares for equal."""
    if batch_size % team.count:
        raise ValueError(
            f"batch_size must be a multiple of {team.count}, the number of devices or machines, "
            f"so that all shares are equal. Received: batch_size={batch_size}."
        )


def shared(
    batches: Iterable[tuple[np.ndarray, np.ndarray]], team: Devices | Machines
) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Yield this process's share of each batch, cut so that all shares are equal.

    Parameters
    ----------
    batches : iterable of pairs of float32 arrays of shape (n, 28, 28)
        Inputs and targets.
    team : Devices or Machines
        Who shares the batches.
    """
    for inputs, targets in batches:
        whole = len(inputs) - len(inputs) % team.count
        if whole:
            # TensorFlow takes over the memory of an array, and writes into it when it no longer
            # needs the tensor: the two tensors of a pair must not share memory.
            yield team.share(inputs[:whole]), team.share(targets[:whole]).copy()


# Cached, because two mirrored strategies in one process would mix up their messages.
@functools.cache
def _strategy(count: int) -> tf.distribute.Strategy:
    import tensorflow as tf

    kind = "GPU" if tf.config.list_logical_devices("GPU") else "CPU"
    found = tf.config.list_logical_devices(kind)
    if not 1 <= count <= len(found):
        raise ValueError(
            f"devices must be from 1 to {len(found)}, the number of {kind} devices that TensorFlow "
            f"finds. Received: devices={count}. Ask for fewer, or make more of them visible."
        )
    if count == 1:
        return tf.distribute.get_strategy()
    return tf.distribute.MirroredStrategy([device.name for device in found[:count]])
