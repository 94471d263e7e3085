"""Pieces of ink in a picture: which of them is the digit, and which a punched hole or a desk."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

_INKED = 0.1
_CLOSE = 0.3  # of the digit's size: parts of one digit are no further apart
_LARGE = 0.2  # of the digit's ink: what has more may be the digit, too
_MOST = 4  # pieces that are offered


@dataclass(frozen=True, eq=False)
class Piece:
    """A part of the ink.

    Attributes
    ----------
    mask : bool array of the picture's shape.
    ink : float, the sum of the ink in it.
    """

    mask: np.ndarray
    ink: float


def pieces_of(ink: np.ndarray) -> list[Piece]:
    """Return the pieces of ink that may be the digit, the most likely one first.

    Parameters
    ----------
    ink : float array of shape (h, w), values in [0, 1], with some ink.

    Notes
    -----
    Connected parts that lie close to each other are one piece. What touches the border of the
    picture is less likely the digit than what does not: it may be the edge of a desk.
    """
    parts = _connected(ink > _INKED)
    left = sorted(parts, key=lambda part: -ink[tuple(part)].sum())
    pieces: list[tuple[bool, Piece]] = []
    while left and len(pieces) <= _MOST:
        members = [left.pop(0)]
        grew = True
        while grew:  # what is close to any member, compared with the size of all
            together = np.concatenate(members, axis=1)
            size = (together.max(axis=1) - together.min(axis=1) + 1).max()
            close = [part for part in left if _gap(part, together) <= _CLOSE * size]
            left = [part for part in left if not any(part is one for one in close)]
            members += close
            grew = bool(close)
        mask = np.zeros(ink.shape, bool)
        mask[tuple(np.concatenate(members, axis=1))] = True
        at_border = mask[[0, -1]].any() or mask[:, [0, -1]].any()
        pieces.append((bool(at_border), Piece(mask, float(ink[mask].sum()))))
    most = max(piece.ink for _, piece in pieces)
    inside = [piece.ink for at_border, piece in pieces if not at_border]
    # A speck within the picture is no reason to take a digit at its border for a desk.
    if max(inside, default=0) >= _LARGE / 2 * most:
        pieces.sort(key=lambda each: (each[0], -each[1].ink))
    digit = pieces[0][1]
    return [digit, *(p for _, p in pieces[1:_MOST] if p.ink >= _LARGE * digit.ink)]


def _gap(part: np.ndarray, other: np.ndarray) -> float:
    """Pixels between the bounding boxes of two parts."""
    apart = np.maximum(part.min(axis=1) - other.max(axis=1), other.min(axis=1) - part.max(axis=1))
    return float(np.maximum(apart, 0).max())


def _connected(mask: np.ndarray) -> list[np.ndarray]:
    """Return rows and columns, int (2, n), of each part of a mask, joined by sides or corners."""
    labels = np.where(mask, np.arange(1, mask.size + 1).reshape(mask.shape), 0)
    while True:  # each pixel takes the largest number around it, and that one's: few rounds
        padded = np.pad(labels, 1)
        height, width = mask.shape
        around = [padded[i : i + height, j : j + width] for i in range(3) for j in range(3)]
        spread = np.where(mask, np.max(around, axis=0), 0)
        flat = np.concatenate([[0], spread.ravel()])
        spread = np.where(mask, flat[spread], 0)
        spread = np.where(mask, np.concatenate([[0], spread.ravel()])[spread], 0)
        if (spread == labels).all():
            break
        labels = spread
    order = np.argsort(labels, axis=None, kind="stable")
    numbers = labels.ravel()[order]
    starts = np.flatnonzero(np.diff(numbers, prepend=0))
    groups = np.split(order, starts)[1:] if len(starts) else []
    return [np.array(np.unravel_index(group, mask.shape)) for group in groups]
