"""Closer looks at a drawing, made when the pen has come to rest."""

from __future__ import annotations

import numpy as np
import streamlit as st

from ae import charts, imaging, store
from ae.analysis import metrics
from ae.analysis.evaluation import share_below
from ae.analysis.neighbours import nearest
from ae.nn.autoencoder import Autoencoder
from ae.nn.pca import PCA
from ae.store import ModelCard
from ae.ui import cache, shell, state
from ae.ui.components.drawing_pad import read_ink
from ae.ui.draw import input_output
from ae.ui.draw.live_view import Seen, see

_NEIGHBOURS = 5
_FRAME = 120  # pixels of a step's picture: 28 at 4 times, 56 at twice their size, and a gap


@shell.fragment(key=state.CLOSER_LOOK)
def closer_look(model: Autoencoder, card: ModelCard) -> None:
    """One of the closer looks, and the ways out."""
    looks = {
        "The way in": _way_in,
        "Is this a digit?": _is_it_a_digit,
        "Nearest real digits": _nearest_digits,
        "The duel with PCA": _duel,
    }
    st.subheader("Look closer")
    look = shell.settings("look").segmented_control(
        "Look closer",
        list(looks),
        default="The way in",
        required=True,
        **state.in_url(state.LOOK),
        label_visibility="collapsed",
    )
    seen = see(model, read_ink(state.PAD))
    with shell.told():
        looks[look](seen, model, card)
    if seen is not None:
        st.subheader("Take it with you")
        input_output.ways_out(seen.z, seen.reconstruction, seen.form.image, card.name)


def _way_in(seen: Seen | None, model: Autoencoder, card: ModelCard) -> None:
    st.markdown(
        "The digits of MNIST were cut out, brought to one size and centred before any network saw "
        "them. Yours takes the same way. Switch a step off, and see what the network makes of a "
        "digit that it is not used to."
    )
    if seen is not None:
        form = seen.form
        steps = [
            ("1 Ink", "as drawn, 56 × 56", imaging.framed(form.ink, _FRAME, 2)),
            ("2 Crop", _size(form.cropped), imaging.framed(form.cropped, _FRAME, 2)),
            ("3 Scale", _size(form.scaled), imaging.framed(form.scaled, _FRAME, 4)),
            ("4 Centre", "28 × 28", imaging.framed(form.image, _FRAME, 4)),
            (
                "Reconstruction",
                f"error {seen.error:.1f}",
                imaging.framed(seen.reconstruction, _FRAME, 4),
            ),
        ]
        shell.show_pictures(
            [picture for _, _, picture in steps],
            caption=[f"{name}: {text}" for name, text, _ in steps],
            alt=[f"{name}: {text}" for name, text, _ in steps],
            width=_FRAME,
        )
    else:
        _draw_first()
    with shell.settings("steps"), st.container(horizontal=True, gap="medium"):
        for label, key in (
            ("Crop to the ink", state.CROP),
            ("Scale the longer side to 20 pixels", state.SCALE),
            ("Centre by centre of mass", state.CENTRE),
        ):
            st.toggle(
                label,
                value=True,
                **state.in_url(key),
                persist_state="page",
                on_change=st.rerun,  # the pad shows the steps' result, too
                width="content",
            )


def _is_it_a_digit(seen: Seen | None, model: Autoencoder, card: ModelCard) -> None:
    st.markdown(
        "The network has learnt to rebuild digits, and nothing else. So the error tells how much "
        "like a digit a drawing is. **Try to fool it:** draw a letter, a face, a 7 with a bar, "
        "your initials."
    )
    with st.spinner("Reconstructing all 10,000 test digits, once for each model."):
        errors = cache.errors(card.name)
    if seen is None:
        _draw_first()
        return
    share = share_below(seen.error, errors)
    words = (
        f"more unusual than {share:.1%} of real digits"
        if share >= 0.5
        else f"less unusual than {1 - share:.1%} of real digits"
    )
    st.markdown(f"#### {words[0].upper()}{words[1:]}")
    st.markdown(
        f"Your drawing has a squared error of **{seen.error:.2f}**. Of the 10,000 test digits, "
        f"{round(share * len(errors)):,} have a lower one; their median is {np.median(errors):.2f}."
    )
    st.altair_chart(
        charts.error_distribution(errors, seen.error),
        alt=f"How the squared errors of the 10,000 test digits are spread, from {errors.min():.2f} "
        f"to {errors.max():.2f}. Yours, {seen.error:.2f}, is {words}.",
    )


