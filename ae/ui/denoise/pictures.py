"""The pictures that Denoise shows: the noisy digits, what each method makes of them, the clean."""

from __future__ import annotations

import numpy as np
import streamlit as st

from ae import imaging
from ae.analysis import denoising
from ae.analysis.denoising import Method
from ae.ui import downloads
from ae.ui.markdown import plain
from ae.ui.picture_rows import PictureRow, show_picture_rows

_WIDTH = 720  # pixels on the screen: so that all rows and the controls below them fit a laptop's


def picture_rows(
    clean: np.ndarray, noisy: np.ndarray, methods: list[Method], parts: dict[str, str]
) -> list[PictureRow]:
    """Return a row for each method, between the noisy and the clean digits.

    Parameters
    ----------
    clean, noisy : float32 arrays of shape (n, 28, 28)
    methods : list of Method
        The first is to do nothing: its row shows the noisy digits.
    parts : dict of str to str
        What each network is, by its name.
    """
    rows = []
    for method in methods:
        images = method.denoise(noisy)
        is_noisy = method.name == denoising.DO_NOTHING
        about = "do nothing" if is_noisy else parts.get(method.name, method.setting)
        psnr = f"{denoising.restored_psnr(clean, images).mean():.1f} dB"
        label = "Noisy" if is_noisy else method.name
        rows.append(PictureRow(label, images, f"{psnr}, {about}" if about else psnr))
    return [*rows, PictureRow("Clean", clean, "the original")]


def show(rows: list[PictureRow], what: str) -> None:
    """Show the rows. what : the noun for one of the pictures, "test digit"."""
    names = [f"{what} {number}" for number in range(1, len(rows[0].images) + 1)]
    with st.container(width=_WIDTH):
        show_picture_rows(rows, names)


def explain(count: int) -> None:
    """Say what the numbers beside the rows are. count : pictures in a row."""
    mean = f"Mean PSNR of the {count} digits shown. " if count > 1 else ""
    st.caption(
        f"{mean}**PSNR** (peak signal-to-noise ratio, in decibels, dB) compares a picture with the "
        "clean one, pixel by pixel. Higher is better: 10 dB more mean a tenth of the squared error."
    )


def offer(rows: list[PictureRow]) -> None:
    """A download of the rows as one picture."""
    downloads.offer_png(
        "Download these pictures (PNG)",
        lambda: np.concatenate(imaging.tiles([row.images for row in rows]), axis=1),
        "denoised.png",
        f"Rows: {', '.join(plain(row.label) for row in rows)}.",
    )
