"""Watch a flow work: from noise to a digit, step by step, in the browser."""

from __future__ import annotations

import numpy as np
import streamlit as st

from ae.nn.graph import fingerprint_of
from ae.store import ModelCard
from ae.ui import shell, state
from ae.ui.components.flow_path import flow_path
from ae.ui.components.network import send_network
from ae.ui.generate import cached
from ae.ui.generate.cached import SamplingRequest


def show_flow(card: ModelCard, request: SamplingRequest) -> None:
    """Show the way from a noise vector to a digit. Only for a model with a flow."""
    st.header("From noise to a digit")
    st.caption(
        f"A noise vector of {card.model.latent_dim} random values becomes a latent vector in "
        f"{request.steps} step{'s' * (request.steps != 1)}, and the decoder draws every point on "
        "the way. Choose a class: the same noise then becomes another digit, often in a similar "
        "hand. All of this is computed in your browser. Guidance, steps and random seed are those "
        "chosen above."
    )
    shown = st.container()
    name = card.name
    flow, file = cached.flow(name), cached.flow_graph(name)
    card, network = shell.network(name)
    noise = np.random.default_rng(request.seed).standard_normal((3, flow.latent_dim))
    with shown:
        flow_path(
            state.FLOW_PATH,
            network=str(card.graph),
            flow_network=fingerprint_of(file),
            flow=flow,
            noise=noise,
            label=request.label,
            guidance=request.guidance,
            steps=request.steps,
        )
    send_network(state.FLOW_MODEL, str(card.graph), network)
    send_network(state.FLOW_NETWORK, fingerprint_of(file), file)
