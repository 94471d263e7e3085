"""Which digits Reconstruct looks at, and their errors by the models that it compares."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import streamlit as st

from ae import store
from ae.analysis import metrics
from ae.ui import cache, state
from ae.ui.image_upload import own_pictures


@dataclass(frozen=True, eq=False)
class Digits:
    """A set of images, its figures, and how they are called.

    images : float32 (n, 28, 28). labels : uint8 (n,), or None where nobody has told them.
    errors, pca_errors : squared errors, float64 (n,). second_errors : of the second model, or None.
    what : for example "test digits". each : for example "Test digit number", before an index.
    """

    images: np.ndarray
    labels: np.ndarray | None
    errors: np.ndarray
    pca_errors: np.ndarray
    second_errors: np.ndarray | None
    what: str
    each: str


def choose_set() -> str:
    """The switch between the test digits and one's own pictures."""
    return st.segmented_control(
        "Which set",
        [state.TEST_SET, state.OWN_SET],
        format_func={state.TEST_SET: "Test digits", state.OWN_SET: "My pictures"}.get,
        default=state.TEST_SET,
        required=True,
        **state.in_url(state.SHOWN_SET),
    )


def choose_second(name: str) -> str | None:
    """Name of the second model, or None. name : of the first, which is not offered."""
    others = [card.name for card in store.list_models() if card.name != name]
    second = st.selectbox(
        "A second model beside it",
        [state.NO_SECOND, *others],
        format_func=lambda name: "none" if name == state.NO_SECOND else name,
        **state.in_url(state.SECOND),
        help="Its reconstructions and its errors on the same digits. PCA is always there.",
        width=260,
    )
    return None if second in (None, state.NO_SECOND) else second


def test_digits(name: str, second: str | None) -> Digits:
    """All 10,000 test digits."""
    data, k = cache.mnist(), cache.model(name).latent_dim
    with st.spinner("Reconstructing all 10,000 test digits, once for each model."):
        return Digits(
            data.x_test,
            data.y_test,
            cache.errors(name),
            cache.pca_errors(k),
            None if second is None else cache.errors(second),
            "test digits",
            "Test digit number",
        )


def own_digits(name: str, second: str | None) -> Digits | None:
    """One's own pictures, or None before there are any."""
    own = own_pictures(state.OWN_UPLOAD)
    if own is None:
        return None
    rebuilt = cache.pca(cache.model(name).latent_dim).reconstruct(own.images)
    with st.spinner(f"Reconstructing {len(own.images):,} pictures."):
        return Digits(
            own.images,
            None,
            _own_errors(own.images, name, cache.stamp(name)),
            metrics.squared_error(own.images, rebuilt),
            None if second is None else _own_errors(own.images, second, cache.stamp(second)),
            "pictures of yours",
            "Picture number",
        )


@st.cache_data(max_entries=32, show_spinner=False)
def _own_errors(images: np.ndarray, name: str, stamp: int) -> np.ndarray:
    return metrics.squared_error(images, cache.model(name).reconstruct(images))
