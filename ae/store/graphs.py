"""The graph beside a model: what the page needs to run it, so that it need not wait for TensorFlow.

A model's card names the graph that belongs to it. A graph that is missing, or another one, is made
anew from the model.
"""

from __future__ import annotations

import contextlib
import dataclasses
from collections.abc import Callable
from pathlib import Path

from ae.analysis.evaluation import evaluate
from ae.data import load_mnist
from ae.nn.autoencoder import Autoencoder
from ae.nn.graph import fingerprint_of, graph_of
from ae.store.cards import ModelCard
from ae.store.folder import GRAPH_FILE, file_of, load, read_card, write_card
from ae.store.keras_file import LARGEST_FILE
from ae.system import tensorflow_import
from ae.system.files import open_regular, replacing


def write_graph(folder: Path, model: Autoencoder) -> str:
    """Write the graph of a model into its folder. Return its fingerprint, for the card.

    Raises
    ------
    ModelError
        If the model has a layer that the page cannot compute.
    """
    return _write(folder / GRAPH_FILE, graph_of(model).to_bytes())


def load_graph(
    name: str, load_model: Callable[[str], Autoencoder] | None = None
) -> tuple[ModelCard, bytes]:
    """Return a model's card, with all figures that a page needs, and the file of its graph.

    Parameters
    ----------
    name : str
    load_model : callable, optional
        Loads the model of a name, if the graph has to be made anew. By default TensorFlow is
        imported for this, with its own settings, and the model is read from its folder.

    Raises
    ------
    ModelError
        If the model is missing or damaged, or has a layer that the page cannot compute.
    """
    card = read_card(name)
    if card.graph is not None and card.test.latent_means is not None:
        with (
            contextlib.suppress(OSError),
            open_regular(file_of(name, GRAPH_FILE), LARGEST_FILE) as opened,
        ):
            file = opened.read()
            if fingerprint_of(file) == card.graph:
                return card, file
    return _made_anew(card, load_model or _load_model)


def _load_model(name: str) -> Autoencoder:
    tensorflow_import.import_tensorflow()
    return load(name)


def _made_anew(
    card: ModelCard, load_model: Callable[[str], Autoencoder]
) -> tuple[ModelCard, bytes]:
    model = load_model(card.name)
    file = graph_of(model).to_bytes()
    figures = card.test
    if figures.latent_means is None:  # the card of an earlier version
        figures = evaluate(model, load_mnist(), linear=card.model.kind == "linear")
    complete = dataclasses.replace(card, graph=fingerprint_of(file), test=figures)
    # In a models folder that cannot be written, it is made anew each time the app starts.
    with contextlib.suppress(OSError):
        _write(file_of(card.name, GRAPH_FILE), file)
        if complete != card:
            write_card(complete)
    return complete, file


def _write(path: Path, file: bytes) -> str:
    with replacing(path) as temporary:
        temporary.write_bytes(file)
    return fingerprint_of(file)
