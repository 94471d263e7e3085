"""Rate-distortion curves of all models, and the bytes of a message with its decoder."""

from __future__ import annotations

import streamlit as st

from ae import charts, store
from ae.analysis import metrics
from ae.compression import rate_distortion
from ae.compression.rate_distortion import Point
from ae.ui import cache, shell, state
from ae.ui.markdown import plain


def show_curves(name: str, bits: int) -> Point:
    """The rate-distortion chart. Returns the point of the page's model at ``bits``."""
    st.header("Rate and distortion")
    st.markdown(
        "**Rate** is what a digit costs, in bits; **distortion** is what is lost: the higher the "
        f"PSNR, the less. Up and to the left is better. The ring marks {plain(name)} at {bits} "
        "bits."
    )
    points = _measure_all(name)
    with st.spinner("Measuring PCA, JPEG and WebP on 500 test digits, once."):
        baselines, png_bits = cache.baseline_points()
    chosen = cache.model_point(name, bits)
    shell.show_chart(
        charts.rate_distortion,
        [*points, *baselines],
        png_bits,
        chosen,
        alt=f"PSNR against bits per image for {', '.join(_models(name))}, PCA, JPEG and WebP. "
        f"{name} at {bits} bits: {chosen.bits_per_image:.0f} bits per image, "
        f"{chosen.psnr:.1f} dB. PNG: {png_bits:.0f} bits, lossless",
    )
    st.caption(
        "Every point is measured on the same 500 test digits in one file, whatever is sent above; "
        "autoencoders at 3 to 8 bits. The curve of an autoencoder ends where quantization no "
        "longer matters: more bits cannot bring back what the latent vector does not hold. PCA was "
        "tried with 8 to 256 components at 4 to 6 bits. A setting is drawn if no other one has "
        "both fewer bits and a higher PSNR."
    )
    return chosen


def show_decoder(name: str, chosen: Point) -> None:
    """The bytes of a message of many digits, with the decoder and without it."""
    st.header("What if the decoder has to be sent, too?")
    decoder = cache.decoder_bytes(name)
    count = st.number_input(
        "Number of digits in the message",
        1,
        10**9,
        value=state.default(state.MESSAGE),
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
        ("Uncompressed", 0, metrics.PIXELS),
    ]
    st.table(
        [
            {"Method": plain(method), "Bytes in all": f"{once + count * each:,.0f}"}
            for method, once, each in rows
        ],
        hide_index=True,
    )
    others = [("PNG", png_bits), (f"WebP at {nearest.psnr:.1f} dB", nearest.bits_per_image)]
    compared = []
    for other, bits in others:
        least = rate_distortion.break_even(decoder, chosen.bits_per_image / 8, bits / 8)
        compared.append(
            f"fewer bytes than {other} from **{least:,} digits** on"
            if least
            else f"more bytes than {other}, however many digits there are"
        )
    st.markdown(
        f"The decoder is a file of {decoder:,} bytes. Sent together with it, the digits need "
        f"{' and '.join(compared)}. What is received has a PSNR of {chosen.psnr:.1f} dB: it is "
        "not the exact original. The bytes per digit are those of the 500 test digits of the "
        "chart, not of the digits sent above."
    )


def _measure_all(name: str) -> list[Point]:
    """The points of all curves; the first time they are measured, which is shown."""
    names, points = _models(name), []
    for number, each in enumerate(names, 1):
        with st.spinner(
            f"Measuring {plain(each)} on 500 test digits at 3 to 8 bits, once for each model: "
            f"{number} of {len(names)}."
        ):
            points += cache.model_points(each)
    return points


def _models(name: str) -> list[str]:
    """Names of the shipped plain autoencoders by latent_dim, and ``name``."""
    shipped = [card for card in store.list_models() if card.name in store.SHIPPED]
    names = [card.name for card in store.models_by_latent_dim(shipped).values()]
    return names if name in names else [name, *names]
