"""Several devices or several machines that train one model, each on its share of every batch.

The devices of one machine go through ``tf.distribute.MirroredStrategy`` and Keras's ``fit``. With
``MultiWorkerMirroredStrategy`` Keras's ``fit`` fails (keras issue 20585); of it only the
connection is used here: each machine fits a model of its own, and the gradients are averaged
before they are applied. Weights that are equal at the start stay equal.
"""

from __future__ import annotations

import contextlib
import functools
import json
import os
import typing
from collections.abc import Iterable, Iterator

import numpy as np

if typing.TYPE_CHECKING:
    import keras
    import tensorflow as tf

_GROUP = 1  # names the group of all machines
_GRADIENTS, _NUMBER = 1, 2  # name what is averaged, the same on every machine


class Devices:
    """Some devices of this machine: GPUs, or logical CPU devices where there is no GPU.

    count : how many, from 1. Raises ValueError if TensorFlow sees fewer.
    """

    def __init__(self, count: int = 1):
        self.count = count
        self._strategy = _strategy(count)

    def scope(self) -> contextlib.AbstractContextManager:
        """The context to build the model in."""
        return self._strategy.scope()

    def join_gradients(self, optimizer: keras.optimizers.Optimizer) -> None:
        """Nothing is left to do: Keras sums them over the devices of a strategy."""

    def mean(self, number: float) -> float:
        """The number: one process has but one."""
        return float(number)

    def share(self, batch: np.ndarray) -> np.ndarray:
        """The batch: the strategy splits it."""
        return batch


class Machines:
    """The machines of TF_CONFIG, joined; each runs the same program with the same settings.

    count : how many there are.
    rank : of this one, from 0. The first is the chief: it alone writes files.

    Every machine has to call ``mean`` as often as the others: a call waits for all of them, and
    raises tf.errors.UnavailableError if one has died.
    """

    def __init__(self):
        """Connect, and wait until all machines have; before anything else uses TensorFlow.

        TF_CONFIG is ``{"cluster": {"worker": ["host:port", ...]}, "task": {"type": "worker",
        "index": 0}}``. Raises ValueError for another form.
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
        """The context to build the model in: an empty one."""
        return contextlib.nullcontext()

    def join_gradients(self, optimizer: keras.optimizers.Optimizer) -> None:
        """Let the optimizer apply the mean of every machine's gradients instead of its own."""
        import tensorflow as tf

        apply = optimizer.apply

        def apply_mean(grads, trainable_variables=None):
            shapes = [gradient.shape for gradient in grads]
            # One message a step: between machines their number costs more than their length.
            joined = tf.concat([tf.reshape(gradient, [-1]) for gradient in grads], axis=0)
            sizes = [shape.num_elements() for shape in shapes]
            parts = tf.split(self._mean(joined, _GRADIENTS), sizes)
            means = [tf.reshape(part, shape) for part, shape in zip(parts, shapes, strict=True)]
            return apply(means, trainable_variables)

        optimizer.apply = apply_mean

    def mean(self, number: float) -> float:
        """The mean of every machine's number."""
        import tensorflow as tf

        return float(self._mean(tf.constant([number], tf.float32), _NUMBER)[0])

    def share(self, batch: np.ndarray) -> np.ndarray:
        """This machine's images of a batch (n, 28, 28): every ``count``-th."""
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
    """Raise ValueError if not everybody would get an equal share: Keras takes them for equal."""
    if batch_size % team.count:
        raise ValueError(
            f"batch_size must be a multiple of {team.count}, the number of devices or machines, "
            f"so that all have equal shares. Received: batch_size={batch_size}."
        )


def shared(
    batches: Iterable[tuple[np.ndarray, np.ndarray]], team: Devices | Machines
) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """What this process reads of the batches, pairs of (n, 28, 28), cut to equal shares."""
    for seen, clean in batches:
        whole = len(seen) - len(seen) % team.count
        if whole:
            # TensorFlow takes an array's memory over, and writes into it when it has no more use
            # for the tensor: both tensors of a pair must not lie in the same memory.
            yield team.share(seen[:whole]), team.share(clean[:whole]).copy()


# Kept, because two mirrored strategies in one process take each other's messages for their own.
@functools.cache
def _strategy(count: int) -> tf.distribute.Strategy:
    import tensorflow as tf

    kind = "GPU" if tf.config.list_logical_devices("GPU") else "CPU"
    found = tf.config.list_logical_devices(kind)
    if not 1 <= count <= len(found):
        raise ValueError(
            f"devices must be from 1 to {len(found)}, the number of {kind} devices that TensorFlow "
            f"sees here. Received: devices={count}. Ask for fewer, or make more of them visible."
        )
    if count == 1:
        return tf.distribute.get_strategy()
    return tf.distribute.MirroredStrategy([device.name for device in found[:count]])
