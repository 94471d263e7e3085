"""What of a hand can be measured on images of digits: slant and amount of ink."""

from __future__ import annotations

import numpy as np


def slant(images: np.ndarray) -> np.ndarray:
    """Return how far digits lean to the left, in pixels per row: float64 (n,).

    Parameters
    ----------
    images : float array of shape (n, 28, 28), values in [0, 1]

    Notes
    -----
    The slope of the regression of the ink's column on its row; 0 of an image without ink.
    """
    weights = np.asarray(images, np.float64)
    rows, columns = np.mgrid[: weights.shape[1], : weights.shape[2]]
    ink = np.maximum(weights.sum(axis=(1, 2)), 1e-9)
    down, across = (
        place - ((weights * place).sum(axis=(1, 2)) / ink)[:, None, None]
        for place in (rows, columns)
    )
    covariance = (weights * down * across).sum(axis=(1, 2))
    return covariance / np.maximum((weights * down**2).sum(axis=(1, 2)), 1e-9)


def ink(images: np.ndarray) -> np.ndarray:
    """Return the sum of each image's pixels: float64 (n,)."""
    return np.asarray(images, np.float64).sum(axis=(1, 2))
