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
from ae.store import refusals
from ae.store.calls import calls_of
from ae.store.keras_file import CONFIG, check, read_parts

if TYPE_CHECKING:
    import keras

_MOST_VALUES = 500_000  # in all layers for one image; a thousand images are held at a time
_MOST_PRODUCTS = 150_000_000  # for one image: the 10,000 test images then take at most a minute
MOST_CALLS = 500  # of layers; a nested model may be called many times


def load(file: bytes, *, uploaded: bool = True, is_part: bool = False) -> keras.Model:
    """Load a Keras model of 28×28 images that consists of plain layers.

    The layers and their sizes are checked before memory for any weight is allocated.

    Parameters
    ----------
    file : bytes
        The content of a .keras file.
    uploaded : bool
        Whether the model must also be small enough to be measured within a minute.
    is_part : bool
        Whether the model may be an encoder or a decoder alone.

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
            _check_size(shapes, uploaded, is_part)
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


def _check_size(model: Any, uploaded: bool, is_part: bool) -> None:
    """Raise ModelError if the model has other shapes than an autoencoder or is too large."""
    if not model.built:
        raise ModelError(refusals.UNBUILT)
    takes, gives = _shape(model.inputs), _shape(_outputs(model, is_part))
    fit = [shape in refusals.PICTURES for shape in (takes, gives)]
    if not (any(fit) if is_part else all(fit)):
        what, shape = ("output", gives) if fit[0] else ("input", takes)
        shown = f"{len(shape)} of them" if isinstance(shape, list) else shape
        raise ModelError(
            f"Expected one {what} of 28×28 pixels. Received: {shown}. "
            f"{refusals.for_shapes(takes, gives)}"
        )
    parameters, values, products = model.count_params(), 0, 0
    for call in calls_of(model, MOST_CALLS).calls:
        values += math.prod(call.shape)
        if call.layer is not None:
            before = [tuple(each.shape[1:]) for each in _inputs(call.layer)]
            # A kernel is applied at each place of the larger grid at most.
            places = max(math.prod(shape[:-1]) for shape in [*before, call.shape])
            products += call.layer.count_params() * places
    most_values = _MOST_VALUES if uploaded else 20 * _MOST_VALUES
    for count, most, what in (
        (parameters, MOST_PARAMETERS, "parameters"),
        (values, most_values, "values in all layers for one image"),
        (products, _MOST_PRODUCTS if uploaded else math.inf, "multiplications for one image"),
    ):
        if count > most:
            raise ModelError(
                f"Expected at most {most:,} {what}. Received: {count:,}. {refusals.TOO_MUCH}"
            )


def _shape(tensors: list[Any]) -> Any:
    """The shape of the one tensor without its batch, or a list of those of several."""
    shapes = [tuple(tensor.shape[1:]) for tensor in tensors]
    return shapes[0] if len(shapes) == 1 else shapes


def _outputs(model: Any, is_part: bool) -> list[Any]:
    """The outputs that count.

    Of a VAE that this app has saved, z_log_var is the second one; other encoders of VAEs too give
    z_mean first.
    """
    is_vae = len(model.outputs) == 2 and any(layer.name == "z_log_var" for layer in model.layers)
    return model.outputs[:1] if is_vae or is_part else model.outputs


def _inputs(layer: keras.layers.Layer) -> list[Any]:
    return [tensor for node in layer._inbound_nodes for tensor in node.input_tensors]
