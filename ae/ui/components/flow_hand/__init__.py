"""One's own hand, other digits: a drawing's way back to noise, and forwards with each class.

The browser does it all, with two networks that `send_network` has given to the page.
"""

from __future__ import annotations

from pathlib import Path

from ae.nn.flow import STEPS, Flow
from ae.ui.components import base
from ae.ui.components.flow import SCRIPTS, flow_data


def flow_hand(
    key: str, *, network: str, flow_network: str, flow: Flow, drawing: str = "drawing"
) -> None:
    """Show what becomes of the drawing on the page's pad.

    Parameters
    ----------
    key : the place of the component in `st.session_state`.
    network, flow_network, flow : see `flow_data`.
    drawing : name of the drawing, as the pad has it.
    """
    _component(
        key=key,
        data={
            **flow_data(network, flow_network, flow),
            "steps": STEPS,
            "drawing": drawing,
        },
    )


_component = base.register(Path(__file__).parent, *SCRIPTS)
