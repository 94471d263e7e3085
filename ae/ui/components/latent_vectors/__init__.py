"""Latent vectors of many digits, sent to the browser once and decoded there.

They travel by themselves: a map is drawn before they have arrived, and a change of its settings
sends none of them again.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np

from ae.ui.components import base


def send_latent_vectors(key: str, name: str, z: np.ndarray) -> None:
    """Give the browser latent vectors for as long as the page calls this with its key.

    Nothing is shown.

    Parameters
    ----------
    key : the place of the component in `st.session_state`.
    name : by which other components ask for them. Other latent vectors need another name.
    z : float array of shape (n, latent_dim).
    """
    _component(key=key, data=base.named(name, z.astype("<f4").tobytes()))


_component = base.register(Path(__file__).parent, "../networks.js", "../provider.js")
