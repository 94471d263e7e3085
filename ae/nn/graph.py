"""A network as a list of operations and a block of weights, for the engine in the page.

The file of a graph (``graph.bin``) has, one after the other:

- 8 bytes, ``MAGIC``: what the file is, and the version of its form;
- the length of the head in bytes, a little-endian uint32;
- the head, JSON in ASCII, with spaces at its end to a multiple of 4 bytes;
- the weights, little-endian float16 or float32, as the head says.

The head is {"weights": {"count", "dtype"}, "parts": {"encoder": part, "decoder": part}}. A part is
{"input": shape, "operations": [operation, …], "output": value}. Value 0 is the part's input, value
i the result of operation i - 1. An operation has

- "op", "shape" and the settings that ``ae.nn.layers.steps_of`` gives it;
- "in", the values that it takes;
- "name", which no other operation of the part has, and "layer", the Keras layer's class;
- its weights, each as {"at": index of its first number in the block, "shape": shape}.

An operation comes after those whose results it takes. Models in a model are inlined: the layers of
a decoder within an encoder are called "decoder/…". Equal weights are stored once.
"""

from __future__ import annotations

import hashlib
import json
import struct
import typing
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from ae.errors import ModelError
from ae.nn.layers import steps_of
from ae.nn.layers.kernels import product
from ae.nn.layers.shapes import Shape

if typing.TYPE_CHECKING:
    import keras

    from ae.nn.autoencoder import Autoencoder
    from ae.nn.pca import PCA

MAGIC = b"aegraph\x01"
# Half the distance of neighbouring float16 numbers around 0, the largest error of storing a
# weight there. It is far below what a weight of that size adds to a picture.
_HALF_ERROR = 2.0**-25
# What computes something else if it is called with training=True. A model may have one of them.
_OTHER_IN_TRAINING = (
    *("Dropout", "SpatialDropout2D", "AlphaDropout", "GaussianDropout", "GaussianNoise"),
    *("BatchNormalization", "Functional", "Sequential"),
)


@dataclass(frozen=True, eq=False)
class Graph:
    """An encoder and a decoder as the engine runs them.

    Attributes
    ----------
    parts : the head's parts by name, as the module's text describes them.
    weights : float32 array of one axis, the block of weights.
    """

    parts: dict[str, dict]
    weights: np.ndarray

    def to_bytes(self) -> bytes:
        """Return the file of the graph.

        Its weights are float16 where that keeps each of them to within 2**-25, as it does for a
        model whose weights have been rounded to 11 binary digits, and float32 otherwise.
        """
        dtype = _smallest_dtype(self.weights)
        weights = self.weights.astype(dtype.newbyteorder("<"))
        head = json.dumps(
            {"weights": {"count": weights.size, "dtype": dtype.name}, "parts": self.parts},
            separators=(",", ":"),
        ).encode("ascii")
        head += b" " * (-len(head) % 4)
        return MAGIC + struct.pack("<I", len(head)) + head + weights.tobytes()

    @classmethod
    def from_bytes(cls, file: bytes) -> Graph:
        """Read what ``to_bytes`` returned.

        Raises
        ------
        ModelError : if the file is damaged, or of another form or version.
        """
        start = len(MAGIC) + 4
        try:
            if file[: len(MAGIC)] != MAGIC:
                raise ValueError(f"it does not begin with {MAGIC!r}")
            (length,) = struct.unpack_from("<I", file, len(MAGIC))
            head = json.loads(file[start : start + length])
            block, parts = head["weights"], head["parts"]
            dtype = {"float16": "<f2", "float32": "<f4"}[block["dtype"]]
            weights = np.frombuffer(file, dtype, offset=start + length).astype(np.float32)
            if weights.size != block["count"]:
                raise ValueError(f"it has {weights.size:,} of {block['count']:,} weights")
        except (ValueError, KeyError, TypeError, struct.error, RecursionError) as error:
            raise ModelError(
                "Expected the graph of a model. Received: a damaged or an older one, "
                f"{error!s:.200}. Make it anew from model.keras."
            ) from error
        return cls(parts, weights)

    @cached_property
    def fingerprint(self) -> str:
        """32 hexadecimal digits that no other graph has: see ``fingerprint_of``."""
        return fingerprint_of(self.to_bytes())


def fingerprint_of(file: bytes) -> str:
    """Return the fingerprint of a graph's file: the first 32 digits of its SHA-256."""
    return hashlib.sha256(file).hexdigest()[:32]


def graph_of(autoencoder: Autoencoder) -> Graph:
    """Return the graph of an autoencoder.

    Raises
    ------
    ModelError : if it has a layer that the engine cannot compute.
    """
    return graph_of_models(encoder=autoencoder.encoder, decoder=autoencoder.decoder)


def graph_of_models(**models: keras.Model) -> Graph:
    """Return one graph of several Keras models with one input and one output each.

    Parameters
    ----------
    models : functional or Sequential models by the names of their parts.

    Raises
    ------
    ModelError : if one has a layer that the engine cannot compute.
    """
    block = _Block()
    parts = {}
    for name, model in models.items():
        if len(model.inputs) != 1 or len(model.outputs) != 1:
            raise ModelError(
                f"Expected one input and one output of the {name}. "
                f"Received: {len(model.inputs)} and {len(model.outputs)}."
            )
        part = _Part(block, tuple(model.inputs[0].shape[1:]))
        (output,) = part.inline(model, [0], "")
        parts[name] = part.to_dict(output)
    return Graph(parts, block.weights())


