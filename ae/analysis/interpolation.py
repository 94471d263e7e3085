"""Ways from one code to another: straight, spherical, and through real neighbours."""

from __future__ import annotations

import heapq
from dataclasses import dataclass

import numpy as np

from ae.analysis import metrics
from ae.analysis.neighbours import nearest

_PARALLEL = 1e-4  # radians: nearer than this, the arc is the straight line


def straight(start: np.ndarray, end: np.ndarray, steps: int) -> np.ndarray:
    """Equal steps on the straight line: float32 (steps, latent_dim), both ends included.

    start, end : float (latent_dim,). steps : at least 2.
    """
    parts = _parts(steps)
    return ((1 - parts) * start + parts * end).astype(np.float32)


def slerp(
    start: np.ndarray, end: np.ndarray, steps: int, centre: np.ndarray | float = 0.0
) -> np.ndarray:
    """Equal turns around a centre: float32 (steps, latent_dim), both ends included.

    Shoemake, "Animating Rotation with Quaternion Curves" (1985), equation 5 of its section 3.3:
    sin((1 - t) a) / sin(a) * start + sin(t a) / sin(a) * end, with the angle a between the two as
    seen from the centre. Between codes equally far from it, all are as far; else the distance goes
    over evenly from one to the other. Codes that lie in one direction from the centre, or in
    opposite ones, are joined by the straight line.
    centre : float (latent_dim,), or 0.
    """
    start, end = np.asarray(start, np.float64), np.asarray(end, np.float64)
    first, last = start - centre, end - centre
    lengths = np.linalg.norm(first), np.linalg.norm(last)
    if min(lengths) == 0:
        return straight(start, end, steps)
    units = first / lengths[0], last / lengths[1]
    angle = np.arccos(np.clip(units[0] @ units[1], -1, 1))
    if angle < _PARALLEL or angle > np.pi - _PARALLEL:
        return straight(start, end, steps)
    parts = _parts(steps)
    turned = np.sin((1 - parts) * angle) * units[0] + np.sin(parts * angle) * units[1]
    far = (1 - parts) * lengths[0] + parts * lengths[1]
    path = centre + far * turned / np.sin(angle)
    path[0], path[-1] = start, end  # exactly, whatever the rounding of the sines
    return path.astype(np.float32)


@dataclass(frozen=True, eq=False)
class NeighbourGraph:
    """Codes joined to their nearest ones: ways through it stay near real codes.

    z : float32 (n, latent_dim). joined : for each code the indices of those it is joined to, and
    ``lengths`` the distances. It is one piece: any two codes are joined by a way.
    """

    z: np.ndarray
    joined: list[np.ndarray]
    lengths: list[np.ndarray]

    @classmethod
    def of(cls, z: np.ndarray, neighbours: np.ndarray) -> NeighbourGraph:
        """Join each code to its neighbours, int (n, k), and they to it.

        Pieces that are then still apart are joined by the shortest edges that do it, as Borůvka
        (1926) builds a minimum spanning tree.
        """
        n, k = neighbours.shape
        edges = np.column_stack([np.repeat(np.arange(n), k), neighbours.ravel()])
        pieces = _pieces(n, edges)
        while pieces.max() > 0:
            edges = np.concatenate([edges, _bridges(z, pieces)])
            pieces = _pieces(n, edges)
        edges = np.unique(np.concatenate([edges, edges[:, ::-1]]), axis=0)
        starts = np.searchsorted(edges[:, 0], np.arange(1, n))
        lengths = np.linalg.norm(z[edges[:, 0]] - z[edges[:, 1]], axis=1)
        return cls(z, np.split(edges[:, 1], starts), np.split(lengths, starts))

    def shortest(self, start: int, end: int) -> list[int]:
        """Indices of the codes along the shortest way, both ends included (Dijkstra, 1959).

        A step costs the square of its length: many short ones are better than a leap, so that the
        way keeps to where codes are dense.
        """
        best, before, done = {start: 0.0}, {}, set()
        queue = [(0.0, start)]
        while queue:
            cost, here = heapq.heappop(queue)
            if here == end:
                break
            if here in done:
                continue
            done.add(here)
            squares = (cost + self.lengths[here] ** 2).tolist()
            for other, total in zip(self.joined[here].tolist(), squares, strict=True):
                if total < best.get(other, np.inf):
                    best[other], before[other] = total, here
                    heapq.heappush(queue, (total, other))
        way = [end]
        while way[-1] != start:
            way.append(before[way[-1]])
        return way[::-1]


