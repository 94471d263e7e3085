"""New codes: drawn from densities that are fitted to the codes of real digits, or from N(0, 1).

Temperature multiplies what is random about a draw: 1 is the density itself, 0 only its middle.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from ae.analysis.neighbours import nearest, vote

_BANDWIDTHS = np.geomspace(0.02, 1.0, 12)  # in standard deviations of the codes
_LEAST_VARIANCE = 1e-6  # of the largest: a number that a model does not use is constant
_HELD_OUT = 1000  # codes that a bandwidth is judged by


class Density(Protocol):
    """What can be drawn from. ``knows_classes`` says whether a class may be asked for."""

    knows_classes: bool

    def sample(
        self,
        count: int,
        rng: np.random.Generator,
        temperature: float = 1.0,
        label: int | None = None,
    ) -> np.ndarray: ...


@dataclass(frozen=True, eq=False)
class Gaussian:
    """One normal distribution. N(0, 1) of each number is ``Gaussian.standard(latent_dim)``.

    mean : float64 (latent_dim,). factor : float64 (latent_dim, latent_dim), with
    factor @ factor.T the covariance.
    """

    mean: np.ndarray
    factor: np.ndarray
    knows_classes = False

    @classmethod
    def standard(cls, latent_dim: int) -> Gaussian:
        """N(0, 1) for each of ``latent_dim`` numbers by itself: the prior of a VAE."""
        return cls(np.zeros(latent_dim), np.eye(latent_dim))

    @classmethod
    def fit(cls, z: np.ndarray) -> Gaussian:
        """Mean and covariance of codes z, float (n, latent_dim)."""
        mean = z.mean(axis=0, dtype=np.float64)
        centred = z - mean
        variances, vectors = np.linalg.eigh(centred.T @ centred / len(z))
        least = max(variances[-1] * _LEAST_VARIANCE, np.finfo(float).tiny)
        return cls(mean, vectors * np.sqrt(np.maximum(variances, least)))

    def sample(
        self,
        count: int,
        rng: np.random.Generator,
        temperature: float = 1.0,
        label: int | None = None,
    ) -> np.ndarray:
        """Draw codes: float32 (count, latent_dim). ``label`` has to be None: see ``of_class``."""
        noise = rng.standard_normal((count, len(self.mean)))
        return (self.mean + temperature * noise @ self.factor.T).astype(np.float32)


@dataclass(frozen=True, eq=False)
class GaussianPerClass:
    """A normal distribution for each class, and how often each class is drawn.

    labels : int (classes,). shares : float64 (classes,), sum 1.
    """

    labels: np.ndarray
    shares: np.ndarray
    gaussians: tuple[Gaussian, ...]
    knows_classes = True

    @classmethod
    def fit(cls, z: np.ndarray, labels: np.ndarray) -> GaussianPerClass:
        """A Gaussian for the codes of each class. z : float (n, latent_dim); labels : (n,)."""
        classes, counts = np.unique(labels, return_counts=True)
        gaussians = tuple(Gaussian.fit(z[labels == label]) for label in classes)
        return cls(classes, counts / counts.sum(), gaussians)

    def sample(
        self,
        count: int,
        rng: np.random.Generator,
        temperature: float = 1.0,
        label: int | None = None,
    ) -> np.ndarray:
        """Draw codes, of one class if ``label`` says which: float32 (count, latent_dim)."""
        drawn = (
            rng.choice(self.labels, count, p=self.shares)
            if label is None
            else np.full(count, label)
        )
        z = np.empty((count, len(self.gaussians[0].mean)), np.float32)
        for each, gaussian in zip(self.labels, self.gaussians, strict=True):
            rows = drawn == each
            z[rows] = gaussian.sample(np.count_nonzero(rows), rng, temperature)
        return z


@dataclass(frozen=True, eq=False)
class KernelDensity:
    """A small normal distribution around each of many real codes.

    centres : float32 (n, latent_dim). labels : (n,), their classes.
    factor : float64 (latent_dim, latent_dim), as in Gaussian, of the small distributions.
    bandwidth : their size as a multiple of the spread of all codes.
    """

    centres: np.ndarray
    labels: np.ndarray
    factor: np.ndarray
    bandwidth: float
    knows_classes = True

    @classmethod
    def fit(cls, z: np.ndarray, labels: np.ndarray) -> KernelDensity:
        """Kernels with the covariance of all codes, at the bandwidth that explains codes best.

        z : float (n, latent_dim), n at least 2. Parzen, "On Estimation of a Probability Density
        Function and Mode" (1962). The bandwidth is the one of twelve under which codes that were
        kept aside, up to 1,000, have the highest likelihood around the rest.
        """
        gaussian = Gaussian.fit(z)
        white = ((z - gaussian.mean) @ np.linalg.inv(gaussian.factor).T).astype(np.float32)
        aside = min(_HELD_OUT, len(z) // 2)
        bandwidth = _best_bandwidth(white[aside:], white[:aside])
        return cls(z, labels, bandwidth * gaussian.factor, bandwidth)

    def sample(
        self,
        count: int,
        rng: np.random.Generator,
        temperature: float = 1.0,
        label: int | None = None,
    ) -> np.ndarray:
        """Draw codes, of one class if ``label`` says which: float32 (count, latent_dim).

        At temperature 0 they are codes of real digits: copies.
        """
        of_class = slice(None) if label is None else self.labels == label
        candidates = np.arange(len(self.centres))[of_class]
        chosen = self.centres[rng.choice(candidates, count)]
        noise = rng.standard_normal(chosen.shape)
        return (chosen + temperature * noise @ self.factor.T).astype(np.float32)


def of_class(
    density: Density,
    label: int,
    count: int,
    rng: np.random.Generator,
    temperature: float,
    classify: Callable[[np.ndarray], np.ndarray],
) -> np.ndarray:
    """Draw codes of one class: float32 (at most count, latent_dim).

    A density that knows classes is asked for it. From others codes are drawn until enough are of
    that class by ``classify``, (n, latent_dim) -> labels (n,); after 40 times as many draws as
    wanted there may be fewer, or none.
    """
    if density.knows_classes:
        return density.sample(count, rng, temperature, label)
    kept: list[np.ndarray] = []
    for _ in range(10):
        z = density.sample(4 * count, rng, temperature)
        kept.append(z[classify(z) == label])
        if sum(map(len, kept)) >= count:
            break
    return np.concatenate(kept)[:count]


def class_by_neighbours(
    codes: np.ndarray, labels: np.ndarray, count: int = 5
) -> Callable[[np.ndarray], np.ndarray]:
    """A function that says which class most of a code's nearest real codes have.

    codes : float32 (n, latent_dim) of real digits; labels : whole numbers from 0, (n,).
    """
    return lambda z: vote(nearest(z, codes, count)[0], labels)


def _best_bandwidth(centres: np.ndarray, held_out: np.ndarray) -> float:
    """Of the bandwidths to try, the one with the highest likelihood of ``held_out``."""
    squares = (
        np.einsum("nd,nd->n", held_out, held_out)[:, None]
        - 2 * held_out @ centres.T
        + np.einsum("nd,nd->n", centres, centres)
    )
    # the nearest centre is taken out, so that nothing underflows
    nearest = np.maximum(squares.min(axis=1, keepdims=True), 0)
    squares -= nearest
    likelihoods = []
    for bandwidth in _BANDWIDTHS:
        twice = 2 * bandwidth**2
        mass = np.log(np.exp(-squares / twice).sum(axis=1)) - nearest[:, 0] / twice
        likelihoods.append(float(mass.mean()) - centres.shape[1] * np.log(bandwidth))
    return float(_BANDWIDTHS[np.argmax(likelihoods)])
