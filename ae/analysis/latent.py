"""What can be asked of codes: their spread, what each number moves, which are near."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ae.nn.base import Model

ALIVE = 0.01  # the least variance of a number that a VAE uses: see ``variances``

_LEAST_SPREAD = 1e-6  # a number that a model does not use is constant


@dataclass(frozen=True, eq=False)
class CodeStatistics:
    """Where the codes of many images lie, number by number.

    mean, spread : float32 (latent_dim,), the mean and the standard deviation (never 0).
    """

    mean: np.ndarray
    spread: np.ndarray

    @classmethod
    def of(cls, z: np.ndarray) -> CodeStatistics:
        """Statistics of z, float (n, latent_dim) with n at least 1."""
        deviation = z.std(axis=0, dtype=np.float64)
        return cls(
            z.mean(axis=0, dtype=np.float64).astype(np.float32),
            np.maximum(deviation, _LEAST_SPREAD).astype(np.float32),
        )

    def standardize(self, z: np.ndarray) -> np.ndarray:
        """z (n, latent_dim) in standard deviations from the mean, float32."""
        return ((z - self.mean) / self.spread).astype(np.float32)


def influence(model: Model, z: np.ndarray, index: int, step: float) -> np.ndarray:
    """How the picture changes when one number of its code goes up.

    z : float (latent_dim,); its number ``index`` is moved by ``step`` down and up.
    Returns the two decoded pictures, lower and upper: float32 (2, 28, 28).
    """
    pair = np.repeat(np.asarray(z, np.float32)[None], 2, axis=0)
    pair[:, index] += np.array([-step, step], np.float32)
    return model.decode(pair)


def traversal(model: Model, z: np.ndarray, low: np.ndarray, high: np.ndarray, steps: int):
    """One code number at a time through its range, the others as they are in z.

    z, low, high : float (latent_dim,), the code and the ends of each number's range.
    Returns float32 (latent_dim, steps, 28, 28): row i shows what number i alone does.
    """
    latent_dim = len(z)
    codes = np.repeat(np.asarray(z, np.float32)[None], latent_dim * steps, axis=0)
    codes = codes.reshape(latent_dim, steps, latent_dim)
    each = np.arange(latent_dim)
    codes[each, :, each] = np.linspace(low, high, steps, axis=1)
    return model.decode(codes.reshape(-1, latent_dim)).reshape(latent_dim, steps, 28, 28)


def class_mean(z: np.ndarray, labels: np.ndarray, label: int) -> np.ndarray:
    """Mean code of one class: float32 (latent_dim,). z : (n, latent_dim); labels : (n,)."""
    return z[labels == label].mean(axis=0, dtype=np.float64).astype(np.float32)


def variances(z: np.ndarray) -> np.ndarray:
    """Variance of each number over codes z, float (n, latent_dim): float64 (latent_dim,).

    A number of a VAE is **alive** where the variance of its z_mean over the data is above 0.01:
    Burda, Grosse & Salakhutdinov, "Importance Weighted Autoencoders" (2016), section 5.2.
    """
    return z.var(axis=0, dtype=np.float64)


def code_csv(z: np.ndarray, statistics: CodeStatistics) -> str:
    """One code as CSV: a row per number, with mean and spread of the test set.

    z : float (latent_dim,). Nine digits are written, so that float32 comes back exactly.
    """
    rows = zip(z, statistics.mean, statistics.spread, strict=True)
    lines = [f"{i},{a:.9g},{b:.9g},{c:.9g}" for i, (a, b, c) in enumerate(rows, start=1)]
    return "\n".join(["number,z,test_mean,test_standard_deviation", *lines, ""])
