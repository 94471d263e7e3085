"""The digits that Reconstruct shows, one above the other: original to rival."""

from __future__ import annotations

import numpy as np
import streamlit as st

from ae import imaging
from ae.analysis import metrics
from ae.nn.autoencoder import Autoencoder
from ae.store import ModelCard
from ae.ui import cache, downloads, shell
from ae.ui.markdown import plain
from ae.ui.reconstruct.digits import Digits


def show_pictures(
    digits: Digits, chosen: np.ndarray, model: Autoencoder, card: ModelCard, second: str | None
) -> None:
    """Original, reconstruction, difference, PCA and the second model, for the chosen indices."""
    images = digits.images[chosen]
    rebuilt = model.reconstruct(images)
    parts = [images, rebuilt, imaging.difference(images, rebuilt)]
    parts.append(cache.pca(model.latent_dim).reconstruct(images))
    errors = [digits.errors[chosen], digits.pca_errors[chosen]]
    names, beside = ["the autoencoder", "PCA"], ""
    if second is not None:
        parts.append(cache.model(second).reconstruct(images))
        errors.append(digits.second_errors[chosen])
        names.append(plain(second))
        beside = f", {plain(second)}"
    st.caption(
        "From top to bottom: original, reconstruction, difference (:blue[blue] where it is too "
        f"dark, :orange[orange] too bright), PCA with {model.latent_dim} numbers"
        f"{beside}. Below: the squared error of {names[0]}, then of "
        f"{' and of '.join(names[1:])}."
    )
    tiles = imaging.tiles(parts, zoom=5)
    shell.show_pictures(
        tiles,
        caption=[
            " · ".join(f"{error:.2f}" for error in column) for column in zip(*errors, strict=True)
        ],
        alt=[_told(digits, i, second) for i in chosen],
        width=shell.TILE_WIDTH,
    )
    with st.container(horizontal=True, gap="xsmall"):
        downloads.offer_png(
            "These pictures",
            lambda: np.concatenate(tiles, axis=1),
            f"reconstructions-{card.name}.png",
            "The digits above as one PNG.",
        )
        downloads.offer_csv(
            f"Errors of all {len(digits.errors):,}",
            lambda: _table(digits, card.name, model.latent_dim, second),
            f"errors-{card.name}.csv",
            "A row for each digit: its squared error by each model.",
        )
    mine = f"PSNR {metrics.psnr(images, rebuilt).mean():.1f} dB and SSIM "
    mine += f"{metrics.ssim(images, rebuilt).mean():.3f} on average"
    st.caption(
        f"The {len(chosen)} shown: {mine}; all 10,000 test digits: {card.test.psnr:.1f} dB and "
        f"{card.test.ssim:.3f}."
    )


def _told(digits: Digits, index: int, second: str | None) -> str:
    label = "" if digits.labels is None else f", a {digits.labels[index]}"
    beside = "" if second is None else f", and {second}'s with {digits.second_errors[index]:.2f}"
    return (
        f"{digits.each} {index}{label}: original, reconstruction with squared error "
        f"{digits.errors[index]:.2f}, their difference, and PCA's reconstruction with "
        f"{digits.pca_errors[index]:.2f}{beside}"
    )


def _table(digits: Digits, name: str, k: int, second: str | None) -> list[dict]:
    columns = {"number": range(len(digits.errors))}
    if digits.labels is not None:
        columns["label"] = digits.labels
    columns |= {name: digits.errors, f"PCA({k})": digits.pca_errors}
    if second is not None:
        columns[second] = digits.second_errors
    return [dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)]
