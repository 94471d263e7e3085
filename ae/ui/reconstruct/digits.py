"""The set of digits that Reconstruct shows, and their errors by the models that it compares."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import streamlit as st

from ae import store
from ae.analysis import metrics
from ae.ui import cache, state
from ae.ui.image_upload import own_pictures
from ae.ui.words import numbered


@dataclass(frozen=True, eq=False)
class Digits:
    """A set of images, and what they are called.

    Attributes
    ----------
    images : float32 array of shape (n, 28, 28), values in [0, 1]
    labels : uint8 array of shape (n,), or None
        Classes, where they are known.
    what : str
        What the images are, in the plural: "test digits".
    each : str
        What goes before the number of one: "test digit".
    """

    images: np.ndarray
    labels: np.ndarray | None
    what: str
    each: str

    def name_of(self, index: int) -> str:
        """What one image is called: "test digit no. 5 (a 3)"."""
        label = None if self.labels is None else self.labels[index]
        return f"{self.each} {numbered(index, label)}"


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
    return f"PCA({min(latent_dim, metrics.PIXELS)})"


def test_digits() -> Digits:
    """All 10,000 test digits."""
    data = cache.mnist()
    return Digits(data.x_test, data.y_test, "test digits", "test digit")


def own_digits() -> Digits | None:
    """Show the upload of one's own pictures. Returns them, or None before there are any."""
    own = own_pictures(state.OWN_UPLOAD)
    return None if own is None else Digits(own.images, None, "pictures of yours", "picture")


def errors_of(digits: Digits, name: str, second: str | None) -> dict[str, np.ndarray]:
    """Squared errors of all digits of a set, by every model that is compared.

    Parameters
    ----------
    digits : Digits
    name : str
        The page's model.
    second : str or None
        The model that it is compared with besides PCA.

    Returns
    -------
    dict of str to float64 array of shape (n,)
        By name: the page's model, PCA with as many dimensions (see ``pca_name``), the second.
    """
    k = cache.model(name).latent_dim
    models = [name] if second is None else [name, second]
    count = f"{len(digits.images):,} {digits.what}"
    with st.spinner(f"Reconstructing all {count}, once for each model."):
        if digits.labels is None:
            images = digits.images
            errors = {each: _own_errors(images, each, cache.version(each)) for each in models}
            by_pca = metrics.squared_error(images, cache.pca(k).reconstruct(images))
        else:
            errors = {each: cache.errors(each) for each in models}
            by_pca = cache.pca_errors(k)
    return {name: errors[name], pca_name(k): by_pca} | errors


@st.cache_data(max_entries=32, show_spinner=False)
def _own_errors(images: np.ndarray, name: str, version: int) -> np.ndarray:
    return metrics.squared_error(images, cache.model(name).reconstruct(images))
