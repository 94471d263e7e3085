"""The new digits, each with the training digit that is most like it."""

from __future__ import annotations

import numpy as np
import streamlit as st

from ae import imaging
from ae.analysis.neighbours import nearest, vote
from ae.nn.autoencoder import Autoencoder
from ae.store import ModelCard
from ae.ui import cache, downloads, shell, state
from ae.ui.generate import cached
from ae.ui.generate.cached import Wish

_MEANING = {
    cached.GAUSSIAN: "One Gaussian with the mean and the covariance of the codes of 10,000 "
    "training digits. Classes lie apart in the space; a single Gaussian also covers what is "
    "between them.",
    cached.CLASSES: "A Gaussian for the codes of each class. Which digit it is gets drawn first.",
    cached.KERNEL: "A small Gaussian around the code of a real training digit, drawn at random: "
    "variations on a real one. At temperature 0 it is that digit, rebuilt. Is it still "
    "invention? Compare the two rows.",
}


def choose(card: ModelCard) -> Wish:
    """The controls of the page."""
    way = st.segmented_control(
        "Codes are drawn from",
        cached.WAYS,
        default=cached.NORMAL,
        required=True,
        **state.in_url(state.DENSITY),
    )
    left, middle, right = st.columns(3)
    temperature = left.slider(
        "Temperature",
        0.0,
        2.0,
        1.0,
        0.1,
        **state.in_url(state.TEMPERATURE),
        help="Multiplies what is random: 0 gives the middle only, 1 the density itself, more "
        "leaves the beaten track.",
    )
    count = middle.select_slider(
        "How many", (5, 10, 20, 40), value=20, **state.in_url(state.GENERATED)
    )
    seed = right.number_input("Seed", 0, 9999, step=1, **state.in_url(state.GENERATE_SEED))
    label = st.segmented_control(
        "Class",
        [state.ANY_DIGIT, *map(str, range(10))],
        format_func=lambda label: "All" if label == state.ANY_DIGIT else label,
        default=state.ANY_DIGIT,
        required=True,
        **state.in_url(state.GENERATE_CLASS),
        help="One Gaussian and N(0, 1) know no classes: codes are drawn until enough have "
        "neighbours of that class.",
    )
    return Wish(way, temperature, seed, count, None if label == state.ANY_DIGIT else int(label))


def show_samples(wish: Wish, model: Autoencoder, card: ModelCard) -> None:
    """The digits, their nearest training digits, and what is to be seen in them."""
    with st.spinner("Encoding 10,000 training digits, once for each model."):
        codes = cached.codes(card.name)
        z = cached.draw(card.name, wish)
    st.markdown(_about(wish, card, codes))
    if not len(z):
        st.info(
            f"No {wish.label} came up in {40 * wish.count:,} draws. Take another class, a higher "
            "temperature, or a density that knows classes."
        )
        return
    data = cache.mnist()
    images = np.clip(model.decode(z), 0, 1)
    found, distances = cached.nearest_training(images)
    labels = data.y_train[found]
    shell.show_pictures(
        imaging.tiles([images, data.x_train[found]], zoom=4),
        caption=[f"{distance:.1f}" for distance in distances],
        alt=[
            f"New digit {n}; below it the nearest training digit, number {i}, a {label}, at "
            f"distance {distance:.1f}"
            for n, (i, label, distance) in enumerate(
                zip(found, labels, distances, strict=True), start=1
            )
        ],
        width=shell.TILE_WIDTH,
    )
    few = "" if len(z) == wish.count else f" Only {len(z)} came up of that class."
    st.caption(
        "Top: new. Below: the training digit that is most like it, of 60,000, and the Euclidean "
        f"distance of their pixels: {np.median(distances):.1f} (median). A copy would be at 0. "
        f"Test digits, which nobody copied, are {cached.usual_distance():.1f} from theirs (median)."
        f"{few}"
    )
    with st.container(horizontal=True):
        downloads.offer(
            "Digits as PNG",
            lambda: imaging.png(imaging.contact_sheet(images, min(10, len(images)), zoom=4, gap=2)),
            f"new-{card.name}-{wish.seed}.png",
            "The new digits as one picture.",
        )
        downloads.offer(
            "Codes as CSV",
            lambda: _csv(z, codes, found, distances),
            f"new-{card.name}-{wish.seed}.csv",
            "A row per digit: the class of its neighbours, its nearest training digit, its code.",
        )


def _about(wish: Wish, card: ModelCard, codes: np.ndarray) -> str:
    if wish.way != cached.NORMAL:
        text = _MEANING[wish.way]
        if wish.way == cached.KERNEL:
            width = cached.density(card.name, wish.way).bandwidth
            text += f" The small ones are {width:.2g} times as wide as all codes together."
        return text
    spread, mean = codes.std(axis=0), codes.mean(axis=0)
    found = (
        f"The codes of training digits have standard deviations from **{spread.min():.2f}** to "
        f"**{spread.max():.2f}** in the single numbers, and means from {mean.min():.2f} to "
        f"{mean.max():.2f}; N(0, 1) has 1 and 0."
    )
    if card.model.kind == "vae":
        return (
            "N(0, 1) is the **prior** of this VAE: the kl_loss of its training has pulled the "
            f"codes towards it, so that drawing from it is right. {found}"
        )
    return (
        "N(0, 1), put **naively** into a plain autoencoder: nothing in its training asked the "
        f"codes to be there. {found} And even with these put right, its numbers depend on each "
        "other. Try the other densities, or a VAE."
    )


def _csv(z: np.ndarray, codes: np.ndarray, found: np.ndarray, distances: np.ndarray) -> str:
    labels = vote(nearest(z, codes, 5)[0], cache.mnist().y_train[: cached.FITTED])
    header = ["class_of_neighbours", "nearest_training_digit", "distance"]
    return downloads.csv_text(
        [*header, *(f"z{i + 1}" for i in range(z.shape[1]))],
        ([a, i, d, *code] for a, i, d, code in zip(labels, found, distances, z, strict=True)),
    )
