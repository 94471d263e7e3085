"""Digits in a row, and below each what a network in the browser makes of it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from ae.ui.components import base


def digit_rows(
    key: str, *, digits: np.ndarray, heads: Sequence[str], names: Sequence[str], network: str
) -> None:
    """Show digits, and below them their reconstructions and squared errors.

    These appear when the network has arrived.

    Parameters
    ----------
    key : the place of the component in `st.session_state`.
    digits : float array of shape (n, 28, 28), values in [0, 1].
    heads : n short texts, each on top of a column.
    names : what each column shows, n texts for those who do not see it: "test digit 3".
    network : name of the network, see `send_network`.
    """
    columns = [
        {"pixels": base.encode(digit), "head": head, "name": name}
        for digit, head, name in zip(digits, heads, names, strict=True)
    ]
    _component(key=key, data={"columns": columns, "network": network})


_component = base.register(Path(__file__).parent, "../networks.js")
