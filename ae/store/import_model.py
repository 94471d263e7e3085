"""Import of Keras models: checked, split into encoder and decoder, measured and saved.

A chain of plain layers is split after its narrowest layer: what comes before is the encoder.
"""

from __future__ import annotations

import math
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ae.config import IMPORTED, MOST_LATENT_DIMS, ModelConfig
from ae.data import Dataset
from ae.errors import ModelError
from ae.nn.autoencoder import Autoencoder
from ae.store import safe_loading
from ae.store.cards import ModelCard
from ae.store.folder import CARD_FILE, MODEL_FILE, check_name, models_folder, new_folder
from ae.store.graphs import write_graph
from ae.system import tensorflow_import
from ae.system.files import write_json

if TYPE_CHECKING:
    import keras


def import_keras_file(name: str, file: bytes, data: Dataset) -> ModelCard:
    """Import a .keras file into the models folder.

    Parameters
    ----------
    name : str
        Name of the new model.
    file : bytes
        The content of the .keras file. It is checked before any of it is loaded.
    data : Dataset
        The model is measured on its test images.

    Returns
    -------
    ModelCard
        The model's card: its kind is IMPORTED and its training None.

    Raises
    ------
    ModelError
        If the name is in use or the file is refused. Nothing is then left in the models folder.
    """
    if (models_folder() / check_name(name)).exists():
        raise ModelError(f"The name {name!r} is already in use. Choose another name.")
    tensorflow_import.import_tensorflow()
    model = safe_loading.load(file)
    with safe_loading.refused_if_it_fails():
        autoencoder = _split(safe_loading.chain(model), model)
        autoencoder.reconstruct(data.x_test[:1])
    with new_folder(name) as folder:
        autoencoder.save(folder / MODEL_FILE)
        graph = write_graph(folder, autoencoder)
        card = _card(name, folder, autoencoder, data, graph)
        write_json(folder / CARD_FILE, card.to_dict())
    return card


def _split(chain: list[keras.layers.Layer], model: keras.Model) -> Autoencoder:
    """Return copies of the layers: an encoder up to the narrowest output, a decoder after it."""
    import keras

    outputs: list[Any] = [layer.output for layer in chain[:-1]]
    sizes = [math.prod(output.shape[1:]) for output in outputs]
    if not sizes or min(sizes) > MOST_LATENT_DIMS:
        raise ModelError(
            f"Expected a layer of at most {MOST_LATENT_DIMS} values between input and output: the "
            f"latent vector. Received: {min(sizes, default=784)} values in the narrowest layer."
        )
    # The last of equally narrow layers: an activation belongs to the layer before it.
    end = max(index for index, size in enumerate(sizes) if size == min(sizes)) + 1
    x: Any
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


def _copy(layers: list[keras.layers.Layer], x: Any, prefix: str) -> Any:
    """Apply copies of the layers, with their weights, to a symbolic tensor."""
    for number, layer in enumerate(layers, 1):
        # Layers of nested models may have the same name.
        fresh = type(layer).from_config(layer.get_config() | {"name": f"{prefix}_{number}"})
        x = fresh(x)
        fresh.set_weights(layer.get_weights())
    return x


def _card(
    name: str, folder: Path, autoencoder: Autoencoder, data: Dataset, graph: str
) -> ModelCard:
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
        graph=graph,
    )
