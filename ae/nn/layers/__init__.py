"""Keras layers as operations of the engine: the one table of what the page can compute.

``LAYERS`` has an entry for each class of layer that may occur in a model. The entry turns a layer
into steps, one after the other. A step is a dict: the name of an operation in ``engine.js``, its
settings, and its weights as arrays. Several layers share one operation, so that the engine stays
small: enlarging a picture is a product with a matrix of its rows and one of its columns, an average
is a sum that is scaled.

Nothing here imports Keras before it gets a layer, so reading the table costs nothing.
"""

from __future__ import annotations

import typing
from typing import Any

from ae.errors import ModelError
from ae.nn.layers import kernels, pixels, scaling
from ae.nn.layers.shapes import Lowering, Shape, Step, UnsupportedError

if typing.TYPE_CHECKING:
    import keras

LAYERS: dict[str, Lowering] = {
    "InputLayer": pixels.copy,
    "Dense": kernels.dense,
    "Conv2D": kernels.conv,
    "Conv2DTranspose": kernels.conv_transpose,
    "SeparableConv2D": kernels.separable_conv,
    "DepthwiseConv2D": kernels.depthwise_conv,
    "MaxPooling2D": pixels.max_pooling,
    "GlobalMaxPooling2D": pixels.global_max_pooling,
    "AveragePooling2D": pixels.resample,
    "GlobalAveragePooling2D": pixels.resample,
    "UpSampling2D": pixels.resample,
    "Resizing": pixels.resample,
    "ZeroPadding2D": pixels.resample,
    "Cropping2D": pixels.resample,
    "Flatten": pixels.copy,
    "Reshape": pixels.copy,
    "Permute": pixels.permute,
    "Add": pixels.merge,
    "Subtract": pixels.merge,
    "Multiply": pixels.merge,
    "Average": pixels.average,
    "Maximum": pixels.merge,
    "Minimum": pixels.merge,
    "Concatenate": pixels.concatenate,
    "Rescaling": scaling.rescaling,
    "Normalization": scaling.normalization,
    "BatchNormalization": scaling.batch_normalization,
    "LayerNormalization": scaling.layer_normalization,
    "GroupNormalization": scaling.group_normalization,
    "UnitNormalization": scaling.unit_normalization,
    "Activation": pixels.copy,
    "ReLU": scaling.relu,
    "LeakyReLU": scaling.leaky_relu,
    "PReLU": scaling.prelu,
    "ELU": scaling.elu,
    "Softmax": scaling.softmax,
    # These do nothing once training is over.
    "Identity": pixels.copy,
    "ActivityRegularization": pixels.copy,
    "Dropout": pixels.copy,
    "SpatialDropout2D": pixels.copy,
    "AlphaDropout": pixels.copy,
    "GaussianDropout": pixels.copy,
    "GaussianNoise": pixels.copy,
}

# Keras's activations by name: a function in ``engine.js`` and its parameters.
_ELEMENTWISE: dict[str, list] = {
    "linear": [],
    "relu": ["relu"],
    "relu6": ["clip", 1, 0, 0, 6],
    "leaky_relu": ["relu", 0.2],
    "elu": ["elu"],
    "celu": ["elu"],  # the same with its default alpha of 1
    "selu": ["elu", 1.6732632423543772, 1.0507009873554805],
    "gelu": ["gelu"],
    "silu": ["silu"],
    "swish": ["silu"],
    "mish": ["mish"],
    "sigmoid": ["sigmoid"],
    "log_sigmoid": ["log_sigmoid"],
    "hard_sigmoid": ["clip", 1 / 6, 1 / 2, 0, 1],
    "sparse_sigmoid": ["clip", 1 / 2, 1 / 2, 0, 1],
    "hard_silu": ["hard_silu"],
    "hard_swish": ["hard_silu"],
    "tanh": ["tanh"],
    "hard_tanh": ["clip", 1, 0, -1, 1],
    "tanh_shrink": ["tanh_shrink"],
    "soft_shrink": ["soft_shrink"],
    "hard_shrink": ["hard_shrink"],
    "softplus": ["softplus"],
    "sparse_plus": ["sparse_plus"],
    "squareplus": ["squareplus"],
    "softsign": ["softsign"],
    "exponential": ["exponential"],
}
_ALONG_LAST_AXIS = ("softmax", "log_softmax")  # functions of several values
# Every name that a model can use. Three of Keras's are missing, for what Keras 3.15 makes of them:
# "threshold" has parameters without a default; "glu" is said to be twice as wide as it is, so that
# no layer with weights fits behind it; and the values of "sparsemax" do not sum to 1.
ACTIVATIONS = frozenset({*_ELEMENTWISE, *_ALONG_LAST_AXIS})


def steps_of(layer: keras.layers.Layer, inputs: list[Shape], output: Shape) -> list[Step]:
    """Return the engine's steps for one call of a layer.

    Parameters
    ----------
    layer : a built Keras layer.
    inputs, output : the shapes of its inputs and of its output, without the batch.

    Returns
    -------
    At least one dict each with "op" and "shape" and, where the operation has them, settings (plain
    JSON values), weights (float32 arrays) and "activation". The first takes the layer's inputs,
    each other one the result of the one before it.

    Raises
    ------
    ModelError : if the layer is not in the table, or has a setting that the page cannot compute.
    """
    try:
        steps = _lowering(layer, inputs, output)(layer, inputs, output)
        if hasattr(layer, "activation"):
            steps = [*steps[:-1], *_activated(steps[-1], layer.activation, output)]
    except UnsupportedError as error:
        raise ModelError(
            f"The layer {layer.name!r:.60} is {error}: the app cannot compute it in the page. "
            "Replace it, train the model again and save it. "
            f"Layers that can be used: {', '.join(sorted(LAYERS))}."
        ) from error
    return [{"shape": list(output)} | step for step in steps]


def _lowering(layer: keras.layers.Layer, inputs: list[Shape], output: Shape) -> Lowering:
    import keras

    name = type(layer).__name__
    if type(layer) is not getattr(keras.layers, name, None):
        raise UnsupportedError(f"a {name} with code of its own")
    if name not in LAYERS:
        raise UnsupportedError(f"a Keras layer of the kind {name}")
    if getattr(layer, "data_format", None) == "channels_first" and len(inputs[0]) > 1:
        raise UnsupportedError(f'a {name} with data_format="channels_first"')
    if any(size is None for shape in [*inputs, output] for size in shape):
        raise UnsupportedError(f"a {name} whose size is not fixed")
    return LAYERS[name]


def _activated(step: Step, activation: Any, output: Shape) -> list[Step]:
    """The step with the activation as a part of it, or as a step or two after it."""
    import keras

    if isinstance(activation, keras.layers.Layer):  # as in Dense(8, activation=LeakyReLU())
        return [step, *steps_of(activation, [output], output)]
    name = getattr(activation, "__name__", "")
    if name not in ACTIVATIONS or keras.activations.get(name) is not activation:
        raise UnsupportedError(f"one with the activation {name or activation!r:.60}")
    if name in _ALONG_LAST_AXIS:
        function = scaling.softmax_of if name == "softmax" else scaling.log_softmax_of
        return [step, function(output, [len(output) - 1])]
    function = _ELEMENTWISE[name]
    return [step | {"activation": function} if function else step]