def _nearest_digits(seen: Seen | None, model: Autoencoder, card: ModelCard) -> None:
    st.markdown(
        "Which of the 60,000 training digits is most like yours? It depends on where one looks: "
        "among the codes, or among the pixels."
    )
    if seen is None:
        _draw_first()
        return
    with st.spinner("Encoding the 60,000 training digits, once for each model."):
        codes = cache.train_codes(card.name)
    left, right = st.columns(2)
    for column, where, query, (rows, norms) in (
        (left, f"By code, {model.latent_dim} numbers", seen.z, codes),
        (right, "By pixels, 784 numbers", seen.form.image.ravel(), cache.train_pixels()),
    ):
        (indices,), (distances,) = nearest(query[None], rows, _NEIGHBOURS, norms)
        _show_digits(column, where, indices, distances)
    st.caption("Below each digit: its label, and its Euclidean distance to yours in that space.")


def _show_digits(place, where: str, indices: np.ndarray, distances: np.ndarray) -> None:
    data = cache.mnist()
    labels = data.y_train[indices]
    with place:
        st.markdown(f"**{where}**")
        shell.show_pictures(
            imaging.tiles([data.x_train[indices]], zoom=4),
            caption=[f"{a} · {b:.2f}" for a, b in zip(labels, distances, strict=True)],
            alt=[
                f"{where}: training digit {i}, a {label}, at distance {distance:.2f}"
                for i, label, distance in zip(indices, labels, distances, strict=True)
            ],
            width=shell.TILE_WIDTH - 8,
        )


def _duel(seen: Seen | None, model: Autoencoder, card: ModelCard) -> None:
    cards = store.models_by_latent_dim(store.list_models())
    st.markdown(
        "The same drawing through the same count of numbers, twice: by an autoencoder, and by PCA, "
        "the best that a *linear* map can do."
    )
    if not cards:
        st.info("There is no convolutional model to compare yet. Train one on the Train page.")
        return
    sizes = list(map(str, cards))
    own = str(model.latent_dim)
    size = st.segmented_control(
        "Numbers in the code",
        sizes,
        default=own if own in sizes else sizes[-1],
        required=True,
        **state.in_url(state.DUEL_SIZE),
    )
    if seen is None:
        _draw_first()
        return
    with st.spinner("Loading the networks of all sizes, once."):
        rivals = {k: (cache.model(card.name), cache.pca(k)) for k, card in cards.items()}
    image = seen.form.image[None]
    errors = {
        k: [float(metrics.squared_error(image, rival.reconstruct(image))[0]) for rival in pair]
        for k, pair in rivals.items()
    }
    k = int(size)
    left, right = st.columns(2)
    for column, name, rival, error in zip(
        (left, right), (f"Autoencoder({k})", f"PCA({k})"), rivals[k], errors[k], strict=True
    ):
        _show_rival(column, name, rival, image, error)
    _tell_winner(k, *errors[k])
    if len(cards) > 1:
        ours, theirs = zip(*errors.values(), strict=True)
        st.altair_chart(
            charts.error_by_size(list(cards), ours, theirs, k),
            alt="Squared error of the drawing by the numbers in the code. "
            + "; ".join(f"{k}: autoencoder {a:.1f}, PCA {b:.1f}" for k, (a, b) in errors.items()),
        )


def _show_rival(
    place, name: str, rival: Autoencoder | PCA, image: np.ndarray, error: float
) -> None:
    rebuilt = rival.reconstruct(image)
    off = imaging.difference(image, rebuilt)
    with place:
        st.metric(name, f"{error:.2f}", help="The squared error of its reconstruction.")
        shell.show_pictures(
            [imaging.tiles([part], zoom=5)[0] for part in (rebuilt, off)],
            caption=["reconstruction", "difference"],
            alt=[
                f"{name}: reconstruction with squared error {error:.2f}",
                f"{name}: where it is off",
            ],
            width=150,
        )


def _tell_winner(k: int, ours: float, theirs: float) -> None:
    verdict = (
        f"With {k} numbers the autoencoder leaves {ours / theirs:.0%} of PCA's error."
        if ours < theirs
        else f"With {k} numbers PCA wins: the autoencoder's error is {ours / theirs:.2f} times as "
        "large."
    )
    st.markdown(
        f"{verdict} In the differences :blue[blue] is too dark, :orange[orange] too bright, on one "
        "scale for both: full colour is a difference of half of white."
    )


def _draw_first() -> None:
    st.caption(":material/draw: Draw a digit first, or put one in.")


def _size(picture: np.ndarray) -> str:
    return "{} × {}".format(*picture.shape)
