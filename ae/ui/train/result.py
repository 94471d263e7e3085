"""What came out of a run, and where to go with it."""

from __future__ import annotations

import streamlit as st

from ae import store
from ae.store import ModelCard
from ae.ui import links, state
from ae.ui.markdown import plain


def show_result(name: str) -> None:
    """The model's error beside PCA's and the shipped model's, and the next steps as links."""
    try:
        card = store.read_card(name)
    except store.ModelError:
        return
    error, pca_error = card.test.squared_error, card.test.pca_squared_error
    st.success(
        f"**{plain(name)}** has a squared error of {error:.2f} on the test digits, after "
        f"{card.seconds:,.0f} s. PCA with {card.model.latent_dim} numbers has {pca_error:.2f}. "
        f"{_beside_shipped(card)}"
    )
    with st.container(horizontal=True):
        for page, label, more in (
            ("draw", "Draw with it", {}),
            ("reconstruct", "See its worst digits", {state.SHOWN: "worst"}),
            ("latent", "Walk through its latent space", {}),
        ):
            links.to_page(page, label, "arrow_forward", **{state.MODEL: name} | more)


def _beside_shipped(card: ModelCard) -> str:
    """How it compares with the model of the same kind and size that came with the app."""
    shipped = f"{card.model.kind}-{card.model.latent_dim}"
    if shipped not in store.SHIPPED or card.name == shipped:
        return ""
    try:
        other = store.read_card(shipped)
    except store.ModelError:
        return ""
    if other.data_sha256 != card.data_sha256:
        return ""
    return (
        f"{shipped}, which came with the app, has {other.test.squared_error:.2f} after "
        f"{other.seconds:,.0f} s."
    )
