"""What is sent, and what is received: the first pictures of Compress."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import streamlit as st

from ae.analysis import metrics
from ae.compression import codec, rate_distortion
from ae.compression.quantizer import Quantizer
from ae.compression.rate_distortion import Sent
from ae.data.drawing import to_mnist_form
from ae.nn.autoencoder import Autoencoder
from ae.ui import cache, drawing, shell, state
from ae.ui.components.drawing_pad import Picture, drawing_pad, read_ink
from ae.ui.picture_rows import PictureRow, show_picture_rows

SHOWN = 10


@dataclass(frozen=True, eq=False)
class Compressed:
    """A file of digits.

    Attributes
    ----------
    file : bytes
        In the format of ``ae.compression.codec``.
    sent : Sent
        Its size, and the digits that are received.
    psnr_unquantized : float
        Mean PSNR in dB of the reconstructions without quantization.
    """

    file: bytes
    sent: Sent
    psnr_unquantized: float


def compress(name: str, images: np.ndarray, bits: int) -> Compressed:
    """The file of some images, float32 (n, 28, 28), by the model called ``name``."""
    return _compress(name, cache.version(name), images, bits)


@st.cache_data(max_entries=64, show_spinner=False)
def _compress(name: str, version: int, images: np.ndarray, bits: int) -> Compressed:
    model, quantizer = cache.model(name), cache.calibration(name).quantizer(bits)
    unquantized = np.clip(model.reconstruct(images), 0, 1)  # as the codec does
    return Compressed(
        codec.compress(images, model, quantizer),
        rate_distortion.send(images, model, quantizer),
        float(metrics.psnr(images, unquantized).mean()),
    )


def quantizer_of(name: str, bits: int) -> Quantizer:
    """The quantizer of a model. The first time it is measured, which is shown."""
    with st.spinner("Measuring the latent vectors of 5,000 training digits, once for each model."):
        return cache.calibration(name).quantizer(bits)


def show_digits(name: str, images: np.ndarray, bits: int) -> None:
    """The first digits as they are, at once, and below them as they are received."""
    count = len(images)
    names = [f"digit {number}" for number in range(1, min(count, SHOWN) + 1)]
    with st.container(gap="xxsmall"):
        raw = f"{metrics.PIXELS * count:,} bytes"
        note = raw if count == 1 else f"{raw}: {metrics.PIXELS} per digit"
        show_picture_rows([PictureRow("Sent", images[:SHOWN], note)], names)
        quantizer_of(name, bits)
        with st.spinner(f"Compressing {count} digits."):
            received = compress(name, images, bits).sent
        size = f"{received.size:,} bytes"
        note = size if count == 1 else f"{size}: {received.size / count:.1f} per digit"
        psnr = metrics.psnr(images[:SHOWN], received.images[:SHOWN])
        row = PictureRow(
            "Received",
            received.images[:SHOWN],
            f"{note}; PSNR in dB below",
            [f"{each:.1f}" for each in psnr],
        )
        show_picture_rows([row], names)


@shell.fragment(key=state.COMPRESS_PEN, in_turn=True)
def show_pad(model: Autoencoder, quantizer: Quantizer) -> None:
    """The drawing pad, with the drawing as it is received and its bytes, while the pen moves."""
    ink, load = read_ink(state.COMPRESS_PAD), st.session_state.get(state.PAD_LOAD)
    if ink is not None:
        drawing.keep(ink.image)
    shown, message = [], ""
    if ink is not None and ink.image.any():
        image = to_mnist_form(ink.image).image[None]
        levels = quantizer.quantize(model.encode(image))
        size = len(quantizer.pack(levels))
        received = np.clip(model.decode(quantizer.dequantize(levels)), 0, 1)
        psnr = metrics.psnr(image, received)[0]
        message = (
            f"{size} bytes instead of {metrics.PIXELS}, not counting the header. PSNR of what is "
            f"received: {psnr:.1f} dB."
        )
        shown = [
            Picture("Sent", image[0], f"{metrics.PIXELS} bytes"),
            Picture("Received", received[0], f"{size} bytes without header"),
        ]
    arrived = ink is not None and load is not None and ink.loaded == load.nonce
    drawing_pad(
        state.COMPRESS_PAD,
        number=ink.number if ink else 0,
        pictures=shown,
        message=message,
        load=None if arrived else load,
        # Both: newer ink that comes together with the rest wants its answer, too.
        on_rest=lambda: st.rerun([state.COMPRESS_PEN, state.COMPRESSED_DRAWING]),
    )
