"""One file of digits compared with PNG, JPEG, WebP and PCA."""

from __future__ import annotations

import numpy as np
import streamlit as st

from ae.analysis import metrics
from ae.compression import codec, rate_distortion
from ae.compression.rate_distortion import Sent
from ae.store import ModelCard
from ae.ui import cache, downloads, drawing, shell, state, theory
from ae.ui.compress.sent import SHOWN, Compressed, compress
from ae.ui.markdown import plain
from ae.ui.picture_rows import PictureRow, show_picture_rows
from ae.ui.words import listed


def show_drawing(card: ModelCard, bits: int) -> None:
    """The same for the person's drawing, when the pen has come to rest."""
    image = drawing.image(in_url=False)
    if image is None or not image.any():
        st.caption("Draw a digit to compare its size with that of other files.")
        return
    show(card, image[None], bits)


def show(card: ModelCard, images: np.ndarray, bits: int) -> None:
    """The figures of the file, and what other methods make of the same digits.

    images : float32 (n, 28, 28), n at least 1.
    """
    compressed = compress(card.name, images, bits)
    mine, count = compressed.sent, len(images)
    _show_figures(card.model.latent_dim, images, compressed)
    downloads.offer(
        f"Download this file ({mine.size:,} bytes)",
        lambda: compressed.file,
        f"digits-{card.name}-{bits}-bits.aez",
        "The compressed digits in this app's format. Upload the file below, or use the command "
        "python -m ae decode, to reconstruct them.",
    )
    st.header("Compared with PNG, JPEG, WebP and PCA")
    at = shell.settings("compared").segmented_control(
        "Compare at",
        [state.SAME_QUALITY, state.SAME_SIZE],
        format_func={
            state.SAME_QUALITY: "The same quality",
            state.SAME_SIZE: "The same number of bytes",
        }.__getitem__,
        default=state.default(state.COMPARED),
        required=True,
        **state.in_url(state.COMPARED),
        help="For each other method, the smallest file that has at least the same PSNR, or the "
        "highest PSNR in no more bytes. Settings go in steps, so the values are not quite equal. "
        "Where a method cannot, its nearest setting is shown.",
    )
    with st.spinner("Trying the settings of JPEG, WebP and PCA."):
        sent = {card.name: mine} | _alternatives(images, mine.psnr, mine.size, at)
    _show_table(sent, count)
    if missed := _missed(sent, mine, at):
        goal = "be this small" if at == state.SAME_SIZE else "reach this quality"
        st.caption(f"{listed(missed)} cannot {goal} with any of the settings tried.")
    if at == state.SAME_QUALITY and (better := _always_better(sent, mine)):
        have = "has" if len(better) == 1 else "have"
        st.caption(
            f"{listed(better)} {have} a higher quality even with the lowest of the settings tried."
        )
    if card.model.kind == "linear":
        st.markdown(
            f"{plain(card.name)} is linear. {theory.AS_PCA} The PCA of this table may use "
            "another number of components: the best one that was tried."
        )
    _show_pictures(images, sent)


@st.cache_data(max_entries=64, show_spinner=False)
def _alternatives(images: np.ndarray, psnr: float, size: int, at: str) -> dict[str, Sent]:
    """PNG, and WebP, JPEG and PCA at the same PSNR in dB or the same size in bytes."""
    same_size = at == state.SAME_SIZE
    sent = {"PNG": rate_distortion.send_picture(images, "PNG")}
    for file_format in rate_distortion.PICTURE_FORMATS:

        def send_at(quality: int, file_format: str = file_format) -> Sent:
            return rate_distortion.send_picture(images, file_format, quality)

        sent[file_format] = (
            rate_distortion.best_as_small(send_at, rate_distortion.QUALITIES, size)
            if same_size
            else rate_distortion.smallest_as_good(send_at, rate_distortion.QUALITIES, psnr)
        )
    sent["PCA"] = rate_distortion.best_pca(
        images,
        cache.pca(max(rate_distortion.PCA_SIZES)),
        cache.pca_calibration(),
        psnr,
        size if same_size else None,
    )
    return sent


