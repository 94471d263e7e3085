"""Watch a flow work: from noise to a digit, step by step, in the browser."""

from __future__ import annotations

import numpy as np
import streamlit as st

from ae.nn.graph import fingerprint_of
from ae.store import ModelCard
from ae.ui import drawing, shell, state
from ae.ui.components.drawing_pad import drawing_pad, read_ink, reconstruct
from ae.ui.components.flow_hand import flow_hand
from ae.ui.components.flow_path import flow_path
from ae.ui.components.network import send_network
from ae.ui.generate import cached
from ae.ui.generate.cached import SamplingRequest
from ae.ui.words import percent


def show_flow(card: ModelCard, request: SamplingRequest) -> None:
    """Show the way from a noise vector to a digit. Only for a model with a flow."""
    st.header("From noise to a digit")
    st.caption(
        f"A noise vector of {card.model.latent_dim} random values becomes a latent vector in "
        f"{request.steps} step{'s' * (request.steps != 1)}, and the decoder draws every point on "
        "the way. At time t = 0 there is noise in z, not in the picture: the decoder draws strokes "
        "from any z. At t = 1 they are a digit. Choose a class: the same noise then becomes "
        "another digit, often in a similar "
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
    _show_hand(card)


@shell.fragment()
def _show_hand(card: ModelCard) -> None:
    """A pad, and the same hand writing all ten digits."""
    st.header("Your hand, other digits")
    st.caption(
        "A flow also runs **backwards**: from the latent vector of your digit, without a class, to "
        "the noise vector that leads to it. From there it runs forwards with a class."
    )
    left, right = st.columns((3, 4), gap="medium")
    with left:
        drawing_pad(
            state.GENERATE_PAD,
            work=reconstruct(
                str(card.graph), card.test.squared_error_percentiles, card.test.squared_error
            ),
            steps=drawing.ALL_STEPS,
            load=drawing.load_for(read_ink(state.GENERATE_PAD)),
            on_ink=lambda: drawing.take_ink(state.GENERATE_PAD),
        )
    flow, file = cached.flow(card.name), cached.flow_graph(card.name)
    with right:
        flow_hand(
            state.FLOW_HAND,
            network=str(card.graph),
            flow_network=fingerprint_of(file),
            flow=flow,
        )
    kept = cached.hand(card.name)
    st.caption(
        f"How well does it work? Of {kept.count} test digits, each changed to another class in "
        f"this way, {percent(kept.became)} became a digit of that class (by their 5 nearest latent "
        f"vectors). Their hand is kept in part: the correlation between before and after is "
        f"{kept.slant:.2f} for the slant and {kept.ink:.2f} for the amount of ink (1 would be "
        "kept exactly, 0 not at all)."
    )
