"""Denoise: which method removes noise best, and where an autoencoder is worse than nothing."""

import numpy as np
import streamlit as st

from ae import store
from ae.data.noise import MIXTURE, NOISE_KINDS, draw_noise
from ae.ui import cache, drawing, shell, state, theory
from ae.ui.denoise import cached, pictures
from ae.ui.denoise.comparison import show_curve, show_table
from ae.ui.denoise.matrix import show_matrix
from ae.ui.denoise.networks import (
    DENOISER,
    DENOISING,
    networks_to_compare,
    send_networks,
    usable,
)
from ae.ui.denoise.noise_pen import drawn_rows, noise_pen, other_input
from ae.ui.denoise.pictures import NoisyDigits
from ae.ui.denoise.strength import choose_strength
from ae.ui.image_upload import own_pictures
from ae.ui.markdown import plain

SHOWN = 10
LABELS = {key: kind.label for key, kind in NOISE_KINDS.items()} | {MIXTURE: "Mixture"}
SETS = {
    state.TEST_SET: "Test digits",
    state.OWN_DRAWING: "My drawing",
    state.OWN_SET: "My pictures",
}
COMPARISONS = {
    "strength": "At this strength",
    "curve": "At every strength",
    "matrix": "Training noise against test noise",
}


def choose_noise() -> tuple[str, float, int]:
    """Return kind, strength and random seed of the noise."""
    with shell.settings("noise"), st.container(horizontal=True):
        kind = st.segmented_control(
            "Kind of noise",
            list(LABELS),
            format_func=lambda key: LABELS[key],
            default=state.default(state.NOISE),
            required=True,
            **state.in_url(state.NOISE),
            help="What the strength means:\n"
            + "".join(f"- {each.label}: {each.meaning}\n" for each in NOISE_KINDS.values())
            + "\nMixture: each digit gets one of these kinds at random.",
            width="content",
            wrap=True,
        )
        strength = choose_strength()
        seed = st.number_input(
            "Random seed (noise)",
            0,
            9999,
            state.default(state.NOISE_SEED),
            **state.in_url(state.NOISE_SEED),
            help="Another seed draws other noise of the same kind and strength.",
            width=150,
        )
    return kind, strength, seed


def other_digits() -> int:
    """Return the random seed of the digits shown."""
    with shell.settings("digits"), st.popover("Other digits", icon=":material/casino:"):
        return st.number_input(
            "Random seed (which digits are shown)",
            0,
            9999,
            state.default(state.NOISY_SEED),
            **state.in_url(state.NOISY_SEED),
        )


st.title("Can it remove noise?")
about_denoiser = st.empty()
shown = shell.settings("what").segmented_control(
    "Digits to add noise to",
    list(SETS),
    format_func=lambda key: SETS[key],
    default=state.default(state.NOISY_SET),
    required=True,
    **state.in_url(state.NOISY_SET),
    label_visibility="collapsed",
)
top, work = st.container(), st.container()
kind, strength, seed = choose_noise()
with work:  # below the pad: where its line goes again above it, the paper moves under the pen
    data, card = cache.mnist(), shell.chosen_card()
    with st.spinner("Preparing the networks, and choosing the baselines for this noise."):
        cache.network(card.name)  # without the chosen one there is no page
        networks = usable(networks_to_compare(store.list_models(), card.name), cache.network)
        settings = cached.settings(kind, strength)
denoiser = next((name for name, part in networks.items() if part == DENOISING), None)
about_denoiser.markdown(
    "A **denoising autoencoder** is trained to turn a noisy digit into the clean one"
    + (f"; here it is **{plain(denoiser)}**." if denoiser else ".")
    + " An autoencoder that was trained on clean digits alone has never met noise: it takes it for "
    "ink and draws a digit that would have this ink."
)
drawing.restore_from_link()
if shown == state.OWN_DRAWING:
    noise = draw_noise(kind, (1, 28, 28), np.random.default_rng(seed))
    with top:
        noise_pen(noise, strength, settings, networks)
    other_input()
    st.markdown(
        "Draw a digit. Then take the **noise pen** and scribble over it: the scribbles count as "
        "noise. The noise chosen above is added; at strength 0 there are only your scribbles."
    )
    drawn_rows(noise, strength, settings, networks)
else:
    with top:
        own = own_pictures(state.NOISY_UPLOAD) if shown == state.OWN_SET else None
    images = data.x_test if shown == state.TEST_SET else (None if own is None else own.images)
    if images is not None:
        about = st.container()
        with st.container(horizontal=True):
            download = st.container(width="content")
            digits_seed = other_digits()
        order = np.random.default_rng(digits_seed).permutation(len(images))
        clean = images[order[:SHOWN]]
        noise = draw_noise(kind, clean.shape, np.random.default_rng(seed))
        digits = NoisyDigits(clean, clean, noise, strength)
        with top:
            what = "test digit" if shown == state.TEST_SET else "your picture"
            pictures.show(digits, settings, networks, what)
        with about:
            pictures.explain(len(clean))
        with download:
            pictures.offer(digits, settings, networks)
send_networks(networks, settings.pca_size)
if card.model.kind == "linear":
    st.markdown(
        f"**{plain(card.name)}** has linear layers only. {theory.AS_PCA} The PCA shown here may "
        "have another number of components, the best one for this noise."
    )
if denoiser is None:
    st.caption(
        "No denoising autoencoder is in the models folder. Train one: "
        f"`python -m ae train --noise mixture --name {DENOISER}`"
    )
st.header("Which method is best?")
# It takes seconds: with a drawing, which is what one looks at, it waits to be asked for.
if shown != state.OWN_DRAWING or st.toggle(
    f"Measure all methods on {cached.MEASURED:,} test digits",
    state.default(state.MEASURED),
    **state.in_url(state.MEASURED),
):
    comparison = st.segmented_control(
        "Comparison",
        list(COMPARISONS),
        format_func=lambda key: COMPARISONS[key],
        default=state.default(state.ANSWER),
        required=True,
        **state.in_url(state.ANSWER),
        label_visibility="collapsed",
    )
    if comparison == "matrix":
        show_matrix()
    else:
        with st.spinner("Loading the networks. The first time takes some seconds."):
            networks = usable(networks, cache.model)
        (show_table if comparison == "strength" else show_curve)(kind, strength, networks)
