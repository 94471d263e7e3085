"""What the distributions are that new digits are drawn from, in words."""

from __future__ import annotations

import numpy as np
import streamlit as st

from ae.analysis.densities import KernelDensity
from ae.nn.flow import FlowSamples
from ae.store import ModelCard
from ae.ui import terms, theory
from ae.ui.generate import cached
from ae.ui.generate.cached import SamplingRequest
from ae.ui.markdown import plain


def explain(request: SamplingRequest, card: ModelCard) -> None:
    """Say which distribution the latent vectors are drawn from."""
    with st.spinner("Encoding 10,000 training digits: once for each model."):
        codes = cached.codes(card.name)
    st.markdown(_about(request, card, codes))


def _about(request: SamplingRequest, card: ModelCard, codes: np.ndarray) -> str:
    name, is_vae = plain(card.name), card.model.kind == "vae"
    source = cached.density(card.name, request)
    if isinstance(source, FlowSamples):
        text = _about_flow(name, source)
    elif request.distribution == cached.PRIOR:
        deviation, mean = codes.std(axis=0), codes.mean(axis=0)
        text = (
            "Each latent value is drawn from **N(0, 1)**: mean 0, standard deviation 1. "
            + (
                f"This is the **prior** of {name}, a variational autoencoder (VAE): a second loss "
                "in its training, kl_loss, pulled the latent vectors of the training digits "
                "towards N(0, 1). "
                if is_vae
                else f"But nothing in the training of {name} moved latent vectors towards N(0, 1), "
                "so many of these pictures are no digits. A variational autoencoder (VAE) is "
                "trained for this. "
            )
            + "The latent values of 10,000 training digits have standard deviations from "
            f"{deviation.min():.2f} to {deviation.max():.2f} and means from {mean.min():.2f} to "
            f"{mean.max():.2f}."
        )
    elif request.distribution == cached.ONE_GAUSSIAN:
        text = (
            "**One Gaussian** (normal distribution) has the mean and the "
            f"{terms.COVARIANCE} of the latent vectors of 10,000 training digits. It also "
            "covers the space between the classes, which gives pictures between two digits."
        )
    elif isinstance(source, KernelDensity):
        text = (
            "**Kernel density**: a training digit is chosen at random, and its latent vector is "
            "varied a little. Its standard deviations are those of all latent vectors, times "
            f"{source.bandwidth:.2g}. At temperature 0 the digit is not varied at all, only "
            "reconstructed: compare the two rows."
        )
    else:
        text = (
            "**For each class**, a Gaussian (normal distribution) was fitted to the latent vectors "
            "of its digits, among 10,000 training digits. First a class is drawn, then a latent "
            "vector of this class."
        )
        if not is_vae:
            text += (
                f" This is the default for {name}: it was not trained to have latent vectors with "
                "a known distribution, as a variational autoencoder (VAE) is, so the distribution "
                "has to be fitted."
            )
    if card.model.kind == "linear":
        text += (
            f" {name} is linear: each new digit is a sum of {card.model.latent_dim} fixed "
            f"pictures, as with PCA. {theory.AS_PCA}"
        )
    return text


def _about_flow(name: str, source: FlowSamples) -> str:
    dims = source.flow.latent_dim
    return (
        f"The **flow** starts with noise: {dims} values from N(0, 1). A second, small network has "
        "learned a **velocity field**: for each point, time and class it says in which direction "
        f"and how fast to move. In {source.steps} step{'s' * (source.steps != 1)} from time 0 to "
        "time 1 the point follows it, and arrives where the latent vectors of real digits lie. "
        f"There the decoder of {name} turns it into a picture. The network was trained by drawing "
        "straight lines from noise to the latent vectors of training digits, and predicting their "
        "direction at a random point in between. "
        "This is the idea behind today's image generators: a model of the latent vectors of an "
        "autoencoder (Rombach et al., "
        "[High-Resolution Image Synthesis with Latent Diffusion Models]"
        "(https://arxiv.org/abs/2112.10752), 2022) that follows a velocity field (Lipman et al., "
        "[Flow Matching for Generative Modeling](https://arxiv.org/abs/2210.02747), 2023)."
    )
