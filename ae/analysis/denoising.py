"""Denoising methods with one interface, and a comparison of them.

>>> settings = choose_settings(clean_training, noisy_training, pca)
>>> methods = [*baselines(settings, pca), network("denoise-32", model)]
>>> scores = [score(method, clean_test, noisy_test) for method in methods]
>>> ranking(scores, "psnr")[0].score.name
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from ae.analysis import filters, metrics
from ae.analysis.evaluation import Interval, mean_interval
from ae.nn.base import Model
from ae.nn.pca import PCA

DO_NOTHING, MEDIAN, BLUR, LINEAR = "Do nothing", "Median 3×3", "Gaussian blur", "PCA"
BASELINES = (DO_NOTHING, MEDIAN, BLUR, LINEAR)
BLUR_WIDTHS = (0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0, 1.25, 1.5, 2.0, 2.5)  # pixels
PCA_SIZES = (4, 8, 12, 16, 24, 32, 48, 64, 96, 128, 192, 256)
HIGHEST_PSNR = 10 * math.log10(12 * 255**2)  # 58.9 dB

Measure = Literal["psnr", "ssim"]
# A smaller difference does not make one method better than another, even where it is certain:
# 0.1 dB is 2 % of the mean squared error, which nobody sees.
LEAST_DIFFERENCE: dict[Measure, float] = {"psnr": 0.1, "ssim": 0.005}


@dataclass(frozen=True, eq=False)
class Method:
    """A method that removes noise.

    Attributes
    ----------
    name : str
        For people.
    setting : str
        The parameter that was chosen for it, or "".
    denoise : callable
        From noisy to restored images, both float32 of shape (n, 28, 28), values in [0, 1].
    """

    name: str
    setting: str
    denoise: Callable[[np.ndarray], np.ndarray]


@dataclass(frozen=True)
class Settings:
    """Parameters of the baselines for one kind and strength of noise.

    Attributes
    ----------
    blur_width : float
        Standard deviation of the Gaussian blur, in pixels.
    pca_size : int
        Number of components of PCA.
    """

    blur_width: float
    pca_size: int


@dataclass(frozen=True, eq=False)
class Score:
    """The quality of a method's restored images.

    Attributes
    ----------
    name : str
        The method.
    psnr : float64 array of shape (n,)
        In dB, for each image; see ``restored_psnr``.
    ssim : float64 array of shape (n,)
        For each image.
    """

    name: str
    psnr: np.ndarray
    ssim: np.ndarray

    def of(self, measure: Measure) -> np.ndarray:
        """Return the values of one measure: float64 (n,)."""
        return self.psnr if measure == "psnr" else self.ssim


@dataclass(frozen=True, eq=False)
class Place:
    """A method's place in a ranking.

    Attributes
    ----------
    score : Score
    behind : Interval
        How far it is behind the best, computed image by image: images that are difficult for both
        methods then add nothing to its width.
    is_level : bool
        Whether it is as good as the best: ``behind`` is below ``LEAST_DIFFERENCE``, or its
        interval contains 0.
    """

    score: Score
    behind: Interval
    is_level: bool


def baselines(settings: Settings, pca: PCA) -> list[Method]:
    """Return the methods that a network is compared with.

    Parameters
    ----------
    settings : Settings
        From ``choose_settings``.
    pca : PCA
        Of training images, with at least ``settings.pca_size`` components.

    Returns
    -------
    list of Method
        In the order of ``BASELINES``.
    """
    width, k = settings.blur_width, settings.pca_size
    linear = pca.truncate(k)
    return [
        Method(DO_NOTHING, "", lambda noisy: noisy),
        Method(MEDIAN, "", filters.median_3x3),
        Method(BLUR, in_pixels(width), lambda noisy: filters.gaussian_blur(noisy, width)),
        Method(LINEAR, f"{k} components", lambda noisy: _clipped(linear.reconstruct(noisy))),
    ]


def in_pixels(width: float) -> str:
    """Return the width of a blur in words: "σ = 1 pixel"."""
    return f"σ = {width:g} pixel{'s' * (width != 1)}"


def network(name: str, model: Model) -> Method:
    """Return the method that takes a model's reconstruction as the restored image.

    References
    ----------
    Vincent et al., "Extracting and Composing Robust Features with Denoising Autoencoders" (2008).
    """
    return Method(name, "", lambda noisy: _clipped(model.reconstruct(noisy)))


def choose_settings(clean: np.ndarray, noisy: np.ndarray, pca: PCA) -> Settings:
    """Return the blur width and the number of components with the highest mean PSNR.

    Parameters
    ----------
    clean, noisy : float arrays of shape (n, 28, 28)
        Training images, and the same images corrupted. Do not use test images: the methods are
        compared on those.
    pca : PCA
        Of training images. It is tried with those of ``PCA_SIZES`` that it has components for.

    Raises
    ------
    ValueError
        If ``pca`` has fewer components than the first of ``PCA_SIZES``.
    """
    if pca.latent_dim < PCA_SIZES[0]:
        raise ValueError(f"pca must have {PCA_SIZES[0]} components. Received: {pca.latent_dim}.")

    def quality(restored: np.ndarray) -> float:
        return float(restored_psnr(clean, restored).mean())

    blurs = {width: quality(filters.gaussian_blur(noisy, width)) for width in BLUR_WIDTHS}
    linear = {k: quality(image) for k, image in _growing_reconstructions(noisy, pca)}
    best_width = max(blurs, key=lambda width: blurs[width])
    return Settings(best_width, max(linear, key=lambda k: linear[k]))


def restored_psnr(clean: np.ndarray, restored: np.ndarray) -> np.ndarray:
    """Return ``metrics.psnr`` of restored images, limited to ``HIGHEST_PSNR``, 58.9 dB.

    Parameters
    ----------
    clean, restored : float arrays of shape (n, 28, 28)

    Returns
    -------
    float64 array of shape (n,), in dB

    Notes
    -----
    10 log10(12 * 255²) is the PSNR of rounding to 256 grey levels, because the rounding error has
    a variance of 1/12 squared level. A screen cannot show anything better. Without a limit a single
    image that the noise left unchanged would make the mean infinite.
    """
    return np.minimum(metrics.psnr(clean, restored), HIGHEST_PSNR)


def score(method: Method, clean: np.ndarray, noisy: np.ndarray) -> Score:
    """Restore noisy images and compare them with the clean ones, both float (n, 28, 28)."""
    restored = method.denoise(noisy)
    return Score(method.name, restored_psnr(clean, restored), metrics.ssim(clean, restored))


def ranking(scores: Sequence[Score], measure: Measure = "psnr") -> list[Place]:
    """Rank methods by the mean of a measure, best first.

    Parameters
    ----------
    scores : sequence of Score
        At least two, for the same images.
    measure : {"psnr", "ssim"}

    Raises
    ------
    ValueError
        If there are fewer than two scores.
    """
    if len(scores) < 2:
        raise ValueError(f"There must be at least two scores. Received: {len(scores)}.")
    best, *others = sorted(scores, key=lambda each: -each.of(measure).mean())
    places = [Place(best, Interval(0.0, 0.0), True)]
    for score in others:
        behind = mean_interval(best.of(measure) - score.of(measure))
        is_level = behind.low <= 0 or behind.mean < LEAST_DIFFERENCE[measure]
        places.append(Place(score, behind, is_level))
    return places


def first_strength_above(
    strengths: Sequence[float], values: Sequence[float], others: Sequence[float]
) -> float | None:
    """Return the lowest strength from which on ``values`` stay above ``others``.

    Parameters
    ----------
    strengths : sequence of float
        In rising order.
    values, others : sequences of float
        Two curves, with a value for each strength.

    Returns
    -------
    float or None
        None if ``values`` are not above ``others`` at the highest strength.
    """
    found = None
    for strength, value, other in zip(strengths, values, others, strict=True):
        if value <= other:
            found = None
        elif found is None:
            found = strength
    return found


def _growing_reconstructions(noisy: np.ndarray, pca: PCA) -> Iterator[tuple[int, np.ndarray]]:
    """Yield (k, reconstruction) for rising k, each computed from the one before."""
    sizes = [k for k in PCA_SIZES if k <= pca.latent_dim]
    z = pca.truncate(sizes[-1]).encode(noisy)
    image, done = np.tile(pca.mean, (len(noisy), 1)), 0
    for k in sizes:
        image += z[:, done:k] @ pca.components[done:k]
        done = k
        yield k, _clipped(image).reshape(-1, 28, 28)


def _clipped(images: np.ndarray) -> np.ndarray:
    """Clip images to [0, 1], because the output of a linear map can leave this range."""
    return np.clip(images, 0, 1)
