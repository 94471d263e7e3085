"""Models made elsewhere: loaded once checked, and kept as our own are.

A chain of plain layers is cut at its narrowest place: what comes before is the encoder.
"""

from __future__ import annotations

import contextlib
import json
import math
import shutil
import tempfile
import typing
import zipfile
from pathlib import Path

import numpy as np

from ae import locks, quiet, runs, store
from ae.autoencoder import Autoencoder
from ae.config import FOREIGN, ModelConfig
from ae.data import Dataset
from ae.keras_file import MOST_PARAMETERS, check, read_part
from ae.store import ModelCard, ModelError

if typing.TYPE_CHECKING:
    import keras

_MOST_VALUES = 500_000  # a thousand images are held at a time
_MOST_PRODUCTS = 150_000_000  # measuring it on the test digits then takes a minute at most
_LONGEST_CHAIN = 200


def bring(name: str, file: bytes, data: Dataset) -> ModelCard:
    """Check a .keras file and put it into the models folder under ``name``, measured on ``data``.

    Returns its card, whose model.kind is "foreign" and whose training is None. Raises ModelError,
    and leaves nothing behind, if the name is in use or the file is refused.
    """
    config = check(file)
    if (store.models_folder() / store.check_name(name)).exists():
        raise ModelError(f"There is something called {name!r} already. Choose another name.")
    quiet.import_tensorflow()
    autoencoder = _open(config, file)
    with _refused_if_it_fails():
        rebuilt = autoencoder.reconstruct(data.x_test[:100])
    if not np.isfinite(rebuilt).all():
        raise ModelError("The model gives values that are not numbers.")
    folder = runs.claim(name, replace=False)
    with locks.held(folder / runs.ALIVE_FILE):
        try:
            autoencoder.save(folder / store.MODEL_FILE)
            card = _card(folder, autoencoder, data)
            store.write_card(card)
        except BaseException:
            shutil.rmtree(folder, ignore_errors=True)
            raise
    return card


@contextlib.contextmanager
def _refused_if_it_fails():
    try:
        yield
    except ModelError:
        raise
    except Exception as error:  # layers that do not fit together, in as many ways as there are
        first_line = f"{error}".strip().partition("\n")[0]
        raise ModelError(f"Keras cannot use this model: {first_line:.200}") from error


def _open(config: dict, file: bytes) -> Autoencoder:
    """Load a checked file, and take the network apart into encoder and decoder."""
    import keras

    text = json.dumps(config)  # Keras empties the dict that it reads
    with _refused_if_it_fails():
        with keras.StatelessScope(initialize_variables=False):  # shapes alone: nothing is allocated
            _check_size(keras.saving.deserialize_keras_object(json.loads(text), safe_mode=True))
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder, "checked.keras")
            with zipfile.ZipFile(path, "w") as archive:
                archive.writestr("metadata.json", read_part(file, "metadata.json"))
                archive.writestr("config.json", text)
                archive.writestr("model.weights.h5", read_part(file, "model.weights.h5"))
            model = keras.saving.load_model(path, compile=False, safe_mode=True)
        return _take_apart(_chain(model), model)


def _check_size(model: keras.Model) -> None:
    shapes = {(28, 28), (28, 28, 1), (784,)}
    for what, shape in (("input", model.input_shape), ("output", model.output_shape)):
        if not isinstance(shape, tuple) or tuple(shape[1:]) not in shapes:
            raise ModelError(f"Expected an {what} of 28×28 pixels. Received: {shape}.")
    parameters, values, products = model.count_params(), 0, 0
    for layer in _chain(model):
        shapes = [tuple(tensor.shape[1:]) for tensor in (layer.input, layer.output)]
        if any(None in shape for shape in shapes):
            raise ModelError(f"The size of its layer {layer.name!r:.60} is not fixed.")
        values += math.prod(shapes[1])
        # A kernel is applied at each place of the larger grid at most.
        products += layer.count_params() * max(math.prod(shape[:-1]) for shape in shapes)
    for count, most, what in (
        (parameters, MOST_PARAMETERS, "parameters"),
        (values, _MOST_VALUES, "values in all layers for one image"),
        (products, _MOST_PRODUCTS, "multiplications for one image"),
    ):
        if count > most:
            raise ModelError(f"Expected at most {most:,} {what}. Received: {count:,}.")


def _chain(model: keras.Model) -> list[keras.layers.Layer]:
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

    return _chain(layer) if isinstance(layer, keras.Model) else [layer]


def _take_apart(chain: list[keras.layers.Layer], model: keras.Model) -> Autoencoder:
    """Encoder up to the narrowest output, decoder from there, of copies of the layers."""
    import keras

    sizes = [math.prod(layer.output.shape[1:]) for layer in chain[:-1]]
    if not sizes or min(sizes) > 256:
        raise ModelError(
            "Expected a code of at most 256 numbers between input and output. "
            f"Received: {min(sizes, default=784)} at its narrowest."
        )
    # The last of equally narrow ones: an activation belongs to the layer before it.
    end = max(index for index, size in enumerate(sizes) if size == min(sizes)) + 1
    images = x = keras.Input((28, 28), name="images")
    if model.input_shape[1:] != (28, 28):
        x = keras.layers.Reshape(model.input_shape[1:])(x)
    x = _copy(chain[:end], x, "encoder")
    shape = tuple(x.shape[1:])
    encoder = keras.Model(
        images, x if len(shape) == 1 else keras.layers.Flatten()(x), name="encoder"
    )
    z = x = keras.Input((sizes[end - 1],), name="z")
    if len(shape) > 1:
        x = keras.layers.Reshape(shape)(x)
    x = _copy(chain[end:], x, "decoder")
    if tuple(x.shape[1:]) != (28, 28):
        x = keras.layers.Reshape((28, 28))(x)
    return Autoencoder(encoder, keras.Model(z, x, name="decoder"))


def _copy(layers: list[keras.layers.Layer], x, prefix: str):
    for number, layer in enumerate(layers, 1):
        # Layers of models in the model may share a name.
        fresh = type(layer).from_config(layer.get_config() | {"name": f"{prefix}_{number}"})
        x = fresh(x)
        fresh.set_weights(layer.get_weights())
    return x


def _card(folder: Path, autoencoder: Autoencoder, data: Dataset) -> ModelCard:
    from ae.evaluation import evaluate

    return ModelCard(
        name=folder.name,
        model=ModelConfig(kind=FOREIGN, latent_dim=autoencoder.latent_dim),
        training=None,
        parameters=autoencoder.parameters,
        bytes=(folder / store.MODEL_FILE).stat().st_size,
        data=data.name,
        data_sha256=data.sha256,
        steps=0,
        seconds=0.0,
        machine="",
        versions={},
        test=evaluate(autoencoder, data),
    )