def linear_graph(pca: PCA) -> Graph:
    """Return the graph of a PCA: one matrix product to z, and one back to the picture.

    Nothing of Keras is needed for it.
    """
    block = _Block()
    components, mean = pca.components, pca.mean
    encoder = _Part(block, (28, 28))
    offset = -(components.astype(np.float64) @ mean)
    z = encoder.add("z", "Dense", [0], product(components, offset) | {"shape": [pca.latent_dim]})
    decoder = _Part(block, (pca.latent_dim,))
    step = product(components.T, mean) | {"shape": [28, 28]}
    pixels = decoder.add("reconstruction", "Dense", [0], step)
    parts = {"encoder": encoder.to_dict(z), "decoder": decoder.to_dict(pixels)}
    return Graph(parts, block.weights())


class _Block:
    """Weights in a row, equal ones once."""

    def __init__(self):
        self._arrays: list[np.ndarray] = []
        self._places: dict[tuple[Shape, bytes], dict] = {}
        self._size = 0

    def add(self, array: np.ndarray) -> dict:
        """Return where an array is in the block."""
        array = np.ascontiguousarray(array, np.float32)
        key = array.shape, hashlib.sha256(array.tobytes()).digest()
        if key not in self._places:
            self._places[key] = {"at": self._size, "shape": list(array.shape)}
            self._arrays.append(array.ravel())
            self._size += array.size
        return self._places[key]

    def weights(self) -> np.ndarray:
        return np.concatenate([np.zeros(0, np.float32), *self._arrays])


def check_call(node: Any) -> None:
    """Raise ModelError if a node of a Keras model calls its layer as in training, and it matters.

    Parameters
    ----------
    node : the call, as Keras keeps it: with ``operation`` and ``arguments``.
    """
    layer = node.operation
    if node.arguments.kwargs.get("training") and type(layer).__name__ in _OTHER_IN_TRAINING:
        raise ModelError(
            f"The layer {layer.name!r:.60} is called with training=True: its result depends on "
            "chance or on other images. Remove that from the model, and save it again."
        )


class _Part:
    """The operations of one part, as they are found."""

    def __init__(self, block: _Block, shape: Shape):
        self._block = block
        self._shapes = [shape]  # of each value
        self._operations: list[dict] = []
        self._names: set[str] = set()

    def to_dict(self, output: int) -> dict:
        return {
            "input": list(self._shapes[0]),
            "operations": self._operations,
            "output": output,
        }

    def add(self, name: str, layer: str, inputs: list[int], step: dict) -> int:
        """Add an operation. Return the number of its value."""
        self._shapes.append(tuple(step["shape"]))
        operation = {"name": self._unique(name), "layer": layer, "in": inputs}
        self._operations.append(operation | self._stored(step))
        return len(self._operations)

    def inline(self, model: keras.Model, inputs: list[int], prefix: str) -> list[int]:
        """Add the layers of a model in the order of their use. Return the values it gives."""
        import keras

        if isinstance(model, keras.Sequential):
            model = model._functional
        if type(model).__name__ != "Functional":
            raise ModelError(
                f"The model {getattr(model, 'name', prefix)!r:.60} has code of its own: the app "
                "cannot compute it in the page. Build it with keras.Sequential or "
                "keras.Model(inputs, outputs), and save it again."
            )
        numbers = {
            id(tensor): self._reshaped(number, tuple(tensor.shape[1:]), f"{prefix}{tensor.name}")
            for tensor, number in zip(model.inputs, inputs, strict=True)
        }
        for depth in sorted(model._nodes_by_depth, reverse=True):
            for node in model._nodes_by_depth[depth]:
                if not node.is_input:
                    taken = [numbers[id(tensor)] for tensor in node.input_tensors]
                    given = self._call(node, taken, prefix)
                    ids = (id(tensor) for tensor in node.output_tensors)
                    numbers |= dict(zip(ids, given, strict=True))
        return [numbers[id(tensor)] for tensor in model.outputs]

    def _call(self, node: Any, inputs: list[int], prefix: str) -> list[int]:
        """Add one call of a layer, or of a model in the model."""
        import keras

        layer = node.operation
        check_call(node)
        name = self._free(f"{prefix}{layer.name}")
        if isinstance(layer, keras.Model):
            self._names.add(name)
            return self.inline(layer, inputs, f"{name}/")
        before = [tuple(tensor.shape[1:]) for tensor in node.input_tensors]
        *earlier, last = steps_of(layer, before, tuple(node.output_tensors[0].shape[1:]))
        kind = type(layer).__name__
        for step in earlier:
            inputs = [self.add(f"{name}/{step['op']}", kind, inputs, step)]
        return [self.add(name, kind, inputs, last)]

    def _reshaped(self, number: int, shape: Shape, name: str) -> int:
        """The value in the shape that a model in the model wants, which may lack an axis of 1."""
        if shape == self._shapes[number]:
            return number
        return self.add(name, "InputLayer", [number], {"op": "copy", "shape": list(shape)})

    def _stored(self, setting: Any) -> Any:
        """A step's settings with its arrays in the block of weights."""
        if isinstance(setting, np.ndarray):
            return self._block.add(setting)
        if isinstance(setting, dict):
            return {key: self._stored(value) for key, value in setting.items()}
        if isinstance(setting, list):
            return [self._stored(value) for value in setting]
        return setting

    def _unique(self, name: str) -> str:
        name = self._free(name)
        self._names.add(name)
        return name

    def _free(self, name: str) -> str:
        """The name, with a number if a layer that is used again has taken it."""
        number, free = 1, name
        while free in self._names:
            number += 1
            free = f"{name} ({number})"
        return free


def _smallest_dtype(weights: np.ndarray) -> np.dtype:
    with np.errstate(over="ignore"):
        half = weights.astype(np.float16).astype(np.float32)
    exact = np.abs(half - weights) <= _HALF_ERROR  # false for infinity
    return np.dtype(np.float16 if exact.all() else np.float32)
