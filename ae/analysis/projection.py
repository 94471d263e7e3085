"""Codes as places in a picture: the plane that shows most of them, and t-SNE."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ae.analysis.neighbours import nearest_neighbours
from ae.nn.pca import principal_axes

_ROWS = 64  # of a block in t-SNE: it stays in the processor's cache
_EXAGGERATION, _EXAGGERATED, _ITERATIONS = 12.0, 100, 400


@dataclass(frozen=True, eq=False)
class Plane:
    """A plane in the space of codes, with a place (x, y) for every code and a code for each place.

    origin : float32 (latent_dim,), the code at the place (0, 0).
    axes : float32 (2, latent_dim), orthonormal; where latent_dim is 1 the second row is 0.
    share : of the codes' variance that the plane shows, 0 to 1.
    """

    origin: np.ndarray
    axes: np.ndarray
    share: float

    @classmethod
    def of(cls, z: np.ndarray) -> Plane:
        """The plane through the codes z, float (n, latent_dim), that shows most of them.

        Codes of one or two numbers are their own places. Others are seen along their two
        principal axes (Pearson, 1901), from the mean.
        """
        latent_dim = z.shape[1]
        if latent_dim <= 2:
            axes = np.eye(2, latent_dim, dtype=np.float32)
            return cls(np.zeros(latent_dim, np.float32), axes, 1.0)
        mean = z.mean(axis=0, dtype=np.float64)
        centred = z - mean
        axes, variances = principal_axes(centred.T @ centred / len(z))
        share = variances[:2].sum() / max(variances.sum(), np.finfo(float).tiny)
        return cls(mean.astype(np.float32), axes[:2].astype(np.float32), float(share))

    def turned(self, z: np.ndarray, reference: np.ndarray) -> Plane:
        """The same plane, its axes turned or mirrored within it.

        The places of codes z, float (n, latent_dim), then lie in the directions that ``reference``,
        float (n, 2), has for them, as nearly as can be: orthogonal Procrustes (Schönemann, 1966).
        """
        places = self.places(z).astype(np.float64)
        wanted = reference - reference.mean(axis=0)
        u, _, vh = np.linalg.svd((places - places.mean(axis=0)).T @ wanted)
        return Plane(self.origin, ((u @ vh).T @ self.axes).astype(np.float32), self.share)

    def places(self, z: np.ndarray) -> np.ndarray:
        """Where codes (n, latent_dim) are seen: float32 (n, 2)."""
        return ((np.asarray(z, np.float32) - self.origin) @ self.axes.T).astype(np.float32)

    def codes(self, places: np.ndarray) -> np.ndarray:
        """The codes of places (n, 2) on the plane: float32 (n, latent_dim)."""
        return (np.asarray(places, np.float32) @ self.axes + self.origin).astype(np.float32)


def tsne(vectors: np.ndarray, perplexity: float = 30.0) -> np.ndarray:
    """Places in a picture that keep neighbours together: float32 (n, 2).

    van der Maaten & Hinton, "Visualizing Data using t-SNE", JMLR 9 (2008): exact, with early
    exaggeration, from the principal plane, so that nothing is random. Time and memory grow with
    n²: 400 iterations over 2,000 points. It has no way back from a place to a code.

    vectors : float (n, d), n at least 4 times the perplexity. perplexity : how many neighbours
    count, about. Raises ValueError if there are too few.
    """
    n = len(vectors)
    if perplexity < 2 or n < 4 * perplexity:
        raise ValueError(
            "tsne needs a perplexity of at least 2 and 4 times as many vectors. "
            f"Received: perplexity={perplexity:g}, {n} vectors."
        )
    similar = _joint_probabilities(np.asarray(vectors, np.float32), perplexity)
    start = Plane.of(vectors).places(vectors)
    places = 1e-4 * (start - start.mean(axis=0)) / max(float(start[:, 0].std()), 1e-12)
    places[:, 1] += 1e-9 * np.arange(n)  # equal places would stay equal; codes of one number are
    velocity, gains = np.zeros_like(places), np.ones_like(places)
    # Belkina et al., "Automated optimized parameters for t-SNE" (2019): the rate that fits n
    rate = n / _EXAGGERATION
    for iteration in range(_ITERATIONS):
        early = iteration < _EXAGGERATED
        gradient = _gradient(similar, places, _EXAGGERATION if early else 1.0)
        gains = np.where((gradient > 0) == (velocity > 0), gains * 0.8, gains + 0.2)
        gains = np.maximum(gains, 0.01)
        velocity = (0.5 if early else 0.8) * velocity - rate * gains * gradient
        places += velocity
        places -= places.mean(axis=0)
    return places.astype(np.float32)


def _joint_probabilities(vectors: np.ndarray, perplexity: float) -> np.ndarray:
    """p_ij of the paper's section 2, over the 3 * perplexity nearest: float32 (n, n), sum 1."""
    n = len(vectors)
    near = nearest_neighbours(vectors, min(int(3 * perplexity), n - 1))
    squares = ((vectors[near] - vectors[:, None]) ** 2).sum(axis=2, dtype=np.float64)
    squares /= max(squares.mean(), np.finfo(float).tiny)
    squares -= squares[:, :1]  # the nearest at 0: no row underflows
    low, high, wanted = np.full(n, 1e-6), np.full(n, 1e9), np.log(perplexity)
    for _ in range(60):
        precision = np.sqrt(low * high)
        weights = np.exp(-squares * precision[:, None])
        weights /= weights.sum(axis=1, keepdims=True)
        entropy = -(weights * np.log(np.maximum(weights, 1e-300))).sum(axis=1)
        low = np.where(entropy > wanted, precision, low)
        high = np.where(entropy > wanted, high, precision)
    joint = np.zeros((n, n), np.float32)
    np.put_along_axis(joint, near, weights.astype(np.float32), axis=1)
    return (joint + joint.T) / (2 * n)


def _gradient(similar: np.ndarray, places: np.ndarray, exaggeration: float) -> np.ndarray:
    """Equation 5 of the paper: 4 sum_j (p_ij - q_ij) (y_i - y_j) / (1 + |y_i - y_j|²)."""
    homogeneous = np.column_stack([places, np.ones(len(places), np.float32)]).astype(np.float32)
    flat = homogeneous[:, :2]
    norms = np.einsum("nd,nd->n", flat, flat)
    pull, push = np.empty_like(homogeneous), np.empty_like(homogeneous)
    total = 0.0
    for start in range(0, len(places), _ROWS):
        rows = slice(start, start + _ROWS)
        kernel = flat[rows] @ (-2 * flat.T)
        kernel += norms
        kernel += norms[rows, None]
        np.maximum(kernel, 0, out=kernel)
        kernel += 1
        np.reciprocal(kernel, out=kernel)
        total += float(kernel.sum(dtype=np.float64))
        pull[rows] = (similar[rows] * kernel) @ homogeneous
        np.square(kernel, out=kernel)
        push[rows] = kernel @ homogeneous
    total -= len(places)  # a point has no similarity with itself
    pulled = pull[:, 2:] * flat - pull[:, :2]
    pushed = push[:, 2:] * flat - push[:, :2]
    return 4 * (exaggeration * pulled - pushed / total)
