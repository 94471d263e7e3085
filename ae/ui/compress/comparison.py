"""One file of digits beside PNG, JPEG, WebP and PCA."""

import numpy as np
import streamlit as st

from ae import imaging
from ae.analysis import metrics
from ae.compression import codec, rate_distortion
from ae.compression.rate_distortion import Sent
from ae.ui import cache, shell, state
from ae.ui.markdown import plain

_SHOWN = 10


def show_comparison(name: str, images: np.ndarray, bits: int) -> None:
    """The file's figures, a table and pictures of what the others make of as much."""
    file, mine, unquantized = _sent(name, cache.stamp(name), images, bits)
    _show_figures(cache.model(name).latent_dim, images, mine, unquantized)
    at = st.segmented_control(
        "Compare at",
        [state.SAME_QUALITY, state.SAME_SIZE],
        format_func={
            state.SAME_QUALITY: "The same quality",
            state.SAME_SIZE: "The same number of bytes",
        }.get,
        default=state.SAME_QUALITY,
        required=True,
        **state.in_url(state.COMPARED),
        help="The others are set to reach this PSNR, or to take no more bytes, if they can.",
    )
    with st.spinner("Trying the settings of JPEG, WebP and PCA."):
        sent = {name: mine} | _alternatives(images, mine.psnr, mine.size, at)
    _show_table(sent, len(images))
    _show_pictures(images, sent)
    st.download_button(
        f"Download this file ({len(file):,} bytes)",
        file,
        file_name=f"digits-{name}-{bits}-bits.aez",
        on_click="ignore",
        icon=":material/download:",
    )


@st.cache_data(max_entries=64, show_spinner=False)
def _sent(name: str, stamp: int, images: np.ndarray, bits: int) -> tuple[bytes, Sent, float]:
    """The file, what it is worth, and the PSNR in dB without quantizing."""
    model, quantizer = cache.model(name), cache.calibration(name).quantizer(bits)
    return (
        codec.compress(images, model, quantizer),
        rate_distortion.send(images, model, quantizer),
        float(metrics.psnr(images, model.reconstruct(images)).mean()),
    )


@st.cache_data(max_entries=64, show_spinner=False)
def _alternatives(images: np.ndarray, mine_psnr: float, mine_size: int, at: str) -> dict[str, Sent]:
    """PNG, and WebP, JPEG and PCA at the same quality or the same size: name -> Sent."""
    same_size = at == state.SAME_SIZE
    sent = {"PNG": rate_distortion.send_picture(images, "PNG")}
    for file_format in rate_distortion.PICTURE_FORMATS:

        def send_at(quality, file_format=file_format):
            return rate_distortion.send_picture(images, file_format, quality)

        sent[file_format] = (
            rate_distortion.best_as_small(send_at, rate_distortion.QUALITIES, mine_size)
            if same_size
            else rate_distortion.smallest_as_good(send_at, rate_distortion.QUALITIES, mine_psnr)
        )
    sent["PCA"] = rate_distortion.best_pca(
        images,
        cache.pca(max(rate_distortion.PCA_SIZES)),
        cache.pca_calibration(),
        mine_psnr,
        mine_size if same_size else None,
    )
    return sent


def _show_figures(latent_dim: int, images: np.ndarray, mine: Sent, unquantized: float) -> None:
    count, header = len(images), codec.header_size(latent_dim)
    codes = mine.size - header
    left, middle, right = st.columns(3)
    grey = {"delta_color": "off", "delta_arrow": "off"}
    left.metric(
        "Bytes a digit",
        f"{mine.size / count:.1f}",
        f"raw: {metrics.PIXELS}, {metrics.PIXELS * count / mine.size:.3g} times as many",
        help="The whole file divided by the number of digits. Raw: one byte a pixel.",
        **grey,
    )
    middle.metric(
        "Bits per pixel",
        f"{8 * mine.size / count / metrics.PIXELS:.3f}",
        f"{8 * codes / count / latent_dim:.2f} bits a number of the code",
        **grey,
    )
    right.metric("PSNR", f"{mine.psnr:.2f} dB", f"{unquantized:.2f} dB not quantized", **grey)
    st.caption(
        f"The file has {mine.size:,} bytes: {header} of header, table and their checksum, once a "
        f"file, and {codes:,} of codes, {codes / count:.1f} a digit."
    )


def _show_table(sent: dict[str, Sent], count: int) -> None:
    st.table(
        [
            {
                "Sent as": plain(name),
                "Setting": each.setting,
                "Bytes a digit": f"{each.size / count:,.1f}",
                "PSNR in dB": f"{each.psnr:.2f}" if np.isfinite(each.psnr) else "lossless",
            }
            for name, each in sent.items()
        ],
        hide_index=True,
    )


def _show_pictures(images: np.ndarray, sent: dict[str, Sent]) -> None:
    order = [name for name in sent if name != "PNG"]
    st.caption(
        f"From top to bottom: original (PNG is the same), {', '.join(map(plain, order))}. "
        "PNG, JPEG and WebP have all the digits on one sheet: a file for each would cost more."
    )
    parts = [images[:_SHOWN], *(sent[name].images[:_SHOWN] for name in order)]
    shell.show_pictures(
        imaging.tiles(parts, zoom=5),
        alt=[f"Digit {n + 1}: original, {', '.join(order)}" for n in range(len(parts[0]))],
        width=shell.TILE_WIDTH,
    )
