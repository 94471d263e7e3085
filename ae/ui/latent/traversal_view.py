"""The traversal: each number of the code through its range, all in one picture."""

from __future__ import annotations

import numpy as np
import streamlit as st

from ae import imaging
from ae.analysis.latent import traversal
from ae.nn.autoencoder import Autoencoder
from ae.store import ModelCard
from ae.ui import cache, downloads, shell, state
from ae.ui.latent.common import digit_input

_STEPS = 9
_ENDS = (2.5, 97.5)  # percentiles of the test digits' codes


def show_traversal(model: Autoencoder, card: ModelCard) -> None:
    """All numbers of one digit's code, one at a time."""
    digit, order = _controls()
    with st.spinner("Encoding the 10,000 test digits, once for each model."):
        codes = cache.test_codes(card.name)
    low, high = np.percentile(codes, _ENDS, axis=0)
    rows = np.clip(traversal(model, codes[digit], low, high, _STEPS), 0, 1)
    moved = np.sqrt(((rows[:, -1] - rows[:, 0]) ** 2).sum(axis=(1, 2)))
    each = np.argsort(-moved) if order == state.BY_INFLUENCE else np.arange(len(rows))
    picture = imaging.labelled_rows(
        rows[each], [f"z{i + 1}" for i in each], blocks=1 if len(rows) <= 8 else 2
    )
    most, least = int(moved.argmax()), int(moved.argmin())
    shell.show_pictures(
        [picture],
        alt=f"Each row is one of the {len(rows)} numbers of the code of test digit {digit}, from "
        f"low to high, the others as they are. z{most + 1} changes the picture most",
        width="stretch",
    )
    st.caption(
        f"Each row: one number alone, from where 2.5 % of the test digits have less to where "
        f"2.5 % have more, in {_STEPS} steps; the others stay those of test digit {digit}, a "
        f"{cache.mnist().y_test[digit]}. From end to end **z{most + 1}** changes the picture most "
        f"({moved[most]:.1f}, as the Euclidean distance of the pixels), z{least + 1} least "
        f"({moved[least]:.1f}). Can you give one of them a name, such as slant or width? Mostly "
        "not: nothing in the training asks a single number to mean a single thing."
    )
    with st.container(horizontal=True):
        downloads.offer(
            "Traversal as PNG",
            lambda: imaging.png(picture),
            f"traversal-{card.name}-{digit}.png",
            "All rows as one picture.",
        )
        downloads.offer(
            "Numbers as CSV",
            lambda: downloads.csv_text(
                ["number", "z", "low", "high", "picture_change"],
                zip(range(1, len(rows) + 1), codes[digit], low, high, moved, strict=True),
            ),
            f"traversal-{card.name}-{digit}.csv",
            "A row per number: the digit's value, the ends of its range, what it changes.",
        )


def _controls() -> tuple[int, str]:
    with shell.settings("controls"), st.container(horizontal=True, gap="medium"):
        digit = digit_input("Test digit", state.TRAVERSED, 0, "Whose code is the starting point.")
        order = st.segmented_control(
            "Order",
            [state.BY_NUMBER, state.BY_INFLUENCE],
            default=state.BY_NUMBER,
            required=True,
            **state.in_url(state.TRAVERSAL_ORDER),
        )
    return digit, order
