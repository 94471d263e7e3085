"""A network for the components of a page, which run it in the browser.

It travels once: a run of the page that gives the same network sends its hash alone. Components
name it, and show what it makes when it has arrived.
"""

from __future__ import annotations

from pathlib import Path

from ae.ui.components import base


def send_network(key: str, name: str, file: bytes) -> None:
    """Give the browser a network for as long as the page calls this with its key.

    Nothing is shown.

    Parameters
    ----------
    key : the place of the component in `st.session_state`.
    name : by which other components ask for it; another network needs another name. That of a
        model is the fingerprint of its graph.
    file : of the graph, as `ae.nn.graph.Graph.to_bytes` makes it.
    """
    _component(key=key, data=base.named(name, file))


_component = base.register(
    Path(__file__).parent,
    "../../../nn/product.js",
    "../../../nn/engine.js",
    "../networks.js",
    "../provider.js",
)
