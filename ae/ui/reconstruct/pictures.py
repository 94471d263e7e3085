"""The digits that Reconstruct shows: originals above, what each model makes of them below."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import streamlit as st

from ae import imaging
from ae.analysis import metrics
from ae.nn.autoencoder import Autoencoder
from ae.store import ModelCard
from ae.ui import cache, downloads
from ae.ui.markdown import plain
from ae.ui.picture_rows import PictureRow, short, show_picture_rows
from ae.ui.reconstruct.digits import Digits


def picture_rows(
    digits: Digits, chosen: np.ndarray, model: Autoencoder, second: str | None
) -> list[PictureRow]:
    """Rows for the chosen digits: original, reconstruction, difference, PCA, the second model.

    Parameters
    ----------
    digits : Digits
    chosen : int array of shape (n,)
        Indices into ``digits``.
    model : Autoencoder
        The model of the page.
    second : str or None
        Name of the model that it is compared with besides PCA.
    """
    images, k = digits.images[chosen], model.latent_dim
    reconstructions = model.reconstruct(images)
    difference = imaging.difference(images, reconstructions)
    by_pca = cache.pca(k).reconstruct(images)
    rows = [
        PictureRow("Original", images, "784 values: 28 × 28 pixels"),
        PictureRow("Reconstruction", reconstructions, _note(k), _errors(images, reconstructions)),
        PictureRow("Difference", difference, "blue: too dark, orange: too bright"),
        PictureRow("PCA", by_pca, _note(min(k, metrics.PIXELS)), _errors(images, by_pca)),
    ]
    if second is not None:
        other = cache.model(second)
        made, note = other.reconstruct(images), _note(other.latent_dim)
        rows.append(PictureRow(second, made, note, _errors(images, made)))
    return rows


def show(digits: Digits, chosen: np.ndarray, rows: list[PictureRow]) -> None:
    """Show the rows of the chosen digits."""
    show_picture_rows(rows, [digits.name_of(index) for index in chosen])


def show_quality(rows: list[PictureRow], card: ModelCard) -> None:
    """PSNR and SSIM of the pictures shown, beside those of all test digits."""
    images, reconstructions = rows[0].images, rows[1].images
    psnr = metrics.psnr(images, reconstructions).mean()
    ssim = metrics.ssim(images, reconstructions).mean()
    shown = f"the {len(images)} digits shown" if len(images) > 1 else "the digit shown"
    st.caption(
        f"Reconstructions by {plain(card.name)}, mean over {shown}: PSNR {psnr:.1f} dB, SSIM "
        f"{ssim:.3f}. Mean over all 10,000 test digits: PSNR {card.test.psnr:.1f} dB, SSIM "
        f"{card.test.ssim:.3f}. **PSNR** (peak signal-to-noise ratio, in decibels, dB) rises as "
        "the squared error falls: with a tenth of the error it is 10 dB higher. **SSIM** "
        "(structural similarity) compares patterns; 1 means that the pictures are equal. Higher is "
        "better for both."
    )


def offer(
    digits: Digits, errors: dict[str, np.ndarray], rows: list[PictureRow], card: ModelCard
) -> None:
    """Downloads of the pictures shown, and of the errors of all digits."""
    downloads.offer_png(
        "Download these pictures (PNG)",
        lambda: np.concatenate(imaging.tiles([row.images for row in rows], zoom=5), axis=1),
        f"reconstructions-{card.name}.png",
        f"Rows: {', '.join(plain(row.label) for row in rows)}.",
    )
    downloads.offer_csv(
        "Download the errors (CSV)",
        lambda: _table(digits, errors),
        f"errors-{card.name}.csv",
        f"One row for each of the {len(digits.images):,} {plain(digits.what)}: its squared error "
        "by each model.",
    )


def _note(latent_dim: int) -> str:
    return f"from {latent_dim:,} value{'s' * (latent_dim != 1)}; squared error below"


def _errors(images: np.ndarray, reconstructions: np.ndarray) -> list[str]:
    return [short(error) for error in metrics.squared_error(images, reconstructions)]


def _table(digits: Digits, errors: dict[str, np.ndarray]) -> list[dict]:
    columns: dict[str, Iterable] = {"number": range(len(digits.images))}
    if digits.labels is not None:
        columns["label"] = digits.labels
    columns |= errors
    return [dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)]
