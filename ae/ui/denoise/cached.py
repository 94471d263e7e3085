"""What Denoise computes once and keeps: settings from training images, scores on test images."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np
import streamlit as st

from ae.analysis import denoising
from ae.analysis.denoising import Method, Score, Settings
from ae.analysis.evaluation import mean_interval
from ae.charts import StrengthPoint
from ae.data.noise import corrupt
from ae.ui import cache

MEASURED = 1000  # test digits behind each figure of the table
CURVE_MEASURED = 300  # test digits behind each point of the curve
CHOSEN_ON = 150  # training digits that the width of the blur and the size of PCA are chosen on
STRENGTHS = tuple(round(0.1 * i, 1) for i in range(11))  # of the curve

_TRAIN_SEED, _TEST_SEED = 1, 0


@st.cache_data(max_entries=256, show_spinner=False)
def settings(kind: str, strength: float) -> Settings:
    """Return the best blur width and PCA size for this noise, chosen on 150 training digits."""
    images = cache.mnist().x_train
    clean, noisy = _pair(images, kind, strength, CHOSEN_ON, _TRAIN_SEED)
    return denoising.choose_settings(clean, noisy, cache.pca())


def methods(settings: Settings, networks: Mapping[str, str]) -> list[Method]:
    """Return all methods that are compared. networks : from ``ae.ui.denoise.networks``."""
    return [
        *denoising.baselines(settings, cache.pca()),
        *(denoising.network(name, cache.model(name)) for name in networks),
    ]


def scores(
    kind: str, strength: float, networks: dict[str, str], count: int = MEASURED
) -> Iterator[Score]:
    """Yield the scores of all methods on ``count`` test digits, each computed once."""
    yield from _baseline_scores(kind, strength, count)
    for name in networks:
        yield _network_score(name, cache.version(name), kind, strength, count)


def curve(kind: str, strength: float, networks: dict[str, str]) -> list[StrengthPoint]:
    """Return one point of the curve of each method."""
    points = []
    for each in scores(kind, strength, networks, CURVE_MEASURED):
        interval = mean_interval(each.psnr)
        points.append(
            StrengthPoint(each.name, strength, interval.mean, interval.low, interval.high)
        )
    return points


def unchanged(kind: str, strength: float) -> float:
    """Return the share of the measured test digits that the noise left unchanged."""
    clean, noisy = _pair(cache.mnist().x_test, kind, strength, MEASURED, _TEST_SEED)
    return float((clean == noisy).all(axis=(1, 2)).mean())


def clean_psnr(name: str) -> float:
    """Return the mean PSNR in dB of a network's reconstructions of clean test digits."""
    score = _network_score(name, cache.version(name), "gaussian", 0.0, MEASURED)
    return float(score.psnr.mean())


@st.cache_data(max_entries=256, show_spinner=False)
def _baseline_scores(kind: str, strength: float, count: int) -> list[Score]:
    clean, noisy = _pair(cache.mnist().x_test, kind, strength, count, _TEST_SEED)
    simple = denoising.baselines(settings(kind, strength), cache.pca())
    return [denoising.score(method, clean, noisy) for method in simple]


@st.cache_data(max_entries=1024, show_spinner=False)
def _network_score(name: str, version: int, kind: str, strength: float, count: int) -> Score:
    clean, noisy = _pair(cache.mnist().x_test, kind, strength, count, _TEST_SEED)
    return denoising.score(denoising.network(name, cache.model(name)), clean, noisy)


def _pair(
    images: np.ndarray, kind: str, strength: float, count: int, seed: int
) -> tuple[np.ndarray, np.ndarray]:
    """Return ``count`` of the images, always the same ones, and the same corrupted."""
    rng = np.random.default_rng(seed)
    clean = images[rng.permutation(len(images))[:count]]
    return clean, corrupt(clean, kind, strength, rng)
