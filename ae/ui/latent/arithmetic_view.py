"""Arithmetic with latent vectors: a digit minus the mean of one class plus that of another."""

from __future__ import annotations

import numpy as np
import streamlit as st

from ae.analysis.latent import class_mean
from ae.analysis.neighbours import nearest, vote
from ae.nn.autoencoder import Autoencoder
from ae.store import ModelCard
from ae.ui import cache, downloads, shell, state, terms
from ae.ui.latent.cached import VOTERS
from ae.ui.latent.common import ENCODING, strip, usual_distance
from ae.ui.latent.digit_picker import pick_digit
from ae.ui.words import a_digit, distance, numbered, percent

_SHARES = np.linspace(0, 1.5, 7)
_CLASSES = tuple(map(str, range(10)))


def show_arithmetic(model: Autoencoder, card: ModelCard) -> None:
    """A digit's latent vector plus the difference of two class means, step by step."""
    digit, minus, plus = _controls()
    with st.spinner(ENCODING):
        codes, data = cache.test_codes(card.name), cache.mnist()
    subtracted, added = (class_mean(codes, data.y_test, int(label)) for label in (minus, plus))
    difference = added - subtracted
    path = codes[digit] + _SHARES[:, None].astype(np.float32) * difference
    # Without the digit itself: it would be the nearest as long as little is added.
    near, distances = nearest(path, np.delete(codes, digit, axis=0), VOTERS)
    predicted = vote(near, np.delete(data.y_test, digit))
    terms_and_sum = np.stack([codes[digit], subtracted, added, codes[digit] + difference])
    start = a_digit(data.y_test[digit])
    st.header(f"{start.capitalize()}, minus the mean {minus}, plus the mean {plus}")
    strip(
        np.clip(model.decode(terms_and_sum), 0, 1),
        ["the digit", f"− mean {minus}", f"+ mean {plus}", "= the sum"],
        [
            f"Test digit {numbered(digit, data.y_test[digit])}, reconstructed",
            f"Mean latent vector of class {minus}, decoded",
            f"Mean latent vector of class {plus}, decoded",
            "The sum of these latent vectors, decoded",
        ],
    )
    st.markdown("**The difference of the two means, added step by step**")
    strip(
        np.clip(model.decode(path), 0, 1),
        [
            f"{percent(share)}: {a_digit(label)}"
            for share, label in zip(_SHARES, predicted, strict=True)
        ],
        [
            f"With {percent(share)} of the difference. Its nearest neighbours are mostly {label}"
            for share, label in zip(_SHARES, predicted, strict=True)
        ],
    )
    whole = int(np.argmin(np.abs(_SHARES - 1)))
    st.markdown(
        "Below each picture: how much of the difference is added, and the class that most of the "
        f"{VOTERS} nearest other test digits in the latent space have. "
        f"{_outcome(int(data.y_test[digit]), int(minus), int(plus), int(predicted[whole]))} "
        f"The nearest other test digit is {distance(distances[whole, 0])} away from the "
        "latent vector at 100 %. For comparison: "
        f"two neighbouring test digits are {distance(usual_distance(card.name))} apart "
        f"{terms.OF_THE_MEDIAN}, and the difference has a length of "
        f"{distance(float(np.linalg.norm(difference)))}."
    )
    st.caption(
        "The same difference is added to any digit: compare how the slant and the stroke width of "
        "the digit survive."
    )
    downloads.offer(
        "Download the steps (CSV)",
        lambda: downloads.csv_text(
            ["share", "predicted_class", *(f"z{i + 1}" for i in range(codes.shape[1]))],
            ([s, c, *z] for s, c, z in zip(_SHARES, predicted, path, strict=True)),
        ),
        f"arithmetic-{card.name}-{digit}-{minus}-{plus}.csv",
        "A row for each step: the share of the difference, the predicted class and the latent "
        "vector.",
    )


def _outcome(label: int, minus: int, plus: int, predicted: int) -> str:
    """Say what the whole difference makes of a digit of class ``label``."""
    text = f"With 100 %, it is **{a_digit(predicted)}**"
    if label != minus or minus == plus:
        return f"{text}."
    if predicted == plus:
        return f"{text}: the arithmetic has worked."
    return (
        f"{text} and not {a_digit(plus)}: most of the nearest test digits are of "
        "that class, whatever the picture looks like."
    )


def _controls() -> tuple[int, str, str]:
    with (
        shell.settings("controls"),
        st.container(horizontal=True, gap="medium", vertical_alignment="bottom"),
    ):
        digit = pick_digit("Digit", state.SUM_DIGIT)
        minus = _class("Subtract the mean of class", state.SUM_MINUS)
        plus = _class("Add the mean of class", state.SUM_PLUS)
    return digit, minus, plus


def _class(label: str, key: str) -> str:
    index = _CLASSES.index(state.default(key))
    return st.selectbox(label, _CLASSES, index=index, **state.in_url(key), width=190)
