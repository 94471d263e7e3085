"""The shown digits: clean, noisy, and what each method makes of them."""

from __future__ import annotations

import numpy as np
import streamlit as st

from ae import imaging
from ae.analysis import denoising
from ae.analysis.denoising import Method
from ae.ui import downloads, shell
from ae.ui.markdown import plain

_DIGIT_WIDTH = 54  # pixels on the screen, where there is room


def show_strips(
    clean: np.ndarray, noisy: np.ndarray, methods: list[Method], parts: dict[str, str]
) -> None:
    """A row for each method. clean, noisy : float32 (n, 28, 28). parts : name -> part, or none."""
    restored = {method.name: method.denoise(noisy) for method in methods}
    rows = {"Clean": (clean, "the original", "")}
    for method in methods:
        about = parts.get(method.name, method.setting)
        name = "Noisy" if method.name == denoising.DO_NOTHING else method.name
        about = "do nothing" if name == "Noisy" else about
        images = restored[method.name]
        psnr = f"{denoising.restored_psnr(clean, images).mean():.1f} dB"
        rows[name] = (images, about, psnr)
    for name, (images, about, psnr) in rows.items():
        left, right = st.columns([2, 7], vertical_alignment="center", gap="small")
        left.markdown(f"**{plain(name)}** {psnr}  \n:small[{about}]")
        with right:
            shell.show_pictures(
                [_strip(images)],
                alt=[
                    f"{name}{about and f', {about}'}: {len(images)} digits"
                    f"{psnr and f', mean PSNR {psnr}'}"
                ],
                width=len(images) * _DIGIT_WIDTH,
            )
    st.caption(
        "In dB: the mean PSNR of the digits shown, against the clean ones; higher is better. Make "
        "the noise weaker and weaker: from where on would you rather keep the noisy digit?"
    )
    downloads.offer_png(
        "These pictures",
        lambda: np.concatenate([_strip(images) for images, _, _ in rows.values()]),
        "denoised.png",
        f"The rows above as one PNG: {', '.join(map(plain, rows))}.",
    )


def _strip(images: np.ndarray) -> np.ndarray:
    """Digits side by side: uint8 (height, width, 4)."""
    return np.concatenate(imaging.tiles([images], zoom=4), axis=1)
