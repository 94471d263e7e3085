"""Import of Keras models: checked, understood, cut into encoder and decoder, measured and saved.

A model that consists of two models in a row is cut between them. Any other is cut after its
narrowest layer. What range the pixels have in it is found out by trying. Both may be chosen anew.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from ae.analysis import metrics
from ae.config import IMPORTED, MOST_IMPORTED_LATENT_DIMS, ModelConfig
from ae.data import Dataset
from ae.errors import ModelError
from ae.nn.autoencoder import Autoencoder
from ae.store import refusals, safe_loading
from ae.store.calls import Calls, calls_of
from ae.store.cards import ModelCard
from ae.store.folder import CARD_FILE, MODEL_FILE, check_name, models_folder, new_folder
from ae.store.graphs import write_graph
from ae.system import tensorflow_import
from ae.system.files import write_json

# What a pixel from 0 (black) to 1 (white) is within a network: by name, (factor, offset).
RANGES = {"0 to 1": (1.0, 0.0), "0 to 255": (255.0, 0.0), "-1 to 1": (2.0, -1.0)}
_TRIED = 200  # test images that the ranges are tried on
_CLEARLY = 0.95  # of the error: another range than 0 to 1 has to lower it at least so far


@dataclass(frozen=True, eq=False)
class Understood:
    """What was understood of a model, before anything of it is kept.

    Attributes
    ----------
    calls : its layers.
    cuts : where it can be cut: the values that may be the latent vector.
    cut : the one of them that is suggested.
    takes, gives : names of the ranges of its input and output that are suggested, see ``RANGES``.
    tried : squared error of some test images by the name of each range of the input, where finite.
    is_sure : whether the range was found out so: one of these errors is below the mean picture's.
    """

    calls: Calls
    cuts: tuple[int, ...]
    cut: int
    takes: str
    gives: str
    tried: dict[str, float]
    is_sure: bool

    def autoencoder(
        self, cut: int | None = None, takes: str | None = None, gives: str | None = None
    ) -> Autoencoder:
        """Return encoder and decoder, cut and scaled as suggested or as chosen."""
        cut = self.cut if cut is None else cut
        factor, offset = RANGES[takes or self.takes]
        return _built(self.calls, cut, (factor, offset), RANGES[gives or self.gives])


def understand(files: Sequence[bytes], data: Dataset) -> Understood:
    """Check and load a .keras file, or the two of an encoder and a decoder, and look at it.

    Parameters
    ----------
    files : the content of one or two .keras files. Each is checked before any of it is loaded.
    data : the ranges are tried on its test images.

    Raises
    ------
    ModelError
        If a file is refused.
    """
    tensorflow_import.import_tensorflow()
    with safe_loading.refused_if_it_fails():
        calls = calls_of(_joined(files), safe_loading.MOST_CALLS)
        sizes = {cut: math.prod(calls.shape(cut)) for cut in _between_kernels(calls)}
        cuts = tuple(cut for cut, size in sizes.items() if size <= MOST_IMPORTED_LATENT_DIMS)
        if not cuts:
            raise ModelError(
                f"Expected a layer of at most {MOST_IMPORTED_LATENT_DIMS:,} values that all values "
                f"pass: the latent vector. Received: {min(sizes.values(), default=784):,} values "
                "in the narrowest layer. Make a layer narrower, or, where a connection leads past "
                "it as in a U-Net, leave that out; train it again, and save it with "
                "`model.save('name.keras')`."
            )
        # The last of equally narrow ones: an activation belongs to the layer before it.
        narrowest = min(cuts, key=lambda cut: (sizes[cut], -cut))
        cut = calls.halves if calls.halves in cuts else narrowest
        return Understood(calls, cuts, cut, *_ranges(calls, cut, data.x_test[:_TRIED]))


def _between_kernels(calls: Calls) -> list[int]:
    """Where a network can be cut so that each half does more than reshape or scale a picture."""
    kernels = [
        number
        for number, call in enumerate(calls.calls, 1)
        if call.layer is not None and any(len(weight.shape) > 1 for weight in call.layer.weights)
    ]
    return [cut for cut in calls.cuts() if kernels and kernels[0] <= cut < kernels[-1]]


def keep(name: str, autoencoder: Autoencoder, data: Dataset) -> ModelCard:
    """Measure a model and add it to the models folder under a new name.

    Returns
    -------
    ModelCard
        The model's card: its kind is IMPORTED and its training None.

    Raises
    ------
    ModelError
        If the name is in use, or the model cannot be used. Nothing is then left in the folder.
    """
    if (models_folder() / check_name(name)).exists():
        raise ModelError(f"The name {name!r} is already in use. Choose another name.")
    with new_folder(name) as folder:
        autoencoder.save(folder / MODEL_FILE)
        graph = write_graph(folder, autoencoder)
        card = _card(name, folder, autoencoder, data, graph)
        write_json(folder / CARD_FILE, card.to_dict())
    return card


def _joined(files: Sequence[bytes]) -> Any:
    """The model of one file, or those of two in a row."""
    import keras

    def with_first_output(model: Any) -> Any:
        return keras.Model(model.inputs[0], model.outputs[0]) if len(model.outputs) > 1 else model

    if len(files) == 1:
        # Of a VAE that this app has saved, z_log_var is left out: its copy of the encoder is no
        # part of the way from the picture to the reconstruction.
        return with_first_output(safe_loading.load(files[0]))
    # An encoder of a VAE may give z_mean and z_log_var: z_mean is the latent vector.
    parts: list[Any] = [with_first_output(safe_loading.load(file, is_part=True)) for file in files]
    shapes = [tuple(each.shape[1:]) for part in parts for each in (*part.inputs, *part.outputs)]
    if all(shape in refusals.PICTURES for shape in shapes):
        raise ModelError(refusals.TWO_WHOLE)
    # The encoder is the one whose result is no picture.
    parts.sort(key=lambda part: math.prod(part.outputs[0].shape[1:]))
    encoder, decoder = parts
    (between, code) = (tuple(part.shape[1:]) for part in (encoder.outputs[0], decoder.inputs[0]))
    if between != code:
        raise ModelError(
            f"Expected the decoder to take what the encoder gives, {between}. Received: {code}. "
            "Choose an encoder and a decoder that were trained together."
        )
    images: Any = keras.Input(tuple(encoder.inputs[0].shape[1:]))
    # Their own names may be the same.
    first = keras.Sequential([keras.Input(images.shape[1:]), encoder], name="first_half")
    second = keras.Sequential([keras.Input(code), decoder], name="second_half")
    return keras.Model(images, second(first(images)))


def _built(
    calls: Calls, cut: int, takes: tuple[float, float], gives: tuple[float, float]
) -> Autoencoder:
    """Copies of the layers as an encoder up to a value and a decoder from it."""
    import keras

    layers = keras.layers
    images = x = keras.Input((28, 28), name="images")
    if calls.input_shape != (28, 28):
        x = layers.Reshape(calls.input_shape)(x)
    factor, offset = takes
    if (factor, offset) != (1, 0):
        x = layers.Rescaling(factor, offset, name="to_its_range")(x)
    shape = calls.shape(cut)
    x = calls.build(0, cut, x)
    encoder = keras.Model(images, x if len(shape) == 1 else layers.Flatten()(x), name="encoder")
    z = x = keras.Input((math.prod(shape),), name="z")
    if len(shape) > 1:
        x = layers.Reshape(shape)(x)
    x = calls.build(cut, len(calls.calls), x)
    factor, offset = gives
    if (factor, offset) != (1, 0):
        x = layers.Rescaling(1 / factor, -offset / factor, name="from_its_range")(x)
    if calls.shape(len(calls.calls)) != (28, 28):
        x = layers.Reshape((28, 28))(x)
    return Autoencoder(encoder, keras.Model(z, x, name="decoder"))


def _ranges(calls: Calls, cut: int, images: np.ndarray) -> tuple[str, str, dict[str, float], bool]:
    """Return what ``Understood`` says of the ranges: takes, gives, tried and is_sure.

    Notes
    -----
    The values of its output tell the output's range. The input's is the one with the lowest error,
    if that is lower than the error of the mean picture: else the network has learnt too little to
    tell, and the output's range is suggested.
    """
    ranges, tried = {}, {}  # of the output, and errors, by the range of the input
    for takes in RANGES:
        raw = _built(calls, cut, RANGES[takes], (1, 0)).reconstruct(images)
        if not np.isfinite(raw).all():
            continue
        low, high = np.percentile(raw, (1, 99))
        gives = "0 to 255" if high > 2 else "-1 to 1" if low < -0.5 else "0 to 1"
        factor, offset = RANGES[gives]
        error = metrics.squared_error(images, np.clip((raw - offset) / factor, 0, 1)).mean()
        ranges[takes], tried[takes] = gives, float(error)
    usual = "0 to 1"
    if usual not in tried:
        return usual, usual, tried, False
    best = min(tried, key=lambda takes: tried[takes])
    mean = np.broadcast_to(images.mean(axis=0), images.shape)
    if tried[best] >= metrics.squared_error(images, mean).mean():
        return ranges[usual], ranges[usual], tried, False
    takes = best if tried[best] < _CLEARLY * tried[usual] else usual
    return takes, ranges[takes], tried, True


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
