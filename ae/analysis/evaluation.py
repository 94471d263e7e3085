"""The test figures on a model card, and statistics of errors."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from typing import Any

import numpy as np

from ae.analysis import metrics
from ae.analysis.latent import CodeStatistics
from ae.config import JsonRecord
from ae.data import Dataset
from ae.errors import ModelError
from ae.nn.base import Model
from ae.nn.pca import PCA, principal_angles

# Every one: a page ranks the error of a drawing by them alone.
PERCENTILES = (*range(101), 99.9)
_PERCENTAGE = re.compile(r"100|\d{1,2}(\.\d)?")
_OPTIONAL = ("principal_angles", "latent_means", "latent_standard_deviations")
_NORMAL_95 = 1.959964  # the 97.5 % point of the standard normal distribution


@dataclass(frozen=True)
class Interval:
    """A mean with its 95 % confidence interval, mean ± half_width."""

    mean: float
    half_width: float

    @property
    def low(self) -> float:
        """Lower end of the interval."""
        return self.mean - self.half_width

    @property
    def high(self) -> float:
        """Upper end of the interval."""
        return self.mean + self.half_width


@dataclass(frozen=True)
class Figures(JsonRecord):
    """How good a model is: its figures over all test images.

    Parameters
    ----------
    latent_dim : int
        Number of latent dimensions of the model.
    squared_error : float
        Squared error: the sum over the 784 pixels, averaged over the images.
    mse, psnr, ssim : float
        Mean squared error per pixel, PSNR in dB and SSIM, each averaged over the images.
    squared_error_by_class : dict of str to float
        Mean squared error of the images of each class, by its label.
    squared_error_percentiles : dict of str to float
        Percentiles of the images' squared errors, by the percentage ("50" is the median).
    pca_squared_error : float
        Mean squared error of PCA with the same number of dimensions.
    principal_angles : tuple of float, optional
        Of a linear model: angles in degrees between the subspace that its decoder spans and that
        of PCA, smallest first.
    latent_means, latent_standard_deviations : tuple of float, optional
        Of each latent dimension over the images. Cards of earlier versions lack them.

    Raises
    ------
    ValueError
        If a figure is not a finite float, or the percentiles lack the median.
    """

    latent_dim: int
    squared_error: float
    mse: float
    psnr: float
    ssim: float
    squared_error_by_class: dict[str, float]
    squared_error_percentiles: dict[str, float]
    pca_squared_error: float
    principal_angles: tuple[float, ...] | None = None
    latent_means: tuple[float, ...] | None = None
    latent_standard_deviations: tuple[float, ...] | None = None

    def __post_init__(self) -> None:
        for name in ("squared_error_by_class", "squared_error_percentiles"):
            if not isinstance(part := getattr(self, name), dict):
                raise ValueError(f"{name} must be a JSON object. Received: {part!r:.80}.")
        if type(self.latent_dim) is not int or self.latent_dim < 1:
            raise ValueError(
                f"latent_dim must be an int of at least 1. Received: {self.latent_dim!r:.80}."
            )
        for name, value in _numbers(self).items():
            if name != "latent_dim" and not (isinstance(value, float) and math.isfinite(value)):
                raise ValueError(f"{name} must be a finite float. Received: {value!r:.80}.")
        for name in ("latent_means", "latent_standard_deviations"):
            values = getattr(self, name)
            if values is not None and len(values) != self.latent_dim:
                raise ValueError(
                    f"{name} must have {self.latent_dim} values, as latent_dim says. "
                    f"Received: {len(values)}."
                )
        percentages = self.squared_error_percentiles
        if "50" not in percentages or not all(map(_PERCENTAGE.fullmatch, percentages)):
            raise ValueError(
                "squared_error_percentiles must be by percentages, 50 among them. "
                f"Received: {[*percentages]!r:.80}."
            )

    def to_dict(self) -> dict[str, Any]:
        """Return the figures by name, ready for JSON, without optional ones that are None."""
        values = super().to_dict()
        return {k: v for k, v in values.items() if v is not None or k not in _OPTIONAL}


def evaluate(
    model: Model, data: Dataset, pca: PCA | None = None, *, linear: bool = False
) -> Figures:
    """Measure a model on all of ``data.x_test``.

    Parameters
    ----------
    model : Model
        The model to measure.
    data : Dataset
        Its test images are reconstructed; PCA is fitted on its training images.
    pca : PCA, optional
        PCA of ``data.x_train`` with at least ``model.latent_dim`` components, if it is at hand.
    linear : bool
        Whether the model is a linear map; its subspace is then compared with that of PCA.

    Returns
    -------
    Figures
        The test figures, as they stand on a model's card.

    Raises
    ------
    ModelError
        If a reconstruction has a value that is not a finite number.
    """
    images = data.x_test
    z = model.encode(images)
    reconstructions = model.decode(z)
    if not np.isfinite(reconstructions).all():
        raise ModelError("The model's reconstructions contain values that are not finite numbers.")
    errors = metrics.squared_error(images, reconstructions)
    statistics = CodeStatistics.of(z)
    k = min(model.latent_dim, metrics.PIXELS)
    pca = PCA.fit(data.x_train, k) if pca is None else pca.truncate(k)
    return Figures(
        latent_dim=model.latent_dim,
        squared_error=float(errors.mean()),
        mse=float(errors.mean() / metrics.PIXELS),
        psnr=float(metrics.psnr(images, reconstructions).mean()),
        ssim=float(metrics.ssim(images, reconstructions).mean()),
        squared_error_by_class={
            str(label): float(errors[data.y_test == label].mean())
            for label in np.unique(data.y_test)
        },
        squared_error_percentiles={
            str(percent): float(np.percentile(errors, percent)) for percent in PERCENTILES
        },
        pca_squared_error=float(metrics.squared_error(images, pca.reconstruct(images)).mean()),
        principal_angles=(
            tuple(float(angle) for angle in principal_angles(_span(model), pca.components))
            if linear
            else None
        ),
        latent_means=tuple(map(float, statistics.mean)),
        latent_standard_deviations=tuple(map(float, statistics.standard_deviation)),
    )


def agree(figures: Figures, others: Figures, tolerance: float = 1e-3) -> bool:
    """Return whether two sets of figures agree, each within a relative ``tolerance``.

    Means of latent dimensions, which may be 0, agree within that part of the standard deviation.
    """
    first, second = _numbers(figures), _numbers(others)
    if first.keys() != second.keys():
        return False
    scales = {name: abs(value) for name, value in first.items()}
    for i, deviation in enumerate(figures.latent_standard_deviations or ()):
        scales[f"latent_means {i}"] = deviation
    return all(
        abs(value - second[name]) <= tolerance * scales[name] + 1e-9
        for name, value in first.items()
    )


def _numbers(figures: Figures) -> dict[str, Any]:
    """Return each single number of some figures by its name, as in "squared_error_by_class 7"."""
    numbers: dict[str, Any] = {}
    for name, value in figures.to_dict().items():
        parts = dict(enumerate(value)) if isinstance(value, tuple) else value
        if isinstance(parts, dict):
            numbers |= {f"{name} {key}": part for key, part in parts.items()}
        else:
            numbers[name] = value
    return numbers


def _span(model: Model) -> np.ndarray:
    """Return what each dimension of a linear model adds to the image: float32 (latent_dim, 784)."""
    origin = model.decode(np.zeros((1, model.latent_dim), np.float32))
    steps = model.decode(np.eye(model.latent_dim, dtype=np.float32))
    return (steps - origin).reshape(model.latent_dim, -1)


def in_words(figures: Figures) -> str:
    """Return the main figures in a line."""
    return (
        f"squared error {figures.squared_error:.3f} per test image "
        f"(PCA with {figures.latent_dim} dimensions {figures.pca_squared_error:.3f}), "
        f"PSNR {figures.psnr:.2f} dB, SSIM {figures.ssim:.4f}"
    )


def share_below(error: float, errors: np.ndarray) -> float:
    """Return the share of ``errors``, float (n,), that are less than ``error``: from 0 to 1."""
    return float(np.mean(errors < error))


def choose(errors: np.ndarray, candidates: np.ndarray, way: str, count: int) -> np.ndarray:
    """Choose images by their error.

    Parameters
    ----------
    errors : float array of shape (n,)
        The error of each image.
    candidates : int array
        Indices into ``errors``, among which to choose.
    way : str
        "best" or "worst" (by error, the most extreme first), or "typical" (nearest to the median
        of the candidates).
    count : int

    Returns
    -------
    int array
        At most ``count`` of the candidates.

    Raises
    ------
    ValueError
        If ``way`` is none of these.
    """
    mine = errors[candidates]
    keys = {"best": mine, "worst": -mine, "typical": np.abs(mine - np.median(mine))}
    if way not in keys:
        raise ValueError(f"way must be one of {tuple(keys)}. Received: way={way!r}.")
    return candidates[np.argsort(keys[way], kind="stable")[:count]]


def nearest_errors(
    errors: np.ndarray, candidates: np.ndarray, error: float, count: int
) -> np.ndarray:
    """Choose the images whose error is nearest to a given one.

    Parameters
    ----------
    errors : float array of shape (n,)
        The error of each image.
    candidates : int array
        Indices into ``errors``, among which to choose.
    error : float
    count : int

    Returns
    -------
    int array
        At most ``count`` of the candidates, in order of rising error.
    """
    distance = np.abs(errors[candidates] - error)
    found = candidates[np.argsort(distance, kind="stable")[:count]]
    return found[np.argsort(errors[found], kind="stable")]


def mean_interval(values: np.ndarray) -> Interval:
    """Return the mean of values with its 95 % confidence interval.

    Parameters
    ----------
    values : float array of shape (n,), n at least 1

    Returns
    -------
    Interval
        Infinitely wide for a single value.

    Raises
    ------
    ValueError
        If there are no values.

    Notes
    -----
    Mean ± 1.96 s / √n, with the sample standard deviation s. By the central limit theorem this is a
    good approximation for hundreds of values.
    """
    values = np.asarray(values, np.float64)
    if values.ndim != 1 or not len(values):
        raise ValueError(f"values must have shape (n,), n at least 1. Received: {values.shape}.")
    deviation = values.std(ddof=1) if len(values) > 1 else math.inf
    return Interval(float(values.mean()), float(_NORMAL_95 * deviation / math.sqrt(len(values))))
