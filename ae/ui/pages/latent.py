"""Latent space: where the digits lie, and what the decoder draws in between."""

import streamlit as st

from ae.ui import cache, shell, state
from ae.ui.latent import cached
from ae.ui.latent.arithmetic_view import show_arithmetic
from ae.ui.latent.grid_view import show_grid
from ae.ui.latent.losses_view import show_losses
from ae.ui.latent.map_view import show_map
from ae.ui.latent.paths_view import show_paths
from ae.ui.latent.traversal_view import show_traversal

VIEWS = {
    "Map": show_map,
    "Grid": show_grid,
    "Paths": show_paths,
    "Traversal": show_traversal,
    "Arithmetic": show_arithmetic,
}

st.title("The latent space")
view = shell.settings().segmented_control(
    "View",
    list(VIEWS),
    default=state.default(state.LATENT_VIEW),
    required=True,
    **state.in_url(state.LATENT_VIEW),
    label_visibility="collapsed",
    wrap=False,
)
cache.mnist()  # if it is damaged, that is told here, and once
if view == "Map":
    cached.begin_tsne_of_pixels()  # while the network is loaded
model, card = shell.chosen_model()
VIEWS[view](model, card)
if view == "Map" and card.model.kind == "vae":
    show_losses(card)
