"""Start: what an autoencoder is, with ten real digits going through one."""

import numpy as np
import streamlit as st

from ae import imaging
from ae.analysis import metrics
from ae.ui import cache, links, shell, state, theory
from ae.ui.markdown import plain

card = shell.chosen_card()
dimensions = card.model.latent_dim
many = f"{dimensions} values" if dimensions > 1 else "one value"

st.title("What is an autoencoder?")
st.markdown(
    "An **encoder** turns a picture into a short list of numbers, the **latent vector** *z*. "
    "A **decoder** sees nothing but those numbers and draws the picture again: the "
    "**reconstruction**. Both networks are trained together, with one aim: the reconstruction "
    "should look like the original. The latent vector is too short to hold every pixel, so the "
    "networks have to learn what matters in a digit."
)


def other_digits() -> None:
    st.session_state[state.DIGIT_SEED] = st.session_state.get(state.DIGIT_SEED, 0) + 1


st.header(f"Ten test digits, each compressed to {many}")
digits = st.container()
with st.container(horizontal=True, vertical_alignment="bottom", gap="medium"):
    with shell.settings("digits"):
        st.number_input(
            "Random seed (which digits)",
            min_value=0,
            max_value=9999,
            step=1,
            **state.in_url(state.DIGIT_SEED),
            width=190,
        )
    st.button("Show ten other digits", on_click=other_digits, icon=":material/casino:")
    links.to_page("draw", "Draw your own digit", "draw")

left, middle, right = st.columns(3)
left.metric(
    "Size of the latent vector",
    f"784 → {dimensions}",
    f"{784 / dimensions:.3g} times fewer values",
    delta_color="off",
    delta_arrow="off",
    help="A picture has 28 × 28 = 784 pixel values. The latent vector has latent_dim values.",
)
error, pca_error = card.test.squared_error, card.test.pca_squared_error
middle.metric(
    "Squared error, autoencoder",
    f"{error:.2f}",
    f"{error / pca_error:.0%} of PCA's error",
    delta_color="off",
    delta_arrow="off",
    help="The squared difference between digit and reconstruction, summed over the 784 pixels "
    "(values 0 to 1), then the mean over 10,000 test digits. Lower is better.",
)
right.metric(
    "Squared error, PCA",
    f"{pca_error:.2f}",
    f"{dimensions} component{'s' * (dimensions != 1)}",
    delta_color="off",
    delta_arrow="off",
    help="Principal component analysis (PCA), fitted on the same 60,000 training digits: no "
    "linear method reconstructs them better from the same number of values.",
)
if card.model.kind == "linear":
    st.caption(
        f"{theory.LINEAR} To do better, a network needs a nonlinear activation between its layers."
    )

st.header("What to try next")
with st.container(horizontal=True, gap="small"):
    for page, label, icon in (
        ("draw", "Draw a digit and watch its reconstruction", "draw"),
        ("reconstruct", "See the best and the worst reconstructions", "grid_view"),
        ("latent", "Walk through the latent space", "explore"),
        ("denoise", "Remove noise", "auto_fix_high"),
        ("generate", "Generate new digits", "auto_awesome"),
        ("compress", "Send digits as a few bytes", "compress"),
        ("train", "Train your own model", "model_training"),
    ):
        links.to_page(page, label, icon)

# Last, because it waits for TensorFlow when the server has just started: the page stands by then.
with digits:
    model, _ = shell.chosen_model()
    data = cache.mnist()
    rng = np.random.default_rng(st.session_state.get(state.DIGIT_SEED, 0))
    chosen = [rng.choice(np.flatnonzero(data.y_test == label)) for label in range(10)]
    images = data.x_test[chosen]
    reconstructions = model.reconstruct(images)
    by_pca = cache.pca(dimensions).reconstruct(images)
    errors = metrics.squared_error(images, reconstructions)
    pca_errors = metrics.squared_error(images, by_pca)
    shell.show_pictures(
        imaging.tiles([images, reconstructions, by_pca], zoom=5),
        caption=[f"{a:.1f} / {b:.1f}" for a, b in zip(errors, pca_errors, strict=True)],
        alt=[
            f"Test digit {label}, its reconstruction with squared error {a:.1f}, "
            f"and PCA's with {b:.1f}"
            for label, (a, b) in enumerate(zip(errors, pca_errors, strict=True))
        ],
        width=shell.TILE_WIDTH,
    )
    st.caption(
        f"Top: a digit that **{plain(card.name)}** did not see in training. Middle: its "
        "reconstruction. Bottom: what PCA, the best linear method, reconstructs from the same "
        "number of values. The numbers are the squared errors of the autoencoder and of PCA."
    )
