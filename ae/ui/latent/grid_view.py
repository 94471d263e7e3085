"""The grid: decoder outputs over a plane of the latent space, as one picture."""

from __future__ import annotations

from statistics import NormalDist

import numpy as np
import streamlit as st

from ae import imaging
from ae.analysis.projection import Plane
from ae.nn.autoencoder import Autoencoder
from ae.store import ModelCard
from ae.ui import cache, downloads, shell, state, terms
from ae.ui.latent.common import ENCODING, about_plane, axis_names

_OUTERMOST = 0.02  # Gaussian quantiles go from here to 1 - here


def show_grid(model: Autoencoder, card: ModelCard) -> None:
    """A grid of decoded places over a range, or at Gaussian quantiles."""
    spacing, side, reach = _controls()
    with st.spinner(ENCODING):
        z = cache.test_codes(card.name)
    plane = Plane.of(z)
    prior = card.model.kind == "vae" and spacing == state.QUANTILES
    places = grid_places(plane, z, side, spacing, reach, prior=prior)
    images = np.clip(model.decode(plane.codes(places.reshape(-1, 2))), 0, 1)
    columns = side if model.latent_dim > 1 else len(images)
    axes = ", ".join(
        f"{way} {name} from {places[..., axis].min():.1f} to {places[..., axis].max():.1f}"
        for axis, (way, name) in enumerate(zip("→↑", axis_names(model.latent_dim), strict=False))
    )
    left, right = st.columns([3, 2], gap="medium")
    with left:
        shell.show_pictures(
            [imaging.contact_sheet(images, columns, zoom=2)],
            alt=f"{len(images)} decoded digits, {columns} in a row: {axes}, from left to right "
            "and from bottom to top",
            width="stretch",
        )
        st.caption(f"{axes}. {_unit(model.latent_dim)}")
    with right:
        st.markdown(_about(plane, model.latent_dim, spacing, prior))
        downloads.offer_png(
            "Download the grid (PNG)",
            lambda: imaging.contact_sheet(images, columns, zoom=3),
            f"grid-{card.name}.png",
            "All decoded digits as one picture.",
        )


def _controls() -> tuple[str, int, float]:
    with shell.settings("controls"), st.container(horizontal=True, gap="medium"):
        spacing = st.segmented_control(
            "Spacing",
            [state.EVEN, state.QUANTILES],
            default=state.default(state.GRID_SPREAD),
            required=True,
            **state.in_url(state.GRID_SPREAD),
            help="Even: equal steps over a range. Gaussian quantiles: between two neighbouring "
            "places lies always the same share of a Gaussian (normal) distribution, so the places "
            "are closer together in the middle, where most latent vectors lie.",
        )
        side = st.select_slider(
            "Pictures along each side",
            (5, 10, 15, 20, 25, 30),
            value=state.default(state.GRID_SIDE),
            **state.in_url(state.GRID_SIDE),
            width=180,
        )
        reach = 2.0
        if spacing == state.EVEN:
            reach = st.slider(
                "Range (standard deviations)",
                0.5,
                4.0,
                state.default(state.GRID_REACH),
                0.5,
                **state.in_url(state.GRID_REACH),
                width=180,
                help="How far the grid reaches from the mean of the test digits' latent vectors, "
                "in both directions.",
            )
    return spacing, side, reach


def grid_places(
    plane: Plane, z: np.ndarray, side: int, spacing: str, reach: float, *, prior: bool
) -> np.ndarray:
    """Return the places of a grid in a plane.

    Parameters
    ----------
    plane : Plane
    z : float array of shape (n, latent_dim)
        Latent vectors, whose mean is the middle and whose standard deviation is the unit.
    side : int
        Places along each side.
    spacing : str
        state.EVEN or state.QUANTILES.
    reach : float
        With even steps, standard deviations from the middle to the edge.
    prior : bool
        Take the quantiles of N(0, 1) itself, not of a Gaussian with the mean and standard
        deviation of z.

    Returns
    -------
    float array of shape (side, side, 2)
        From the upper left, rows first; (1, side, 2) for one latent dimension.
    """
    seen = plane.places(z)
    middle, deviation = seen.mean(axis=0), seen.std(axis=0)
    if prior and z.shape[1] <= 2:
        middle, deviation = np.zeros(2), np.ones(2)
    elif prior:
        # seen from the codes' mean: the place of the code 0 is the middle of the prior
        middle, deviation = plane.places(np.zeros((1, z.shape[1])))[0], np.ones(2)
    if spacing == state.QUANTILES:
        normal = NormalDist()
        steps = np.array([normal.inv_cdf(p) for p in np.linspace(_OUTERMOST, 1 - _OUTERMOST, side)])
    else:
        steps = np.linspace(-reach, reach, side)
    x = middle[0] + deviation[0] * steps
    y = (middle[1] + deviation[1] * steps)[::-1] if z.shape[1] > 1 else np.zeros(1)
    return np.stack(np.meshgrid(x, y), axis=-1)


def _about(plane: Plane, latent_dim: int, spacing: str, prior: bool) -> str:
    text = "Each picture is the output of the decoder at one place in the latent space. "
    if latent_dim > 2:
        text += (
            f"{latent_dim} dimensions do not fit on a grid. This one lies in {about_plane(plane)}. "
        )
    if prior:
        return text + (
            "The places are the quantiles of the prior N(0, 1) from 2 % to 98 %: "
            f"{terms.QUANTILES}. A VAE is trained to give its latent vectors this distribution."
        )
    if spacing == state.QUANTILES:
        return text + (
            "The places are the quantiles, from 2 % to 98 %, of a Gaussian distribution with the "
            "mean and the standard deviation of the test digits' latent vectors: "
            f"{terms.QUANTILES}."
        )
    return text + (
        "Widen the range: the farther out, the fewer test digits there are, and the less the "
        "pictures look like digits."
    )


def _unit(latent_dim: int) -> str:
    if latent_dim <= 2:
        return "The numbers are latent values."
    return "The numbers are coordinates along PC1 and PC2, measured from the mean latent vector."
