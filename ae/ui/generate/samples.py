"""The new digits, each with the training digit that is most similar to it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import streamlit as st

from ae import imaging
from ae.analysis.neighbours import nearest, vote
from ae.nn.autoencoder import Autoencoder
from ae.nn.flow import MOST_GUIDANCE, MOST_STEPS, STEPS
from ae.store import ModelCard
from ae.ui import cache, downloads, shell, state
from ae.ui.generate import cached
from ae.ui.generate.cached import SamplingRequest
from ae.ui.words import numbered, percent

_IN_A_ROW = 10


@dataclass(frozen=True, eq=False)
class Samples:
    """New digits.

    Attributes
    ----------
    z : float32 array of shape (n, latent_dim)
    images : float32 array of shape (n, 28, 28), values in [0, 1]
    nearest : int32 array of shape (n,)
        Indices of the most similar training digits.
    distances : float32 array of shape (n,)
        Euclidean distances from them, over the 784 pixel values.
    """

    z: np.ndarray
    images: np.ndarray
    nearest: np.ndarray
    distances: np.ndarray


def usual_distribution(card: ModelCard) -> str:
    """Return the distribution that a model's digits are drawn from at first."""
    if not cached.why_no_flow(card):
        return cached.FLOW
    return cached.PRIOR if card.model.kind == "vae" else cached.CLASS_GAUSSIANS


def choose(card: ModelCard) -> SamplingRequest:
    """Show the controls of the page and return what they request."""
    usual = usual_distribution(card)
    before = st.session_state.get(state.USUAL_DENSITY)
    if before is not None and st.session_state.get(state.DENSITY) == before:
        # Nobody chose it, it was the default of another model.
        st.session_state[state.DENSITY] = usual
    st.session_state[state.USUAL_DENSITY] = usual
    with shell.settings(), st.container(horizontal=True, vertical_alignment="bottom"):
        distribution = st.segmented_control(
            "Distribution of the latent vectors",
            cached.distributions(card),
            default=usual,
            required=True,
            **state.in_url(state.DENSITY),
            help="Where the latent vectors come from:\n"
            f"- {cached.FLOW}: noise from N(0, 1), which a second network carries to where latent "
            "vectors of digits lie; only where such a network has been trained\n"
            f"- {cached.PRIOR}: each latent value has mean 0 and standard deviation 1\n"
            f"- {cached.ONE_GAUSSIAN}: a normal distribution fitted to the latent vectors of "
            "10,000 training digits\n"
            f"- {cached.CLASS_GAUSSIANS}: a normal distribution fitted to those of each class "
            "among them\n"
            f"- {cached.KERNELS}: the latent vector of one of them, plus a little noise",
            width="content",
            wrap=True,
        )
        temperature = st.slider(
            "Temperature",
            0.0,
            2.0,
            state.default(state.TEMPERATURE),
            0.1,
            **state.in_url(state.TEMPERATURE),
            help="Scale of the random part: 0 gives the centre of the distribution, 1 the "
            "distribution itself, and higher values give stranger digits.",
            width=180,
        )
        guidance, steps = _flow_sliders() if distribution == cached.FLOW else (1.0, STEPS)
        label = st.segmented_control(
            "Class",
            [state.ANY_DIGIT, *map(str, range(10))],
            format_func=lambda label: "All" if label == state.ANY_DIGIT else label,
            default=state.default(state.GENERATE_CLASS),
            required=True,
            **state.in_url(state.GENERATE_CLASS),
            help="Which digit it should be. The prior and the one Gaussian know no classes: there "
            "a vector counts as a 3 if most of its 5 nearest training digits are 3s; the others "
            "are thrown away.",
            width="content",
            wrap=True,
        )
        count = st.select_slider(
            "Number of digits",
            (5, 10, 20, 40),
            state.default(state.GENERATED),
            **state.in_url(state.GENERATED),
            width=150,
        )
        seed = st.number_input(
            "Random seed",
            0,
            9999,
            state.default(state.GENERATE_SEED),
            **state.in_url(state.GENERATE_SEED),
            help="Another seed draws other latent vectors.",
            width=120,
        )
        st.button("New digits", on_click=_next_seed, icon=":material/casino:")
    return SamplingRequest(
        distribution,
        temperature,
        seed,
        count,
        None if label == state.ANY_DIGIT else int(label),
        guidance,
        steps,
    )


