"""Images of simple shapes with known factors: a second data set, drawn when it is needed."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

SHAPES = ("square", "ellipse", "cross", "ring")

_SIDE = 28
_MIDDLE = (_SIDE - 1) / 2
_CHUNK = 500  # images at a time, so that the work stays in the processor's cache
_LEAST, _MOST = 5.0, 9.0  # half the size, in pixels: as large as digits are
_THICKNESS = 1.5  # half that of the cross's bars and of the ring, in pixels


@dataclass(frozen=True, eq=False)
class ShapeImages:
    """Images of shapes, and the factors that each was drawn from.

    Attributes
    ----------
    images : float32 array of shape (n, 28, 28), values in [0, 1]
        White on black, with antialiased edges.
    labels : uint8 array of shape (n,)
        Positions in ``SHAPES``.
    centre : float32 array of shape (n, 2)
        Column and row of the shape's centre in pixels, from 0.
    size : float32 array of shape (n,)
        Half the side of the square, the length of the cross's bars, the radius of the ring, or the
        larger radius of the ellipse, in pixels.
    angle : float32 array of shape (n,)
        Rotation in radians, from 0 to π. A ring looks the same at every angle.
    """

    images: np.ndarray
    labels: np.ndarray
    centre: np.ndarray
    size: np.ndarray
    angle: np.ndarray


def draw_shapes(count: int, rng: np.random.Generator) -> ShapeImages:
    """Draw squares, ellipses, crosses and rings of random place, size and rotation.

    Parameters
    ----------
    count : int
        Number of images, from 0.
    rng : numpy.random.Generator
        The same state gives the same images.

    Returns
    -------
    ShapeImages

    Raises
    ------
    ValueError
        If ``count`` is negative.

    Notes
    -----
    A pixel's value is 1/2 minus its distance from the shape's edge in pixels (negative inside),
    clipped to [0, 1]: an edge that crosses a pixel makes it grey.
    """
    if count < 0:
        raise ValueError(f"count must be at least 0. Received: count={count}.")
    labels = rng.integers(len(SHAPES), size=count).astype(np.uint8)
    size = rng.uniform(_LEAST, _MOST, count).astype(np.float32)
    # A shape that is rotated reaches further: the place leaves room for half of the rest.
    room = (_MIDDLE - size) / 2
    centre = (_MIDDLE + rng.uniform(-1, 1, (count, 2)) * room[:, None]).astype(np.float32)
    angle = rng.uniform(0, np.pi, count).astype(np.float32)
    images = np.empty((count, _SIDE, _SIDE), np.float32)
    for label in range(len(SHAPES)):
        mine = np.flatnonzero(labels == label)
        for start in range(0, len(mine), _CHUNK):
            rows = mine[start : start + _CHUNK]
            images[rows] = _draw(SHAPES[label], centre[rows], size[rows], angle[rows])
    return ShapeImages(images, labels, centre, size, angle)


def _draw(shape: str, centre: np.ndarray, size: np.ndarray, angle: np.ndarray) -> np.ndarray:
    pixels = np.arange(_SIDE, dtype=np.float32)
    x = pixels[None, None, :] - centre[:, 0, None, None]
    y = pixels[None, :, None] - centre[:, 1, None, None]
    cosine, sine = np.cos(angle)[:, None, None], np.sin(angle)[:, None, None]
    # By the shape's symmetry one quarter of it is enough.
    across, along = np.abs(cosine * x + sine * y), np.abs(cosine * y - sine * x)
    reach = size[:, None, None]
    return np.clip(0.5 - _DISTANCES[shape](across, along, reach), 0, 1)


def _to_square(x: np.ndarray, y: np.ndarray, size: np.ndarray) -> np.ndarray:
    return np.maximum(x, y) - size * np.float32(np.sqrt(0.5))  # its corners reach as far as others


def _to_ellipse(x: np.ndarray, y: np.ndarray, size: np.ndarray) -> np.ndarray:
    # To first order: (f - 1) divided by the length of f's gradient, f = |(x / a, y / b)|.
    a, b = size, size * np.float32(0.5)
    f = np.sqrt((x / a) ** 2 + (y / b) ** 2)
    slope = np.sqrt((x / a**2) ** 2 + (y / b**2) ** 2)
    return f * (f - 1) / np.maximum(slope, np.float32(1e-6))


def _to_cross(x: np.ndarray, y: np.ndarray, size: np.ndarray) -> np.ndarray:
    upright = np.maximum(x - np.float32(_THICKNESS), y - size)
    return np.minimum(upright, np.maximum(x - size, y - np.float32(_THICKNESS)))


def _to_ring(x: np.ndarray, y: np.ndarray, size: np.ndarray) -> np.ndarray:
    return np.abs(np.hypot(x, y) - size + np.float32(_THICKNESS)) - np.float32(_THICKNESS)


_DISTANCES = {
    "square": _to_square,
    "ellipse": _to_ellipse,
    "cross": _to_cross,
    "ring": _to_ring,
}
