"""The traversal: each latent dimension through its range, all in one picture."""

from __future__ import annotations

import numpy as np
import streamlit as st

from ae import imaging
from ae.analysis.latent import traversal
from ae.nn.autoencoder import Autoencoder
from ae.store import ModelCard
from ae.ui import cache, downloads, shell, state
from ae.ui.latent.common import ENCODING
from ae.ui.latent.digit_picker import pick_digit
from ae.ui.words import numbered

_STEPS = 9
_MOST_ROWS = 256
_ENDS = (2.5, 97.5)  # percentiles of the test digits' latent values


def show_traversal(model: Autoencoder, card: ModelCard) -> None:
    """One digit's latent vector, with one dimension changed at a time."""
    digit, order = _controls()
    with st.spinner(ENCODING):
        codes = cache.test_codes(card.name)
    low, high = np.percentile(codes, _ENDS, axis=0)
    # Of many, those with the widest ranges: most of the others change little.
    dims = np.sort(np.argsort(low - high, kind="stable")[:_MOST_ROWS])
    rows = np.clip(traversal(model, codes[digit], low, high, _STEPS, dims), 0, 1)
    sensitivity = np.sqrt(((rows[:, -1] - rows[:, 0]) ** 2).sum(axis=(1, 2)))
    each = np.argsort(-sensitivity) if order == state.BY_SENSITIVITY else np.arange(len(rows))
    picture = imaging.labelled_rows(
        rows[each], [f"z{dims[i] + 1}" for i in each], blocks=1 if len(rows) <= 8 else 2
    )
    shell.show_pictures(
        [picture],
        alt=f"Each row changes one of {len(rows)} latent dimensions of test digit no. {digit} "
        f"from low to high. z{dims[sensitivity.argmax()] + 1} changes the picture most",
        width="stretch",
    )
    if len(dims) < model.latent_dim:
        st.caption(
            f"These are the {len(dims)} of the {model.latent_dim:,} dimensions whose values vary "
            "most between test digits."
        )
    st.markdown(
        f"Each row changes **one latent dimension alone**, in {_STEPS} steps over the range in "
        f"which {_ENDS[1] - _ENDS[0]:g} % of the test digits lie. All others keep the values of "
        f"test digit {numbered(digit, cache.mnist().y_test[digit])}. "
        + _most_sensitive(sensitivity, dims)
        + " Can you give a dimension a name, such as slant or width? Mostly not: "
        "nothing in the training asks for dimensions with a meaning."
    )
    with st.container(horizontal=True):
        downloads.offer_png(
            "Download the traversal (PNG)",
            lambda: picture,
            f"traversal-{card.name}-{digit}.png",
            "All rows as one picture.",
        )
        downloads.offer(
            "Download the sensitivities (CSV)",
            lambda: downloads.csv_text(
                ["dimension", "z", "low", "high", "sensitivity"],
                zip(
                    dims + 1,
                    codes[digit][dims],
                    low[dims],
                    high[dims],
                    sensitivity,
                    strict=True,
                ),
            ),
            f"traversal-{card.name}-{digit}.csv",
            "A row for each of these dimensions: the digit's value, the ends of the range and the "
            "sensitivity.",
        )


def _most_sensitive(sensitivity: np.ndarray, dims: np.ndarray) -> str:
    """sensitivity : float (m,), of the dimensions dims, int (m,)."""
    most, least = sensitivity.argmax(), sensitivity.argmin()
    explained = (
        "**Sensitivity** is how much the picture changes from the first to the last of a row: "
        "the Euclidean distance of their pixels."
    )
    if len(sensitivity) == 1:
        return f"{explained} Here it is {sensitivity[0]:.1f}."
    return (
        f"{explained} It is highest for **z{dims[most] + 1}** ({sensitivity[most]:.1f}) and lowest "
        f"for z{dims[least] + 1} ({sensitivity[least]:.1f})."
    )


def _controls() -> tuple[int, str]:
    with (
        shell.settings("controls"),
        st.container(horizontal=True, gap="medium", vertical_alignment="bottom"),
    ):
        digit = pick_digit("Start from", state.TRAVERSED)
        order = st.segmented_control(
            "Order of the rows",
            [state.BY_DIMENSION, state.BY_SENSITIVITY],
            default=state.default(state.TRAVERSAL_ORDER),
            required=True,
            **state.in_url(state.TRAVERSAL_ORDER),
        )
    return digit, order
