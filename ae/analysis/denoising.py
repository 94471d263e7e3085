"""Ways to remove noise behind one interface, and a fair comparison of them.

>>> settings = choose_settings(clean_training, noisy_training, pca)
>>> methods = [*baselines(settings, pca), network("denoise-32", model)]
>>> scores = [score(method, clean_test, noisy_test) for method in methods]
>>> winner(scores)
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

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


@dataclass(frozen=True, eq=False)
class Method:
    """One way to remove noise.

    name : for people. setting : what was chosen for it, or "".
    denoise : noisy images -> restored images, both float32 (n, 28, 28) in [0, 1].
    """

    name: str
    setting: str
    denoise: Callable[[np.ndarray], np.ndarray]


@dataclass(frozen=True)
class Settings:
    """What is chosen for one kind and strength of noise.

    blur_width : standard deviation of the Gaussian blur in pixels. pca_size : components of PCA.
    """

    blur_width: float
    pca_size: int


@dataclass(frozen=True, eq=False)
class Score:
    """How near a method came to the clean images, image by image.

    name : of the method. psnr : float64 (n,) in dB, see ``restored_psnr``. ssim : float64 (n,).
    """

    name: str
    psnr: np.ndarray
    ssim: np.ndarray


def baselines(settings: Settings, pca: PCA) -> list[Method]:
    """Do nothing, median, blur and PCA. pca : with at least ``settings.pca_size`` components."""
    width, k = settings.blur_width, settings.pca_size
    linear = pca.truncate(k)
    return [
        Method(DO_NOTHING, "", lambda noisy: noisy),
        Method(MEDIAN, "", filters.median_3x3),
        Method(BLUR, f"σ = {width:g} pixels", lambda noisy: filters.gaussian_blur(noisy, width)),
        Method(LINEAR, f"k = {k}", lambda noisy: _shown(linear.reconstruct(noisy))),
    ]


def network(name: str, model: Model) -> Method:
    """An autoencoder: the reconstruction of the noisy image is taken for the clean one.

    Vincent et al., "Extracting and Composing Robust Features with Denoising Autoencoders" (2008).
    """
    return Method(name, "", lambda noisy: _shown(model.reconstruct(noisy)))


def choose_settings(clean: np.ndarray, noisy: np.ndarray, pca: PCA) -> Settings:
    """The blur width and the size of PCA with the highest mean PSNR on these images.

    clean, noisy : float (n, 28, 28), training images and the same corrupted; never test images,
    on which the methods are compared. Chosen from BLUR_WIDTHS, and from those of PCA_SIZES that
    ``pca`` has components for. Raises ValueError if it has fewer than the least of them.
    """
    if pca.latent_dim < PCA_SIZES[0]:
        raise ValueError(f"pca must have {PCA_SIZES[0]} components. Received: {pca.latent_dim}.")

    def quality(restored: np.ndarray) -> float:
        return float(restored_psnr(clean, restored).mean())

    blurs = {width: quality(filters.gaussian_blur(noisy, width)) for width in BLUR_WIDTHS}
    linear = {k: quality(image) for k, image in _growing_reconstructions(noisy, pca)}
    return Settings(max(blurs, key=blurs.get), max(linear, key=linear.get))


def restored_psnr(clean: np.ndarray, restored: np.ndarray) -> np.ndarray:
    """``metrics.psnr`` in dB, but at most 58.9: float64 (n,).

    10 log10(12 · 255²) is the PSNR of rounding to 256 grey levels, whose error has a variance of
    1/12 of a level squared. Nothing better can be seen on a screen, and without a limit a single
    image that the noise has missed would make every mean infinite.
    """
    return np.minimum(metrics.psnr(clean, restored), HIGHEST_PSNR)


def score(method: Method, clean: np.ndarray, noisy: np.ndarray) -> Score:
    """Restore noisy images and compare with the clean ones, both float (n, 28, 28)."""
    restored = method.denoise(noisy)
    return Score(method.name, restored_psnr(clean, restored), metrics.ssim(clean, restored))


def winner(scores: Sequence[Score]) -> tuple[Score, Score, Interval]:
    """The method with the highest mean PSNR, the next one, and the interval of their difference.

    scores : at least two, over the same images. The difference is paired, image by image, so
    that what makes an image hard for both does not blur it; if its interval holds 0, they are
    level. Raises ValueError for fewer scores.
    """
    if len(scores) < 2:
        raise ValueError(f"There must be at least two scores. Received: {len(scores)}.")
    first, second = sorted(scores, key=lambda each: -each.psnr.mean())[:2]
    return first, second, mean_interval(first.psnr - second.psnr)


def first_strength_above(
    strengths: Sequence[float], values: Sequence[float], others: Sequence[float]
) -> float | None:
    """The least of rising strengths from which on ``values`` stay above ``others``, or None."""
    found = None
    for strength, value, other in zip(strengths, values, others, strict=True):
        if value <= other:
            found = None
        elif found is None:
            found = strength
    return found


def _growing_reconstructions(noisy: np.ndarray, pca: PCA):
    """(k, reconstruction) for rising k, each made from the one before: one pass in all."""
    sizes = [k for k in PCA_SIZES if k <= pca.latent_dim]
    z = pca.truncate(sizes[-1]).encode(noisy)
    image, done = np.tile(pca.mean, (len(noisy), 1)), 0
    for k in sizes:
        image += z[:, done:k] @ pca.components[done:k]
        done = k
        yield k, _shown(image).reshape(-1, 28, 28)


def _shown(images: np.ndarray) -> np.ndarray:
    """What a screen shows of an image: a linear map leaves [0, 1], and would be punished for it."""
    return np.clip(images, 0, 1)
