"""Models made elsewhere: loaded once checked, and kept as our own are.

A chain of plain layers is cut at its narrowest place: what comes before is the encoder.
"""

from __future__ import annotations

import math
import typing
from pathlib import Path

from ae.config import IMPORTED, ModelConfig
from ae.data import Dataset
from ae.errors import ModelError
from ae.nn.autoencoder import Autoencoder
from ae.store import safe_loading
from ae.store.cards import ModelCard
from ae.store.folder import CARD_FILE, MODEL_FILE, check_name, models_folder, new_folder
from ae.system import tensorflow_import
from ae.system.files import write_json

if typing.TYPE_CHECKING:
    import keras


def import_keras_file(name: str, file: bytes, data: Dataset) -> ModelCard:
    """Check a .keras file and put it into the models folder under ``name``, measured on ``data``.

    Returns its card, whose model.kind is "foreign" and whose training is None. Raises ModelError,
    and leaves nothing behind, if the name is in use or the file is refused.
    """
    if (models_folder() / check_name(name)).exists():
        raise ModelError(f"There is something called {name!r} already. Choose another name.")
    tensorflow_import.import_tensorflow()
    model = safe_loading.load(file)
    with safe_loading.refused_if_it_fails():
        autoencoder = _take_apart(safe_loading.chain(model), model)
        autoencoder.reconstruct(data.x_test[:1])
    with new_folder(name) as folder:
        autoencoder.save(folder / MODEL_FILE)
        card = _card(name, folder, autoencoder, data)
        write_json(folder / CARD_FILE, card.to_dict())
    return card


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


def _card(name: str, folder: Path, autoencoder: Autoencoder, data: Dataset) -> ModelCard:
    from ae.analysis.evaluation import evaluate

    return ModelCard(
        name=name,
        model=ModelConfig(kind=IMPORTED, latent_dim=autoencoder.latent_dim),
        training=None,
        parameters=autoencoder.parameters,
        bytes=(folder / MODEL_FILE).stat().st_size,
        data=data.name,
        data_sha256=data.sha256,
        steps=0,
        seconds=0.0,
        machine="",
        versions={},
        test=evaluate(autoencoder, data),
    )
