"""Rate and distortion of all models, and the sum for a message of N digits."""

import streamlit as st

from ae import charts, store
from ae.analysis import metrics
from ae.compression import rate_distortion
from ae.compression.rate_distortion import Point
from ae.ui import cache, shell, state
from ae.ui.markdown import plain


def show_curves(name: str, bits: int) -> Point:
    """The rate-distortion chart. Returns the point of the chosen model and bits."""
    st.subheader("Rate and distortion")
    names = _ladder(name)
    with st.spinner("Sending 500 test digits at many settings, once for each model."):
        points = [point for each in names for point in cache.model_points(each)]
        baselines, png_bits = cache.baseline_points()
    chosen = cache.model_point(name, bits)
    shell.show_chart(
        charts.rate_distortion,
        [*points, *baselines],
        png_bits,
        chosen,
        alt=f"PSNR against bits per image for {', '.join(names)}, PCA, JPEG and WebP. "
        f"{name} at {bits} bits: {chosen.bits_per_image:.0f} bits per image, "
        f"{chosen.psnr:.1f} dB. PNG: {png_bits:.0f} bits, lossless",
    )
    st.caption(
        "Up and to the left is better: a better picture from fewer bits. 500 test digits in one "
        "file at 3 to 8 bits; the ring is your setting. PCA is drawn at its best: of 8 to 256 "
        "numbers and 4 to 6 bits, those that nothing beats. A curve of an autoencoder ends where "
        "its code does: more bits cannot bring back what never went through the middle."
    )
    return chosen


def show_sum(name: str, chosen: Point) -> None:
    """The bytes of a message of N digits, with the decoder and without it."""
    st.subheader("Is the decoder counted?")
    decoder = cache.decoder_bytes(name)
    count = st.number_input(
        "Digits in the message",
        1,
        10**9,
        value=10_000,
        **state.in_url(state.MESSAGE),
        width=240,
    )
    baselines, png_bits = cache.baseline_points()
    webp = [p for p in baselines if p.series == "WebP"]
    nearest = next((p for p in webp if p.psnr >= chosen.psnr), webp[-1])
    rows = [
        (name, 0, chosen.bits_per_image / 8),
        (f"{name} and its decoder", decoder, chosen.bits_per_image / 8),
        (f"WebP, {nearest.setting}", 0, nearest.bits_per_image / 8),
        ("PNG, lossless", 0, png_bits / 8),
        ("Raw", 0, metrics.PIXELS),
    ]
    st.table(
        [
            {"Sent as": plain(sent_as), "Bytes in all": f"{once + count * each:,.0f}"}
            for sent_as, once, each in rows
        ],
        hide_index=True,
    )
    sentences = []
    others = [("PNG", png_bits), (f"WebP at {nearest.psnr:.1f} dB", nearest.bits_per_image)]
    for other, bits in others:
        least = rate_distortion.break_even(decoder, chosen.bits_per_image / 8, bits / 8)
        sentences.append(
            f"Against {other} it pays to send the decoder too from **{least:,} digits** on."
            if least
            else f"Against {other} it never pays."
        )
    st.markdown(
        f"The decoder alone is a file of {decoder:,} bytes. {' '.join(sentences)} "
        f"What is received has a PSNR of {chosen.psnr:.1f} dB, and is not the original."
    )


def _ladder(name: str) -> list[str]:
    """Names of the shipped plain autoencoders by the length of their codes, and ``name``."""
    shipped = [card for card in store.list_models() if card.name in store.SHIPPED]
    names = [card.name for card in store.models_by_latent_dim(shipped).values()]
    return names if name in names else [name, *names]
