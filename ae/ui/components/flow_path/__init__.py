"""From noise to a digit, along a flow: its points at each step, decoded.

The browser does it all, with two networks that `send_network` has given to the page.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np

from ae.nn.flow import NO_CLASS, Flow
from ae.ui.components import base
from ae.ui.components.flow import SCRIPTS, flow_data


def flow_path(
    key: str,
    *,
    network: str,
    flow_network: str,
    flow: Flow,
    noise: np.ndarray,
    label: int | None,
    guidance: float,
    steps: int,
) -> None:
    """Show the way from noise to a digit.

    Parameters
    ----------
    key : the place of the component in `st.session_state`.
    network, flow_network, flow : see `flow_data`.
    noise : float array of shape (3, latent_dim). Noise vectors are chosen on a plane of three; the
        last one comes first.
    label : the class at first, or None for no class.
    guidance, steps : see `ae.nn.flow.Flow.follow`.
    """
    _component(
        key=key,
        data={
            **flow_data(network, flow_network, flow),
            "noise": base.encode_floats(noise),
            "label": NO_CLASS if label is None else label,
            "guidance": guidance,
            "steps": steps,
        },
    )


_component = base.register(Path(__file__).parent, *SCRIPTS, "../map_marks.js")
