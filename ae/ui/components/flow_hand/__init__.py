"""One's own hand, other digits: a drawing's way back to noise, and forwards with each class.

The browser does it all, with two networks that `send_network` has given to the page.
"""

from __future__ import annotations

from pathlib import Path

from ae.nn.flow import STEPS, Flow
from ae.ui.components import base


def flow_hand(
    key: str, *, network: str, flow_network: str, flow: Flow, drawing: str = "drawing"
) -> None:
    """Show what becomes of the drawing on the page's pad.

    Parameters
    ----------
    key : the place of the component in `st.session_state`.
    network, flow_network : names of the networks of the autoencoder and of the flow.
    flow : mean and standard deviation of the latent vectors are taken from it.
    drawing : name of the drawing, as the pad has it.
    """
    _component(
        key=key,
        data={
            "network": network,
            "flow": flow_network,
            "mean": flow.mean.tolist(),
            "deviation": flow.deviation.tolist(),
            "steps": STEPS,
            "drawing": drawing,
        },
    )


_component = base.register(Path(__file__).parent, "../networks.js", "../flow.js")
