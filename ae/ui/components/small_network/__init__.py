"""The network in small: one digit goes through its layers, once, and the picture then stands."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from ae.ui.components import base


def small_network(key: str, *, network: str, digit: np.ndarray, name: str) -> None:
    """Show the layers of a network in a row with what each makes of a digit.

    Parameters
    ----------
    key : the place of the component in `st.session_state`.
    network : name of the network, see `send_network`.
    digit : float array of shape (28, 28), values in [0, 1].
    name : what the digit is, for those who do not see it: "test digit 3".
    """
    _component(key=key, data={"network": network, "pixels": base.encode(digit), "name": name})


_component = base.register(
    Path(__file__).parent, "../networks.js", "../layers/blocks.js", "../layers/maps.js"
)