def _per_digit(size: int, count: int) -> str:
    return f"{size / count:,.1f}" if count > 1 else f"{size:,}"


def _show_figures(latent_dim: int, images: np.ndarray, compressed: Compressed) -> None:
    count, size = len(images), compressed.sent.size
    overhead = codec.overhead(latent_dim, count)
    vectors = size - overhead
    left, middle, right = st.columns(3)
    left.metric(
        "Bytes per digit",
        _per_digit(size, count),
        f"{metrics.PIXELS} uncompressed: {metrics.PIXELS * count / size:.3g} times as many",
        delta_color="off",
        delta_arrow="off",
        help="The size of the whole file divided by the number of digits. Uncompressed, each of "
        "the 784 pixels is one byte.",
    )
    middle.metric(
        "Bits per pixel",
        f"{8 * size / count / metrics.PIXELS:.3f}",
        f"{8 * vectors / count / latent_dim:.2f} bits per latent value, without the header",
        delta_color="off",
        delta_arrow="off",
        help="The size of the whole file, its header included, divided by the number of pixels. "
        "Uncompressed, a pixel has 8 bits.",
    )
    right.metric(
        "PSNR",
        f"{compressed.sent.psnr:.2f} dB",
        f"{compressed.psnr_unquantized:.2f} dB without quantization",
        delta_color="off",
        delta_arrow="off",
        help="Peak signal-to-noise ratio, in decibels: the quality of what is received. Higher is "
        "better: with a tenth of the squared error it is 10 dB higher.",
    )
    each = f" ({vectors / count:.1f} for each)" if count > 1 else ""
    st.caption(
        f"The file has {size:,} bytes. {vectors:,} of them are for the digit{'s' * (count > 1)}"
        f"{each}. The other {overhead} are **header overhead**: the model's fingerprint (a number "
        "computed from its weights, so that no other model decodes the file by mistake), the "
        "levels of the quantization and checksums, which every file has, whatever it holds."
    )


def _show_table(sent: dict[str, Sent], count: int) -> None:
    st.table(
        [
            {
                "Method": plain(name),
                "Setting": each.setting,
                "Bytes per digit": _per_digit(each.size, count),
                "PSNR in dB": f"{each.psnr:.2f}" if np.isfinite(each.psnr) else "no loss",
            }
            for name, each in sent.items()
        ],
        hide_index=True,
    )


def _missed(sent: dict[str, Sent], mine: Sent, at: str) -> list[str]:
    """The methods that do not reach what they are compared at. PNG is not asked to."""
    return [
        name
        for name, each in sent.items()
        if name != "PNG"
        and (each.size > mine.size if at == state.SAME_SIZE else each.psnr < mine.psnr)
    ]


def _always_better(sent: dict[str, Sent], mine: Sent) -> list[str]:
    """The methods that cannot be as poor as the model: they are shown with their lowest setting."""
    return [
        name
        for name, each in sent.items()
        if each.setting in rate_distortion.LOWEST_SETTINGS and each.psnr > mine.psnr
    ]


def _show_pictures(images: np.ndarray, sent: dict[str, Sent]) -> None:
    rows = [PictureRow("Original", images[:SHOWN], "PNG is lossless: the same")]
    rows += [
        PictureRow(name, each.images[:SHOWN], f"{each.setting}: {each.psnr:.1f} dB")
        for name, each in sent.items()
        if name != "PNG"
    ]
    show_picture_rows(rows, [f"digit {number + 1}" for number in range(len(rows[0].images))])
    if len(images) > 1:
        st.caption(
            "For PNG, JPEG and WebP all digits are on one sheet: one file for each digit would "
            "need more bytes."
        )
