"""Two classical filters against noise. What a network has to beat.

Both take float arrays (n, 28, 28) and go on past the border with the border's own pixels.
"""

from __future__ import annotations

import math

import numpy as np

# Comparisons that leave the median of nine values in the fifth place: Paeth, "Median Finding on a
# 3×3 Grid", Graphics Gems (1990), in the form of Devillard, "Fast Median Search" (1998), opt_med9.
_EXCHANGES = (
    *((1, 2), (4, 5), (7, 8), (0, 1), (3, 4), (6, 7), (1, 2), (4, 5), (7, 8), (0, 3)),
    *((5, 8), (4, 7), (3, 6), (1, 4), (2, 5), (4, 7), (4, 2), (6, 4), (4, 2)),
)


def median_3x3(images: np.ndarray) -> np.ndarray:
    """The median of each pixel and its eight neighbours: float32 of the same shape (n, h, w).

    A lone pixel of noise vanishes, and so does a line that is one pixel wide. Tukey,
    "Exploratory Data Analysis" (1977). Raises ValueError unless images has three axes.
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
    """Means weighted by a Gaussian of standard deviation ``width`` in pixels, above 0.

    The weights end at three standard deviations, at least one pixel away, and add up to 1.
    Returns float32 of the same shape (n, h, w), within the range of the input. Raises ValueError
    for another shape, or a width that is not a positive number.
    """
    images = _checked(images)
    if not 0 < width < math.inf:
        raise ValueError(f"width must be a number of pixels above 0. Received: width={width!r}.")
    down, across = (_blur_matrix(side, width) for side in images.shape[1:])
    return down @ images @ across.T


def _blur_matrix(length: int, width: float) -> np.ndarray:
    """The blur along one axis as a matrix, float32 (length, length), whose rows add up to 1."""
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
