"""Compress: digits as a few bytes, beside PNG, JPEG, WebP and PCA."""

import numpy as np
import streamlit as st

from ae.analysis import metrics
from ae.compression.quantizer import LEAST_BITS, MOST_BITS, Quantizer
from ae.data.drawing import to_mnist_form
from ae.ui import cache, drawing, shell, state
from ae.ui.components.drawing_pad import Picture, drawing_pad, read_ink
from ae.ui.compress.comparison import show_comparison
from ae.ui.compress.curves import show_curves, show_sum
from ae.ui.compress.take_away import show_take_away
from ae.ui.compress.upload import show_upload

COUNTS = (1, 10, 100, 500)

st.title("Is it a way to send less data?")
st.markdown(
    "The encoder runs here, the decoder there, and only the code travels: its numbers are "
    "**quantized** to a few levels and **entropy coded**, frequent levels in fewer bits. Every "
    "size below is that of a real file."
)
model, card = shell.chosen_model()
data = cache.mnist()
with st.spinner("Measuring the codes of 5,000 training digits, once for each model."):
    statistics = cache.calibration(card.name)


@shell.fragment(in_turn=True)
def pad(quantizer: Quantizer) -> None:
    """The drawing pad, with the drawing as it arrives and its bytes, while the pen moves."""
    ink, load = read_ink(state.COMPRESS_PAD), st.session_state.get(state.COMPRESS_LOAD)
    shown, message = [], ""
    if ink is not None and ink.image.any():
        image = to_mnist_form(ink.image).image[None]
        levels = quantizer.quantize(model.encode(image))
        size = len(quantizer.pack(levels))
        rebuilt = np.clip(model.decode(quantizer.dequantize(levels)), 0, 1)
        psnr = metrics.psnr(image, rebuilt)[0]
        message = f"{size} bytes instead of {metrics.PIXELS}, PSNR {psnr:.1f} dB."
        shown = [
            Picture("Sent", image[0], f"{metrics.PIXELS} bytes raw"),
            Picture("Received", rebuilt[0], f"{size} bytes of code"),
        ]
    arrived = ink is not None and load is not None and ink.loaded == load.nonce
    drawing_pad(
        state.COMPRESS_PAD,
        number=ink.number if ink else 0,
        pictures=shown,
        message=message,
        load=None if arrived else load,
    )


def choose_images(quantizer: Quantizer) -> np.ndarray:
    """What is sent: test digits by count and seed, or the drawing. Ends the page without one."""
    what = shell.settings("what").segmented_control(
        "What is sent",
        [state.SEND_DIGITS, state.SEND_DRAWING],
        format_func={state.SEND_DIGITS: "Test digits", state.SEND_DRAWING: "My drawing"}.get,
        default=state.SEND_DIGITS,
        required=True,
        **state.in_url(state.SENT),
    )
    if what == state.SEND_DRAWING:
        pad(quantizer)
        st.button("Compare what is drawn now", icon=":material/compare:")
        ink = read_ink(state.COMPRESS_PAD)
        drawn = ink is not None and ink.image.any()
        return to_mnist_form(ink.image).image[None] if drawn else np.zeros((0, 28, 28), np.float32)
    left, right = shell.settings("digits").columns(2)
    count = left.select_slider(
        "How many digits in one file",
        COUNTS,
        value=100,
        **state.in_url(state.SENT_COUNT),
        help="A file pays for its header once, whatever it holds.",
    )
    seed = right.number_input(
        "Seed of the choice", 0, 9999, step=1, **state.in_url(state.SENT_SEED)
    )
    return data.x_test[np.random.default_rng(seed).permutation(len(data.x_test))[:count]]


drawing.restore_from_link(state.COMPRESS_LOAD)
bits = shell.settings("bits").slider(
    "Bits",
    LEAST_BITS,
    MOST_BITS,
    6,
    **state.in_url(state.BITS),
    help="For the number of the code that matters most to the picture: 6 bits are 63 levels. The "
    "others get as many levels as their effect on the picture is worth.",
)
quantizer = statistics.quantizer(bits)
images = choose_images(quantizer)
if len(images):
    show_comparison(card.name, images, bits)
show_sum(card.name, show_curves(card.name, bits))
show_upload(model, quantizer)
show_take_away(card)
