"""The network that a form describes, drawn before it is trained."""

from __future__ import annotations

import math
from itertools import groupby

import streamlit as st

from ae.config import ModelConfig
from ae.nn.plan import Planned, plan

_HIGHEST, _LOWEST = 5.0, 0.8  # rem: bars of the layer with the most values, and of one value
_Z = "latent vector"
_STYLE = """<style>
.plan, .plan ol { display: flex; flex-wrap: wrap; gap: 0.5rem; list-style: none; }
.plan, .plan ol { margin: 0 !important; padding: 0 !important; }
.plan { align-items: stretch; }
.plan > li { display: flex; flex-direction: column; margin: 0 !important; padding: 0; }
.plan p { margin: 0; font-weight: 600; font-size: 0.8rem; }
.plan ol { flex: 1; align-items: center; border-top: 3px solid #8886; }
.plan ol { padding-top: 0.35rem !important; }
.plan ol li { width: 4.7rem; margin: 0 !important; padding: 0; }
.plan ol li { font-size: 0.75rem; line-height: 1.3; }
.plan i { display: block; width: 1.4rem; border-radius: 3px; background: #4a86e8; }
.plan .bottleneck ol { border-color: #4a86e8; }
.plan .bottleneck i { background: #f0a030; }
</style>"""


def show_plan(config: ModelConfig) -> None:
    """Show the layers from left to right, with shapes, parameters and the bottleneck."""
    layers = plan(config)
    total = sum(layer.parameters for layer in layers)
    most = max(math.prod(layer.shape) for layer in layers)
    st.html(_STYLE + _drawing(layers, most))
    dimensions = config.latent_dim
    also = (
        " The encoder of a VAE also gives z_log_var, in a layer of the size of the latent vector's."
        if config.kind == "vae"
        else ""
    )
    st.caption(
        f"The network before training: {total:,} parameters. The height of a bar shows how many "
        f"values a layer has (on a logarithmic scale). The bottleneck is the latent vector: 784 "
        f"pixels pass through {dimensions} value{'s' * (dimensions != 1)}, "
        f"{784 / dimensions:.3g} times fewer.{also}"
    )


def _drawing(layers: list[Planned], most: int) -> str:
    """HTML of a list of the network's parts, each with a list of its layers."""
    parts = []
    for part, members in groupby(layers, lambda layer: layer.part):
        items = "".join(_item(layer, most) for layer in members)
        is_z = part == _Z
        kind, name = ("bottleneck", "z: the bottleneck") if is_z else ("part", part.capitalize())
        parts.append(f'<li class="{kind}"><p>{name}</p><ol>{items}</ol></li>')
    return f'<ol class="plan" aria-label="Plan of the network">{"".join(parts)}</ol>'


def _item(layer: Planned, most: int) -> str:
    share = math.log(math.prod(layer.shape)) / math.log(most)
    height = _LOWEST + share * (_HIGHEST - _LOWEST)
    words = [layer.kind.replace("Transpose", "<wbr>Transpose") or "28 × 28 pixels"]
    if layer.kind:
        words.append(" × ".join(map(str, layer.shape)))
        words.append(f"{layer.parameters:,} parameters" if layer.parameters else "no parameters")
    return f'<li><i style="height: {height:.2f}rem"></i>{"<br>".join(words)}</li>'
