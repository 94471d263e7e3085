"""Paths between latent vectors: straight, spherical, and through the codes of real images."""

from __future__ import annotations

import heapq
from dataclasses import dataclass

import numpy as np

from ae.analysis import metrics
from ae.analysis.neighbours import nearest

_PARALLEL = 1e-4  # radians: for a smaller angle the arc is as good as the straight line


def straight(start: np.ndarray, end: np.ndarray, steps: int) -> np.ndarray:
    """Return equal steps along the straight line, both ends included.

    Parameters
    ----------
    start, end : float arrays of shape (latent_dim,)
    steps : int
        At least 2.

    Returns
    -------
    float32 array of shape (steps, latent_dim)

    Raises
    ------
    ValueError
        If ``steps`` is less than 2.
    """
    parts = _parts(steps)
    return ((1 - parts) * start + parts * end).astype(np.float32)


def slerp(
    start: np.ndarray, end: np.ndarray, steps: int, centre: np.ndarray | float = 0.0
) -> np.ndarray:
    """Return equal rotations around a centre, both ends included (spherical interpolation).

    Parameters
    ----------
    start, end : float arrays of shape (latent_dim,)
    steps : int
        At least 2.
    centre : float array of shape (latent_dim,), or 0

    Returns
    -------
    float32 array of shape (steps, latent_dim)
        The distance from the centre changes evenly from that of ``start`` to that of ``end``. If
        both lie in the same or in opposite directions from the centre, the path is straight.

    Raises
    ------
    ValueError
        If ``steps`` is less than 2.

    Notes
    -----
    sin((1 - t) a) / sin(a) * start + sin(t a) / sin(a) * end, for unit vectors with the angle a.

    References
    ----------
    Shoemake, "Animating Rotation with Quaternion Curves" (1985), section 3.3.
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
    radius = (1 - parts) * lengths[0] + parts * lengths[1]
    path = centre + radius * turned / np.sin(angle)
    path[0], path[-1] = start, end  # the sines are rounded, the ends should be exact
    return path.astype(np.float32)


@dataclass(frozen=True, eq=False)
class NeighbourGraph:
    """Latent vectors joined to their nearest neighbours. Paths in it stay close to real codes.

    Attributes
    ----------
    z : float32 array of shape (n, latent_dim)
    neighbours : list of n int arrays
        For each latent vector the indices of those that it is joined to.
    lengths : list of n float arrays
        The distances to them.

    Notes
    -----
    The graph is connected: there is a path between any two latent vectors.
    """

    z: np.ndarray
    neighbours: list[np.ndarray]
    lengths: list[np.ndarray]

    @classmethod
    def of(cls, z: np.ndarray, neighbours: np.ndarray) -> NeighbourGraph:
        """Join each latent vector to its neighbours, in both directions.

        Components that are not connected are then joined by the shortest edges between them, as
        in the minimum spanning tree of Borůvka (1926).

        Parameters
        ----------
        z : float array of shape (n, latent_dim)
        neighbours : int array of shape (n, k)
            As ``nearest_neighbours`` returns them.
        """
        n, k = neighbours.shape
        edges = np.column_stack([np.repeat(np.arange(n), k), neighbours.ravel()])
        components = _components(n, edges)
        while components.max() > 0:
            edges = np.concatenate([edges, _bridges(z, components)])
            components = _components(n, edges)
        edges = np.unique(np.concatenate([edges, edges[:, ::-1]]), axis=0)
        starts = np.searchsorted(edges[:, 0], np.arange(1, n))
        lengths = np.linalg.norm(z[edges[:, 0]] - z[edges[:, 1]], axis=1)
        return cls(z, np.split(edges[:, 1], starts), np.split(lengths, starts))

    def shortest_path(self, start: int, end: int) -> list[int]:
        """Return the indices along the shortest path, both ends included (Dijkstra, 1959).

        The cost of a step is the square of its length. Many short steps thus cost less than one
        long step, and the path stays where codes are dense.
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
            costs = (cost + self.lengths[here] ** 2).tolist()
            for other, total in zip(self.neighbours[here].tolist(), costs, strict=True):
                if total < best.get(other, np.inf):
                    best[other], before[other] = total, here
                    heapq.heappush(queue, (total, other))
        path = [end]
        while path[-1] != start:
            path.append(before[path[-1]])
        return path[::-1]


def resample(corners: np.ndarray, steps: int) -> np.ndarray:
    """Return equal steps along a line with corners, both ends included.

    Parameters
    ----------
    corners : float array of shape (m, latent_dim), m at least 1
    steps : int
        At least 2.

    Returns
    -------
    float32 array of shape (steps, latent_dim)
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
    """How smooth a path is, and how close it stays to real codes.

    Attributes
    ----------
    total_change : float
        Pixel change summed over the steps, relative to the direct change from the first image to
        the last. 1 is the least possible.
    largest_step : float
        The largest pixel change in one step, relative to the mean step. 1 is perfectly even.
    largest_distance : float
        The largest distance of a latent vector on the path from the nearest real code.
    """

    total_change: float
    largest_step: float
    largest_distance: float


def path_figures(path: np.ndarray, images: np.ndarray, real: np.ndarray) -> PathFigures:
    """Measure a path. Pixel change is the Euclidean distance between two images.

    Parameters
    ----------
    path : float array of shape (steps, latent_dim)
    images : float array of shape (steps, 28, 28)
        Decoded from the path.
    real : float array of shape (n, latent_dim)
        Codes of real images.
    """
    steps = np.sqrt(metrics.squared_error(images[1:], images[:-1]))
    direct = float(np.sqrt(metrics.squared_error(images[:1], images[-1:])[0]))
    distance = float(nearest(path, real)[1].max())
    mean = float(steps.mean())
    if mean == 0:
        return PathFigures(1.0, 1.0, distance)
    return PathFigures(float(steps.sum()) / max(direct, 1e-9), float(steps.max()) / mean, distance)


def _parts(steps: int) -> np.ndarray:
    """Return equal steps from 0 to 1 as a column: float64 (steps, 1)."""
    if steps < 2:
        raise ValueError(f"steps must be at least 2. Received: steps={steps}.")
    return np.linspace(0, 1, steps)[:, None]


def _components(n: int, edges: np.ndarray) -> np.ndarray:
    """Return the connected component of each of n nodes: numbers from 0 without a gap, (n,)."""
    label = np.arange(n)
    while True:
        lowest = label.copy()
        np.minimum.at(lowest, edges[:, 0], label[edges[:, 1]])
        np.minimum.at(lowest, edges[:, 1], label[edges[:, 0]])
        lowest = lowest[lowest]  # a label is the number of a node, which may have a lower label
        if np.array_equal(lowest, label):
            return np.unique(label, return_inverse=True)[1]
        label = lowest


def _bridges(z: np.ndarray, components: np.ndarray) -> np.ndarray:
    """Return the shortest edge out of each component but the largest: int (m, 2)."""
    sizes = np.bincount(components)
    found = []
    for component in np.flatnonzero(np.arange(len(sizes)) != sizes.argmax()):
        inside = np.flatnonzero(components == component)
        outside = np.flatnonzero(components != component)
        indices, distances = nearest(z[inside], z[outside])
        best = distances[:, 0].argmin()
        found.append((inside[best], outside[indices[best, 0]]))
    return np.array(found)
