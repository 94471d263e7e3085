"""The layers of the page's network in a row, each with what it makes of the drawing, live.

The browser does it all: the network keeps every activation of its last run.
"""

from __future__ import annotations

from pathlib import Path

from ae.ui.components import base


def layers(key: str, *, network: str, drawing: str = "drawing") -> None:
    """Show the layers of a network at work on the drawing of the page's pad.

    Parameters
    ----------
    key : the place of the component in `st.session_state`.
    network : name of the network, see `send_network`.
    drawing : name of the drawing, as the pad has it.
    """
    _component(key=key, data={"network": network, "drawing": drawing})


_component = base.register(Path(__file__).parent, "../networks.js", "blocks.js", "maps.js")
