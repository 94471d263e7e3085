"""Ways into the pad besides the pen, and ways out of it."""

from __future__ import annotations

import base64
import binascii

import numpy as np
import streamlit as st

from ae import imaging
from ae.analysis import latent
from ae.data.image_file import LARGEST_FILE, PictureError, read_picture
from ae.system import log
from ae.ui import cache, downloads, drawing, state
from ae.ui.components.drawing_pad import read_ink, read_pasted


def ways_in() -> None:
    """Test digits by class, and a picture file: both work without a mouse."""
    with st.container(horizontal=True, vertical_alignment="center", gap="xxsmall"):
        st.button(
            "Put in a test digit",
            on_click=_put_sample,
            icon=":material/casino:",
            help="A real digit from the test set takes the place of the drawing. "
            "Undo brings it back.",
        )
        for label in range(10):
            st.button(
                f"{label}", on_click=_put_sample, args=(label,), key=f"{state.SAMPLE_BUTTON}{label}"
            )
        with st.popover("From a file", icon=":material/add_photo_alternate:"):
            st.file_uploader(
                "A photo or picture of one digit, dark on light or light on dark",
                type=["png", "jpg", "jpeg", "webp"],
                max_upload_size=LARGEST_FILE >> 20,
                key=state.UPLOAD,
                on_change=_take_upload,
            )
            st.caption("Or copy a picture and paste it on this page with Ctrl+V.")


def take_pasted() -> None:
    """Put the picture into the pad that was just pasted on the page."""
    pasted = read_pasted(state.PAD)
    if pasted is None:
        return
    try:  # one character beyond the limit is enough to be told that it is too large
        data = base64.b64decode(pasted[: LARGEST_FILE // 3 * 4 + 4], validate=True)
    except (binascii.Error, ValueError):
        data = b""
    _take(data)


def ways_out(z: np.ndarray, reconstruction: np.ndarray, image: np.ndarray, name: str) -> None:
    """Files. z : (latent_dim,); reconstruction, image : (28, 28)."""
    ink = read_ink(state.PAD)
    if ink is None:
        return
    with st.container(horizontal=True, gap="xsmall"):
        downloads.offer(
            "Picture",
            lambda: imaging.png(imaging.row([ink.image, image, reconstruction], 280)),
            "digit.png",
            "The drawing, what the network sees, and the reconstruction, side by side.",
        )
        downloads.offer(
            "28 × 28 PNG",
            lambda: imaging.png(image),
            "digit-28x28.png",
            "Exactly what the network sees.",
        )
        downloads.offer(
            "Code as CSV",
            lambda: latent.code_csv(z, cache.code_statistics(name)),
            f"code-{name}.csv",
            "The numbers of the code, with mean and spread of the test digits.",
        )


def _put_sample(label: int | None = None) -> None:
    count = st.session_state.get(state.SAMPLES, 0) + 1
    st.session_state[state.SAMPLES] = count
    data = cache.mnist()
    of_class = (
        np.arange(len(data.y_test)) if label is None else np.flatnonzero(data.y_test == label)
    )
    _put(data.x_test[np.random.default_rng(count).choice(of_class)])


def _take_upload() -> None:
    file = st.session_state.get(state.UPLOAD)
    if file is not None:
        _take(file.getvalue())


def _take(data: bytes) -> None:
    try:
        _put(read_picture(data))
    except PictureError as error:
        st.session_state[state.PAD_NOTE] = str(error)
        log.refused("a picture for the pad", error)


def _put(image: np.ndarray) -> None:
    drawing.put_into_pad(image, state.PAD_LOAD)
    st.session_state.pop(state.PAD_NOTE, None)
