"""Latent-code statistics, traversals and sensitivity."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ae.nn.base import Model

ACTIVE_VARIANCE = 0.01  # a latent dimension of a VAE with a larger variance is active
_LEAST_DEVIATION = 1e-6  # a dimension that the model does not use is constant


@dataclass(frozen=True, eq=False)
class CodeStatistics:
    """Mean and standard deviation of each latent dimension over many images.

    Attributes
    ----------
    mean, standard_deviation : float32 arrays of shape (latent_dim,)
        The standard deviation is never 0.
    """

    mean: np.ndarray
    standard_deviation: np.ndarray

    @classmethod
    def of(cls, z: np.ndarray) -> CodeStatistics:
        """Return the statistics of latent vectors z, float (n, latent_dim) with n at least 1."""
        deviation = z.std(axis=0, dtype=np.float64)
        return cls(
            z.mean(axis=0, dtype=np.float64).astype(np.float32),
            np.maximum(deviation, _LEAST_DEVIATION).astype(np.float32),
        )

    def standardize(self, z: np.ndarray) -> np.ndarray:
        """Return z, float (n, latent_dim), in standard deviations from the mean, as float32."""
        return ((z - self.mean) / self.standard_deviation).astype(np.float32)


def sensitivity(model: Model, z: np.ndarray, index: int, step: float) -> np.ndarray:
    """Decode a latent vector with one dimension lowered and raised.

    The difference of the two images shows what this dimension changes.

    Parameters
    ----------
    model : Model
    z : float array of shape (latent_dim,)
    index : int
        The dimension to change, from 0.
    step : float
        How far to change it in both directions.

    Returns
    -------
    float32 array of shape (2, 28, 28)
        The image with the lower value, then the image with the higher one.
    """
    pair = np.repeat(np.asarray(z, np.float32)[None], 2, axis=0)
    pair[:, index] += np.array([-step, step], np.float32)
    return model.decode(pair)


def traversal(
    model: Model, z: np.ndarray, low: np.ndarray, high: np.ndarray, steps: int, dims: np.ndarray
) -> np.ndarray:
    """Decode a latent vector while one dimension at a time goes through its range.

    Parameters
    ----------
    model : Model
    z : float array of shape (latent_dim,)
        The values of all other dimensions.
    low, high : float arrays of shape (latent_dim,)
        The ends of each dimension's range.
    steps : int
        Values in each range, at least 2.
    dims : int array of shape (m,)
        The dimensions that are changed.

    Returns
    -------
    float32 array of shape (m, steps, 28, 28)
        Row i shows what dimension dims[i] alone changes.
    """
    codes = np.repeat(np.asarray(z, np.float32)[None], len(dims) * steps, axis=0)
    codes = codes.reshape(len(dims), steps, len(z))
    codes[np.arange(len(dims)), :, dims] = np.linspace(low[dims], high[dims], steps, axis=1)
    return model.decode(codes.reshape(-1, len(z))).reshape(len(dims), steps, 28, 28)


def class_mean(z: np.ndarray, labels: np.ndarray, label: int) -> np.ndarray:
    """Return the mean latent vector of one class.

    Parameters
    ----------
    z : float array of shape (n, latent_dim)
    labels : int array of shape (n,)
    label : int
        A class that occurs in ``labels``.

    Returns
    -------
    float32 array of shape (latent_dim,)
    """
    return z[labels == label].mean(axis=0, dtype=np.float64).astype(np.float32)


def variances(z: np.ndarray) -> np.ndarray:
    """Return the variance of each latent dimension.

    Parameters
    ----------
    z : float array of shape (n, latent_dim)

    Returns
    -------
    float64 array of shape (latent_dim,)

    Notes
    -----
    A dimension of a VAE is an **active unit** if the variance of its z_mean over the data is
    above ``ACTIVE_VARIANCE``.

    References
    ----------
    Burda, Grosse & Salakhutdinov, "Importance Weighted Autoencoders" (2016), section 5.2.
    """
    return z.var(axis=0, dtype=np.float64)


def code_csv(z: np.ndarray, statistics: CodeStatistics) -> str:
    """Write one latent vector as CSV: a row for each dimension, with the test set's statistics.

    Parameters
    ----------
    z : float array of shape (latent_dim,)
    statistics : CodeStatistics
        Of the test images.

    Returns
    -------
    str
        With nine significant digits, from which the float32 values can be read back exactly.
    """
    rows = zip(z, statistics.mean, statistics.standard_deviation, strict=True)
    lines = [f"{i},{a:.9g},{b:.9g},{c:.9g}" for i, (a, b, c) in enumerate(rows, start=1)]
    return "\n".join(["dimension,z,test_mean,test_standard_deviation", *lines, ""])
