"""Measures of reconstructions against their images, and of samples against real ones."""

import numpy as np

from ae.analysis.neighbours import nearest_neighbours
from ae.config import PIXELS

_CHUNK = 1000  # images at a time, so that the work stays in the processor's cache


def squared_error(images: np.ndarray, reconstructions: np.ndarray) -> np.ndarray:
    """Return the squared difference of each image, summed over the 784 pixels.

    Parameters
    ----------
    images, reconstructions : float arrays of shape (n, 28, 28)

    Returns
    -------
    float64 array of shape (n,)
        0 for equal images. 784 times the mean squared error.

    Raises
    ------
    ValueError
        If the two arrays have different shapes.

    References
    ----------
    Hinton & Salakhutdinov, "Reducing the Dimensionality of Data with Neural Networks", Science 313
    (2006), report this error.
    """
    _check_pair(images, reconstructions)
    difference = np.asarray(images, np.float64) - np.asarray(reconstructions, np.float64)
    return np.einsum("nij,nij->n", difference, difference)


def mse(images: np.ndarray, reconstructions: np.ndarray) -> np.ndarray:
    """Return the mean squared error over the pixels of each image: float64 (n,)."""
    return squared_error(images, reconstructions) / PIXELS


def psnr(images: np.ndarray, reconstructions: np.ndarray) -> np.ndarray:
    """Return the peak signal-to-noise ratio of each image in dB: -10 log10(MSE).

    Parameters
    ----------
    images, reconstructions : float arrays of shape (n, 28, 28), values in [0, 1]

    Returns
    -------
    float64 array of shape (n,)
        Infinite for equal images.
    """
    with np.errstate(divide="ignore"):
        return -10 * np.log10(mse(images, reconstructions))


def ssim(images: np.ndarray, reconstructions: np.ndarray) -> np.ndarray:
    """Return the structural similarity of each image.

    Parameters
    ----------
    images, reconstructions : float arrays of shape (n, 28, 28), values in [0, 1]

    Returns
    -------
    float64 array of shape (n,)
        1 for equal images.

    Notes
    -----
    An 11×11 Gaussian window of standard deviation 1.5 at all positions inside the image,
    K1 = 0.01, K2 = 0.03 and a range of 1: the same as ``tf.image.ssim(..., max_val=1)``.

    References
    ----------
    Wang, Bovik, Sheikh & Simoncelli, "Image Quality Assessment: From Error Visibility to Structural
    Similarity", IEEE Transactions on Image Processing 13 (2004), equation 13.
    """
    _check_pair(images, reconstructions)
    chunks = range(0, len(images), _CHUNK)
    parts = [_ssim(images[i : i + _CHUNK], reconstructions[i : i + _CHUNK]) for i in chunks]
    return np.concatenate(parts) if parts else np.zeros(0)


def frechet_distance(first: np.ndarray, second: np.ndarray) -> float:
    """Return the Fréchet distance between the normal distributions fitted to two sets of vectors.

    Parameters
    ----------
    first : float array of shape (n, d), n at least 2
    second : float array of shape (m, d), m at least 2

    Returns
    -------
    float
        At least 0, and 0 for two sets with the same mean and covariance.

    Raises
    ------
    ValueError
        If the arrays have other shapes.

    Notes
    -----
    |m1 - m2|² + tr(C1 + C2 - 2 (C1 C2)^½), with the means m and the covariances C. Between
    features of the Inception network this is known as FID.

    References
    ----------
    Dowson & Landau, "The Fréchet Distance between Multivariate Normal Distributions" (1982),
    equation 4.
    Heusel et al., "GANs Trained by a Two Time-Scale Update Rule Converge to a Local Nash
    Equilibrium" (2017), equation 6.
    """
    first, second = np.asarray(first, np.float64), np.asarray(second, np.float64)
    shapes = first.shape, second.shape
    if (
        {first.ndim, second.ndim} != {2}
        or shapes[0][1] != shapes[1][1]
        or min(map(len, (first, second))) < 2
    ):
        raise ValueError(
            "first and second must have shapes (n, d) and (m, d), n and m at least 2. "
            f"Received: {shapes[0]} and {shapes[1]}."
        )
    apart = first.mean(axis=0) - second.mean(axis=0)
    covariance, other = (np.atleast_2d(np.cov(part, rowvar=False)) for part in (first, second))
    # tr (C1 C2)^½ = tr (S C2 S)^½ with the symmetric root S of C1: both roots are of symmetric
    # matrices, for which eigh is accurate.
    values, vectors = np.linalg.eigh(covariance)
    root = (vectors * np.sqrt(np.maximum(values, 0))) @ vectors.T
    shared = np.sqrt(np.maximum(np.linalg.eigvalsh(root @ other @ root), 0)).sum()
    return max(float(apart @ apart + np.trace(covariance) + np.trace(other) - 2 * shared), 0.0)


def precision(samples: np.ndarray, real: np.ndarray, count: int = 3) -> float:
    """Return the share of samples that lie among the real vectors.

    Parameters
    ----------
    samples : float array of shape (n, d)
    real : float array of shape (m, d)
    count : int
        A sample counts if it is not farther from some real vector than that vector's
        ``count``-th nearest real neighbour.

    Returns
    -------
    float
        From 0 to 1.

    Notes
    -----
    ``precision(real, samples)`` is **recall**: the share of real vectors that the samples cover.

    References
    ----------
    Kynkäänniemi et al., "Improved Precision and Recall Metric for Assessing Generative Models"
    (2019), equations 1 and 2.
    """
    samples, real = np.asarray(samples, np.float64), np.asarray(real, np.float64)
    farthest = nearest_neighbours(real, count)[:, -1]
    radii = ((real - real[farthest]) ** 2).sum(axis=1)
    norms = np.einsum("nd,nd->n", samples, samples)[:, None] + np.einsum("nd,nd->n", real, real)
    return float(np.mean((norms - 2 * samples @ real.T <= radii * (1 + 1e-9)).any(axis=1)))


def _ssim(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    x, y = np.asarray(x, np.float64), np.asarray(y, np.float64)
    c1, c2 = 0.01**2, 0.03**2
    down, across = _window(x.shape[1]), _window(x.shape[2]).T
    mean_x, mean_y, mean_squares, mean_xy = (
        down @ signal @ across for signal in (x, y, x * x + y * y, x * y)
    )
    luminance = (2 * mean_x * mean_y + c1) / (mean_x**2 + mean_y**2 + c1)
    covariance = mean_xy - mean_x * mean_y
    variances = mean_squares - mean_x**2 - mean_y**2
    return (luminance * (2 * covariance + c2) / (variances + c2)).mean(axis=(1, 2))


def _window(length: int, size: int = 11, deviation: float = 1.5) -> np.ndarray:
    """Return the Gaussian filter along one axis as a matrix (length - size + 1, length)."""
    weights = np.exp(-((np.arange(size) - (size - 1) / 2) ** 2) / (2 * deviation**2))
    weights /= weights.sum()
    matrix = np.zeros((length - size + 1, length))
    for row in range(len(matrix)):
        matrix[row, row : row + size] = weights
    return matrix


def _check_pair(images: np.ndarray, reconstructions: np.ndarray) -> None:
    if np.ndim(images) != 3 or np.shape(images) != np.shape(reconstructions):
        raise ValueError(
            "images and reconstructions must have the same shape (n, 28, 28). "
            f"Received: {np.shape(images)} and {np.shape(reconstructions)}."
        )
