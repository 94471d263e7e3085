"""Distributions of latent vectors, fitted to the codes of real images, and the prior N(0, 1).

New images are decoded from samples. The temperature scales the random part of a sample: at 1 it
follows the distribution, at 0 it is the mean.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import ClassVar, Protocol

import numpy as np

from ae.analysis.neighbours import nearest, vote
from ae.nn.pca import axes_of

_BANDWIDTHS = np.geomspace(0.02, 1.0, 12)  # in standard deviations of the codes
_LEAST_VARIANCE = 1e-6  # of the largest: a dimension that the model does not use is constant
_HELD_OUT = 1000  # codes that a bandwidth is chosen on


class Density(Protocol):
    """A distribution over latent vectors.

    Attributes
    ----------
    class_conditional : bool
        Whether ``sample`` takes a label.
    """

    class_conditional: ClassVar[bool]

    def sample(
        self,
        count: int,
        rng: np.random.Generator,
        temperature: float = 1.0,
        label: int | None = None,
    ) -> np.ndarray:
        """Draw latent vectors.

        Parameters
        ----------
        count : int
        rng : numpy.random.Generator
        temperature : float
            Scale of the random part, at least 0.
        label : int, optional
            Draw from this class alone. Only if the distribution is class-conditional.

        Returns
        -------
        float32 array of shape (count, latent_dim)
        """
        ...


@dataclass(frozen=True, eq=False)
class Gaussian:
    """A multivariate normal distribution.

    Attributes
    ----------
    mean : float64 array of shape (latent_dim,)
    factor : float64 array of shape (latent_dim, r)
        factor @ factor.T is the covariance. Its columns are orthogonal. r is latent_dim, but see
        ``ae.nn.pca.axes_of``.
    """

    class_conditional: ClassVar[bool] = False
    mean: np.ndarray
    factor: np.ndarray

    @classmethod
    def standard(cls, latent_dim: int) -> Gaussian:
        """Return N(0, 1) for each latent dimension independently: the prior of a VAE."""
        return cls(np.zeros(latent_dim), np.eye(latent_dim))

    @classmethod
    def fit(cls, z: np.ndarray) -> Gaussian:
        """Return the distribution with mean and covariance of z, float (n, latent_dim)."""
        mean, axes, variances = axes_of(z)
        least = max(variances[0] * _LEAST_VARIANCE, np.finfo(float).tiny)
        return cls(mean, axes.T * np.sqrt(np.maximum(variances, least)))

    def sample(
        self,
        count: int,
        rng: np.random.Generator,
        temperature: float = 1.0,
        label: int | None = None,
    ) -> np.ndarray:
        """Draw latent vectors; see ``Density.sample``. ``label`` must be None."""
        noise = rng.standard_normal((count, self.factor.shape[1]))
        return (self.mean + temperature * noise @ self.factor.T).astype(np.float32)


@dataclass(frozen=True, eq=False)
class GaussianPerClass:
    """One normal distribution for each class.

    Attributes
    ----------
    labels : int array of shape (classes,)
    shares : float64 array of shape (classes,), sum 1
        How often each class is drawn if no label is given.
    gaussians : tuple of Gaussian
        One for each of ``labels``.
    """

    class_conditional: ClassVar[bool] = True
    labels: np.ndarray
    shares: np.ndarray
    gaussians: tuple[Gaussian, ...]

    @classmethod
    def fit(cls, z: np.ndarray, labels: np.ndarray) -> GaussianPerClass:
        """Fit a Gaussian to each class of latent vectors.

        Parameters
        ----------
        z : float array of shape (n, latent_dim)
        labels : int array of shape (n,)
        """
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
        """Draw latent vectors; see ``Density.sample``."""
        drawn = (
            rng.choice(self.labels, count, p=self.shares)
            if label is None
            else np.full(count, label)
        )
        z = np.empty((count, len(self.gaussians[0].mean)), np.float32)
        for each, gaussian in zip(self.labels, self.gaussians, strict=True):
            rows = drawn == each
            z[rows] = gaussian.sample(int(rows.sum()), rng, temperature)
        return z


@dataclass(frozen=True, eq=False)
class KernelDensity:
    """A narrow normal distribution (a kernel) around each of many real codes.

    Attributes
    ----------
    centres : float32 array of shape (n, latent_dim)
        The real codes.
    labels : int array of shape (n,)
        Their classes.
    factor : float64 array of shape (latent_dim, r)
        Of every kernel, as in ``Gaussian``.
    bandwidth : float
        Standard deviation of a kernel as a multiple of that of all codes.
    """

    class_conditional: ClassVar[bool] = True
    centres: np.ndarray
    labels: np.ndarray
    factor: np.ndarray
    bandwidth: float

    @classmethod
    def fit(cls, z: np.ndarray, labels: np.ndarray) -> KernelDensity:
        """Place a kernel around each code and choose the bandwidth.

        Parameters
        ----------
        z : float array of shape (n, latent_dim), n at least 2
        labels : int array of shape (n,)

        Notes
        -----
        The kernels have the shape of the covariance of all codes. Of twelve bandwidths the one is
        chosen under which held-out codes, up to 1,000, have the highest likelihood given the rest.

        References
        ----------
        Parzen, "On Estimation of a Probability Density Function and Mode" (1962).
        """
        gaussian = Gaussian.fit(z)
        inverse = gaussian.factor / np.square(gaussian.factor).sum(axis=0)
        white = ((z - gaussian.mean) @ inverse).astype(np.float32)
        held_out = min(_HELD_OUT, len(z) // 2)
        bandwidth = _best_bandwidth(white[held_out:], white[:held_out])
        return cls(z, labels, bandwidth * gaussian.factor, bandwidth)

    def sample(
        self,
        count: int,
        rng: np.random.Generator,
        temperature: float = 1.0,
        label: int | None = None,
    ) -> np.ndarray:
        """Draw latent vectors; see ``Density.sample``. At temperature 0 they are real codes."""
        of_class = slice(None) if label is None else self.labels == label
        candidates = np.arange(len(self.centres))[of_class]
        chosen = self.centres[rng.choice(candidates, count)]
        noise = rng.standard_normal((count, self.factor.shape[1]))
        return (chosen + temperature * noise @ self.factor.T).astype(np.float32)


def sample_class(
    density: Density,
    label: int,
    count: int,
    rng: np.random.Generator,
    temperature: float,
    classify: Callable[[np.ndarray], np.ndarray],
) -> np.ndarray:
    """Draw latent vectors of one class from any distribution.

    If the distribution is not class-conditional, latent vectors are drawn and classified until
    enough have the label, at most 40 times as many as wanted.

    Parameters
    ----------
    density : Density
    label : int
    count : int
    rng : numpy.random.Generator
    temperature : float
    classify : callable
        From latent vectors (n, latent_dim) to classes (n,).

    Returns
    -------
    float32 array of shape (at most count, latent_dim)
    """
    if density.class_conditional:
        return density.sample(count, rng, temperature, label)
    kept: list[np.ndarray] = []
    for _ in range(10):
        z = density.sample(4 * count, rng, temperature)
        kept.append(z[classify(z) == label])
        if sum(map(len, kept)) >= count:
            break
    return np.concatenate(kept)[:count]


def neighbour_classifier(
    codes: np.ndarray, labels: np.ndarray, count: int = 5
) -> Callable[[np.ndarray], np.ndarray]:
    """Return a k-nearest-neighbour classifier of latent vectors.

    Parameters
    ----------
    codes : float32 array of shape (n, latent_dim)
        Codes of real images.
    labels : int array of shape (n,)
        Their classes, from 0.
    count : int
        Number of neighbours.

    Returns
    -------
    callable
        From latent vectors, float (m, latent_dim), to classes, int64 (m,).
    """
    return lambda z: vote(nearest(z, codes, count)[0], labels)


def _best_bandwidth(centres: np.ndarray, held_out: np.ndarray) -> float:
    """Return the bandwidth under which ``held_out`` has the highest likelihood."""
    squares = (
        np.einsum("nd,nd->n", held_out, held_out)[:, None]
        - 2 * held_out @ centres.T
        + np.einsum("nd,nd->n", centres, centres)
    )
    # The distance to the nearest centre is taken out of the sum, so that nothing underflows.
    nearest_square = np.maximum(squares.min(axis=1, keepdims=True), 0)
    squares -= nearest_square
    likelihoods = []
    for bandwidth in _BANDWIDTHS:
        twice = 2 * bandwidth**2
        mass = np.log(np.exp(-squares / twice).sum(axis=1)) - nearest_square[:, 0] / twice
        likelihoods.append(float(mass.mean()) - centres.shape[1] * np.log(bandwidth))
    return float(_BANDWIDTHS[np.argmax(likelihoods)])
