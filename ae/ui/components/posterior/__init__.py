"""What a VAE's encoder says of a drawing: not one latent vector but a normal distribution of them.

The browser does it all, with a network that `send_network` has given to the page, if that has kept
its z_log_var.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from ae.ui.components import base

ACTIVE = 0.01  # variance of z_mean over the test images from which on a dimension is active


def posterior(
    key: str, *, network: str, deviations: Sequence[float], drawing: str = "drawing"
) -> None:
    """Show z_mean ± σ of the drawing on the page's pad, samples of z, and the KL divergence.

    Parameters
    ----------
    key : the place of the component in `st.session_state`.
    network : name of the network, see `send_network`.
    deviations : standard deviation of each dimension of z_mean over the test images.
    drawing : name of the drawing, as the pad has it.

    References
    ----------
    Burda, Grosse & Salakhutdinov, "Importance Weighted Autoencoders" (2016), appendix C: a
    dimension is active if the variance of its mean over the data is above 0.01.
    """
    data = {
        "network": network,
        "drawing": drawing,
        "active": [bool(each**2 > ACTIVE) for each in deviations],
    }
    _component(key=key, data=data)


_component = base.register(Path(__file__).parent, "../networks.js")
