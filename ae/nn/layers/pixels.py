"""Layers that move, mix or join values without learning: pooling, resizing, reshaping, adding."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from ae.nn.layers.kernels import each_place, product, window
from ae.nn.layers.scaling import affine
from ae.nn.layers.shapes import (
    Shape,
    Step,
    UnsupportedError,
    broadcast_strides,
    index_of,
    strides,
)


def copy(layer: Any, inputs: list[Shape], output: Shape) -> list[Step]:
    """Return the values as they are, in a shape that may be another."""
    return [{"op": "copy"}]


def max_pooling(layer: Any, inputs: list[Shape], output: Shape) -> list[Step]:
    """Return the largest value of each window."""
    seen = window(layer, layer.pool_size, inputs[0], output)
    return [{"op": "pool", "strides": list(layer.strides)} | seen]


def global_max_pooling(layer: Any, inputs: list[Shape], output: Shape) -> list[Step]:
    """Return the largest value of each channel."""
    height, width, channels = inputs[0]
    whole = {"op": "pool", "strides": [1, 1], "shape": [1, 1, channels]}
    return [whole | each_place([*range(height)], [*range(width)]), {"op": "copy"}]


def resample(layer: Any, inputs: list[Shape], output: Shape) -> list[Step]:
    """Return a matrix product along the rows of a picture, and one along its columns.

    Notes
    -----
    Averaging, enlarging, resizing, padding and cropping are linear, and do the same along all rows
    and along all columns. So the layer itself tells its matrices, whatever its interpolation: its
    answer to a picture with one bright row is one column of the rows' matrix.
    """
    height, width, channels = inputs[0]
    new_height, new_width = output[:2] if len(output) == 3 else (1, 1)
    rows, columns = _matrices(layer, (height, width), (new_height, new_width))
    return [
        _ordered((height, width, channels), (1, 2, 0)),
        product(rows) | {"shape": [width, channels, new_height]},
        _ordered((width, channels, new_height), (2, 1, 0)),
        product(columns) | {"shape": [new_height, channels, new_width]},
        _ordered((new_height, channels, new_width), (0, 2, 1)) | {"shape": list(output)},
    ]


def _matrices(
    layer: Any, before: tuple[int, int], after: tuple[int, int]
) -> tuple[np.ndarray, np.ndarray]:
    """The matrices (new rows, rows) and (new columns, columns) of a layer."""
    height, width = before
    exact = type(layer).from_config(layer.get_config() | {"dtype": "float32"})

    def answer(pictures: np.ndarray) -> np.ndarray:
        result = exact(pictures[..., None].astype(np.float32))
        return result.numpy().reshape(len(pictures), *after).astype(np.float64)

    white = answer(np.ones((1, height, width)))[0]
    row, column = np.unravel_index(np.abs(white).argmax(), white.shape)  # a pixel off the padding
    bright_rows = np.eye(height)[:, :, None] * np.ones(width)
    bright_columns = np.eye(width)[:, None, :] * np.ones((height, 1))
    rows = answer(bright_rows)[:, :, column].T
    columns = answer(bright_columns)[:, row, :].T / (white[row, column] or 1)
    probe = np.random.default_rng(0).random((1, height, width))
    if not np.allclose(rows @ probe[0] @ columns.T, answer(probe)[0], atol=1e-4):
        raise UnsupportedError(f"a {type(layer).__name__} that fills in a value of its own")
    return rows.astype(np.float32), columns.astype(np.float32)


def permute(layer: Any, inputs: list[Shape], output: Shape) -> list[Step]:
    """Return the values in another order of the axes."""
    return [_ordered(inputs[0], [axis - 1 for axis in layer.dims])]


def _ordered(shape: Shape, order: Sequence[int]) -> Step:
    """An array of a shape with its axes in another order, as NumPy's transpose takes it."""
    new_shape, apart = [shape[axis] for axis in order], strides(shape)
    return {
        "op": "gather",
        "over": new_shape,
        "strides": [apart[axis] for axis in order],
        "shape": new_shape,
    }


def merge(layer: Any, inputs: list[Shape], output: Shape) -> list[Step]:
    """Return a function of the inputs at each place, named as the layer: add, subtract, …"""
    return [
        {
            "op": "merge",
            "function": type(layer).__name__.lower(),
            "over": list(output),
            "strides": [broadcast_strides(shape, output) for shape in inputs],
        }
    ]


def average(layer: Any, inputs: list[Shape], output: Shape) -> list[Step]:
    """Return the sum of the inputs at each place, divided by their number."""
    (added,) = merge(layer, inputs, output)
    share = affine(np.array(1 / len(inputs)), np.array(0.0), output)
    return [added | {"function": "add"}, share]


def concatenate(layer: Any, inputs: list[Shape], output: Shape) -> list[Step]:
    """Return the inputs one after the other along an axis: in each of ``outer`` blocks."""
    return [{"op": "concatenate", "outer": math.prod(output[: index_of(layer.axis, output)])}]
