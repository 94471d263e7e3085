"""The flow beside a model: one file of plain arrays, which belongs to one autoencoder.

``flow.npz`` holds the settings as JSON, the fingerprint of the autoencoder's file, mean and
standard deviation of its latent vectors, and the weights as float16. Nothing in it is run: the
network is built from the settings. The model's card names the file by its fingerprint.
"""

from __future__ import annotations

import contextlib
import dataclasses
import io

import numpy as np

from ae.config import MOST_IMPORTED_LATENT_DIMS
from ae.config.records import JsonRecord
from ae.errors import ModelError
from ae.nn.flow import CLASSES, Flow, FlowConfig, build
from ae.nn.graph import fingerprint_of, graph_of_models
from ae.store.cards import FlowFigures, ModelCard
from ae.store.folder import MODEL_FILE, file_of, read_card, write_card
from ae.store.keras_file import LARGEST_FILE
from ae.system import archives
from ae.system.files import open_regular, replacing

FLOW_FILE = "flow.npz"
_LARGEST = 32 << 20  # bytes, of all arrays


def autoencoder_fingerprint(name: str) -> str:
    """Return what changes when the autoencoder's file does: 32 hexadecimal digits."""
    with open_regular(file_of(name, MODEL_FILE), LARGEST_FILE) as file:
        return fingerprint_of(file.read())


def save_flow(
    name: str, flow: Flow, config: FlowConfig, autoencoder: str, seconds: float
) -> ModelCard:
    """Write a flow beside its autoencoder, and name it on the card.

    Parameters
    ----------
    name : str
        Name of the autoencoder.
    flow, config : what was trained, and how.
    autoencoder : str
        ``autoencoder_fingerprint`` when the latent vectors were made.
    seconds : float
        Training time.

    Raises
    ------
    ModelError
        If the autoencoder is no longer the one whose latent vectors these are.
    """
    if autoencoder_fingerprint(name) != autoencoder:
        raise ModelError(_changed(name))
    file = to_bytes(flow, config, autoencoder)
    with replacing(file_of(name, FLOW_FILE)) as temporary:
        temporary.write_bytes(file)
    figures = FlowFigures(
        fingerprint=fingerprint_of(file),
        autoencoder=autoencoder,
        parameters=flow.network.count_params(),
        bytes=len(file),
        steps=config.steps,
        seconds=round(seconds, 1),
    )
    card = dataclasses.replace(read_card(name), flow=figures)
    write_card(card)
    return card


def load_flow(name: str) -> Flow:
    """Return the flow of a model.

    Raises
    ------
    ModelError
        If there is none, its file is damaged, or it belongs to another autoencoder.
    """
    if refusal := why_no_flow(read_card(name)):
        raise ModelError(refusal)
    return from_bytes(_read(name), autoencoder_fingerprint(name))


def why_no_flow(card: ModelCard) -> str:
    """Return why a model's flow cannot be used, as a sentence; "" if it can. Nothing is built."""
    if card.flow is None:
        return f"There is no flow for {card.name}. Train one."
    with contextlib.suppress(OSError):
        if autoencoder_fingerprint(card.name) != card.flow.autoencoder:
            return _changed(card.name)
        if fingerprint_of(_read(card.name)) == card.flow.fingerprint:
            return ""
    return f"The flow of {card.name} is missing or is not the one that its card names. {_ANEW}"


def graph_of_flow(flow: Flow) -> bytes:
    """Return the file of the velocity network for the engine in the page: its part is "flow"."""
    return graph_of_models(flow=flow.network).to_bytes()


_ANEW = "Train the flow again."


def _changed(name: str) -> str:
    return (
        f"The flow beside {name} was trained on the latent vectors of another autoencoder: "
        f"{name} has changed since. {_ANEW}"
    )


def _read(name: str) -> bytes:
    with open_regular(file_of(name, FLOW_FILE), _LARGEST) as file:
        return file.read()


@dataclasses.dataclass(frozen=True)
class _Head(JsonRecord):
    config: FlowConfig = dataclasses.field(metadata={"record": FlowConfig})
    autoencoder: str
    latent_dim: int


def to_bytes(flow: Flow, config: FlowConfig, autoencoder: str) -> bytes:
    """Return the file of a flow. Its weights are rounded to float16."""
    head = _Head(config, autoencoder, flow.latent_dim).to_json().encode("ascii")
    arrays = {
        "head": np.frombuffer(head, np.uint8),
        "mean": flow.mean,
        "deviation": flow.deviation,
        "shares": flow.shares,
    }
    for number, weights in enumerate(flow.network.get_weights()):
        arrays[f"weights_{number}"] = weights.astype(np.float16)
    file = io.BytesIO()
    np.savez_compressed(file, **arrays)
    return file.getvalue()


def from_bytes(file: bytes, autoencoder: str) -> Flow:
    """Read what ``to_bytes`` returned.

    Parameters
    ----------
    file : bytes
        From anywhere: everything in it is checked before a network is built.
    autoencoder : str
        The fingerprint of the autoencoder that the flow must belong to.

    Raises
    ------
    ModelError
        If it is damaged, too large, or belongs to another autoencoder.
    """
    try:
        arrays = archives.arrays_of(io.BytesIO(file), _LARGEST)
        head = _Head.from_json(arrays.pop("head").astype(np.uint8).tobytes().decode("ascii"))
        size = head.latent_dim
        if type(size) is not int or not 1 <= size <= MOST_IMPORTED_LATENT_DIMS:
            raise ValueError(f"{size!r:.40} latent dimensions")
        mean, deviation = (_finite(arrays.pop(key), (size,)) for key in ("mean", "deviation"))
        shares = _finite(arrays.pop("shares"), (CLASSES,)).astype(np.float64)
        if (deviation <= 0).any() or (shares < 0).any() or not np.isclose(shares.sum(), 1):
            raise ValueError("a standard deviation or a share is out of range")
        weights = [arrays.pop(f"weights_{number}") for number in range(len(arrays))]
        if sum(each.size for each in weights) > _LARGEST // 4:
            raise ValueError("too many weights")
        if head.autoencoder != autoencoder:
            raise ModelError(
                f"The flow belongs to another autoencoder: it has changed since. {_ANEW}"
            )
        network = build(head.config, size)
        shapes = [tuple(each.shape) for each in network.weights]
        if [each.shape for each in weights] != shapes:
            raise ValueError("its weights do not fit its settings")
        network.set_weights([_finite(each, each.shape) for each in weights])
    except ModelError:
        raise
    except (*archives.UNREADABLE, RecursionError) as error:
        raise ModelError(
            f"Expected the flow of a model. Received: a damaged file, {error!s:.200}. {_ANEW}"
        ) from error
    return Flow(network, mean, deviation, shares / shares.sum())


def _finite(array: np.ndarray, shape: tuple[int, ...]) -> np.ndarray:
    if array.shape != shape or array.dtype.kind != "f":
        raise ValueError(f"an array of shape {array.shape!s:.80} and type {array.dtype}")
    with np.errstate(over="ignore"):
        array = array.astype(np.float32)
    if not np.isfinite(array).all():
        raise ValueError("a number that is not finite")
    return array
