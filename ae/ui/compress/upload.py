"""One's own pictures as a compressed file, and a compressed file as pictures."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

import numpy as np
import streamlit as st

from ae import store
from ae.analysis import metrics
from ae.compression import codec
from ae.compression.quantizer import Quantizer
from ae.data.image_sets import open_images
from ae.errors import DataError
from ae.nn.autoencoder import Autoencoder
from ae.ui import cache, downloads, shell, state
from ae.ui.compress.sent import SHOWN
from ae.ui.markdown import plain
from ae.ui.picture_rows import PictureRow, show_picture_rows

if TYPE_CHECKING:
    from streamlit.runtime.uploaded_file_manager import UploadedFile

LARGEST_FILE = 64  # MB: 20,000 images in single precision
_MOST_IMAGES = 20_000  # more would keep other visitors waiting


def show_upload(model: Autoencoder, quantizer: Quantizer) -> None:
    """Compress uploaded images to a file, or reconstruct the images of an uploaded file."""
    st.header("Your own pictures")
    file = st.file_uploader(
        "Upload an .npz of 28×28 images to compress it, or an .aez file to see its images",
        ["npz", "aez"],
        max_upload_size=LARGEST_FILE,
        key=state.SET_UPLOAD,
        help="The .npz holds one array, or `images` or `x_test`: uint8, or float from 0 to 1. "
        "Files that were compressed here end in .aez.",
    )
    if file is None:
        return
    with shell.told():
        if file.name.lower().endswith(".aez"):
            _reconstruct(file)
        else:
            _compress(file, model, quantizer)


def _compress(file: UploadedFile, model: Autoencoder, quantizer: Quantizer) -> None:
    count, batches = open_images(file)
    _check_count(count)
    out, psnr = io.BytesIO(), []
    with st.spinner(f"Compressing {count:,} images."):
        for images, received in codec.write(out, batches, count, model, quantizer):
            psnr.append(metrics.psnr(images, received))
    data, quality = out.getvalue(), np.concatenate(psnr).mean()
    st.markdown(
        f"{count:,} images: {metrics.PIXELS * count:,} bytes uncompressed, **{len(data):,} bytes** "
        f"compressed ({len(data) / count:.1f} per image), PSNR {quality:.1f} dB."
    )
    downloads.offer(
        f"Download the compressed file ({len(data):,} bytes)",
        lambda: data,
        f"{file.name.removesuffix('.npz')}.aez",
        "Upload it here, or use the command python -m ae decode, to reconstruct the images.",
    )


def _reconstruct(file: UploadedFile) -> None:
    header = codec.read_header(file)
    _check_count(header.count)
    cards = [card for card in store.list_models() if card.model.latent_dim == header.latent_dim]
    name, sender = codec.find_model(header, [card.name for card in cards], cache.model)
    file.seek(0)
    with st.spinner(f"Reconstructing {header.count:,} images."):
        images = np.concatenate(list(codec.read(file, sender)))
    st.markdown(
        f"{len(images):,} images were reconstructed by **{plain(name)}** from {file.size:,} bytes "
        f"({header.quantizer.bits} bits)."
    )
    row = PictureRow("Reconstructed", images[:SHOWN], f"by {name}")
    show_picture_rows([row], [f"image {number + 1}" for number in range(len(row.images))])


def _check_count(count: int) -> None:
    if not 1 <= count <= _MOST_IMAGES:
        raise DataError(
            f"A file may hold 1 to {_MOST_IMAGES:,} images here. Received: {count:,}. The commands "
            "python -m ae encode and python -m ae decode accept any number."
        )
