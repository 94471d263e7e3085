"""Start: what an autoencoder is, with ten real digits going through one in the browser."""

import numpy as np
import streamlit as st

from ae.config import PIXELS
from ae.ui import cache, drawing, links, shell, state, theory
from ae.ui.components.digit_rows import digit_rows
from ae.ui.components.network import send_network
from ae.ui.components.small_network import small_network
from ae.ui.markdown import plain
from ae.ui.words import of_pca

card = shell.chosen_card()
dimensions = card.model.latent_dim
many = f"{dimensions:,} values" if dimensions > 1 else "one value"

st.title("What is an autoencoder?")
st.markdown(
    "An **encoder** turns a picture into a short list of numbers, the **latent vector** *z*. "
    "A **decoder** sees nothing but those numbers and draws the picture again: the "
    "**reconstruction**. Both networks are trained together, with one aim: the reconstruction "
    "should look like the original. "
    + (
        "A **variational** autoencoder, as this one, has a second aim: its latent vectors should "
        "look like samples of a normal distribution. "
        if card.model.kind == "vae"
        else ""
    )
    + (
        "The latent vector is too short to hold every pixel, so the "
        "networks have to learn what matters in a digit."
        if dimensions < PIXELS
        else f"The latent vector of this model has {many}, and a picture {PIXELS} pixels: nothing "
        "is compressed, and the networks need not learn what matters in a digit."
    )
)


def other_digits() -> None:
    st.session_state[state.DIGIT_SEED] = st.session_state.get(state.DIGIT_SEED, 0) + 1


def show_digits(own: np.ndarray | None, seed: int) -> None:
    """Ten test digits, one of each class, and one's own drawing, float32 (28, 28)."""
    data = cache.mnist()
    rng = np.random.default_rng(seed)
    digits = [data.x_test[rng.choice(np.flatnonzero(data.y_test == label))] for label in range(10)]
    heads = [str(label) for label in range(10)]
    names = [f"test digit {label}" for label in range(10)]
    if own is not None:
        digits, heads, names = [*digits, own], [*heads, "yours"], [*names, "your drawing"]
    digit_rows(
        state.DIGIT_ROWS,
        digits=np.stack(digits),
        heads=heads,
        names=names,
        network=str(card.graph),
    )
    st.caption(
        "The digits are handwritten ones from the data set MNIST. "
        f"**{plain(card.name)}** did not see these test digits in training. They were encoded and "
        "decoded just now, in your browser. The squared error is the squared difference between "
        "digit and reconstruction, summed over the 784 pixels (0 is black, 1 is white)."
    )


def show_network(own: np.ndarray | None) -> None:
    """The network in small: one's own drawing goes through it, float32 (28, 28), or a digit."""
    digit, what = (
        (drawing.example(), f"test digit {drawing.EXAMPLE}")
        if own is None
        else (own, "your drawing")
    )
    small_network(state.SMALL_NETWORK, network=str(card.graph), digit=digit, name=what)
    links.to_page("inside", "See what each layer does", "account_tree")


own = drawing.image()
small = st.container()
shown = "Ten test digits" if own is None else "Ten test digits and your drawing"
st.header(f"{shown}, each {'compressed to' if dimensions < PIXELS else 'turned into'} {many}")
digits = st.container()
with st.container(horizontal=True, vertical_alignment="bottom", gap="medium"):
    with shell.settings("digits"):
        seed = st.number_input(
            "Random seed (which digits)",
            min_value=0,
            max_value=9999,
            step=1,
            **state.in_url(state.DIGIT_SEED),
            help="The same seed shows the same digits; change it to see others.",
            width=190,
        )
    st.button("Show ten other digits", on_click=other_digits, icon=":material/casino:")
    links.to_page("draw", "Draw your own digit", "draw")
card, network = shell.network(card.name)
with digits, shell.told():  # without the digits the rest of the page stands
    show_digits(own, seed)
    with small:
        show_network(own)

left, middle, right = st.columns(3)
left.metric(
    "Size of the latent vector",
    f"{PIXELS} → {dimensions:,}",
    f"{PIXELS / dimensions:.3g} times fewer values" if dimensions < PIXELS else "no compression",
    delta_color="off",
    delta_arrow="off",
    help="A picture has 28 × 28 = 784 pixel values. The latent vector has latent_dim values.",
)
error, pca_error = card.test.squared_error, card.test.pca_squared_error
middle.metric(
    "Squared error, autoencoder",
    f"{error:.2f}",
    of_pca(error, pca_error),
    delta_color="off",
    delta_arrow="off",
    help="The mean over 10,000 test digits. Lower is better.",
)
right.metric(
    "Squared error, PCA",
    f"{pca_error:.2f}",
    f"{card.model.pca_dims} component{'s' * (dimensions != 1)}",
    delta_color="off",
    delta_arrow="off",
    help="Principal component analysis (PCA), fitted on the same 60,000 training digits: no "
    "linear method, one that adds up fixed pictures, reconstructs them better from the same number "
    "of values.",
)
if card.model.kind == "linear":
    st.caption(
        f"{theory.LINEAR} To do better, a network needs a nonlinear activation between its layers: "
        "a function that is no straight line, such as max(0, x). Without one, all layers together "
        "are one linear layer."
    )

st.header("What to try next")
with st.container(horizontal=True, gap="small"):
    for page, label, icon in (
        ("draw", "Draw a digit and watch its reconstruction", "draw"),
        ("reconstruct", "See the best and the worst reconstructions", "grid_view"),
        ("latent", "Walk through the latent space", "explore"),
        ("denoise", "Remove noise", "auto_fix_high"),
        ("generate", "Generate new digits", "auto_awesome"),
        ("anomalies", "Find images that do not belong", "troubleshoot"),
        ("compress", "Send digits as a few bytes", "compress"),
        ("train", "Train your own model", "model_training"),
    ):
        links.to_page(page, label, icon)

# Last, because it is larger than all of the page before it.
send_network(state.NETWORK, str(card.graph), network)
