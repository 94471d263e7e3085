"""Two-dimensional embeddings of latent vectors: the principal plane, and t-SNE."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from ae.analysis.neighbours import nearest, nearest_neighbours
from ae.nn.pca import axes_of

_TINY = np.finfo(float).tiny
_ROWS = 64  # of a block in t-SNE: it stays in the processor's cache
_SHEPARD = 5  # neighbours that a latent vector is interpolated from
_BISECTIONS = 30  # of a range of 15 powers of ten: to a part in ten million
_EXAGGERATION, _EXAGGERATED, _ITERATIONS = 12.0, 100, 400


@dataclass(frozen=True, eq=False)
class Plane:
    """A plane in latent space, with a place (x, y) for each latent vector, and the way back.

    Attributes
    ----------
    origin : float32 array of shape (latent_dim,)
        The latent vector at the place (0, 0).
    axes : float32 array of shape (2, latent_dim)
        Orthonormal rows. If latent_dim is 1, the second row is 0.
    explained_variance : float
        The share of the latent vectors' variance that lies in the plane, from 0 to 1.
    """

    origin: np.ndarray
    axes: np.ndarray
    explained_variance: float

    @classmethod
    def of(cls, z: np.ndarray) -> Plane:
        """Return the plane that explains most of the variance of latent vectors.

        Parameters
        ----------
        z : float array of shape (n, latent_dim)
            With one or two dimensions, they are their own places. Otherwise the plane goes
            through the mean, along the two principal axes (Pearson, 1901).
        """
        latent_dim = z.shape[1]
        if latent_dim <= 2:
            axes = np.eye(2, latent_dim, dtype=np.float32)
            return cls(np.zeros(latent_dim, np.float32), axes, 1.0)
        mean, axes, _ = axes_of(z)
        plane = cls(mean.astype(np.float32), axes[:2].astype(np.float32), 1.0)
        explained = plane.places(z).var(axis=0, dtype=np.float64).sum()
        total = z.var(axis=0, dtype=np.float64).sum()
        return replace(plane, explained_variance=float(explained / max(total, _TINY)))

    def aligned(self, z: np.ndarray, reference: np.ndarray) -> Plane:
        """Return the same plane with its axes rotated or mirrored within it.

        Parameters
        ----------
        z : float array of shape (n, latent_dim)
            Latent vectors whose places should agree with the reference.
        reference : float array of shape (n, 2)
            The places to agree with, as nearly as rotating and mirroring allow.

        References
        ----------
        Schönemann, "A Generalized Solution of the Orthogonal Procrustes Problem" (1966).
        """
        places = self.places(z).astype(np.float64)
        wanted = reference - reference.mean(axis=0)
        u, _, vh = np.linalg.svd((places - places.mean(axis=0)).T @ wanted)
        axes = ((u @ vh).T @ self.axes).astype(np.float32)
        return Plane(self.origin, axes, self.explained_variance)

    def places(self, z: np.ndarray) -> np.ndarray:
        """Project latent vectors, float (n, latent_dim), to the plane: float32 (n, 2)."""
        return ((np.asarray(z, np.float32) - self.origin) @ self.axes.T).astype(np.float32)

    def codes(self, places: np.ndarray) -> np.ndarray:
        """Return the latent vectors at places, float (n, 2), of the plane: float32 (n, d)."""
        return (np.asarray(places, np.float32) @ self.axes + self.origin).astype(np.float32)


@dataclass(frozen=True, eq=False)
class Embedding:
    """Places that were found for some latent vectors, as by t-SNE, with approximate ways there.

    Attributes
    ----------
    z : float array of shape (n, latent_dim)
    embedded : float array of shape (n, 2)
        The place of each latent vector.
    """

    z: np.ndarray
    embedded: np.ndarray

    def places(self, z: np.ndarray) -> np.ndarray:
        """Return for each latent vector, float (m, latent_dim), the place of the nearest known."""
        return self.embedded[nearest(z, self.z)[0][:, 0]].astype(np.float32)

    def codes(self, places: np.ndarray) -> np.ndarray:
        """Return a latent vector for each place, float (m, 2): float32 (m, latent_dim).

        It is the mean of the latent vectors of the 5 nearest places, weighted by the inverse of
        the squared distance: Shepard, "A two-dimensional interpolation function for
        irregularly-spaced data" (1968).
        """
        near, distances = nearest(places, self.embedded, min(_SHEPARD, len(self.embedded)))
        weights = 1 / np.maximum(distances, 1e-6) ** 2
        weights /= weights.sum(axis=1, keepdims=True)
        return np.einsum("mk,mkd->md", weights, self.z[near]).astype(np.float32)


def tsne(vectors: np.ndarray, perplexity: float = 30.0) -> np.ndarray:
    """Embed vectors in two dimensions so that neighbours stay together.

    Parameters
    ----------
    vectors : float array of shape (n, d)
        n must be at least 4 times the perplexity.
    perplexity : float
        Roughly the number of neighbours of each vector that count, at least 2.

    Returns
    -------
    float32 array of shape (n, 2)
        The same for the same vectors: nothing is random. There is no way back from a place to a
        latent vector, but see ``Embedding``.

    Raises
    ------
    ValueError
        If the perplexity is too small, or there are too few vectors for it.

    Notes
    -----
    Exact gradients and early exaggeration, started from the principal plane. Time and memory grow
    with n²: use it for up to about 2,000 vectors. The learning rate n / 12 is that of Belkina et
    al.

    References
    ----------
    van der Maaten & Hinton, "Visualizing Data using t-SNE", JMLR 9 (2008).
    Belkina et al., "Automated optimized parameters for T-distributed stochastic neighbor
    embedding improve visualization and analysis of large datasets" (2019).
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
    # Equal places would stay equal for ever, as would a y of 0 for vectors of one dimension.
    places[:, 1] += 1e-9 * np.arange(n)
    velocity, gains = np.zeros_like(places), np.ones_like(places)
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
    """Return p_ij of section 2 of the paper, for the 3 * perplexity nearest: float32 (n, n)."""
    n = len(vectors)
    near = nearest_neighbours(vectors, min(int(3 * perplexity), n - 1))
    centred = vectors - vectors.mean(axis=0, dtype=np.float64)  # float64: |a|² - 2ab + |b|² cancels
    products = centred @ centred.T
    norms = np.diagonal(products)
    squares = norms[:, None] - 2 * np.take_along_axis(products, near, axis=1) + norms[near]
    squares /= max(squares.mean(), np.finfo(float).tiny)
    squares -= squares[:, :1]  # with the nearest at 0, no row underflows
    low, high, wanted = np.full(n, 1e-6), np.full(n, 1e9), np.log(perplexity)
    for _ in range(_BISECTIONS):
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
    """Return 4 sum_j (p_ij - q_ij) (y_i - y_j) / (1 + |y_i - y_j|²), equation 5 of the paper."""
    places = places.astype(np.float32)
    norms, ones = np.einsum("nd,nd->n", places, places), np.ones(len(places), np.float32)
    homogeneous = np.column_stack([places, ones])
    # 1 + |a - b|² = -2ab + (1 + |a|²) + |b|² as one product of matrices
    left = np.column_stack([-2 * places, 1 + norms, ones])
    right = np.stack([*places.T, ones, norms])
    pull, push = np.empty_like(homogeneous), np.empty_like(homogeneous)
    total = 0.0
    for start in range(0, len(places), _ROWS):
        rows = slice(start, start + _ROWS)
        kernel = left[rows] @ right
        np.maximum(kernel, 1, out=kernel)
        np.reciprocal(kernel, out=kernel)
        total += float(kernel.sum())
        pull[rows] = (similar[rows] * kernel) @ homogeneous
        np.square(kernel, out=kernel)
        push[rows] = kernel @ homogeneous
    total -= len(places)  # less the diagonal: q_ii is 0
    pulled = pull[:, 2:] * places - pull[:, :2]
    pushed = push[:, 2:] * places - push[:, :2]
    return 4 * (exaggeration * pulled - pushed / total)
