"""What the components that follow a flow have in common: see flow.js."""

from __future__ import annotations

from typing import Any

from ae.nn.flow import Flow

SCRIPTS = ("../networks.js", "../flow.js")


def flow_data(network: str, flow_network: str, flow: Flow) -> dict[str, Any]:
    """Return which networks a component runs, and how latent vectors are standardised between them.

    Parameters
    ----------
    network, flow_network : names of the networks of the autoencoder and of the flow.
    flow : mean and standard deviation of the latent vectors are taken from it.
    """
    return {
        "network": network,
        "flow": flow_network,
        "mean": flow.mean.tolist(),
        "deviation": flow.deviation.tolist(),
    }
