"""Layers that scale values: normalisation, and activations that are layers."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from ae.nn.layers.shapes import (
    Shape,
    Step,
    UnsupportedError,
    broadcast_strides,
    index_of,
    indices_of,
    values,
)


def rescaling(layer: Any, inputs: list[Shape], output: Shape) -> list[Step]:
    """Return x * scale + offset."""
    return [affine(np.asarray(layer.scale), np.asarray(layer.offset), output)]


def normalization(layer: Any, inputs: list[Shape], output: Shape) -> list[Step]:
    """Return (x - mean) / standard deviation, or its inverse."""
    import keras

    mean, variance = (values(part)[0] for part in (layer.mean, layer.variance))
    deviation = np.maximum(np.sqrt(variance), keras.config.epsilon())
    if layer.invert:
        return [affine(deviation, mean, output)]
    return [affine(1 / deviation, -mean / deviation, output)]


def batch_normalization(layer: Any, inputs: list[Shape], output: Shape) -> list[Step]:
    """Return x * scale + offset, which is what it comes to after training.

    References
    ----------
    Ioffe & Szegedy, "Batch Normalization" (2015), algorithm 2, line 11.
    """
    scale = 1 / np.sqrt(values(layer.moving_variance) + layer.epsilon)
    if layer.scale:
        scale = scale * values(layer.gamma)
    offset = -values(layer.moving_mean) * scale
    if layer.center:
        offset = offset + values(layer.beta)
    return [_affine_along([index_of(layer.axis, output)], scale, offset, output)]


def layer_normalization(layer: Any, inputs: list[Shape], output: Shape) -> list[Step]:
    """Return each group of values with mean 0 and variance 1, then scaled as was learnt."""
    if layer.rms_scaling:
        raise UnsupportedError(
            "a LayerNormalization with rms_scaling, which Keras no longer advises"
        )
    axes = indices_of(layer.axis, output)
    steps = [grouped("normalize", output, axes, epsilon=layer.epsilon)]
    return steps + _learnt_scale(layer, axes, output)


def group_normalization(layer: Any, inputs: list[Shape], output: Shape) -> list[Step]:
    """Return groups of channels with mean 0 and variance 1, then scaled as was learnt."""
    axis = index_of(layer.axis, output)
    in_groups = (layer.groups, output[axis] // layer.groups)
    over = (*output[:axis], *in_groups, *output[axis + 1 :])
    others = [number for number in range(len(over)) if number != axis]
    steps = [grouped("normalize", over, others, epsilon=layer.epsilon)]
    return steps + _learnt_scale(layer, [axis], output)


def _learnt_scale(layer: Any, axes: list[int], shape: Shape) -> list[Step]:
    if not (layer.scale or layer.center):
        return []
    size = tuple(shape[axis] for axis in axes)
    scale = values(layer.gamma) if layer.scale else np.ones(size)
    offset = values(layer.beta) if layer.center else np.zeros(size)
    return [_affine_along(axes, scale, offset, shape)]


def unit_normalization(layer: Any, inputs: list[Shape], output: Shape) -> list[Step]:
    """Return each group of values divided by its length."""
    return [grouped("unit", output, indices_of(layer.axis, output))]


def softmax(layer: Any, inputs: list[Shape], output: Shape) -> list[Step]:
    """Return exp(x), divided by its sum over the group."""
    return [softmax_of(output, indices_of(layer.axis, output))]


def softmax_of(shape: Shape, axes: list[int]) -> Step:
    """Return exp(x), divided by its sum along the axes."""
    return log_softmax_of(shape, axes) | {"activation": ["exponential"]}


def log_softmax_of(shape: Shape, axes: list[int]) -> Step:
    """Return x, less the logarithm of the sum of exp(x) along the axes."""
    return grouped("log_softmax", shape, axes)


def grouped(function: str, over: Shape, along: list[int], **settings: float) -> Step:
    """Return a function of groups of values. A group is what differs along some axes alone.

    The strides give a value's group: the sum of its indices times them.
    """
    kept = [1 if axis in along else size for axis, size in enumerate(over)]
    return {
        "op": "group",
        "function": function,
        "over": list(over),
        "strides": broadcast_strides(kept, over),
        "groups": math.prod(kept),
    } | settings


def _affine_along(axes: list[int], scale: np.ndarray, offset: np.ndarray, shape: Shape) -> Step:
    """x * scale + offset, which differ along some axes alone."""
    size = [count if axis in axes else 1 for axis, count in enumerate(shape)]
    return affine(scale.reshape(size), offset.reshape(size), shape)


def affine(scale: np.ndarray, offset: np.ndarray, shape: Shape) -> Step:
    """Return x * scale + offset, with arrays that broadcast to the shape of x."""
    scale, offset = np.broadcast_arrays(scale, offset)
    return {
        "op": "affine",
        "scale": scale.astype(np.float32),
        "offset": offset.astype(np.float32),
        "over": list(shape),
        "strides": broadcast_strides(scale.shape, shape),
    }


def relu(layer: Any, inputs: list[Shape], output: Shape) -> list[Step]:
    """Return a ReLU with a slope below a threshold, and perhaps a largest value."""
    parameters = [layer.negative_slope, layer.threshold]
    if layer.max_value is not None:
        parameters.append(layer.max_value)
    return _elementwise("relu", *parameters)


def leaky_relu(layer: Any, inputs: list[Shape], output: Shape) -> list[Step]:
    """Return a ReLU with a slope below 0."""
    return _elementwise("relu", layer.negative_slope)


def elu(layer: Any, inputs: list[Shape], output: Shape) -> list[Step]:
    """Return x above 0, alpha * (exp(x) - 1) below."""
    return _elementwise("elu", layer.alpha)


def _elementwise(function: str, *parameters: float) -> list[Step]:
    return [{"op": "copy", "activation": [function, *map(float, parameters)]}]


def prelu(layer: Any, inputs: list[Shape], output: Shape) -> list[Step]:
    """Return a ReLU with a slope below 0 that was learnt."""
    alpha = values(layer.alpha)
    return [affine(alpha, np.zeros_like(alpha), output) | {"below": 0}]
