"""What can be put on the pad besides strokes, and what can be downloaded."""

from __future__ import annotations

import base64
import binascii

import numpy as np
import streamlit as st

from ae import imaging
from ae.analysis import latent
from ae.data.image_file import LARGEST_FILE, SUFFIXES, PictureError, read_pieces
from ae.store import ModelCard
from ae.system import log
from ae.ui import cache, downloads, drawing, shell, state
from ae.ui.components.drawing_pad import read_ink, read_pasted
from ae.ui.words import a_digit


def other_inputs() -> None:
    """Show buttons for test digits, by class, and for a picture file. They need no mouse."""
    with st.container(horizontal=True, vertical_alignment="center", gap="xsmall"):
        offer_test_digit()
        with st.popover("Use a picture", icon=":material/add_photo_alternate:"):
            st.file_uploader(
                "A photo or picture of one digit, dark on light or light on dark",
                type=list(SUFFIXES),
                max_upload_size=LARGEST_FILE >> 20,
                key=state.UPLOAD,
                on_change=_use_upload,
            )
            st.caption("Or copy a picture and paste it on this page with Ctrl+V.")
    _other_pieces()
    with st.container(horizontal=True, vertical_alignment="center", gap=None):
        st.caption("Of class", width="content")
        for label in range(10):
            st.button(
                f"{label}",
                on_click=_use_test_digit,
                args=(label,),
                key=f"{state.SAMPLE_BUTTON}{label}",
                help=f"Use {a_digit(label)} of the test digits",
            )


def offer_test_digit() -> None:
    """Show the button that puts a test digit on the pad."""
    st.button(
        "Use a test digit",
        on_click=_use_test_digit,
        icon=":material/casino:",
        help="A random test digit takes the place of your drawing. Undo brings it back.",
    )


def _other_pieces() -> None:
    """Let one choose another piece of the last picture, where it is not sure which is the digit."""
    pieces = st.session_state.get(state.PAD_PIECES, ())
    if not pieces:
        return
    st.caption("The picture shows more than one thing. Is another one the digit?")
    with st.container(horizontal=True, key=state.PIECES):
        for number, piece in enumerate(pieces, 1):
            with st.container(width=shell.TILE_WIDTH):
                st.image(imaging.png(piece), width=shell.TILE_WIDTH)
                st.button(
                    f"No. {number}",
                    on_click=_put,
                    args=(piece,),
                    key=f"{state.PIECES}_{number}",
                    help=f"Put piece {number} of the picture on the pad",
                )


def take_pasted() -> None:
    """Put the picture on the pad that was just pasted on the page."""
    pasted = read_pasted(state.PAD)
    if pasted is None:
        return
    try:  # one character beyond the limit is enough to be refused as too large
        data = base64.b64decode(pasted[: LARGEST_FILE // 3 * 4 + 4], validate=True)
    except (binascii.Error, ValueError):
        data = b""
    _use_file(data)


def offer_downloads(z: np.ndarray, reconstruction: np.ndarray, image: np.ndarray, card: ModelCard):
    """Show the download buttons.

    Parameters
    ----------
    z : float array of shape (latent_dim,)
    reconstruction, image : float array of shape (28, 28), values in [0, 1]
    card : ModelCard
        Of the model.
    """
    ink = read_ink(state.PAD)
    if ink is None:
        return
    with st.container(horizontal=True, gap="xsmall"):
        downloads.offer_png(
            "Download the pictures (PNG)",
            lambda: imaging.row([ink.image, image, reconstruction], 280),
            "digit.png",
            "Your drawing, the network's input and the reconstruction, side by side.",
        )
        downloads.offer_png(
            "Download the input (PNG)",
            lambda: image,
            "digit-28x28.png",
            "The 28 × 28 pixels that the network gets.",
        )
        downloads.offer(
            "Download the latent vector (CSV)",
            lambda: latent.code_csv(z, statistics_of(card)),
            f"latent-vector-{card.name}.csv",
            "The latent values, with mean and standard deviation of the 10,000 test digits.",
        )


def statistics_of(card: ModelCard) -> latent.CodeStatistics:
    """Mean and standard deviation of the test digits' latent values, from the card of a model."""
    return latent.CodeStatistics(
        np.array(card.test.latent_means, np.float32),
        np.array(card.test.latent_standard_deviations, np.float32),
    )


def _use_test_digit(label: int | None = None) -> None:
    count = st.session_state.get(state.SAMPLES, 0) + 1
    st.session_state[state.SAMPLES] = count
    data = cache.mnist()
    candidates = (
        np.arange(len(data.y_test)) if label is None else np.flatnonzero(data.y_test == label)
    )
    st.session_state.pop(state.PAD_PIECES, None)
    _put(data.x_test[np.random.default_rng(count).choice(candidates)])


def _use_upload() -> None:
    file = st.session_state.get(state.UPLOAD)
    if file is not None:
        _use_file(file.getvalue())


def _use_file(data: bytes) -> None:
    st.session_state.pop(state.PAD_PIECES, None)
    try:
        pieces = read_pieces(data)
        _put(pieces[0])
        if len(pieces) > 1:
            st.session_state[state.PAD_PIECES] = pieces
    except PictureError as error:
        drawing.leave_note(state.PAD, str(error))
        log.refused("a picture for the pad", error)


def _put(image: np.ndarray) -> None:
    drawing.put_into_pad(image)
    drawing.forget_note()
