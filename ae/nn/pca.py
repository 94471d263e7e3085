"""Principal component analysis: the best linear autoencoder, and the baseline on all pages."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

import numpy as np

from ae.data import unit

_MOST_DIMS, _FEW = 1000, 500  # of vectors whose covariance is computed; else of vectors that count
_LEAST_VARIANCE = 1e-9  # of the largest one: rounding makes less
_CHUNK = 2_500  # images at a time: a copy of all as float32 would take 188 MB


@dataclass(frozen=True, eq=False)
class PCA:
    """A linear map to ``latent_dim`` dimensions and back; see ``ae.nn.base.Model``.

    Attributes
    ----------
    mean : float32 array of shape (784,)
        The mean training image.
    components : float32 array of shape (latent_dim, 784)
        Orthonormal rows, largest variance first.
    variances : float32 array of shape (latent_dim,)
        The variance of the training images along each row.
    """

    mean: np.ndarray
    components: np.ndarray
    variances: np.ndarray

    @classmethod
    def fit(cls, images: np.ndarray, k: int) -> PCA:
        """Compute the first k eigenvectors of the covariance of images.

        Of all linear maps to k dimensions and back, this one has the least squared error on these
        images.

        Parameters
        ----------
        images : float array of shape (n, 28, 28), or uint8
            Of uint8, 255 counts as 1. They are not made float32 all at once.
        k : int
            From 1 to 784.

        Raises
        ------
        ValueError
            If ``k`` is out of range, or ``images`` has another shape.

        References
        ----------
        Pearson, "On Lines and Planes of Closest Fit to Systems of Points in Space" (1901).
        """
        images = np.asarray(images)
        chunks = [images[start : start + _CHUNK] for start in range(0, len(images), _CHUNK)]
        size = _flatten(images[:1]).shape[1]
        if not 1 <= k <= size:
            raise ValueError(f"k must be from 1 to {size}. Received: k={k}.")
        total = np.sum([_unit(chunk).sum(axis=0, dtype=np.float64) for chunk in chunks], axis=0)
        mean = total / len(images)
        covariance = np.zeros((size, size))
        for chunk in chunks:
            centred = _unit(chunk) - mean.astype(np.float32)
            covariance += centred.T @ centred
        axes, variances = principal_axes(covariance / len(images))
        return cls(
            mean.astype(np.float32),
            np.ascontiguousarray(axes[:k], dtype=np.float32),
            variances[:k].astype(np.float32),
        )

    @property
    def latent_dim(self) -> int:
        """Number of components."""
        return len(self.components)

    @property
    def fingerprint(self) -> bytes:
        """The first 16 bytes of the SHA-256 of mean and components."""
        return hashlib.sha256(self.mean.tobytes() + self.components.tobytes()).digest()[:16]

    def truncate(self, k: int) -> PCA:
        """Return the PCA of the first k components, which is the same as fitting k."""
        if not 1 <= k <= self.latent_dim:
            raise ValueError(f"k must be from 1 to {self.latent_dim}. Received: k={k}.")
        return PCA(self.mean, self.components[:k], self.variances[:k])

    def encode(self, images: np.ndarray) -> np.ndarray:
        """Return the latent vectors of images, float (n, 28, 28): float32 (n, latent_dim)."""
        return (_flatten(images) - self.mean) @ self.components.T

    def decode(self, z: np.ndarray) -> np.ndarray:
        """Return the images of z, float (n, latent_dim): float32 (n, 28, 28).

        Values outside [0, 1] are not clipped, so that the error is that of the linear map.
        """
        z = np.asarray(z, np.float32)
        if z.ndim != 2 or z.shape[1] != self.latent_dim:
            raise ValueError(f"z must have shape (n, {self.latent_dim}). Received: {z.shape}.")
        return (z @ self.components + self.mean).reshape(-1, 28, 28)

    def reconstruct(self, images: np.ndarray) -> np.ndarray:
        """Return decode(encode(images)): float32 (n, 28, 28)."""
        return self.decode(self.encode(images))


def principal_axes(covariance: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the eigenvectors of a covariance matrix, largest variance first.

    Parameters
    ----------
    covariance : float array of shape (d, d), symmetric

    Returns
    -------
    axes : float64 array of shape (d, d)
        One eigenvector in each row. The sign of an eigenvector is arbitrary; here its largest
        entry is positive, so that every machine gives the same result.
    variances : float64 array of shape (d,)
        The eigenvalues, never below 0.
    """
    variances, vectors = np.linalg.eigh(covariance)
    axes = vectors[:, ::-1].T
    return _signed(axes), np.maximum(variances[::-1], 0)


def _signed(axes: np.ndarray) -> np.ndarray:
    """The axes with their largest entry positive."""
    largest = np.take_along_axis(axes, np.abs(axes).argmax(axis=1)[:, None], axis=1)
    return axes * np.sign(largest)


def axes_of(z: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return mean and principal axes of vectors, largest variance first.

    Parameters
    ----------
    z : float array of shape (n, d)

    Returns
    -------
    mean : float64 array of shape (d,)
    axes : float64 array of shape (r, d), orthonormal rows
        r is d. Where d is above 1,000, the covariance would take minutes: the axes are those of
        the first 500 vectors, and r is below 500.
    variances : float64 array of shape (r,)
    """
    mean = z.mean(axis=0, dtype=np.float64)
    if z.shape[1] <= _MOST_DIMS:
        centred = z - mean
        return mean, *principal_axes(centred.T @ centred / len(z))
    some = z[:_FEW] - z[:_FEW].mean(axis=0, dtype=np.float64)
    # The eigenvectors of X X^T, times X, are those of X^T X.
    weights, variances = principal_axes(some @ some.T / len(some))
    kept = variances > _LEAST_VARIANCE * variances[0]
    axes = weights[kept] @ some / np.sqrt(len(some) * variances[kept, None])
    return mean, _signed(axes), variances[kept]


def principal_angles(first: np.ndarray, second: np.ndarray) -> np.ndarray:
    """Return the angles between two linear subspaces.

    Parameters
    ----------
    first : float array of shape (k, d)
        Its rows span the first subspace. They must be linearly independent.
    second : float array of shape (m, d)
        The same for the second subspace.

    Returns
    -------
    float64 array of shape (min(k, m),)
        In degrees, smallest first. All are 0 if one subspace contains the other.

    Notes
    -----
    Computed from the sines of the angles: the cosines of small angles are rounded to 1.

    References
    ----------
    Björck & Golub, "Numerical Methods for Computing Angles Between Linear Subspaces" (1973).
    """
    basis, other = (np.linalg.qr(np.asarray(rows, np.float64).T)[0] for rows in (first, second))
    if basis.shape[1] < other.shape[1]:
        basis, other = other, basis
    sines = np.linalg.svd(other - basis @ (basis.T @ other), compute_uv=False)
    return np.degrees(np.arcsin(np.clip(sines[::-1], 0, 1)))


def _unit(images: np.ndarray) -> np.ndarray:
    """Return images as rows of float32: grey levels from 0 to 255 become values in [0, 1]."""
    return _flatten(unit(images) if images.dtype == np.uint8 else images)


def _flatten(images: np.ndarray) -> np.ndarray:
    images = np.asarray(images, np.float32)
    if images.ndim != 3 or images.shape[1:] != (28, 28):
        raise ValueError(f"images must have shape (n, 28, 28). Received: {images.shape}.")
    return images.reshape(len(images), 28 * 28)
