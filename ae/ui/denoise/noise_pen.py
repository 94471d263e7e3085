"""One's own drawing, with scribbles and noise on it, denoised while the pen moves."""

from __future__ import annotations

import secrets
from collections.abc import Mapping

import numpy as np
import streamlit as st

from ae.analysis.denoising import Settings
from ae.data.drawing import to_mnist_form, transform_layer
from ae.data.noise import Noise
from ae.ui import cache, drawing, state
from ae.ui.components.drawing_pad import denoise, drawing_pad, read_ink
from ae.ui.denoise import networks, pictures
from ae.ui.denoise.pictures import NoisyDigits


def noise_pen(noise: Noise, strength: float, settings: Settings, models: Mapping[str, str]) -> None:
    """Show the pad with its second pen, and beside it what the networks make of the noisy digit."""
    drawing_pad(
        state.NOISE_PAD,
        work=denoise(networks.restorers(models, settings.pca_size), noise, strength),
        steps=drawing.ALL_STEPS,
        load=drawing.load_for(read_ink(state.NOISE_PAD)),
        noise_pen=True,
        on_ink=lambda: drawing.take_ink(state.NOISE_PAD),
    )


def other_input() -> None:
    """Show a button that puts a test digit on the pad: it needs no mouse."""
    st.button(
        "Use a test digit",
        on_click=_use_test_digit,
        icon=":material/casino:",
        help="A random test digit takes the place of your drawing. Undo brings it back.",
    )


def drawn_rows(
    noise: Noise, strength: float, settings: Settings, models: Mapping[str, str]
) -> None:
    """Show the drawing denoised by all methods, when the pen has come to rest."""
    ink = read_ink(state.NOISE_PAD)
    if ink is None or not ink.image.any():
        return
    form = to_mnist_form(ink.image)
    soiled = form.image
    if ink.noise is not None:
        soiled = np.maximum(soiled, transform_layer(ink.noise, form))
    digits = NoisyDigits(form.image[None], soiled[None], noise, strength)
    pictures.show(digits, settings, models, "your drawing")
    pictures.explain(1)
    pictures.offer(digits, settings, models)


def _use_test_digit() -> None:
    images = cache.mnist().x_test
    drawing.put_into_pad(images[secrets.randbelow(len(images))])