def resample(corners: np.ndarray, steps: int) -> np.ndarray:
    """Equal steps along a line with corners: float32 (steps, latent_dim), both ends included.

    corners : float (m, latent_dim), m at least 1. steps : at least 2.
    """
    corners = np.asarray(corners, np.float64)
    along = np.concatenate([[0], np.cumsum(np.linalg.norm(np.diff(corners, axis=0), axis=1))])
    if along[-1] == 0:
        return np.repeat(corners[:1], steps, axis=0).astype(np.float32)
    at = np.linspace(0, along[-1], steps)
    columns = [np.interp(at, along, column) for column in corners.T]
    return np.column_stack(columns).astype(np.float32)


@dataclass(frozen=True)
class PathFigures:
    """How good a path is.

    change : how much the pictures change along it, summed over the steps, as a multiple of the
        change from first to last: 1 is the least that is possible.
    jump : the largest change in one step, as a multiple of the mean step: 1 is perfectly smooth.
    farthest : the largest distance of a code on it from the nearest real code.
    """

    change: float
    jump: float
    farthest: float


def path_figures(path: np.ndarray, images: np.ndarray, real: np.ndarray) -> PathFigures:
    """Figures of a path.

    path : float (steps, latent_dim). images : float (steps, 28, 28), decoded from it.
    real : float (n, latent_dim), codes of real digits. Changes are Euclidean distances of pixels.
    """
    steps = np.sqrt(metrics.squared_error(images[1:], images[:-1]))
    ends = float(np.sqrt(metrics.squared_error(images[:1], images[-1:])[0]))
    farthest = float(nearest(path, real)[1].max())
    mean = float(steps.mean())
    if mean == 0:
        return PathFigures(1.0, 1.0, farthest)
    return PathFigures(float(steps.sum()) / max(ends, 1e-9), float(steps.max()) / mean, farthest)


def _parts(steps: int) -> np.ndarray:
    if steps < 2:
        raise ValueError(f"steps must be at least 2. Received: steps={steps}.")
    return np.linspace(0, 1, steps)[:, None]


def _pieces(n: int, edges: np.ndarray) -> np.ndarray:
    """Which connected piece each of n nodes belongs to: whole numbers from 0 without a gap."""
    label = np.arange(n)
    while True:
        lowest = label.copy()
        np.minimum.at(lowest, edges[:, 0], label[edges[:, 1]])
        np.minimum.at(lowest, edges[:, 1], label[edges[:, 0]])
        lowest = lowest[lowest]  # takes what a neighbour has learnt meanwhile
        if np.array_equal(lowest, label):
            return np.unique(label, return_inverse=True)[1]
        label = lowest


def _bridges(z: np.ndarray, pieces: np.ndarray) -> np.ndarray:
    """The shortest edge that leads out of each piece but the largest: int (m, 2)."""
    sizes = np.bincount(pieces)
    found = []
    for piece in np.flatnonzero(np.arange(len(sizes)) != sizes.argmax()):
        inside, outside = np.flatnonzero(pieces == piece), np.flatnonzero(pieces != piece)
        indices, distances = nearest(z[inside], z[outside])
        best = distances[:, 0].argmin()
        found.append((inside[best], outside[indices[best, 0]]))
    return np.array(found)
