"""How far a reconstruction is from its image. All take float arrays (n, 28, 28) in [0, 1]."""

import numpy as np

from ae.analysis.neighbours import nearest_neighbours

PIXELS = 28 * 28
_CHUNK = 1000  # images at a time, which keeps the work inside the cache


def squared_error(images: np.ndarray, reconstructions: np.ndarray) -> np.ndarray:
    """Sum over the 784 pixels of the squared difference, per image.

    Both arrays (n, 28, 28); the result is float64 of shape (n,), 0 for equal images. This is the
    reconstruction error of Hinton & Salakhutdinov, "Reducing the Dimensionality of Data with
    Neural Networks", Science 313 (2006). MSE = squared_error / 784.
    """
    _check_pair(images, reconstructions)
    difference = np.asarray(images, np.float64) - np.asarray(reconstructions, np.float64)
    return np.einsum("nij,nij->n", difference, difference)


def mse(images: np.ndarray, reconstructions: np.ndarray) -> np.ndarray:
    """Mean squared error over the pixels, per image: float64 of shape (n,)."""
    return squared_error(images, reconstructions) / PIXELS


def psnr(images: np.ndarray, reconstructions: np.ndarray) -> np.ndarray:
    """Peak signal-to-noise ratio in dB, per image, for a peak of 1: -10 log10(MSE).

    float64 of shape (n,); infinite where the two are equal.
    """
    with np.errstate(divide="ignore"):
        return -10 * np.log10(mse(images, reconstructions))


def ssim(images: np.ndarray, reconstructions: np.ndarray) -> np.ndarray:
    """Structural similarity, per image: float64 of shape (n,), 1 for equal images.

    Wang, Bovik, Sheikh, Simoncelli, "Image Quality Assessment: From Error Visibility to
    Structural Similarity", IEEE Trans. Image Processing 13 (2004), equation 13: an 11×11
    Gaussian window of standard deviation 1.5 wherever it fits in the image, K1 = 0.01,
    K2 = 0.03 and a range of 1. The same as ``tf.image.ssim(..., max_val=1)``.
    """
    _check_pair(images, reconstructions)
    chunks = range(0, len(images), _CHUNK)
    parts = [_ssim(images[i : i + _CHUNK], reconstructions[i : i + _CHUNK]) for i in chunks]
    return np.concatenate(parts) if parts else np.zeros(0)


def frechet_distance(first: np.ndarray, second: np.ndarray) -> float:
    """Fréchet distance between two sets of vectors, each taken as a normal distribution.

    first, second : float (n, d) and (m, d), n and m at least 2. At least 0, and 0 for two sets
    with the same mean and covariance. |m1 - m2|² + tr(C1 + C2 - 2 (C1 C2)^½): Dowson & Landau,
    "The Fréchet Distance between Multivariate Normal Distributions" (1982), equation 4; Heusel et
    al., "GANs Trained by a Two Time-Scale Update Rule..." (2017), equation 6, take it between
    Inception features (FID). Raises ValueError for other shapes.
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
    # tr (C1 C2)^½ = tr (S C2 S)^½ with the symmetric root S of C1, which eigh finds without error
    values, vectors = np.linalg.eigh(covariance)
    root = (vectors * np.sqrt(np.maximum(values, 0))) @ vectors.T
    shared = np.sqrt(np.maximum(np.linalg.eigvalsh(root @ other @ root), 0)).sum()
    return max(float(apart @ apart + np.trace(covariance) + np.trace(other) - 2 * shared), 0.0)


def precision(made: np.ndarray, real: np.ndarray, count: int = 3) -> float:
    """Share of the vectors ``made`` that lie where ``real`` ones do, 0 to 1.

    made, real : float (n, d) and (m, d). A vector counts if it is no farther from some real one
    than that one's ``count``-th nearest real neighbour is. With the parts exchanged it is recall,
    the share of the real ones that are covered. Kynkäänniemi et al., "Improved Precision and
    Recall Metric for Assessing Generative Models" (2019), equations 1 and 2.
    """
    made, real = np.asarray(made, np.float64), np.asarray(real, np.float64)
    farthest = nearest_neighbours(real, count)[:, -1]
    radii = ((real - real[farthest]) ** 2).sum(axis=1)
    norms = np.einsum("nd,nd->n", made, made)[:, None] + np.einsum("nd,nd->n", real, real)
    return float(np.mean((norms - 2 * made @ real.T <= radii * (1 + 1e-9)).any(axis=1)))


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
    """The Gaussian filter along one axis as a matrix (length - size + 1, length)."""
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
