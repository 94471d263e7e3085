"""A .keras file from a stranger, checked before any of it is loaded.

Such a file can name any class and carry code. What passes here names plain Keras layers alone.
"""

from __future__ import annotations

import io
import json
import zipfile
import zlib

from ae.store import ModelError

LARGEST_FILE = 64 << 20  # bytes
_LARGEST_PARTS = {"metadata.json": 1 << 16, "config.json": 1 << 20, "model.weights.h5": 64 << 20}
MOST_PARAMETERS = 16_000_000
_LARGEST_NUMBER = 100_000  # of any whole number in a layer's settings

LAYERS = frozenset(
    {
        "InputLayer",
        "Dense",
        "Conv2D",
        "Conv2DTranspose",
        "SeparableConv2D",
        "DepthwiseConv2D",
        "MaxPooling2D",
        "AveragePooling2D",
        "GlobalAveragePooling2D",
        "GlobalMaxPooling2D",
        "UpSampling2D",
        "ZeroPadding2D",
        "Cropping2D",
        "Flatten",
        "Reshape",
        "Activation",
        "ReLU",
        "LeakyReLU",
        "ELU",
        "PReLU",
        "Dropout",
        "SpatialDropout2D",
        "GaussianNoise",
        "GaussianDropout",
        "BatchNormalization",
        "LayerNormalization",
        "Rescaling",
    }
)
MODELS = frozenset({"Functional", "Sequential"})
_ACTIVATIONS = frozenset(
    {
        "linear",
        "relu",
        "relu6",
        "leaky_relu",
        "elu",
        "selu",
        "gelu",
        "silu",
        "swish",
        "sigmoid",
        "hard_sigmoid",
        "tanh",
        "softplus",
        "softsign",
        "exponential",
        "mish",
    }
)
# Class names by the module that a config says they come from.
_CLASSES = {
    "keras.layers": LAYERS,
    "keras.models": MODELS,
    "keras": MODELS | {"DTypePolicy"},
    "keras.src.models.functional": MODELS,
    "keras.src.models.sequential": MODELS,
    "keras.initializers": frozenset(
        {
            "Zeros",
            "Ones",
            "Constant",
            "RandomNormal",
            "RandomUniform",
            "TruncatedNormal",
            "VarianceScaling",
            "Orthogonal",
            "GlorotUniform",
            "GlorotNormal",
            "HeNormal",
            "HeUniform",
            "LecunNormal",
            "LecunUniform",
        }
    ),
    "keras.regularizers": frozenset({"L1", "L2", "L1L2"}),
    "keras.constraints": frozenset({"MaxNorm", "NonNeg", "UnitNorm", "MinMaxNorm"}),
    None: frozenset({"__keras_tensor__"}),
}
# Not needed to rebuild a network, and each would have Keras build or compile something.
_DROPPED = frozenset({"compile_config", "build_config", "quantization_config"})
_ANY_NUMBER = frozenset({"shared_object_id", "seed"})


def check(file: bytes) -> dict:
    """Read and check a .keras file without loading it; return its config, reduced to what is used.

    Raises ModelError with the reason unless it is a zip of the three parts that Keras writes, none
    too large, whose config names plain keras.layers alone and whose weights are plain arrays.
    """
    if len(file) > LARGEST_FILE:
        raise ModelError(
            f"Expected at most {LARGEST_FILE >> 20} MB. Received: {len(file):,} bytes."
        )
    try:
        config = json.loads(read_part(file, "config.json"))
        config = _plain(config)
    except (ValueError, RecursionError) as error:
        if isinstance(error, ModelError):
            raise
        raise ModelError("Its config.json is not what Keras writes.") from error
    if not isinstance(config, dict) or config.get("class_name") not in MODELS:
        raise ModelError("Expected a Functional or Sequential Keras model of its own layers.")
    _check_weights(read_part(file, "model.weights.h5"))
    return config


