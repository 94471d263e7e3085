"""Start: what an autoencoder is, with ten real digits going through one."""

import numpy as np
import streamlit as st

from ae import imaging
from ae.analysis import metrics
from ae.ui import cache, shell, state
from ae.ui.markdown import plain

st.title("What is an autoencoder?")
st.markdown(
    "An **encoder** squeezes a picture into a short list of numbers, the code *z*. "
    "A **decoder** sees nothing but those numbers and draws the picture again. "
    "Both are trained together, on pictures alone, with one aim: the **reconstruction** "
    "shall be like the original. What does not fit through the narrow middle is lost, "
    "so the network has to find out what matters in a digit."
)

card = shell.chosen_card()

st.subheader(f"Ten test digits, each through {card.model.latent_dim} numbers")
st.caption(
    f"Top: a digit that **{plain(card.name)}** has never seen in training. Middle: its "
    "reconstruction. Bottom: what PCA, the best *linear* map, makes of it with as many numbers. "
    "Below: the squared error of the autoencoder, then of PCA."
)
digits = st.container()


def other_digits() -> None:
    st.session_state[state.DIGIT_SEED] = st.session_state.get(state.DIGIT_SEED, 0) + 1


st.button("Ten other digits", on_click=other_digits, icon=":material/casino:")

left, middle, right = st.columns(3)
left.metric(
    "Numbers per digit",
    f"784 → {card.model.latent_dim}",
    f"{784 / card.model.latent_dim:.4g} times fewer",
    delta_color="off",
    delta_arrow="off",
    help="A picture has 28 × 28 = 784 values. The code has as many as are shown here.",
)
error, pca_error = card.test.squared_error, card.test.pca_squared_error
middle.metric(
    "Squared error, autoencoder",
    f"{error:.2f}",
    f"{error / pca_error:.0%} of PCA's",
    delta_color="off",
    delta_arrow="off",
    help="The squared difference summed over the 784 pixels, averaged over 10,000 test digits.",
)
right.metric(
    "Squared error, PCA",
    f"{pca_error:.2f}",
    f"{card.model.latent_dim} components",
    delta_color="off",
    delta_arrow="off",
    help="Principal component analysis, fitted on the same 60,000 training digits.",
)

st.subheader("Try it")
for name, label, icon in (
    ("draw", "Draw a digit, see it rebuilt live", "draw"),
    ("reconstruct", "See its best and its worst", "grid_view"),
    ("denoise", "Take noise away", "auto_fix_high"),
    ("latent", "Walk over the map of its codes", "explore"),
    ("generate", "Let it invent digits", "auto_awesome"),
    ("compress", "Send digits as a few bytes", "compress"),
    ("train", "Train one from a button", "model_training"),
):
    st.page_link(f"ae/ui/pages/{name}.py", label=label, icon=f":material/{icon}:")

# Last, for it waits for TensorFlow when the server has just begun: the page stands by then.
with digits:
    model, _ = shell.chosen_model()
    data = cache.mnist()
    pca = cache.pca(model.latent_dim)

    seed = st.session_state.get(state.DIGIT_SEED, 0)
    rng = np.random.default_rng(seed)
    chosen = [rng.choice(np.flatnonzero(data.y_test == label)) for label in range(10)]
    images = data.x_test[chosen]
    reconstructions = model.reconstruct(images)
    by_pca = pca.reconstruct(images)
    errors = metrics.squared_error(images, reconstructions)
    pca_errors = metrics.squared_error(images, by_pca)
    shell.show_pictures(
        imaging.tiles([images, reconstructions, by_pca], zoom=5),
        caption=[f"{a:.1f} · {b:.1f}" for a, b in zip(errors, pca_errors, strict=True)],
        alt=[
            f"Test digit {label}, its reconstruction with squared error {a:.1f}, "
            f"and PCA's with {b:.1f}"
            for label, (a, b) in enumerate(zip(errors, pca_errors, strict=True))
        ],
        width=shell.TILE_WIDTH,
    )
