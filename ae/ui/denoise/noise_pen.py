"""One's own drawing, scribbled over and sprinkled, and cleaned while the pen moves."""

from __future__ import annotations

import secrets

import numpy as np
import streamlit as st

from ae.analysis import denoising
from ae.analysis.denoising import Method
from ae.data.drawing import to_mnist_form, transform_layer
from ae.data.noise import corrupt
from ae.ui import cache, shell, state
from ae.ui.components.drawing_pad import Ink, Load, Picture, drawing_pad, read_ink
from ae.ui.denoise.strips import show_strips


@shell.fragment(key=state.NOISE_PEN, in_turn=True)
def noise_pen(kind: str, strength: float, seed: int, methods: list[Method]) -> None:
    """The pad with its second pen, and beside it the noisy digit cleaned by the methods."""
    ink, load = read_ink(state.NOISE_PAD), st.session_state.get(state.NOISE_PAD_LOAD)
    pair = _pair(ink, kind, strength, seed)
    shown, message = [], ""
    if pair is not None:
        shown, message = _results(*pair, methods)
    if ink is not None and load is not None and ink.loaded == load.nonce:
        load = None
    drawing_pad(
        state.NOISE_PAD,
        name="noisy drawing",
        number=ink.number if ink else 0,
        pictures=shown,
        message=message,
        load=load,
        noise_pen=True,
        # Both: newer ink that comes together with the rest wants its answer, too.
        on_rest=lambda: st.rerun([state.NOISE_PEN, state.DENOISED_ROWS]),
    )
    st.button(
        "Put in a test digit",
        on_click=_put_sample,
        icon=":material/casino:",
        help="A real digit takes the place of the drawing. Undo brings it back.",
    )


@shell.fragment(key=state.DENOISED_ROWS)
def drawn_rows(
    kind: str, strength: float, seed: int, methods: list[Method], parts: dict[str, str]
) -> None:
    """The drawing by all methods, made when the pen has come to rest."""
    pair = _pair(read_ink(state.NOISE_PAD), kind, strength, seed)
    if pair is not None:
        show_strips(*pair, methods, parts)


def _pair(ink: Ink | None, kind: str, strength: float, seed: int):
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
    shown, told = [], []
    for method in methods:
        if method.name in (denoising.BLUR, denoising.LINEAR):
            continue  # they are among the rows below, and would crowd the phone's screen
        image = method.denoise(noisy)
        psnr = f"{denoising.restored_psnr(clean, image)[0]:.1f} dB"
        label = "Noisy" if method.name == denoising.DO_NOTHING else method.name
        shown.append(Picture(label, np.clip(image[0], 0, 1), psnr))
        told.append(f"{label} {psnr}")
    return shown, f"PSNR against your clean digit: {', '.join(told)}."


def _put_sample() -> None:
    images = cache.mnist().x_test
    st.session_state[state.NOISE_PAD_LOAD] = Load(
        secrets.token_hex(8), images[secrets.randbelow(len(images))]
    )
