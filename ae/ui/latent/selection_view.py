"""Details of what is chosen on the map: a place, a digit, an area."""

from __future__ import annotations

import numpy as np
import streamlit as st

from ae.analysis import metrics
from ae.analysis.neighbours import nearest
from ae.nn.autoencoder import Autoencoder
from ae.store import ModelCard
from ae.ui import cache, downloads, state, terms
from ae.ui.components.latent_map import Look
from ae.ui.latent import cached
from ae.ui.latent.cached import LatentProjection
from ae.ui.latent.common import strip, usual_distance
from ae.ui.words import a_digit, distance, many, numbered

_MOST_SHOWN = 40  # digits of an area


def show_place(look: Look, shown: LatentProjection, model: Autoencoder, card: ModelCard) -> None:
    """The chosen place: what is decoded there, and which test digits are near."""
    if look.at is None:
        return
    z = shown.space.codes(np.array([look.at]))
    codes = cache.test_codes(card.name)
    (indices,), (distances,) = nearest(z, codes, 5)
    labels = cache.mnist().y_test[indices]
    st.header("The chosen place")
    where = (
        "z = (" + ", ".join(f"{value:.2f}" for value in z[0]) + ")"
        if model.latent_dim <= 2
        else f"({look.at[0]:.2f}, {look.at[1]:.2f}) on the map"
    )
    st.markdown(
        f"{where}. In the latent space, the nearest test digit is **{distance(distances[0])}** "
        "away. For comparison: two neighbouring test digits are "
        f"{distance(usual_distance(card.name))} apart {terms.OF_THE_MEDIAN}."
    )
    strip(
        np.concatenate([np.clip(model.decode(z), 0, 1), cache.mnist().x_test[indices]]),
        [
            "decoded",
            *(f"{a_digit(a)}, {distance(d)} away" for a, d in zip(labels, distances, strict=True)),
        ],
        ["The decoder's output at this place"]
        + [
            f"Test digit {numbered(i, a)}, at distance {distance(d)} from this place"
            for i, a, d in zip(indices, labels, distances, strict=True)
        ],
    )


def show_digit(look: Look, model: Autoencoder, card: ModelCard) -> None:
    """The digit that was clicked, its reconstruction, and its nearest in the latent space."""
    if look.digit is None:
        return
    data, codes = cache.mnist(), cache.test_codes(card.name)
    image, z = data.x_test[look.digit], codes[look.digit]
    reconstruction = np.clip(model.decode(z[None]), 0, 1)
    error = metrics.squared_error(image[None], reconstruction)[0]
    near = cached.true_neighbours(card.name)[look.digit][:6]
    st.header(f"Test digit {numbered(look.digit, data.y_test[look.digit])}")
    st.markdown(
        f"Its reconstruction has a squared error of **{error:.1f}** (mean over the test set: "
        f"{card.test.squared_error:.1f}). The other pictures are its {len(near)} nearest "
        "neighbours in the latent space, each with its class."
    )
    strip(
        np.concatenate([image[None], reconstruction, data.x_test[near]]),
        ["digit", "decoded", *(str(data.y_test[i]) for i in near)],
        [f"Test digit no. {look.digit}", f"Its reconstruction, squared error {error:.1f}"]
        + [
            f"Neighbour in the latent space: test digit {numbered(i, data.y_test[i])}" for i in near
        ],
    )
    with st.container(horizontal=True):
        for label, key in (
            ("Start a path here", state.PATH_FROM),
            ("End a path here", state.PATH_TO),
        ):
            pressed = st.button(
                label, icon=":material/route:", on_click=_go_along, args=(key, look.digit)
            )
            if pressed:
                st.rerun()  # the whole page: another view is shown


def _go_along(key: str, digit: int) -> None:
    st.session_state[key] = digit
    st.session_state[state.LATENT_VIEW] = "Paths"


def show_area(look: Look, places: np.ndarray, model: Autoencoder, card: ModelCard) -> None:
    """The digits in the box or lasso, and their mean latent vector decoded.

    Parameters
    ----------
    look : Look
    places : float array of shape (n, 2)
        The test digits as the map shows them.
    model : Autoencoder
    card : ModelCard
    """
    if not look.area:
        return
    data = cache.mnist()
    chosen = np.flatnonzero(look.inside(places))
    st.header(f"{len(chosen):,} digits in the area")
    if not len(chosen):
        st.caption("Draw a larger box or lasso.")
        return
    z = cache.test_codes(card.name)[chosen]
    mean = z.mean(axis=0, keepdims=True)
    classes, counts = np.unique(data.y_test[chosen], return_counts=True)
    order = np.argsort(-counts)
    some = chosen[:: -(-len(chosen) // (_MOST_SHOWN - 1))]
    which = f"{len(some)} of the digits" if len(some) < len(chosen) else "the digits"
    st.markdown(
        ", ".join(many(classes[i], int(counts[i])) for i in order)
        + f". First picture: their **mean latent vector**, decoded. Then {which}."
    )
    strip(
        np.concatenate([np.clip(model.decode(mean), 0, 1), data.x_test[some]]),
        ["mean", *(str(data.y_test[i]) for i in some)],
        ["The mean latent vector of the digits in the area, decoded"]
        + [f"Test digit {numbered(i, data.y_test[i])}" for i in some],
    )
    downloads.offer(
        "Download these latent vectors (CSV)",
        lambda: downloads.csv_text(
            ["digit", "class", *(f"z{i + 1}" for i in range(z.shape[1]))],
            ([i, data.y_test[i], *code] for i, code in zip(chosen, z, strict=True)),
        ),
        f"area-{card.name}.csv",
        "A row for each digit: its position in the test set, its class and its latent vector.",
    )
