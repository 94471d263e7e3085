"""Reconstruct: how good the model is on test digits, and where it fails."""

import numpy as np
import streamlit as st

from ae import metrics, pictures
from ae.evaluation import choose
from ae.ui import cache, shell, state

SHOWN = 10
WAYS = {
    "random": "At random",
    "best": "Best",
    "typical": "Typical",
    "worst": "Worst",
}

st.title("How good is it, and where does it fail?")
model, card = shell.chosen_model()
data = cache.mnist()

way = st.segmented_control(
    "Which digits",
    list(WAYS),
    format_func=WAYS.get,
    default="random",
    required=True,
    key=state.SHOWN,
    bind="query-params",
    help="Best and worst by squared error among the test digits; typical are nearest the median.",
)
label = st.segmented_control(
    "Class",
    [state.ANY_DIGIT, *map(str, range(10))],
    format_func=lambda label: "All" if label == state.ANY_DIGIT else label,
    default=state.ANY_DIGIT,
    required=True,
    key=state.LABEL,
    bind="query-params",
)
if way == "random":
    seed = st.number_input(
        "Seed of the choice",
        min_value=0,
        max_value=9999,
        step=1,
        key=state.SHUFFLE,
        bind="query-params",
        help="The same seed shows the same digits. Step it to see others.",
        width=200,
    )
else:
    seed = 0

with st.spinner("Reconstructing all 10,000 test digits, once for each model."):
    errors = cache.errors(card.name)
    pca_errors = cache.pca_errors(model.latent_dim)
candidates = (
    np.arange(len(errors))
    if label == state.ANY_DIGIT
    else np.flatnonzero(data.y_test == int(label))
)
chosen = choose(errors, candidates, way, SHOWN, np.random.default_rng(seed))
images = data.x_test[chosen]
reconstructions = model.reconstruct(images)
by_pca = cache.pca(model.latent_dim).reconstruct(images)

st.caption(
    "From top to bottom: original, reconstruction, difference (:blue[blue] where it is too dark, "
    f":orange[orange] too bright), and PCA with {model.latent_dim} numbers. "
    "Below: the squared error of the autoencoder, then of PCA."
)
st.image(
    pictures.tiles(
        [images, reconstructions, pictures.difference(images, reconstructions), by_pca], zoom=5
    ),
    caption=[f"{errors[i]:.2f} · {pca_errors[i]:.2f}" for i in chosen],
    alt=[
        f"Test digit number {i}, a {data.y_test[i]}: original, reconstruction with squared error "
        f"{errors[i]:.2f}, their difference, and PCA's reconstruction with {pca_errors[i]:.2f}"
        for i in chosen
    ],
    width=shell.TILE_WIDTH,
)

what = "test digits" if label == state.ANY_DIGIT else f"test digits of class {label}"
mine, others = errors[candidates], pca_errors[candidates]
left, middle, right = st.columns(3)
left.metric(
    f"Squared error over {len(candidates):,} {what}",
    f"{mine.mean():.2f}",
    f"median {np.median(mine):.2f}, worst {mine.max():.1f}",
    delta_color="off",
    delta_arrow="off",
    help="The squared difference summed over the 784 pixels, averaged over the digits.",
)
middle.metric(
    f"PCA with {model.latent_dim} numbers, same digits",
    f"{others.mean():.2f}",
    f"the autoencoder leaves {mine.mean() / others.mean():.0%} of it",
    delta_color="off",
    delta_arrow="off",
)
right.metric(
    "PCA is better on",
    f"{np.mean(others < mine):.1%}",
    f"{np.count_nonzero(others < mine):,} of {len(candidates):,} digits",
    delta_color="off",
    delta_arrow="off",
)
st.caption(
    f"The ten shown: PSNR {metrics.psnr(images, reconstructions).mean():.1f} dB and SSIM "
    f"{metrics.ssim(images, reconstructions).mean():.3f} on average; all 10,000 test digits: "
    f"{card.test['psnr']:.1f} dB and {card.test['ssim']:.3f}."
)
