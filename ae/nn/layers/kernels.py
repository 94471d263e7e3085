"""Layers with a kernel: dense layers and convolutions."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

from ae.nn.layers.shapes import Shape, Step, values


def dense(layer: Any, inputs: list[Shape], output: Shape) -> list[Step]:
    """Return a matrix product along the last axis."""
    return [product(values(layer.kernel).T, layer.bias)]


def product(matrix: np.ndarray, bias: Any = None) -> Step:
    """Return a matrix (outputs, inputs) along the last axis, and a bias (outputs,)."""
    return {"op": "dense", "kernel": interleaved(matrix), "bias": _bias(bias, len(matrix))}


def interleaved(filters: np.ndarray, groups: int = 1) -> np.ndarray:
    """Return the weights of filters in the order in which the engine multiplies with them.

    Parameters
    ----------
    filters : float32 array (filters, …).
    groups : in how many groups, one after the other, the filters are used.

    Returns
    -------
    float32 array of the same shape, to be read as a flat one. In each group the first weights of
    four filters come first, then their second weights, and so on; then the next four filters. The
    last one to three filters, if their number is no multiple of 4, follow one by one.
    """
    count, size = len(filters) // groups, math.prod(filters.shape[1:])
    rows = filters.reshape(groups, count, size)
    whole = count - count % 4
    fours = rows[:, :whole].reshape(groups, whole // 4, 4, size).swapaxes(2, 3)
    parts = [fours.reshape(groups, whole, size), rows[:, whole:]]
    return np.concatenate(parts, axis=1).reshape(filters.shape)


def conv(layer: Any, inputs: list[Shape], output: Shape) -> list[Step]:
    """Return a convolution, or a matrix product where its kernel is a single pixel."""
    kernel = values(layer.kernel)  # (height, width, channels of one group, filters)
    if kernel.shape[:3] == (1, 1, inputs[0][-1]) and tuple(layer.strides) == (1, 1):
        return [product(kernel[0, 0].T, layer.bias)]
    return [_moved(layer, kernel.transpose(3, 0, 1, 2), layer.bias, inputs[0], output)]


def depthwise_conv(layer: Any, inputs: list[Shape], output: Shape) -> list[Step]:
    """Return a convolution of each channel by itself."""
    return [_moved(layer, _depthwise(layer.kernel), layer.bias, inputs[0], output)]


def separable_conv(layer: Any, inputs: list[Shape], output: Shape) -> list[Step]:
    """Return a convolution of each channel by itself, and a matrix product across channels."""
    kernel = _depthwise(layer.depthwise_kernel)
    between = (*output[:2], len(kernel))
    return [
        _moved(layer, kernel, None, inputs[0], between),
        product(values(layer.pointwise_kernel)[0, 0].T, layer.bias),
    ]


def _depthwise(kernel: Any) -> np.ndarray:
    """A kernel (height, width, channels, multiplier) as one of (filters, height, width, 1)."""
    kernel = values(kernel)
    return kernel.reshape(*kernel.shape[:2], -1).transpose(2, 0, 1)[..., None]


def _moved(layer: Any, kernel: np.ndarray, bias: Any, before: Shape, after: Shape) -> Step:
    """A convolution with a kernel (filters, height, width, channels of one group)."""
    groups = before[-1] // kernel.shape[-1]
    phase = {
        "kernel": interleaved(kernel, groups),
        "to": [0, 0],
        "size": list(after[:2]),
    } | window(layer, kernel.shape[1:3], before, after)
    return {
        "op": "conv",
        "strides": list(layer.strides),
        "spacing": [1, 1],
        "groups": groups,
        "phases": [phase],
        "bias": _bias(bias, len(kernel)),
        "shape": list(after),
    }


def conv_transpose(layer: Any, inputs: list[Shape], output: Shape) -> list[Step]:
    """Return one small convolution for each place within the stride.

    Notes
    -----
    Pixel y of the output gets from pixel x of the input the weight at u = y + before - x * stride.
    So the pixels y = a, a + stride, a + 2 * stride, … all use the same weights u, and together
    they are a convolution with stride 1.
    """
    kernel = values(layer.kernel)  # (height, width, filters, channels)
    vertical, horizontal = (
        _phases_along(layer, axis, inputs[0][axis], output[axis]) for axis in (0, 1)
    )
    phases = [
        {
            "kernel": interleaved(kernel[rows.weights][:, columns.weights].transpose(2, 0, 1, 3)),
            "to": [rows.first, columns.first],
            "size": [rows.count, columns.count],
        }
        | each_place(rows.seen, columns.seen)
        for rows in vertical
        for columns in horizontal
    ]
    return [
        {
            "op": "conv",
            "strides": [1, 1],
            "spacing": list(layer.strides),
            "groups": 1,
            "phases": phases,
            "bias": _bias(layer.bias, kernel.shape[2]),
        }
    ]


class _Phase(NamedTuple):
    """The pixels of the output, along one axis, that use the same weights of the kernel."""

    first: int
    count: int
    weights: list[int]
    seen: list[int]  # the pixels of the input that the first pixel gets its weights from


def _phases_along(layer: Any, axis: int, before: int, after: int) -> list[_Phase]:
    size, stride = layer.kernel_size[axis], layer.strides[axis]
    reached = [u * layer.dilation_rate[axis] for u in range(size)]
    excess = max((before - 1) * stride + reached[-1] + 1 - after, 0)
    padding = excess // 2 if layer.padding == "same" else 0
    phases = []
    for first in range(min(stride, after)):
        weights = [u for u in range(size) if (first + padding - reached[u]) % stride == 0]
        seen = [(first + padding - reached[u]) // stride for u in weights]
        phases.append(_Phase(first, math.ceil((after - first) / stride), weights, seen))
    return phases


def window(layer: Any, size: Sequence[int], before: Shape, after: Shape) -> dict[str, list[int]]:
    """Return how far "down" and "right" of a pixel each place of a moving window is.

    Notes
    -----
    With padding "same" TensorFlow adds as little as it can, and the odd pixel at the end.
    """
    along = []
    for axis in (0, 1):
        dilation = getattr(layer, "dilation_rate", (1, 1))[axis]
        reach = (after[axis] - 1) * layer.strides[axis] + (size[axis] - 1) * dilation + 1
        padding = max(reach - before[axis], 0) // 2 if layer.padding == "same" else 0
        along.append([place * dilation - padding for place in range(size[axis])])
    return each_place(*along)


def each_place(down: list[int], right: list[int]) -> dict[str, list[int]]:
    """Return how far "down" and "right" each place is of a window with these rows and columns."""
    return {
        "down": [row for row in down for _ in right],
        "right": [column for _ in down for column in right],
    }


def _bias(bias: Any, size: int) -> np.ndarray:
    return np.zeros(size, np.float32) if bias is None else values(bias)
