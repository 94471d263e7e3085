"""Everything that a model card says about quality, computed from the data."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from ae.analysis import metrics
from ae.data import Dataset
from ae.nn.base import Model
from ae.nn.pca import PCA, principal_angles

PERCENTILES = (1, 5, 10, 25, 50, 75, 90, 95, 99, 99.9)
_NORMAL_95 = 1.959964  # the 97.5 % point of the standard normal distribution


@dataclass(frozen=True)
class Interval:
    """A mean, and how far to both sides its 95 % confidence interval reaches."""

    mean: float
    half_width: float

    @property
    def low(self) -> float:
        return self.mean - self.half_width

    @property
    def high(self) -> float:
        return self.mean + self.half_width


def evaluate(model: Model, data: Dataset, pca: PCA | None = None, *, linear: bool = False) -> dict:
    """Test figures of a model over all of ``data.x_test``.

    linear : the model is a linear map; its span is then compared with PCA's.
    pca : fitted on ``data.x_train`` with at least ``model.latent_dim`` components, if there is
        one at hand; else it is fitted here.
    Returns plain numbers, ready for JSON:
        latent_dim; squared_error (the sum over the 784 pixels, averaged over images), mse, psnr
        (dB) and ssim, each averaged over images; squared_error_by_class, from the label to the
        mean; squared_error_percentiles, from the percentage to the error; and
        pca_squared_error, of PCA with as many numbers. Of a linear model principal_angles too:
        those between its decoder's span and the PCA subspace, in degrees, smallest first.
    """
    images = data.x_test
    reconstructions = model.reconstruct(images)
    errors = metrics.squared_error(images, reconstructions)
    k = min(model.latent_dim, metrics.PIXELS)
    pca = PCA.fit(data.x_train, k) if pca is None else pca.truncate(k)
    figures = {
        "latent_dim": model.latent_dim,
        "squared_error": float(errors.mean()),
        "mse": float(errors.mean() / metrics.PIXELS),
        "psnr": float(metrics.psnr(images, reconstructions).mean()),
        "ssim": float(metrics.ssim(images, reconstructions).mean()),
        "squared_error_by_class": {
            str(label): float(errors[data.y_test == label].mean())
            for label in np.unique(data.y_test)
        },
        "squared_error_percentiles": {
            str(percent): float(np.percentile(errors, percent)) for percent in PERCENTILES
        },
        "pca_squared_error": float(metrics.squared_error(images, pca.reconstruct(images)).mean()),
    }
    if linear:
        angles = principal_angles(_span(model), pca.components)
        figures["principal_angles"] = [float(angle) for angle in angles]
    return figures


def agree(figures: dict, others: dict, tolerance: float = 1e-3) -> bool:
    """Whether two results of ``evaluate`` say the same, each number within a relative tolerance."""
    first, second = _numbers(figures), _numbers(others)
    return first.keys() == second.keys() and all(
        np.isclose(first[key], second[key], rtol=tolerance, atol=1e-9) for key in first
    )


def _numbers(figures, path: tuple = ()) -> dict:
    """Nested dicts and lists of numbers as one flat dict."""
    if isinstance(figures, dict):
        items = figures.items()
    elif isinstance(figures, list):
        items = enumerate(figures)
    else:
        return {path: figures}
    return {
        key: number
        for name, part in items
        for key, number in _numbers(part, (*path, str(name))).items()
    }


def _span(model: Model) -> np.ndarray:
    """What each number of a linear code adds to the picture: float32 (latent_dim, 784)."""
    origin = model.decode(np.zeros((1, model.latent_dim), np.float32))
    steps = model.decode(np.eye(model.latent_dim, dtype=np.float32))
    return (steps - origin).reshape(model.latent_dim, -1)


def in_words(test: dict) -> str:
    """The main figures of ``evaluate`` in a line."""
    return (
        f"squared error {test['squared_error']:.3f} per test image "
        f"(PCA with {test['latent_dim']} numbers {test['pca_squared_error']:.3f}), "
        f"PSNR {test['psnr']:.2f} dB, SSIM {test['ssim']:.4f}"
    )


def share_below(error: float, errors: np.ndarray) -> float:
    """The share of ``errors``, float (n,), that are less than ``error``: from 0 to 1."""
    return float(np.mean(errors < error))


def rank_in_words(error: float, percentiles: dict[str, float]) -> str:
    """Where an error stands among the test images', in words, from a card's percentiles.

    percentiles : ``squared_error_percentiles`` of ``evaluate``. Only what they prove is said:
    "less than 25 %" means that one of them bounds the error from above.
    """
    known = sorted((float(percent), value) for percent, value in percentiles.items())
    passed = [percent for percent, value in known if value <= error]
    if passed and passed[-1] >= 50:
        return f"higher than that of {passed[-1]:g} % of real digits"
    above = next(percent for percent, value in known if value > error)
    return f"lower than that of {100 - above:g} % of real digits"


def choose(
    errors: np.ndarray, candidates: np.ndarray, way: str, count: int, rng: np.random.Generator
) -> np.ndarray:
    """Choose images to show by their error.

    errors : float (n,), one per image. candidates : indices into it to choose among.
    way : "best" or "worst" (by error, the most extreme first), "typical" (nearest the
        candidates' median) or "random".
    Returns at most ``count`` indices. Raises ValueError for another ``way``.
    """
    mine = errors[candidates]
    if way == "random":
        return rng.permutation(candidates)[:count]
    keys = {"best": mine, "worst": -mine, "typical": np.abs(mine - np.median(mine))}
    if way not in keys:
        raise ValueError(f"way must be one of {(*keys, 'random')}. Received: way={way!r}.")
    return candidates[np.argsort(keys[way], kind="stable")[:count]]


def nearest_errors(errors: np.ndarray, candidates: np.ndarray, error: float, count: int):
    """Those of ``candidates`` whose error is nearest to ``error``: at most ``count`` indices.

    errors : float (n,). candidates : indices into it. The result is in order of rising error.
    """
    distance = np.abs(errors[candidates] - error)
    found = candidates[np.argsort(distance, kind="stable")[:count]]
    return found[np.argsort(errors[found], kind="stable")]


def mean_interval(values: np.ndarray) -> Interval:
    """The mean of float (n,) with its 95 % interval, ± 1.96 s / √n, where s divides by n - 1.

    By the central limit theorem: good for the hundreds of images that it is meant for. The
    half-width is infinite for a single value. Raises ValueError for none.
    """
    values = np.asarray(values, np.float64)
    if values.ndim != 1 or not len(values):
        raise ValueError(f"values must have shape (n,), n at least 1. Received: {values.shape}.")
    spread = values.std(ddof=1) if len(values) > 1 else math.inf
    return Interval(float(values.mean()), float(_NORMAL_95 * spread / math.sqrt(len(values))))
