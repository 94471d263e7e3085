"""Random legal settings of every layer that the engine computes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from hypothesis import assume
from hypothesis import strategies as st

Draw = Callable[[st.SearchStrategy], Any]
# A layer, and the shapes of its inputs without the batch.
Setting = tuple[Any, list[tuple[int, ...]]]

SIDES = st.integers(1, 9)
PAIRS = st.tuples(st.integers(1, 3), st.integers(1, 3))
PADDING = st.sampled_from(["valid", "same"])
SHAPES = st.lists(st.integers(1, 6), min_size=1, max_size=3).map(tuple)


def layers():
    import keras

    return keras.layers


def picture(draw: Draw) -> tuple[int, int, int]:
    return (draw(SIDES), draw(SIDES), draw(st.integers(1, 5)))


def moving(draw: Draw, size: tuple[int, int], *, dilate: bool = True) -> dict:
    """Padding, strides and dilation with which a window fits into a picture."""
    strides, dilation = draw(PAIRS), (1, 1)
    if dilate and draw(st.booleans()):  # both together are refused by Keras
        strides, dilation = (1, 1), draw(PAIRS)
    return {"strides": strides, "padding": draw(PADDING), "dilation_rate": dilation}


def fits(shape: tuple, size: tuple[int, int], options: dict) -> None:
    dilation = options.get("dilation_rate", (1, 1))
    reach = [d * (s - 1) + 1 for s, d in zip(size, dilation, strict=True)]
    small = all(r <= side for r, side in zip(reach, shape, strict=False))
    assume(options["padding"] == "same" or small)


def hidden(draw: Draw) -> dict:
    return {
        "activation": draw(st.sampled_from(["linear", "relu", "log_softmax"])),
        "use_bias": draw(st.booleans()),
    }


def dense(draw: Draw) -> Setting:
    return layers().Dense(draw(st.integers(1, 9)), **hidden(draw)), [draw(SHAPES)]


def conv(draw: Draw) -> Setting:
    shape, size = picture(draw), draw(PAIRS)
    options = moving(draw, size)
    fits(shape, size, options)
    groups = draw(st.sampled_from([g for g in range(1, 6) if shape[2] % g == 0]))
    filters = groups * draw(st.integers(1, 6))
    return layers().Conv2D(filters, size, groups=groups, **options, **hidden(draw)), [shape]


def conv_transpose(draw: Draw) -> Setting:
    shape, size = picture(draw), draw(st.tuples(st.integers(1, 5), st.integers(1, 5)))
    options = moving(draw, size)
    if options["dilation_rate"] == (1, 1) and draw(st.booleans()):
        options["output_padding"] = tuple(
            draw(st.integers(0, stride - 1)) for stride in options["strides"]
        )
    layer = layers().Conv2DTranspose(draw(st.integers(1, 6)), size, **options, **hidden(draw))
    return layer, [shape]


def by_channel(draw: Draw) -> tuple[tuple[int, int, int], tuple[int, int], dict]:
    shape, size = picture(draw), draw(PAIRS)
    options = moving(draw, size)
    # TensorFlow 2.21 takes the stride of the rows for the columns, too, where there is one channel.
    assume(shape[2] > 1 or len(set(options["strides"])) == 1)
    return shape, size, options


def depthwise(draw: Draw) -> Setting:
    shape, size, options = by_channel(draw)
    fits(shape, size, options)
    times = draw(st.integers(1, 3))
    return layers().DepthwiseConv2D(size, depth_multiplier=times, **options, **hidden(draw)), [
        shape
    ]


def separable(draw: Draw) -> Setting:
    shape, size, options = by_channel(draw)
    fits(shape, size, options)
    times, filters = draw(st.integers(1, 3)), draw(st.integers(1, 6))
    layer = layers().SeparableConv2D(
        filters, size, depth_multiplier=times, **options, **hidden(draw)
    )
    return layer, [shape]


def pooling(name: str) -> Callable[[Draw], Setting]:
    def make(draw: Draw) -> Setting:
        shape, size = picture(draw), draw(PAIRS)
        options = {"strides": draw(st.none() | PAIRS), "padding": draw(PADDING)}
        fits(shape, size, options)
        return getattr(layers(), name)(size, **options), [shape]

    return make


def of_pictures(name: str, **options: st.SearchStrategy) -> Callable[[Draw], Setting]:
    def make(draw: Draw) -> Setting:
        drawn = {key: draw(strategy) for key, strategy in options.items()}
        return getattr(layers(), name)(**drawn), [picture(draw)]

    return make


def of_any(name: str, **options: st.SearchStrategy) -> Callable[[Draw], Setting]:
    def make(draw: Draw) -> Setting:
        drawn = {key: draw(strategy) for key, strategy in options.items()}
        return getattr(layers(), name)(**drawn), [draw(SHAPES)]

    return make


def resizing(draw: Draw) -> Setting:
    ratio = draw(
        st.sampled_from([{}, {"crop_to_aspect_ratio": True}, {"pad_to_aspect_ratio": True}])
    )
    layer = layers().Resizing(
        draw(SIDES),
        draw(SIDES),
        interpolation=draw(st.sampled_from(["nearest", "bilinear", "bicubic", "lanczos3"])),
        antialias=draw(st.booleans()),
        **ratio,
    )
    return layer, [picture(draw)]


def cropping(draw: Draw) -> Setting:
    shape = picture(draw)
    sides = st.tuples(st.integers(0, 3), st.integers(0, 3))
    cut = draw(st.tuples(sides, sides))
    assume(all(sum(pair) < side for pair, side in zip(cut, shape, strict=False)))
    return layers().Cropping2D(cut), [shape]


def reshape(draw: Draw) -> Setting:
    shape = draw(SHAPES)
    return layers().Reshape(draw(st.permutations(shape))), [shape]


def permute(draw: Draw) -> Setting:
    shape = draw(SHAPES)
    return layers().Permute(tuple(draw(st.permutations(range(1, len(shape) + 1))))), [shape]


def along(draw: Draw, shape: tuple) -> int:
    """An axis, counted from the front or from the back."""
    axis = draw(st.integers(1, len(shape)))
    return axis if draw(st.booleans()) else axis - len(shape) - 1


def axes(draw: Draw, shape: tuple) -> list[int]:
    return sorted(draw(st.sets(st.integers(1, len(shape)), min_size=1)))


def normalised(name: str, several: bool, **options: st.SearchStrategy) -> Callable[[Draw], Setting]:
    def make(draw: Draw) -> Setting:
        shape = draw(SHAPES.filter(lambda shape: 1 not in shape))  # at 1 Keras's Softmax warns
        axis = axes(draw, shape) if several and draw(st.booleans()) else along(draw, shape)
        drawn = {key: draw(strategy) for key, strategy in options.items()}
        return getattr(layers(), name)(axis=axis, **drawn), [shape]

    return make


def normalization(draw: Draw) -> Setting:
    import numpy as np

    shape = draw(SHAPES)
    axis = draw(st.none() | st.just(-1))
    size = () if axis is None else shape[-1:]
    given = {
        "mean": np.linspace(-1, 1, int(np.prod(size))).reshape(size),
        "variance": np.linspace(0.5, 2, int(np.prod(size))).reshape(size),
    }
    learnt = draw(st.booleans())
    options = {} if learnt else given
    return layers().Normalization(axis=axis, invert=draw(st.booleans()), **options), [shape]


def group_normalization(draw: Draw) -> Setting:
    shape = draw(SHAPES)
    axis = along(draw, shape)
    size = shape[axis - 1] if axis > 0 else shape[axis]
    groups = draw(st.sampled_from([-1, *(g for g in range(1, size + 1) if size % g == 0)]))
    options = {"scale": draw(st.booleans()), "center": draw(st.booleans())}
    return layers().GroupNormalization(groups, axis=axis, **options), [shape]


def prelu(draw: Draw) -> Setting:
    shape = draw(SHAPES)
    shared = draw(st.sets(st.integers(1, len(shape))).map(sorted))
    return layers().PReLU(shared_axes=shared or None), [shape]


def merge(name: str) -> Callable[[Draw], Setting]:
    def make(draw: Draw) -> Setting:
        shape = draw(SHAPES)
        count = 2 if name == "Subtract" else draw(st.integers(2, 4))
        shapes = [shape]
        for _ in range(count - 1):
            repeated = draw(st.lists(st.booleans(), min_size=len(shape), max_size=len(shape)))
            other = tuple(1 if once else s for once, s in zip(repeated, shape, strict=True))
            shapes.append(other[draw(st.integers(0, len(shape) - 1)) :])
        return getattr(layers(), name)(), list(draw(st.permutations(shapes)))

    return make


def concatenate(draw: Draw) -> Setting:
    shape = draw(SHAPES)
    axis = along(draw, shape)
    place = axis - 1 if axis > 0 else len(shape) + axis
    shapes = [
        (*shape[:place], draw(st.integers(1, 5)), *shape[place + 1 :])
        for _ in range(draw(st.integers(2, 4)))
    ]
    return layers().Concatenate(axis=axis), shapes


RATES = st.floats(0.1, 0.5)
SETTINGS: dict[str, Callable[[Draw], Setting]] = {
    "InputLayer": of_any("Identity"),  # an InputLayer is part of every model
    "Dense": dense,
    "Conv2D": conv,
    "Conv2DTranspose": conv_transpose,
    "DepthwiseConv2D": depthwise,
    "SeparableConv2D": separable,
    "MaxPooling2D": pooling("MaxPooling2D"),
    "AveragePooling2D": pooling("AveragePooling2D"),
    "GlobalMaxPooling2D": of_pictures("GlobalMaxPooling2D", keepdims=st.booleans()),
    "GlobalAveragePooling2D": of_pictures("GlobalAveragePooling2D", keepdims=st.booleans()),
    "UpSampling2D": of_pictures(
        "UpSampling2D",
        size=PAIRS,
        interpolation=st.sampled_from(["nearest", "bilinear", "bicubic"]),
    ),
    "Resizing": resizing,
    "ZeroPadding2D": of_pictures("ZeroPadding2D", padding=st.tuples(PAIRS, PAIRS)),
    "Cropping2D": cropping,
    "Flatten": of_any("Flatten"),
    "Reshape": reshape,
    "Permute": permute,
    "Rescaling": of_any("Rescaling", scale=st.floats(-3, 3), offset=st.floats(-3, 3)),
    "Normalization": normalization,
    "BatchNormalization": normalised(
        "BatchNormalization", False, scale=st.booleans(), center=st.booleans()
    ),
    "LayerNormalization": normalised(
        "LayerNormalization", True, scale=st.booleans(), center=st.booleans()
    ),
    "GroupNormalization": group_normalization,
    "UnitNormalization": normalised("UnitNormalization", True),
    "Softmax": normalised("Softmax", True),
    "Activation": of_any("Activation", activation=st.sampled_from(["tanh", "log_softmax"])),
    "ReLU": of_any(
        "ReLU",
        negative_slope=st.sampled_from([0, 0.3]),
        threshold=st.sampled_from([0, 0.5]),
        max_value=st.sampled_from([None, 1.0]),
    ),
    "LeakyReLU": of_any("LeakyReLU", negative_slope=st.floats(0, 1)),
    "ELU": of_any("ELU", alpha=st.floats(0.1, 2)),
    "PReLU": prelu,
    "Identity": of_any("Identity"),
    "ActivityRegularization": of_any("ActivityRegularization", l2=RATES),
    "Dropout": of_any("Dropout", rate=RATES),
    "SpatialDropout2D": of_pictures("SpatialDropout2D", rate=RATES),
    "AlphaDropout": of_any("AlphaDropout", rate=RATES),
    "GaussianDropout": of_any("GaussianDropout", rate=RATES),
    "GaussianNoise": of_any("GaussianNoise", stddev=RATES),
    "Add": merge("Add"),
    "Subtract": merge("Subtract"),
    "Multiply": merge("Multiply"),
    "Average": merge("Average"),
    "Maximum": merge("Maximum"),
    "Minimum": merge("Minimum"),
    "Concatenate": concatenate,
}
