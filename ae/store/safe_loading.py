"""Loading of .keras files from untrusted sources: checked, measured and only then loaded."""

from __future__ import annotations

import contextlib
import io
import json
import math
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ae.config import MOST_PARAMETERS
from ae.errors import ModelError
from ae.store.keras_file import CONFIG, check, read_parts

if TYPE_CHECKING:
    import keras

_MOST_VALUES = 500_000  # in all layers for one image; a thousand images are held at a time
_MOST_PRODUCTS = 150_000_000  # for one image: the 10,000 test images then take at most a minute
_LONGEST_CHAIN = 200
_MOST_CALLS = 500  # of layers; a nested model may be called many times


def load(file: bytes, *, uploaded: bool = True) -> keras.Model:
    """Load a Keras model of 28×28 images that consists of plain layers.

    The layers and their sizes are checked before memory for any weight is allocated.

    Parameters
    ----------
    file : bytes
        The content of a .keras file.
    uploaded : bool
        Whether the model must also be small enough to be measured within a minute.

    Raises
    ------
    ModelError
        If the file is refused. The text gives the reason.
    """
    checked = check(file)
    import keras

    config = json.loads(read_parts(io.BytesIO(checked))[CONFIG])
    with refused_if_it_fails():
        with keras.StatelessScope(initialize_variables=False):  # shapes only: nothing is allocated
            shapes: Any = keras.saving.deserialize_keras_object(config, safe_mode=True)
            _check_size(shapes, uploaded)
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder, "checked.keras")
            path.write_bytes(checked)
            model: Any = keras.saving.load_model(path, compile=False, safe_mode=True)
            return model


@contextlib.contextmanager
def refused_if_it_fails() -> Iterator[None]:
    """Raise ModelError for any exception of the block, except OSError such as a full disk."""
    try:
        yield
    except (ModelError, OSError):
        raise
    except Exception as error:  # layers that do not fit together raise many kinds
        first_line = f"{error}".strip().partition("\n")[0]
        raise ModelError(f"Keras cannot use this model: {first_line:.200}") from error


def _check_size(model: keras.Model, uploaded: bool) -> None:
    """Raise ModelError if the model has other shapes than an autoencoder or is too large."""
    shapes = {(28, 28), (28, 28, 1), (784,)}
    output: Any = model.output_shape
    if len(model.outputs) == 2 and any(layer.name == "z_log_var" for layer in model.layers):
        output = output[0]  # of a VAE that this app has saved
    for what, shape in (("input", model.input_shape), ("output", output)):
        if not isinstance(shape, tuple) or tuple(shape[1:]) not in shapes:
            raise ModelError(f"Expected an {what} of 28×28 pixels. Received: shape {shape}.")
    parameters, values, products = model.count_params(), 0, 0
    for count, (layer, tensors) in enumerate(_calls(model)):
        shapes = [tuple(tensor.shape[1:]) for tensor in tensors]
        if any(None in shape for shape in shapes):
            raise ModelError(f"The output of its layer {layer.name!r:.60} has no fixed size.")
        if count >= _MOST_CALLS:
            raise ModelError(f"Expected at most {_MOST_CALLS} layers. Received: more.")
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


def _calls(model: keras.Model) -> Iterator[tuple[keras.layers.Layer, list[Any]]]:
    """Yield each layer with its inputs and its output, once for each time that it is called."""
    import keras

    for layer in model.layers:
        for node in layer._inbound_nodes:
            if isinstance(layer, keras.Model):
                yield from _calls(layer)
            elif not isinstance(layer, keras.layers.InputLayer):
                yield layer, [*node.input_tensors, *node.output_tensors]


def chain(model: keras.Model) -> list[keras.layers.Layer]:
    """Return the layers from input to output, including those of nested models.

    Raises
    ------
    ModelError
        If the network branches: then no single layer holds the latent vector.
    """
    import keras

    if isinstance(model, keras.Sequential):
        return [part for layer in model.layers for part in _leaves(layer)]
    layers: list[keras.layers.Layer] = []
    tensor: Any = model.outputs[0]  # a second one has been checked: it is a VAE's z_log_var
    for _ in range(_LONGEST_CHAIN):
        layer, node, _ = tensor._keras_history
        if isinstance(layer, keras.layers.InputLayer):
            return layers
        sources = layer._inbound_nodes[node].input_tensors
        if len(sources) != 1:
            raise ModelError("The network branches: no single layer holds the latent vector.")
        layers = _leaves(layer) + layers
        tensor = sources[0]
    raise ModelError(f"Expected at most {_LONGEST_CHAIN} layers in a chain. Received: more.")


def _leaves(layer: keras.layers.Layer) -> list[keras.layers.Layer]:
    import keras

    return chain(layer) if isinstance(layer, keras.Model) else [layer]
