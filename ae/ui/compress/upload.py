"""A set of pictures up, its file down, and a file up again and rebuilt."""

import io

import numpy as np
import streamlit as st

from ae import imaging, store
from ae.analysis import metrics
from ae.compression import codec
from ae.compression.quantizer import Quantizer
from ae.data.image_sets import open_images
from ae.errors import DataError
from ae.nn.autoencoder import Autoencoder
from ae.ui import cache, shell, state
from ae.ui.markdown import plain

_SHOWN = 10
LARGEST_FILE = 64  # MB: 20,000 pictures of single precision
_LARGEST = 20_000  # pictures: what one visitor may keep the others waiting for


def show_upload(model: Autoencoder, quantizer: Quantizer) -> None:
    """Upload pictures and download their file; upload a file and see it rebuilt."""
    st.subheader("Your own set")
    file = st.file_uploader(
        "An .npz of 28×28 pictures to compress, or an .aez file to rebuild",
        ["npz", "aez"],
        max_upload_size=LARGEST_FILE,
        key=state.SET_UPLOAD,
        help="The .npz holds one array, or `images` or `x_test`: uint8, or float from 0 to 1.",
    )
    if file is None:
        return
    with shell.told():
        if file.name.lower().endswith(".aez"):
            _rebuild(file)
        else:
            _compress(file, model, quantizer)


def _compress(file, model: Autoencoder, quantizer: Quantizer) -> None:
    count, batches = open_images(file)
    _check_count(count)
    out, psnr = io.BytesIO(), []
    with st.spinner(f"Compressing {count:,} pictures."):
        for images, rebuilt in codec.write(out, batches, count, model, quantizer):
            psnr.append(metrics.psnr(images, rebuilt))
    size = len(out.getvalue())
    st.markdown(
        f"{count:,} pictures: {metrics.PIXELS * count:,} bytes raw, **{size:,} bytes** now, "
        f"{size / count:.1f} a picture, PSNR {np.concatenate(psnr).mean():.1f} dB."
    )
    st.download_button(
        f"Download the .aez ({size:,} bytes)",
        out.getvalue(),
        file_name=f"{file.name.removesuffix('.npz')}.aez",
        on_click="ignore",
        icon=":material/download:",
    )


def _rebuild(file) -> None:
    header = codec.read_header(file)
    _check_count(header.count)
    cards = [card for card in store.list_models() if card.model.latent_dim == header.latent_dim]
    name, sender = codec.find_model(header, [card.name for card in cards], cache.model)
    file.seek(0)
    with st.spinner(f"Rebuilding {header.count:,} pictures."):
        images = np.concatenate(list(codec.read(file, sender)))
    st.markdown(
        f"{len(images):,} pictures rebuilt by **{plain(name)}** from {file.size:,} bytes, "
        f"{header.quantizer.bits} bits."
    )
    shell.show_pictures(
        imaging.tiles([images[:_SHOWN]], zoom=5),
        alt=[f"Rebuilt picture {n + 1}" for n in range(min(_SHOWN, len(images)))],
        width=shell.TILE_WIDTH,
    )


def _check_count(count: int) -> None:
    if not 1 <= count <= _LARGEST:
        raise DataError(
            f"Expected 1 to {_LARGEST:,} pictures in a file here. Received: {count:,}. "
            "The commands python -m ae encode and decode take any number."
        )
