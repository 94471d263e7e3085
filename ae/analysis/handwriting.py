"""What can be measured on images of strokes: slant, amount of ink, and how grey it is."""

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


def grey(images: np.ndarray) -> np.ndarray:
    """Return which share of each image's ink is grey, as it is where strokes are blurred.

    Parameters
    ----------
    images : float array of shape (n, 28, 28), values in [0, 1]

    Returns
    -------
    float64 array of shape (n,)
        Among the pixels above 0.25, the share of those below 0.75; 0 of an image without ink.
    """
    inked = np.asarray(images) > 0.25
    between = inked & (np.asarray(images) < 0.75)
    return between.sum(axis=(1, 2)) / np.maximum(inked.sum(axis=(1, 2)), 1)
