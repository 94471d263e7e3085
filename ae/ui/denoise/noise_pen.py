"""One's own drawing, with scribbles and noise on it, denoised while the pen moves."""

from __future__ import annotations

import secrets

import numpy as np
import streamlit as st

from ae.analysis import denoising
from ae.analysis.denoising import Method
from ae.data.drawing import to_mnist_form, transform_layer
from ae.data.noise import corrupt
from ae.ui import cache, drawing, shell, state
from ae.ui.components.drawing_pad import Ink, Picture, drawing_pad, read_ink
from ae.ui.denoise import pictures


@shell.fragment(key=state.NOISE_PEN, in_turn=True)
def noise_pen(kind: str, strength: float, seed: int, methods: list[Method]) -> None:
    """Show the pad with its second pen, and beside it what the networks make of the noisy digit."""
    ink, load = read_ink(state.NOISE_PAD), st.session_state.get(state.PAD_LOAD)
    if ink is not None:
        drawing.keep(ink.image)
    pair = _pair(ink, kind, strength, seed)
    shown, message = [], ""
    if pair is not None:
        shown, message = _results(*pair, methods)
    if ink is not None and load is not None and ink.loaded == load.nonce:
        load = None
    drawing_pad(
        state.NOISE_PAD,
        number=ink.number if ink else 0,
        pictures=shown,
        message=message,
        load=load,
        noise_pen=True,
        # Both: newer ink that comes together with the rest wants its answer, too.
        on_rest=lambda: st.rerun([state.NOISE_PEN, state.DENOISED_ROWS]),
    )


def other_input() -> None:
    """Show a button that puts a test digit on the pad: it needs no mouse."""
    st.button(
        "Use a test digit",
        on_click=_use_test_digit,
        icon=":material/casino:",
        help="A random test digit takes the place of your drawing. Undo brings it back.",
    )


@shell.fragment(key=state.DENOISED_ROWS)
def drawn_rows(
    kind: str, strength: float, seed: int, methods: list[Method], parts: dict[str, str]
) -> None:
    """Show the drawing denoised by all methods, when the pen has come to rest."""
    pair = _pair(read_ink(state.NOISE_PAD), kind, strength, seed)
    if pair is None:
        return
    rows = pictures.picture_rows(*pair, methods, parts)
    pictures.show(rows, "your drawing")
    pictures.explain(1)
    pictures.offer(rows)


def _pair(
    ink: Ink | None, kind: str, strength: float, seed: int
) -> tuple[np.ndarray, np.ndarray] | None:
    """Return the clean and the noisy digit, each float32 (1, 28, 28), or None without ink."""
    if ink is None or not ink.image.any():
        return None
    form = to_mnist_form(ink.image)
    if not form.image.any():
        return None
    clean = form.image[None]
    scribbled = clean
    if ink.noise is not None:
        scribbled = np.maximum(clean, transform_layer(ink.noise, form))
    # The same seed at every update: the noise stays where it is while the pen moves.
    return clean, corrupt(scribbled, kind, strength, np.random.default_rng(seed))


def _results(
    clean: np.ndarray, noisy: np.ndarray, methods: list[Method]
) -> tuple[list[Picture], str]:
    shown, figures = [], []
    for method in methods:
        if method.name in (denoising.MEDIAN, denoising.BLUR, denoising.LINEAR):
            continue  # they are among the rows below, and would crowd the screen
        image = method.denoise(noisy)
        psnr = f"{denoising.restored_psnr(clean, image)[0]:.1f} dB"
        label = "Noisy" if method.name == denoising.DO_NOTHING else method.name
        shown.append(Picture(label, np.clip(image[0], 0, 1), psnr))
        figures.append(f"{label} {psnr}")
    return shown, f"PSNR compared with your clean digit: {', '.join(figures)}."


def _use_test_digit() -> None:
    images = cache.mnist().x_test
    drawing.put_into_pad(images[secrets.randbelow(len(images))])
