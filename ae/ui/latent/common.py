"""What the views of the Latent space page have in common."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ae import imaging
from ae.analysis.projection import Plane
from ae.ui import cache, shell
from ae.ui.latent import cached
from ae.ui.words import percent

ENCODING = "Encoding the 10,000 test digits, once for each model."


def strip(images: np.ndarray, captions: Sequence[str], alt: Sequence[str]) -> None:
    """Show digits side by side, float (n, 28, 28), each with its caption."""
    shell.show_pictures(
        imaging.tiles([images], zoom=4),
        caption=list(captions),
        alt=list(alt),
        width=shell.TILE_WIDTH - 8,
    )


def axis_names(latent_dim: int) -> list[str]:
    """Name the axes of a plane in the latent space."""
    return [f"z{axis + 1}" for axis in range(latent_dim)] if latent_dim <= 2 else ["PC1", "PC2"]


def about_plane(plane: Plane) -> str:
    """Say which plane is shown of more than two latent dimensions."""
    return (
        "the plane of the first two principal components (PC1, PC2) of the latent vectors. This "
        f"plane holds {percent(plane.explained_variance)} of the variance of the 10,000 test digits"
    )


def usual_distance(name: str) -> float:
    """Return the median distance of a test digit's latent vector from the nearest other one."""
    z, nearest = cache.test_codes(name), cached.true_neighbours(name)[:, 0]
    return float(np.median(np.linalg.norm(z - z[nearest], axis=1)))
