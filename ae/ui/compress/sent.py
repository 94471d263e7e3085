"""What is sent, and what is received: the first pictures of Compress."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import streamlit as st

from ae.analysis import metrics
from ae.compression import codec, rate_distortion
from ae.compression.quantizer import Quantizer
from ae.compression.rate_distortion import Sent
from ae.ui import cache, drawing, state
from ae.ui.components.drawing_pad import drawing_pad, read_ink
from ae.ui.components.network import send_network
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
        note = raw
        if count > 1:
            note += f" for {count} digits: {metrics.PIXELS} each"
        if count > SHOWN:
            note += f". The first {SHOWN} are shown"
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


def show_pad(name: str, bits: int) -> None:
    """The drawing pad, with the drawing as it is received, while the pen moves; then its bytes."""
    ink = read_ink(state.COMPRESS_PAD)
    card, network = cache.network(name)
    quantizer = quantizer_of(name, bits)
    counted = None
    if ink is not None and ink.made is not None and ink.made.network == card.graph:
        file = quantizer.pack(quantizer.quantize(ink.made.z[None]))
        counted = {"number": ink.number, "bytes": len(file)}
    drawing_pad(
        state.COMPRESS_PAD,
        work={
            "kind": "send",
            "network": card.graph,
            "centre": quantizer.table["centre"].tolist(),
            "step": quantizer.table["step"].tolist(),
            "half": quantizer.half.tolist(),
            "counted": counted,
        },
        steps=drawing.ALL_STEPS,
        load=drawing.load_for(ink),
        on_ink=lambda: drawing.take_ink(state.COMPRESS_PAD),
    )
    send_network(state.NETWORK, str(card.graph), network)
