"""The drawing reconstructed by an autoencoder and by PCA from the same number of values."""

from __future__ import annotations

import numpy as np
import streamlit as st

from ae import charts, imaging, store
from ae.analysis import metrics
from ae.nn.base import Model
from ae.store import ModelCard
from ae.ui import cache, shell, state, theory
from ae.ui.draw.live_view import Seen
from ae.ui.markdown import plain
from ae.ui.words import NO_ERROR, percent

_EQUAL = 0.05  # errors that differ by less than this share are called equal


def compare_with_pca(seen: Seen | None, card: ModelCard) -> None:
    """Show one number of latent dimensions, and the error of the drawing at every number."""
    convolutional = store.models_by_latent_dim(store.list_models())
    _follow_model(card)
    offered = dict(sorted((convolutional | {card.model.latent_dim: card}).items()))
    text = st.segmented_control(
        "Latent dimensions",
        list(map(str, offered)),
        default=str(card.model.latent_dim),
        required=True,
        **state.in_url(state.PCA_DIMENSIONS),
        help="At the dimension of the chosen model, this model is compared; at the others, the "
        "convolutional model of that dimension.",
    )
    k = int(text)
    if seen is not None:
        image = seen.form.image[None]
        with st.spinner("Loading the network, and fitting PCA to the training digits: once."):
            rivals = cache.model(offered[k].name), cache.pca(k)
        size = offered[k].model.pca_dims
        names = plain(offered[k].name), f"PCA, {size} component{'s' * (size != 1)}"
        errors = [
            _show_one(column, name, rival, image)
            for column, name, rival in zip(st.columns(2), names, rivals, strict=True)
        ]
        st.markdown(_result(offered[k], *errors))
        st.caption(
            "Difference: blue where the reconstruction is too dark, orange where it is too bright, "
            "grey where it is right. The colour is strongest where the difference is half of white "
            "or more."
        )
        if len(convolutional) > 1:
            _show_curve(image, convolutional, (k, errors[0], offered[k].name))
    st.markdown(
        "PCA (principal component analysis), fitted to the 60,000 training digits, is the best "
        "*linear* method for a given number of values: one that adds up fixed pictures, each times "
        "a value. An autoencoder is worth its trouble where "
        "its error is lower."
    )


def _follow_model(card: ModelCard) -> None:
    """Choose the dimension of the model that was just chosen."""
    before = st.session_state.get(state.PCA_MODEL)
    if before not in (None, card.name):
        st.session_state[state.PCA_DIMENSIONS] = str(card.model.latent_dim)
    st.session_state[state.PCA_MODEL] = card.name


def _show_one(place, name: str, model: Model, image: np.ndarray) -> float:
    """Show what a model makes of an image (1, 28, 28). Returns the squared error."""
    output = model.reconstruct(image)
    error = float(metrics.squared_error(image, output)[0])
    with place:
        st.metric(
            f"Squared error, {name}",
            f"{error:.2f}",
            help="The squared difference between drawing and output, summed over the 784 pixels. "
            "Values of the output below 0 or above 1 count as they are; the picture shows them as "
            "black or white.",
        )
        shell.show_pictures(
            [
                imaging.tiles([part], zoom=5)[0]
                for part in (output, imaging.difference(image, output))
            ],
            caption=["reconstruction", "difference"],
            alt=[
                f"Reconstruction by {name}, squared error {error:.2f}",
                f"Difference between your drawing and the reconstruction by {name}",
            ],
            width=130,
        )
    return error


def _result(card: ModelCard, error: float, pca_error: float) -> str:
    if pca_error < NO_ERROR:
        result = "**PCA copies the drawing**: it has as many values as the drawing has pixels."
    elif abs(error - pca_error) <= _EQUAL * pca_error:
        result = "**Both have about the same error** on this drawing."
    elif error < pca_error:
        result = (
            f"**The autoencoder does better**: its error is {percent(error / pca_error)} of PCA's."
        )
    else:
        result = (
            "**PCA does better** on this drawing: the autoencoder's error is "
            f"{error / pca_error:.2f} times as large."
        )
    if card.model.kind == "linear":
        result += f" {theory.LINEAR}"
    return result


def _show_curve(
    image: np.ndarray, cards: dict[int, ModelCard], loaded: tuple[int, float, str]
) -> None:
    with st.spinner(f"Loading the convolutional models with {', '.join(map(str, cards))} values."):
        ours, theirs = (
            [float(metrics.squared_error(image, model.reconstruct(image))[0]) for model in models]
            for models in (
                [cache.model(card.name) for card in cards.values()],
                [cache.pca(size) for size in cards],
            )
        )
    names = ", ".join(plain(card.name) for card in cards.values())
    st.altair_chart(
        charts.error_by_latent_dim(
            [(k, error, card.name) for (k, card), error in zip(cards.items(), ours, strict=True)],
            list(zip(cards, theirs, strict=True)),
            loaded,
        ),
        alt="Squared error of the drawing by the number of latent dimensions. "
        + "; ".join(
            f"{size}: autoencoder {a:.1f}, PCA {b:.1f}"
            for size, a, b in zip(cards, ours, theirs, strict=True)
        )
        + f". Marked: {loaded[2]} with {loaded[1]:.1f} at {loaded[0]}",
    )
    st.caption(
        f"The squared error of your drawing by {names}, and by PCA. The ring marks "
        f"{plain(loaded[2])}. These autoencoders differ in "
        "more than their latent dimension: so do their layers and their training."
    )
