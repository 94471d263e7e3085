"""Error against the number of latent dimensions, of the autoencoders and of PCA."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from ae import charts, store
from ae.store import ModelCard
from ae.ui import cache, downloads, shell
from ae.ui.architectures import architectures_in_words
from ae.ui.markdown import plain

_PCA_SIZES = (1, 2, 4, 8, 16, 32, 64, 128, 256)


def show_error_by_latent_dim(card: ModelCard, error: float) -> None:
    """The curves of the convolutional autoencoders and of PCA, with the page's model marked.

    error : mean squared error of the page's model on the test digits.
    """
    st.header("How many latent dimensions does a digit need?")
    sha256 = cache.mnist().sha256
    cards = [each for each in store.list_models() if each.data_sha256 == sha256]
    compared = [*store.models_by_latent_dim(cards).values()]
    with st.spinner("Measuring PCA at nine sizes, once."):
        pca = [(k, float(cache.pca_errors(k).mean())) for k in _PCA_SIZES]
    autoencoders = [(c.model.latent_dim, c.test.squared_error, c.name) for c in compared]
    mine = (card.model.latent_dim, error, card.name)
    picture, words = st.columns([3, 2], gap="medium")
    with picture:
        shell.show_chart(
            charts.error_by_latent_dim,
            autoencoders,
            pca,
            mine,
            alt="Squared error of the 10,000 test digits, on average, by latent_dim. Autoencoders: "
            + "; ".join(f"{name} {e:.2f}" for _, e, name in autoencoders)
            + ". PCA: "
            + "; ".join(f"{k} dimensions {e:.2f}" for k, e in pca)
            + f". Marked: {card.name}, {error:.2f}.",
        )
    with words:
        st.markdown(_in_words(card, error, pca))
        if caution := architectures_in_words(compared):
            st.markdown(caution)
        downloads.offer_csv(
            "Download the curves (CSV)",
            lambda: [
                {"model": name, "latent_dim": k, "squared_error": e}
                for k, e, name in [*autoencoders, *((k, e, "PCA") for k, e in pca), mine]
            ],
            "error-by-latent-dim.csv",
            "The points of both curves, and the model of this page.",
        )


def _in_words(card: ModelCard, error: float, pca: Sequence[tuple[int, float]]) -> str:
    """What PCA needs to be as good as the page's model."""
    count = card.model.latent_dim
    text = (
        f"{plain(card.name)} has a squared error of {error:.2f} with {count} latent "
        f"dimension{'s' * (count != 1)}. "
    )
    # A linear autoencoder can be a ten-thousandth worse than PCA: that is as good.
    as_good = next((k for k, e in pca if e <= error * 1.0005), None)
    text += (
        f"Of the sizes in the chart, PCA needs **{as_good}** dimensions to be at least as good. "
        if as_good
        else f"PCA is not as good even with {_PCA_SIZES[-1]} dimensions. "
    )
    return text + "Choose another model in the sidebar to mark it in the chart."
