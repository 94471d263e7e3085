"""Two classical filters against noise, which a denoising network has to beat.

Beyond the border, both repeat the pixels of the border.
"""

from __future__ import annotations

import math

import numpy as np

# Comparisons after which the median of nine values is in the fifth place: Paeth, "Median Finding on
# a 3×3 Grid", Graphics Gems (1990), as written by Devillard, "Fast Median Search" (1998), opt_med9.
_EXCHANGES = (
    *((1, 2), (4, 5), (7, 8), (0, 1), (3, 4), (6, 7), (1, 2), (4, 5), (7, 8), (0, 3)),
    *((5, 8), (4, 7), (3, 6), (1, 4), (2, 5), (4, 7), (4, 2), (6, 4), (4, 2)),
)


def median_3x3(images: np.ndarray) -> np.ndarray:
    """Return the median of each pixel and its eight neighbours.

    This removes single noisy pixels, but also lines that are one pixel wide.

    Parameters
    ----------
    images : float array of shape (n, h, w)

    Returns
    -------
    float32 array of the same shape

    Raises
    ------
    ValueError
        If ``images`` has another number of axes.

    References
    ----------
    Tukey, "Exploratory Data Analysis" (1977).
    """
    images = _checked(images)
    height, width = images.shape[1:]
    padded = np.pad(images, ((0, 0), (1, 1), (1, 1)), mode="edge")
    nine = [
        padded[:, top : top + height, left : left + width].copy()
        for top in range(3)
        for left in range(3)
    ]
    for low, high in _EXCHANGES:
        nine[low], nine[high] = (
            np.minimum(nine[low], nine[high]),
            np.maximum(nine[low], nine[high]),
        )
    return nine[4]


def gaussian_blur(images: np.ndarray, width: float) -> np.ndarray:
    """Return weighted means of neighbouring pixels, with Gaussian weights.

    Parameters
    ----------
    images : float array of shape (n, h, w)
    width : float
        Standard deviation of the Gaussian in pixels, above 0. Weights beyond three standard
        deviations (and beyond the next pixel) are 0.

    Returns
    -------
    float32 array of the same shape
        The weights have the sum 1, so the range of values does not grow.

    Raises
    ------
    ValueError
        If ``images`` has another number of axes, or ``width`` is not positive and finite.
    """
    images = _checked(images)
    if not 0 < width < math.inf:
        raise ValueError(f"width must be a number of pixels above 0. Received: width={width!r}.")
    down, across = (_blur_matrix(side, width) for side in images.shape[1:])
    return down @ images @ across.T


def _blur_matrix(length: int, width: float) -> np.ndarray:
    """Return the blur along one axis as a matrix, float32 (length, length), rows with sum 1."""
    reach = max(1, math.ceil(3 * width))
    offsets = np.arange(-reach, reach + 1)
    weights = np.exp(-(offsets**2) / (2 * width**2))
    weights /= weights.sum()
    matrix = np.zeros((length, length))
    for offset, weight in zip(offsets, weights, strict=True):
        sources = np.clip(np.arange(length) + offset, 0, length - 1)
        np.add.at(matrix, (np.arange(length), sources), weight)
    return matrix.astype(np.float32)


def _checked(images: np.ndarray) -> np.ndarray:
    images = np.asarray(images, np.float32)
    if images.ndim != 3:
        raise ValueError(f"images must have shape (n, 28, 28). Received: shape {images.shape}.")
    return images
