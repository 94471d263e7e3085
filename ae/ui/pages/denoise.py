"""Denoise: what removes noise, how well, and where an autoencoder loses."""

import numpy as np
import streamlit as st

from ae import store
from ae.data.noise import NOISE_KINDS, corrupt
from ae.errors import ModelError
from ae.ui import cache, drawing, shell, state
from ae.ui.denoise import cached, comparison
from ae.ui.denoise.networks import DENOISER, networks_to_compare
from ae.ui.denoise.noise_pen import drawn_rows, noise_pen
from ae.ui.denoise.strips import show_strips
from ae.ui.image_upload import own_pictures
from ae.ui.markdown import plain

SHOWN = 10
MIXTURE = "mixture"
LABELS = {key: kind.label for key, kind in NOISE_KINDS.items()} | {MIXTURE: "Mixture"}
ANSWERS = {
    "strength": ("At this strength", comparison.show_table),
    "curve": ("Over strength", comparison.show_curve),
    "matrix": ("Training noise against test noise", comparison.show_matrix),
}


def choose_noise() -> tuple[str, float, int]:
    """Kind, strength and seed of the noise."""
    kind = st.segmented_control(
        "Kind of noise",
        list(LABELS),
        format_func=LABELS.get,
        default="gaussian",
        required=True,
        **state.in_url(state.NOISE),
    )
    left, right = st.columns([3, 1])
    strength = left.slider(
        "Strength",
        0.0,
        1.0,
        0.4,
        0.05,
        **state.in_url(state.STRENGTH),
        help="; ".join(f"{each.label}: {each.meaning}" for each in NOISE_KINDS.values())
        + "; Mixture: each digit gets one of these kinds.",
    )
    seed = right.number_input(
        "Seed of the noise", 0, 9999, step=1, **state.in_url(state.NOISE_SEED)
    )
    return kind, strength, seed


def usable(networks: dict[str, str]) -> dict[str, str]:
    """The networks that can be loaded; of the others it says why not."""
    loaded = {}
    for name, part in networks.items():
        try:
            cache.model(name)
        except ModelError as error:
            st.warning(plain(str(error)), icon=":material/warning:")
        else:
            loaded[name] = part
    return loaded


def ten_of(images: np.ndarray) -> np.ndarray:
    """Ten of the images, by a seed."""
    seed = shell.settings("digits").number_input(
        "Seed of the choice of digits",
        0,
        9999,
        step=1,
        **state.in_url(state.NOISY_SEED),
        width=200,
    )
    return images[np.random.default_rng(seed).permutation(len(images))[:SHOWN]]


st.title("Can it remove noise?")
st.markdown(
    "A **denoising autoencoder** sees a corrupted image and has learnt to draw the clean one. "
    "Corrupt some digits, and see whether it does better than simple filters, than PCA, than an "
    "autoencoder that never saw noise, and than leaving the image alone."
)
model, card = shell.chosen_model()
data = cache.mnist()
networks = usable(networks_to_compare(store.list_models(), card.name))
drawing.restore_from_link(state.NOISE_PAD_LOAD)
what = shell.settings("what").segmented_control(
    "Which digits",
    [state.TEST_SET, state.OWN_DRAWING, state.OWN_SET],
    format_func={
        state.TEST_SET: "Test digits",
        state.OWN_DRAWING: "My drawing",
        state.OWN_SET: "My pictures",
    }.get,
    default=state.TEST_SET,
    required=True,
    **state.in_url(state.NOISY_SET),
)
with shell.settings("noise"):
    kind, strength, seed = choose_noise()
methods = cached.methods(kind, strength, networks)
if what == state.OWN_DRAWING:
    st.markdown(
        "Draw a digit, then take the **noise pen** and scribble over it. The noise chosen above is "
        "sprinkled over it as well; at strength 0 there are your scribbles alone."
    )
    noise_pen(kind, strength, seed, methods)
    drawn_rows(kind, strength, seed, methods, networks)
else:
    own = own_pictures(state.NOISY_UPLOAD) if what == state.OWN_SET else None
    images = data.x_test if what == state.TEST_SET else (None if own is None else own.images)
    if images is not None:
        clean = ten_of(images)
        noisy = corrupt(clean, kind, strength, np.random.default_rng(seed))
        show_strips(clean, noisy, methods, networks)
if not any("denoising" in part for part in networks.values()):
    st.caption(
        "There is no denoising autoencoder here yet. Train one: "
        f"`python -m ae train --noise mixture --name {DENOISER}`"
    )
st.subheader("Who wins?")
# The pad is not answered while the page computes, so with a drawing this waits to be asked for.
if what != state.OWN_DRAWING or st.toggle(
    "Compare the methods on test digits, too", **state.in_url(state.MEASURED)
):
    answer = st.segmented_control(
        "Compare",
        list(ANSWERS),
        format_func=lambda key: ANSWERS[key][0],
        default="strength",
        required=True,
        **state.in_url(state.ANSWER),
        label_visibility="collapsed",
    )
    ANSWERS[answer][1](kind, strength, networks)
