"""Arithmetic with codes: mean of a class minus mean of another, plus a digit."""

from __future__ import annotations

import numpy as np
import streamlit as st

from ae.analysis.latent import class_mean
from ae.analysis.neighbours import nearest, vote
from ae.nn.autoencoder import Autoencoder
from ae.store import ModelCard
from ae.ui import cache, downloads, state
from ae.ui.latent.common import digit_input, strip, usual_distance

_SHARES = np.linspace(0, 1.5, 7)
_CLASSES = tuple(map(str, range(10)))


def show_arithmetic(model: Autoencoder, card: ModelCard) -> None:
    """A digit's code plus the difference of two classes, step by step."""
    with st.container(horizontal=True, gap="medium"):
        digit = digit_input("Test digit", state.SUM_DIGIT, 4)
        minus = _class("minus the mean of class", state.SUM_MINUS, "4")
        plus = _class("plus the mean of class", state.SUM_PLUS, "9")
    with st.spinner("Encoding the 10,000 test digits, once for each model."):
        codes, data = cache.test_codes(card.name), cache.mnist()
    taken, added = (class_mean(codes, data.y_test, int(label)) for label in (minus, plus))
    difference = added - taken
    path = codes[digit] + _SHARES[:, None].astype(np.float32) * difference
    near, distances = nearest(path, codes, 5)
    read = vote(near, data.y_test)
    away = distances[:, 0]
    st.subheader(f"A {data.y_test[digit]}, minus {minus}, plus {plus}")
    means = np.clip(model.decode(np.stack([codes[digit], taken, added])), 0, 1)
    strip(
        [means],
        ["the digit", f"− mean {minus}", f"+ mean {plus}"],
        [
            f"Test digit {digit}, a {data.y_test[digit]}, rebuilt",
            f"Decoded mean code of class {minus}",
            f"Decoded mean code of class {plus}",
        ],
    )
    st.caption("The difference of the two means, added little by little:")
    strip(
        [np.clip(model.decode(path), 0, 1)],
        [f"{share:.0%}: {label}" for share, label in zip(_SHARES, read, strict=True)],
        [
            f"With {share:.0%} of the difference. Its neighbours are mostly {label}"
            for share, label in zip(_SHARES, read, strict=True)
        ],
    )
    whole = int(np.argmin(np.abs(_SHARES - 1)))
    st.markdown(
        f"With the whole difference its 5 nearest test digits are mostly of class "
        f"**{read[whole]}**; the nearest is {away[whole]:.2f} away (between test digits "
        f"{usual_distance(card.name):.2f}, median). The difference itself is "
        f"{np.linalg.norm(difference):.2f} long. What stays of the digit, its slant or its "
        "stroke, and what goes?"
    )
    downloads.offer(
        "The sum as CSV",
        lambda: downloads.csv_text(
            ["share", "class_of_neighbours", *(f"z{i + 1}" for i in range(codes.shape[1]))],
            ([s, c, *z] for s, c, z in zip(_SHARES, read, path, strict=True)),
        ),
        f"sum-{card.name}-{digit}-{minus}-{plus}.csv",
        "A row per step: the share of the difference, the class it reads as, and its code.",
    )


def _class(label: str, key: str, default: str) -> str:
    return st.selectbox(label, _CLASSES, index=_CLASSES.index(default), **state.in_url(key))