def _flow_sliders() -> tuple[float, int]:
    """Show what only a flow can be set to: guidance and steps."""
    guidance = st.slider(
        "Guidance",
        0.0,
        MOST_GUIDANCE,
        state.default(state.FLOW_GUIDANCE),
        0.1,
        **state.in_url(state.FLOW_GUIDANCE),
        help="How strongly the class pulls: 1 is what was learned, 0 ignores the class, and more "
        "than 1 gives digits that are clearer and more alike.",
        width=140,
    )
    steps = st.slider(
        "Steps",
        1,
        MOST_STEPS,
        state.default(state.FLOW_STEPS),
        **state.in_url(state.FLOW_STEPS),
        help="In how many steps (of Heun's method) the noise becomes a latent vector. More steps "
        "follow the velocity field more exactly and take longer.",
        width=140,
    )
    return guidance, steps


def _next_seed() -> None:
    seed = st.session_state.get(state.GENERATE_SEED, state.default(state.GENERATE_SEED))
    st.session_state[state.GENERATE_SEED] = (seed + 1) % 10_000


def show_samples(request: SamplingRequest, model: Autoencoder, card: ModelCard) -> Samples | None:
    """Show the new digits and, below each, the most similar training digit.

    Returns
    -------
    Samples or None
        None if there is no digit of the requested class.
    """
    with st.spinner("Encoding 10,000 training digits: once for each model."):
        z = cached.draw(card.name, request)
    if not len(z):
        st.info(
            f"None of {40 * request.count:,} latent vectors had the class {request.label}. Choose "
            "another class, a higher temperature, or a distribution that knows classes: a "
            "Gaussian for each class, or the kernel density."
        )
        return None
    data = cache.mnist()
    images = np.clip(model.decode(z), 0, 1)
    with st.spinner("Searching the most similar training digits."):
        samples = Samples(z, images, *cached.nearest_training(images))
    found, distances = samples.nearest, samples.distances
    with st.container(width=_IN_A_ROW * shell.TILE_WIDTH + 5):
        shell.show_pictures(
            imaging.tiles([images, data.x_train[found]]),
            caption=[f"{distance:.1f}" for distance in distances],
            alt=[
                f"New digit {n}; below it the most similar training digit, "
                f"{numbered(i, label)}, at distance {distance:.1f}"
                for n, (i, label, distance) in enumerate(
                    zip(found, data.y_train[found], distances, strict=True), start=1
                )
            ],
            width=shell.TILE_WIDTH,
        )
    with st.spinner("Measuring how similar test digits are to training digits."):
        usual = cached.usual_distance()
    share = percent(float(np.mean(distances < usual)))
    few = "" if len(z) == request.count else f"Only {len(z)} of this class came up. "
    st.caption(
        f"{few}Top: new digits. Below each: the most similar of the 60,000 training digits, and "
        "its distance (Euclidean, over the 784 pixel values; a copy would be at 0). Half "
        f"of these distances are below {np.median(distances):.1f}. For comparison: half of the "
        "real digits that were not trained on (test digits) are nearer than "
        f"{usual:.1f} to the most similar training digit; of these new digits, {share} are. New "
        "digits that are blurred can be nearer than real ones, for they resemble the mean of many; "
        "grey pixels in the background and odd shapes make them farther."
    )
    return samples


def offer(samples: Samples, request: SamplingRequest, card: ModelCard) -> None:
    """Downloads of the new digits and of their latent vectors."""
    with st.container(horizontal=True):
        downloads.offer_png(
            "Download the digits (PNG)",
            lambda: imaging.contact_sheet(
                samples.images, min(_IN_A_ROW, len(samples.images)), zoom=4, gap=2
            ),
            f"new-{card.name}-{request.seed}.png",
            "The new digits as one picture.",
        )
        downloads.offer(
            "Download the latent vectors (CSV)",
            lambda: _csv(samples, card.name),
            f"new-{card.name}-{request.seed}.csv",
            "A row for each digit: the class of its neighbours, the number of the most similar "
            "training digit, its distance, and the latent vector.",
        )


def _csv(samples: Samples, name: str) -> str:
    neighbours, _ = nearest(samples.z, cached.codes(name), 5)
    labels = vote(neighbours, cache.mnist().y_train[: cached.FITTED])
    header = ["class_of_neighbours", "nearest_training_digit", "distance"]
    rows = zip(labels, samples.nearest, samples.distances, samples.z, strict=True)
    return downloads.csv_text(
        [*header, *(f"z{i + 1}" for i in range(samples.z.shape[1]))],
        ([label, index, distance, *z] for label, index, distance, z in rows),
    )
