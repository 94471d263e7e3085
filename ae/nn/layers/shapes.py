"""Shapes, axes and weights of layers: what the table's entries have in common."""

from __future__ import annotations

import math
import typing
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

if typing.TYPE_CHECKING:
    import keras

Shape = tuple[int, ...]  # of the values for one image: without the batch
Step = dict[str, Any]  # see ``ae.nn.layers``
# (layer, shapes of its inputs, shape of its output) -> its steps
Lowering = Callable[["keras.layers.Layer", list[Shape], Shape], list[Step]]


class UnsupportedError(Exception):
    """The engine cannot compute a layer. The text says what the layer is, after "The layer is"."""


def values(variable: Any) -> np.ndarray:
    """Return the value of a Keras variable, or an array, as float32."""
    array = variable if isinstance(variable, np.ndarray) else variable.numpy()
    return np.asarray(array, np.float32)


def strides(shape: Sequence[int]) -> list[int]:
    """Return how far apart neighbours along each axis lie in a flat array."""
    return [math.prod(shape[axis + 1 :]) for axis in range(len(shape))]


def broadcast_strides(shape: Sequence[int], to: Sequence[int]) -> list[int]:
    """Return the strides of an array that is repeated to the shape ``to``, as NumPy does it."""
    repeated = [
        0 if size == 1 else stride for size, stride in zip(shape, strides(shape), strict=True)
    ]
    return [0] * (len(to) - len(shape)) + repeated


def index_of(axis: int, shape: Shape) -> int:
    """Return the index in ``shape`` of an axis that Keras counts with the batch as number 0."""
    index = axis - 1 if axis >= 0 else len(shape) + axis
    if not 0 <= index < len(shape):
        raise UnsupportedError(f"one that works along axis {axis}, across the images of a batch")
    return index


def indices_of(axes: int | Sequence[int], shape: Shape) -> list[int]:
    """Return ``index_of`` of one axis or of several."""
    return [index_of(axis, shape) for axis in ([axes] if isinstance(axes, int) else axes)]
