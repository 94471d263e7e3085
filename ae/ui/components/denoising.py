"""What the components of Denoise are given."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from ae.data.noise import Noise
from ae.ui.components import base

SCRIPTS = ("../networks.js", "../../../data/noise.js", "../denoising.js")


@dataclass(frozen=True)
class Restorer:
    """A network that removes noise in the page.

    Attributes
    ----------
    label : the name of the method.
    network : name of the network, see `send_network`.
    about : what it is, in a few words.
    """

    label: str
    network: str
    about: str


def noise_data(noise: Noise) -> dict[str, Any]:
    """Return noise in the form that `noisesOf` in denoising.js reads."""
    return {"kinds": noise.kinds, "values": base.encode_floats(noise.values)}
