"""The result of a run, and links to what can be done with its model."""

from __future__ import annotations

import streamlit as st

from ae import store
from ae.store import ModelCard
from ae.ui import links, state
from ae.ui.markdown import plain


def show_result(name: str) -> None:
    """Show the model's error beside PCA's and the shipped model's, and links to other pages."""
    try:
        card = store.read_card(name)
    except store.ModelError:
        return
    error, pca_error = card.test.squared_error, card.test.pca_squared_error
    st.success(
        f"**{plain(name)}** has a squared error of **{error:.2f}** on the 10,000 test digits, "
        f"after {card.seconds:,.0f} s of training. PCA with {card.model.latent_dim} "
        f"component{'s' * (card.model.latent_dim != 1)} has {pca_error:.2f} (lower is better). "
        f"{_beside_shipped(card)}"
    )
    with st.container(horizontal=True):
        for page, label, more in (
            ("draw", "Draw with this model", {}),
            ("inside", "See what its layers do", {}),
            ("reconstruct", "See its worst reconstructions", {state.SHOWN: "worst"}),
            ("latent", "Walk through its latent space", {}),
        ):
            links.to_page(page, label, "arrow_forward", **{state.MODEL: name} | more)


def _beside_shipped(card: ModelCard) -> str:
    """Compare with the shipped model of the same kind and latent_dim, in a sentence."""
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
        f"The shipped model {shipped} has {other.test.squared_error:.2f} after "
        f"{other.seconds:,.0f} s of training."
    )
