"""A .keras file from anywhere -> a Keras model: checked, sized, and only then loaded."""

from __future__ import annotations

import contextlib
import io
import json
import math
import tempfile
import typing
from collections.abc import Iterator
from pathlib import Path

from ae.config import MOST_PARAMETERS
from ae.errors import ModelError
from ae.store.keras_file import CONFIG, check, read_parts

if typing.TYPE_CHECKING:
    import keras

_MOST_VALUES = 500_000  # a thousand images are held at a time
_MOST_PRODUCTS = 150_000_000  # measuring it on the test digits then takes a minute at most
_LONGEST_CHAIN = 200
_MOST_CALLS = 500  # of layers; a model in a model may be called many times


def load(file: bytes, *, uploaded: bool = True) -> keras.Model:
    """Load a model of 28×28 pictures made of plain layers.

    Its layers and what they need are counted before any of its weights is allocated. Raises
    ModelError with the reason for anything else.
    uploaded : it also has to be so small that measuring it keeps nobody waiting.
    """
    checked = check(file)
    import keras

    config = json.loads(read_parts(io.BytesIO(checked))[CONFIG])
    with refused_if_it_fails():
        with keras.StatelessScope(initialize_variables=False):  # shapes alone: nothing is allocated
            _check_size(keras.saving.deserialize_keras_object(config, safe_mode=True), uploaded)
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder, "checked.keras")
            path.write_bytes(checked)
            return keras.saving.load_model(path, compile=False, safe_mode=True)


@contextlib.contextmanager
def refused_if_it_fails() -> Iterator[None]:
    """Turn whatever a network raises into a ModelError, but for a disk that is full."""
    try:
        yield
    except (ModelError, OSError):
        raise
    except Exception as error:  # layers that do not fit together, in as many ways as there are
        first_line = f"{error}".strip().partition("\n")[0]
        raise ModelError(f"Keras cannot use this model: {first_line:.200}") from error


def _check_size(model: keras.Model, uploaded: bool) -> None:
    shapes = {(28, 28), (28, 28, 1), (784,)}
    for what, shape in (("input", model.input_shape), ("output", model.output_shape)):
        if not isinstance(shape, tuple) or tuple(shape[1:]) not in shapes:
            raise ModelError(f"Expected an {what} of 28×28 pixels. Received: {shape}.")
    parameters, values, products = model.count_params(), 0, 0
    for count, (layer, tensors) in enumerate(_calls(model)):
        shapes = [tuple(tensor.shape[1:]) for tensor in tensors]
        if any(None in shape for shape in shapes):
            raise ModelError(f"The size of its layer {layer.name!r:.60} is not fixed.")
        if count >= _MOST_CALLS:
            raise ModelError(f"Expected at most {_MOST_CALLS} layers.")
        values += math.prod(shapes[-1])
        # A kernel is applied at each place of the larger grid at most.
        products += layer.count_params() * max(math.prod(shape[:-1]) for shape in shapes)
    most_values = _MOST_VALUES if uploaded else 20 * _MOST_VALUES
    for count, most, what in (
        (parameters, MOST_PARAMETERS, "parameters"),
        (values, most_values, "values in all layers for one image"),
        (products, _MOST_PRODUCTS if uploaded else math.inf, "multiplications for one image"),
    ):
        if count > most:
            raise ModelError(f"Expected at most {most:,} {what}. Received: {count:,}.")


def _calls(model: keras.Model) -> Iterator[tuple[keras.layers.Layer, list]]:
    """Each layer with its inputs and its output, once for every time that it is called."""
    import keras

    for layer in model.layers:
        for node in layer._inbound_nodes:
            if isinstance(layer, keras.Model):
                yield from _calls(layer)
            elif not isinstance(layer, keras.layers.InputLayer):
                yield layer, [*node.input_tensors, *node.output_tensors]


def chain(model: keras.Model) -> list[keras.layers.Layer]:
    """The layers from input to output, those of models in the model included.

    Raises ModelError if the network branches: then no single place holds the code.
    """
    import keras

    if isinstance(model, keras.Sequential):
        return [part for layer in model.layers for part in _leaves(layer)]
    layers, tensor = [], model.output
    for _ in range(_LONGEST_CHAIN):
        layer, node, _ = tensor._keras_history
        if isinstance(layer, keras.layers.InputLayer):
            return layers
        sources = layer._inbound_nodes[node].input_tensors
        if len(sources) != 1:
            raise ModelError("The network branches: there is no single place for the code.")
        layers = _leaves(layer) + layers
        tensor = sources[0]
    raise ModelError(f"Expected at most {_LONGEST_CHAIN} layers, one after the other.")


def _leaves(layer: keras.layers.Layer) -> list[keras.layers.Layer]:
    import keras

    return chain(layer) if isinstance(layer, keras.Model) else [layer]
