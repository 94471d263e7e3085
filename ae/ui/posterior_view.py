"""The posterior of a VAE: not one latent vector of a drawing but a distribution of them."""

from __future__ import annotations

import streamlit as st

from ae.nn.graph import Graph
from ae.store import ModelCard
from ae.ui import state
from ae.ui.components.posterior import posterior
from ae.ui.draw.input_output import statistics_of


def is_of(card: ModelCard) -> bool:
    """Whether a model has a posterior: it is a VAE."""
    return card.model.kind == "vae"


def is_known(card: ModelCard, network: bytes) -> bool:
    """Whether the file of a model's graph has the posterior, too."""
    return is_of(card) and "z_log_var" in Graph.from_bytes(network).parts


def show(card: ModelCard, network: bytes) -> None:
    """Show the posterior of the drawing, and say what it is.

    network : the file of the model's graph.
    """
    if not is_of(card):
        st.caption(
            ":material/info: Only a variational autoencoder (VAE) has a posterior: a distribution "
            "of latent vectors. This model gives one latent vector. Choose a VAE in the list of "
            "models."
        )
        return
    if not is_known(card, network):
        st.caption(
            ":material/info: The file of this VAE does not hold its z_log_var: it was saved by an "
            "earlier version. Train it again to see its posterior."
        )
        return
    st.markdown(
        "The encoder of a VAE gives two values for each dimension: **z_mean** and, as z_log_var = "
        "log σ², its uncertainty **σ**. Together they are the **posterior**: the latent vectors "
        "that may belong to your digit. In training the decoder sees a random sample of them; the "
        "reconstruction on this page uses z_mean. The **KL divergence** measures how far the "
        "posterior is from the **prior**, mean 0 and standard deviation 1. A dimension with σ near "
        "1 and z_mean near 0 tells the decoder nothing."
    )
    deviations = statistics_of(card).standard_deviation
    posterior(state.POSTERIOR, network=str(card.graph), deviations=deviations.tolist())
