"""Which digits Reconstruct shows, and their errors by the models that it compares."""

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
    """A set of images with the squared error of each by every model compared.

    Attributes
    ----------
    images : float32 array of shape (n, 28, 28), values in [0, 1]
    labels : uint8 array of shape (n,), or None
        Classes, where they are known.
    errors : dict of str to float64 array of shape (n,)
        Squared errors by the name of what reconstructs: the page's model, PCA with as many
        dimensions (see ``pca_name``) and, if there is one, the model that it is compared with.
    what : str
        What the images are, in the plural: "test digits".
    each : str
        What goes before the number of one: "test digit".
    """

    images: np.ndarray
    labels: np.ndarray | None
    errors: dict[str, np.ndarray]
    what: str
    each: str

    def name_of(self, index: int) -> str:
        """What one image is called: "test digit 5, a 3"."""
        label = "" if self.labels is None else f", a {self.labels[index]}"
        return f"{self.each} {index}{label}"


def choose_set() -> str:
    """Show the switch between the test digits and one's own pictures."""
    return st.segmented_control(
        "Set of digits",
        [state.TEST_SET, state.OWN_SET],
        format_func={state.TEST_SET: "Test digits", state.OWN_SET: "My pictures"}.__getitem__,
        default=state.default(state.SHOWN_SET),
        required=True,
        label_visibility="collapsed",
        **state.in_url(state.SHOWN_SET),
    )


def choose_second(name: str) -> str | None:
    """Show the list of other models. Returns the name of the chosen one, or None.

    name : of the page's model, which is not offered.
    """
    others = [card.name for card in store.list_models() if card.name != name]
    second = st.selectbox(
        "Compare with another model",
        [state.NO_SECOND, *others],
        format_func=lambda name: "none" if name == state.NO_SECOND else name,
        **state.in_url(state.SECOND),
        width=190,
    )
    return None if second in (None, state.NO_SECOND) else second


def pca_name(latent_dim: int) -> str:
    """What PCA is called beside models: "PCA(32)", which no model can be called."""
    return f"PCA({latent_dim})"


def test_digits(name: str, second: str | None) -> Digits:
    """All 10,000 test digits."""
    data, k = cache.mnist(), cache.model(name).latent_dim
    with st.spinner("Reconstructing all 10,000 test digits, once for each model."):
        errors = {name: cache.errors(name), pca_name(k): cache.pca_errors(k)}
        if second is not None:
            errors[second] = cache.errors(second)
    return Digits(data.x_test, data.y_test, errors, "test digits", "test digit")


def own_digits(name: str, second: str | None) -> Digits | None:
    """Show the upload of one's own pictures. Returns them, or None before there are any."""
    own = own_pictures(state.OWN_UPLOAD)
    if own is None:
        return None
    images, k = own.images, cache.model(name).latent_dim
    with st.spinner(f"Reconstructing {len(images):,} pictures."):
        by_pca = cache.pca(k).reconstruct(images)
        errors = {
            name: _own_errors(images, name, cache.stamp(name)),
            pca_name(k): metrics.squared_error(images, by_pca),
        }
        if second is not None:
            errors[second] = _own_errors(images, second, cache.stamp(second))
    return Digits(images, None, errors, "pictures of yours", "picture")


@st.cache_data(max_entries=32, show_spinner=False)
def _own_errors(images: np.ndarray, name: str, stamp: int) -> np.ndarray:
    return metrics.squared_error(images, cache.model(name).reconstruct(images))
