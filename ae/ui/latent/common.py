"""What the views of the Latent space page have in common."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import streamlit as st

from ae import imaging
from ae.analysis.projection import Plane
from ae.ui import cache, shell, state
from ae.ui.latent import cached

DIGITS = 10_000


def digit_input(label: str, key: str, value: int, help_text: str | None = None) -> int:
    """A field for the number of a test digit, 0 to 9999, in the address under ``key``."""
    return st.number_input(label, 0, DIGITS - 1, value, step=1, **state.in_url(key), help=help_text)


def strip(rows: Sequence[np.ndarray], captions: Sequence[str], alt: Sequence[str]) -> None:
    """Digits side by side, each with others below it. rows : float arrays (n, 28, 28)."""
    shell.show_pictures(
        imaging.tiles(list(rows), zoom=4),
        caption=list(captions) or None,
        alt=list(alt),
        width=shell.TILE_WIDTH - 8,
    )


def in_plane(plane: Plane) -> str:
    """What the shown plane is, for a model with more than two numbers."""
    return (
        "the plane of the two directions in which the codes of the test digits differ most; it "
        f"shows {plane.explained_variance:.0%} of their variance"
    )


def usual_distance(name: str) -> float:
    """Median distance of a test digit's code from the nearest other one."""
    z, nearest = cache.test_codes(name), cached.true_neighbours(name)[:, 0]
    return float(np.median(np.linalg.norm(z - z[nearest], axis=1)))
