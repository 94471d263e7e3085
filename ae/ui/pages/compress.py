"""Compress: digits as a few bytes, compared with PNG, JPEG, WebP and PCA."""

import numpy as np
import streamlit as st

from ae.compression.quantizer import LEAST_BITS, MOST_BITS
from ae.ui import cache, drawing, shell, state
from ae.ui.compress import comparison, curves, sent
from ae.ui.compress.model_downloads import show_downloads
from ae.ui.compress.upload import show_upload

COUNTS = (1, 10, 100, 500)


def choose_digits() -> np.ndarray:
    """Show how many digits are sent and which. Returns them, float32 (n, 28, 28)."""
    count = st.select_slider(
        "Number of digits",
        COUNTS,
        value=state.default(state.SENT_COUNT),
        **state.in_url(state.SENT_COUNT),
        help="All digits are in one file, which has its header once.",
        width=160,
    )
    seed = st.number_input(
        "Random seed",
        0,
        9999,
        value=state.default(state.SENT_SEED),
        step=1,
        **state.in_url(state.SENT_SEED),
        help="Decides which test digits are sent. The same seed sends the same digits. The model "
        "was not trained on test digits.",
        width=130,
    )
    images = cache.mnist().x_test
    return images[np.random.default_rng(seed).permutation(len(images))[:count]]


st.title("Is it a way to send less data?")
model, card = shell.chosen_model()
cache.mnist()  # if it is damaged, that is told here, and once
drawing.restore_from_link()
top = st.container()
with shell.settings("what"), st.container(horizontal=True):
    what = st.segmented_control(
        "What is sent",
        [state.SEND_DIGITS, state.SEND_DRAWING],
        format_func={
            state.SEND_DIGITS: "Test digits",
            state.SEND_DRAWING: "My drawing",
        }.__getitem__,
        default=state.default(state.SENT),
        required=True,
        **state.in_url(state.SENT),
    )
    images = choose_digits() if what == state.SEND_DIGITS else None
    bits = st.slider(
        "Quantization (bits)",
        LEAST_BITS,
        MOST_BITS,
        state.default(state.BITS),
        **state.in_url(state.BITS),
        help="How finely the latent values are rounded. With 6 bits, the latent dimension that "
        "changes the picture most is rounded to 63 levels: 2⁶ = 64, less one, so that the mean is "
        "one of them. The others have fewer levels, because they change the picture less.",
        width=200,
    )
with top:
    if images is None:
        sent.show_pad(card.name, bits)
    else:
        sent.show_digits(card.name, images, bits)
st.markdown(
    "The encoder is at the sender, the decoder at the receiver, and only the latent vectors are "
    "sent. **Quantization** rounds each latent value to one of a few levels. **Entropy coding** "
    "writes frequent levels with fewer bits than rare ones. Every size is that of a real file."
)
if images is None:
    comparison.show_drawing(card, bits)
else:
    comparison.show(card, images, bits)
curves.show_decoder(card.name, curves.show_curves(card.name, bits))
show_upload(model, sent.quantizer_of(card.name, bits))
show_downloads(card)