def read_part(file: bytes, name: str) -> bytes:
    """One of the three parts of a .keras file. Raises ModelError for anything else."""
    try:
        with zipfile.ZipFile(io.BytesIO(file)) as archive:
            names = archive.namelist()
            if sorted(names) != sorted(_LARGEST_PARTS):
                raise ModelError(
                    f"Expected a .keras file with {', '.join(_LARGEST_PARTS)} and nothing else. "
                    f"Received: {', '.join(names)[:200] or 'an empty zip file'}."
                )
            for part, largest in _LARGEST_PARTS.items():
                if archive.getinfo(part).file_size > largest:
                    raise ModelError(f"Its {part} is larger than {largest:,} bytes.")
            with archive.open(name) as member:  # the size in the directory may be a lie
                content = member.read(_LARGEST_PARTS[name] + 1)
    except ModelError:
        raise
    except (zipfile.BadZipFile, zlib.error, OSError, EOFError, RuntimeError, ValueError) as error:
        raise ModelError(
            "Expected a file that Keras 3 wrote with model.save('name.keras'). "
            "Received: something else, or a damaged file."
        ) from error
    except NotImplementedError as error:
        raise ModelError("The file is packed in a way that Keras does not use.") from error
    if len(content) > _LARGEST_PARTS[name]:
        raise ModelError(f"Its {name} is larger than {_LARGEST_PARTS[name]:,} bytes.")
    return content


def _plain(value, key: str | None = None):
    """A part of a config, without what is dropped. Raises ModelError for what is not plain."""
    if isinstance(value, dict):
        if "class_name" in value:
            _check_class(value)
        if "activation" in value and value["activation"] not in (None, *_ACTIVATIONS):
            raise ModelError(
                f"Its activation {value['activation']!r:.60} is not one of Keras's plain ones."
            )
        return {k: _plain(v, k) for k, v in value.items() if k not in _DROPPED}
    if isinstance(value, list):
        return [_plain(item, key) for item in value]
    bounded = isinstance(value, int | float) and key not in _ANY_NUMBER
    if bounded and not abs(value) <= _LARGEST_NUMBER:  # written so that NaN fails it, too
        raise ModelError(f"Its setting {key!r:.60} is too large: {value!r:.30}.")
    return value


def _check_class(value: dict) -> None:
    name, module = value["class_name"], value.get("module")
    registered = value.get("registered_name")
    known = _CLASSES.get(module, frozenset()) if isinstance(module, str | None) else frozenset()
    if not isinstance(name, str) or name not in known or registered not in (None, name):
        shown = f"{module}.{name}" if module else name
        raise ModelError(
            f"It uses {shown!r:.80}, which is not among the plain layers that are taken: "
            f"{', '.join(sorted(LAYERS))}. Models with code of their own are refused."
        )


def _check_weights(content: bytes) -> None:
    """Raise ModelError unless an HDF5 file holds plain arrays of numbers, and not too many."""
    import h5py

    total = 0

    def look(group, depth: int = 0) -> None:
        nonlocal total
        if depth > 20:
            raise ModelError("Its weights are nested deeper than Keras does it.")
        for name in group:
            link = group.get(name, getlink=True)
            item = group.get(name) if isinstance(link, h5py.HardLink) else None
            if isinstance(item, h5py.Group):
                look(item, depth + 1)
                continue
            if not isinstance(item, h5py.Dataset) or item.external or item.is_virtual:
                raise ModelError("Its weights point to other places than the file itself.")
            total += item.size or 0
            if item.dtype.kind not in "fiu" or total > MOST_PARAMETERS:
                raise ModelError(f"Expected at most {MOST_PARAMETERS:,} weights, all numbers.")

    try:
        with h5py.File(io.BytesIO(content), "r") as weights:
            look(weights)
    except ModelError:
        raise
    except Exception as error:  # HDF5 has many ways to refuse a file
        raise ModelError("Its weights cannot be read: the file is damaged.") from error
