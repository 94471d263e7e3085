"""The grid: what the decoder draws all over the map, as one picture."""

from __future__ import annotations

from statistics import NormalDist

import numpy as np
import streamlit as st

from ae import imaging
from ae.analysis.projection import Plane
from ae.nn.autoencoder import Autoencoder
from ae.store import ModelCard
from ae.ui import cache, downloads, shell, state
from ae.ui.latent import cached
from ae.ui.latent.common import in_plane

_OUTERMOST = 0.02  # Gaussian quantiles go from here to 1 - here


def show_grid(model: Autoencoder, card: ModelCard) -> None:
    """A grid of decoded digits over a range, or at Gaussian quantiles."""
    spread, side, reach = _controls()
    with st.spinner("Encoding the 10,000 test digits, once for each model."):
        plane = cached.projection(card.name, state.PLANE).plane
    prior = card.model.kind == "vae" and spread == state.QUANTILES
    places = grid_places(plane, cache.test_codes(card.name), side, spread, reach, prior=prior)
    images = np.clip(model.decode(plane.codes(places.reshape(-1, 2))), 0, 1)
    columns = side if model.latent_dim > 1 else len(images)
    whole = imaging.contact_sheet(images, columns, zoom=2)
    ends = "; ".join(
        f"{name} from {places[..., axis].min():.1f} to {places[..., axis].max():.1f}"
        for axis, name in enumerate(_names(model.latent_dim))
    )
    shell.show_pictures(
        [whole],
        alt=f"{len(images)} decoded digits, {columns} in a row: {ends}, from left to right and "
        "from bottom to top",
        width="stretch",
    )
    st.caption(f"{ends}. {_about(plane, model.latent_dim, spread, prior)}")
    downloads.offer(
        "Grid as PNG",
        lambda: imaging.png(imaging.contact_sheet(images, columns, zoom=3)),
        f"grid-{card.name}.png",
        "All decoded digits as one picture.",
    )


def _controls() -> tuple[str, int, float]:
    with shell.settings("controls"), st.container(horizontal=True, gap="medium"):
        spread = st.segmented_control(
            "Places",
            [state.EVEN, state.QUANTILES],
            default=state.EVEN,
            required=True,
            **state.in_url(state.GRID_SPREAD),
            help="Even steps over a range; or quantiles of a Gaussian, which stand closer where "
            "codes are dense, so that each picture is as likely as every other.",
        )
        side = st.select_slider(
            "Digits along each side",
            (5, 10, 15, 20, 25, 30),
            value=15,
            **state.in_url(state.GRID_SIDE),
            width=200,
        )
        reach = 2.0
        if spread == state.EVEN:
            reach = st.slider(
                "Reach, in standard deviations",
                0.5,
                4.0,
                2.0,
                0.5,
                **state.in_url(state.GRID_REACH),
                width=200,
            )
    return spread, side, reach


def grid_places(
    plane: Plane, z: np.ndarray, side: int, spread: str, reach: float, *, prior: bool
) -> np.ndarray:
    """Places of a grid from its upper left, rows first: float (side, side, 2), or (1, side, 2).

    z : float (n, latent_dim), codes that say where the middle is and how far they spread.
    prior : quantiles of N(0, 1) itself, not of a Gaussian as wide as the codes.
    """
    seen = plane.places(z)
    middle, deviation = seen.mean(axis=0), seen.std(axis=0)
    if prior and z.shape[1] <= 2:
        middle, deviation = np.zeros(2), np.ones(2)
    elif prior:
        # seen from the codes' mean: the place of the code 0 is the middle of the prior
        middle, deviation = plane.places(np.zeros((1, z.shape[1])))[0], np.ones(2)
    if spread == state.QUANTILES:
        normal = NormalDist()
        steps = np.array([normal.inv_cdf(p) for p in np.linspace(_OUTERMOST, 1 - _OUTERMOST, side)])
    else:
        steps = np.linspace(-reach, reach, side)
    x = middle[0] + deviation[0] * steps
    y = (middle[1] + deviation[1] * steps)[::-1] if z.shape[1] > 1 else np.zeros(1)
    return np.stack(np.meshgrid(x, y), axis=-1)


def _names(latent_dim: int) -> list[str]:
    return [f"z{i + 1}" for i in range(latent_dim)] if latent_dim <= 2 else ["axis 1", "axis 2"]


def _about(plane: Plane, latent_dim: int, spread: str, prior: bool) -> str:
    text = "" if latent_dim <= 2 else f"The grid lies on {in_plane(plane)}. "
    if prior:
        return text + "The quantiles are those of the prior N(0, 1), from 2 % to 98 %."
    if spread == state.QUANTILES:
        return text + (
            "The quantiles are those of a Gaussian as wide as the codes of the test digits, from "
            "2 % to 98 %."
        )
    return text + "Widen the reach: where do digits end, and what comes after them?"
