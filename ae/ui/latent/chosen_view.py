"""What was chosen on the map, and how true the map is."""

from __future__ import annotations

import numpy as np
import streamlit as st

from ae.analysis import metrics
from ae.analysis.neighbours import nearest
from ae.nn.autoencoder import Autoencoder
from ae.store import ModelCard
from ae.ui import cache, downloads, state
from ae.ui.components.latent_map import Look
from ae.ui.latent import cached
from ae.ui.latent.cached import Projection
from ae.ui.latent.common import strip, usual_distance
from ae.ui.markdown import plain

_MOST_SHOWN = 40  # digits of an area


def show_place(look: Look, shown: Projection, model: Autoencoder, card: ModelCard) -> None:
    """The place that was walked to: what is decoded there, and which digits are near."""
    if look.at is None or shown.plane is None:
        return
    z = shown.plane.codes(np.array([look.at]))[0]
    codes = cache.test_codes(card.name)
    (indices,), (distances,) = nearest(z[None], codes, 5)
    st.subheader("The place you chose")
    where = (
        "z = (" + ", ".join(f"{v:.2f}" for v in z) + ")"
        if model.latent_dim <= 2
        else f"{look.at[0]:.2f} and {look.at[1]:.2f} along the two axes"
    )
    labels = cache.mnist().y_test[indices]
    st.markdown(
        f"{where}. The nearest code of a test digit is **{distances[0]:.2f}** away; between test "
        f"digits the distance to the nearest is {usual_distance(card.name):.2f} (median)."
    )
    strip(
        [np.concatenate([np.clip(model.decode(z[None]), 0, 1), cache.mnist().x_test[indices]])],
        ["decoded", *(f"{a} · {d:.2f}" for a, d in zip(labels, distances, strict=True))],
        ["What the decoder makes of this place"]
        + [
            f"Test digit {i}, a {a}, at distance {d:.2f} from this place"
            for i, a, d in zip(indices, labels, distances, strict=True)
        ],
    )


def show_digit(look: Look, model: Autoencoder, card: ModelCard) -> None:
    """The digit that was clicked, its reconstruction, and its true neighbours."""
    if look.digit is None:
        return
    data, codes = cache.mnist(), cache.test_codes(card.name)
    image, z = data.x_test[look.digit], codes[look.digit]
    rebuilt = np.clip(model.decode(z[None]), 0, 1)
    error = metrics.squared_error(image[None], rebuilt)[0]
    st.subheader(f"Test digit {look.digit}: a {data.y_test[look.digit]}")
    near = cached.true_neighbours(card.name)[look.digit]
    strip(
        [np.concatenate([image[None], rebuilt, data.x_test[near[:6]]])],
        ["digit", f"error {error:.1f}", *(f"near: {data.y_test[i]}" for i in near[:6])],
        [f"Test digit {look.digit}", f"Its reconstruction, squared error {error:.1f}"]
        + [f"Neighbour by the whole code: test digit {i}, a {data.y_test[i]}" for i in near[:6]],
    )
    with st.container(horizontal=True):
        for label, key in (("A path from it", state.PATH_FROM), ("A path to it", state.PATH_TO)):
            pressed = st.button(
                label, icon=":material/route:", on_click=_go_along, args=(key, look.digit)
            )
            if pressed:
                st.rerun()  # the whole page: another view is shown


def _go_along(key: str, digit: int) -> None:
    st.session_state[key] = digit
    st.session_state[state.LATENT_VIEW] = "Paths"


def show_area(look: Look, places: np.ndarray, model: Autoencoder, card: ModelCard) -> None:
    """The digits in the box or lasso, and their mean code decoded.

    places : float32 (n, 2), as the map shows them.
    """
    if not look.area:
        return
    data = cache.mnist()
    chosen = np.flatnonzero(look.inside(places))
    st.subheader(f"{len(chosen):,} digits in the area")
    if not len(chosen):
        st.caption("There is none. Draw a larger box or lasso.")
        return
    z = cache.test_codes(card.name)[chosen]
    mean = z.mean(axis=0, keepdims=True)
    classes, counts = np.unique(data.y_test[chosen], return_counts=True)
    order = np.argsort(-counts)
    st.markdown(
        "Classes: " + ", ".join(f"**{classes[i]}** {counts[i]:,} times" for i in order) + "."
    )
    some = chosen[:: -(-len(chosen) // (_MOST_SHOWN - 1))]
    strip(
        [np.concatenate([np.clip(model.decode(mean), 0, 1), data.x_test[some]])],
        ["mean code", *(str(data.y_test[i]) for i in some)],
        ["The mean code of the digits in the area, decoded"]
        + [f"Test digit {i}, a {data.y_test[i]}" for i in some],
    )
    st.caption(
        "First: the **mean of their codes**, decoded. Is it a digit? "
        + (f"Then {len(some)} of them." if len(some) < len(chosen) else "Then all of them.")
    )
    downloads.offer(
        "These codes as CSV",
        lambda: downloads.csv_text(
            ["digit", "class", *(f"z{i + 1}" for i in range(z.shape[1]))],
            ([i, data.y_test[i], *code] for i, code in zip(chosen, z, strict=True)),
        ),
        f"area-{card.name}.csv",
        "A row per digit: its number, its class and its code.",
    )


def show_scores(card: ModelCard, kind: str, count: int) -> None:
    """How true the map and PCA's picture are, in numbers. count : digits on the map."""
    st.subheader("How true are the pictures?")
    with st.spinner("Comparing the neighbours of all digits, once for each model."):
        mine, theirs = cached.scores(card.name, kind), cached.pixels_scores(count)
    rows = ((f"Codes of {plain(card.name)}", mine), ("PCA of the pixels", theirs))
    st.table(
        [
            {
                "Picture": name,
                "5 neighbours tell the class": f"{score.accuracy:.1%}",
                "Trustworthiness": f"{score.trust:.3f}",
                "Continuity": f"{score.continuity:.3f}",
                "Neighbours kept": "–" if score.kept is None else f"{score.kept:.0%}",
            }
            for name, score in rows
        ],
        hide_index=True,
    )
    difference = 100 * (mine.accuracy - theirs.accuracy)
    st.caption(
        f"By their 5 neighbours on the picture, {count:,} digits are told "
        f"**{abs(difference):.0f} points {'more' if difference >= 0 else 'less'}** often than on "
        "PCA's, the best *linear* picture of the pixels. Guessing gives 10 %. "
        "Trustworthiness: are neighbours on the picture true neighbours? Continuity: are true "
        "neighbours still neighbours there? Both: 1 is best, about 0.5 chance; 10 neighbours by "
        f"the pixels of {cached.RANKED:,} digits. Neighbours kept: of the 10 by the whole code."
    )
