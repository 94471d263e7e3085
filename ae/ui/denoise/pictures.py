"""The pictures that Denoise shows: the noisy digits, what each method makes of them, the clean."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import streamlit as st

from ae import imaging
from ae.analysis import denoising
from ae.analysis.denoising import Settings
from ae.data.noise import Noise
from ae.ui import cache, downloads, state
from ae.ui.components.denoised_rows import Restored, denoised_rows
from ae.ui.denoise import cached, networks
from ae.ui.markdown import plain

_WIDTH = 720  # pixels on the screen: so that all rows and the controls below them fit a laptop's


@dataclass(frozen=True, eq=False)
class NoisyDigits:
    """Some digits, and the noise on them.

    Attributes
    ----------
    clean : float32 array of shape (n, 28, 28), values in [0, 1]
    soiled : float32 array of shape (n, 28, 28), values in [0, 1]
        What the noise is added to: the clean digits, perhaps with scribbles.
    noise : Noise
        Of the n digits.
    strength : float
        Of the noise, from 0 to 1.
    """

    clean: np.ndarray
    soiled: np.ndarray
    noise: Noise
    strength: float

    @property
    def noisy(self) -> np.ndarray:
        """The noisy digits: float32 (n, 28, 28)."""
        return self.noise.applied(self.soiled, self.strength)


def show(digits: NoisyDigits, settings: Settings, models: Mapping[str, str], what: str) -> None:
    """Show the rows: in the page, where those of networks follow the slider of the strength.

    Parameters
    ----------
    digits : NoisyDigits
    settings : Settings
        Of the baselines, for this noise.
    models : mapping of str to str
        What each network is, by its name.
    what : str
        The noun for one of the pictures, "test digit".
    """
    simple = {each.name: each for each in denoising.baselines(settings, cache.pca())}
    noisy, filtered = digits.noisy, []
    for name in (denoising.MEDIAN, denoising.BLUR):
        images = simple[name].denoise(noisy)
        psnr = f"{denoising.restored_psnr(digits.clean, images).mean():.1f} dB"
        note = ", ".join(filter(None, (psnr, simple[name].setting)))
        filtered.append(Restored(name, images, note))
    with st.container(width=_WIDTH):
        denoised_rows(
            state.NOISY_ROWS,
            names=[f"{what} {number}" for number in range(1, len(noisy) + 1)],
            clean=digits.clean,
            soiled=digits.soiled,
            noise=digits.noise,
            strength=digits.strength,
            methods=[*filtered, *networks.restorers(models, settings.pca_size)],
        )


def explain(count: int) -> None:
    """Say what the numbers beside the rows are. count : pictures in a row."""
    mean = f"Mean PSNR of the {count} digits shown. " if count > 1 else ""
    st.caption(
        f"{mean}**PSNR** (peak signal-to-noise ratio, in decibels, dB) compares a picture with the "
        "clean one, pixel by pixel. Higher is better: with a tenth of the squared error it is "
        "10 dB higher."
    )


def offer(digits: NoisyDigits, settings: Settings, models: Mapping[str, str]) -> None:
    """A download of the rows as one picture. The arguments are those of ``show``."""

    def rows() -> np.ndarray:
        noisy = digits.noisy
        methods = cached.methods(settings, models)
        restored = [method.denoise(noisy) for method in methods]
        return np.concatenate(imaging.tiles([*restored, digits.clean]), axis=1)

    labels = ["Noisy", *denoising.BASELINES[1:], *map(plain, models), "Clean"]
    downloads.offer_png(
        "Download these pictures (PNG)", rows, "denoised.png", f"Rows: {', '.join(labels)}."
    )
