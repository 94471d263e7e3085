"""Latent space: what the numbers of the code mean, on a map, in a grid and along paths."""

import streamlit as st

from ae.ui import cache, shell, state
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

model, card = shell.chosen_model()
many = model.latent_dim
st.title(f"What do the {many} numbers mean?" if many > 1 else "What does the one number mean?")
cache.mnist()  # if it is damaged, that is told here, and once
st.markdown(
    f"Every digit is a point in a space of **{many} {'dimensions' if many > 1 else 'dimension'}**: "
    "its code. Nobody told the network what a 3 is. See what it has put near what, and what lies "
    "in between."
)
view = shell.settings().segmented_control(
    "View",
    list(VIEWS),
    default="Map",
    required=True,
    **state.in_url(state.LATENT_VIEW),
    label_visibility="collapsed",
)
VIEWS[view](model, card)
if card.model.kind == "vae":
    show_losses(card)
