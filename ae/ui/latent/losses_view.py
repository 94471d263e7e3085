"""What a VAE is trained on: its two losses, and which of its latent dimensions are active."""

from __future__ import annotations

import numpy as np
import streamlit as st

from ae import charts, runs
from ae.analysis.latent import ACTIVE_VARIANCE, variances
from ae.store import ModelCard
from ae.ui import cache, downloads, shell

# What was minimised, beside the squared error that the history has.
_LOSSES = {
    "mse": "this is the reconstruction_loss of the training",
    "binary_crossentropy": "the training minimised the binary cross-entropy instead",
}


def show_losses(card: ModelCard) -> None:
    """reconstruction_loss and kl_loss of the run, and the variance of each latent dimension."""
    st.header("The two losses of a VAE")
    st.markdown(
        "A variational autoencoder (VAE) is trained to minimise the sum of two losses. "
        "**reconstruction_loss** is low when the reconstruction looks like the original. "
        "**kl_loss** is low when the latent vectors of all digits look like samples of N(0, 1), "
        "the prior: the Gaussian distribution with mean 0 and standard deviation 1. It grows as a "
        "latent vector tells more about its digit. So new digits can be sampled from the prior "
        "(page Generate), but reconstructions are softer than those of an autoencoder without "
        "kl_loss. "
        "The encoder of a VAE gives two numbers for each latent value: a mean, **z_mean**, and a "
        "standard deviation. In training the decoder gets a random sample from that Gaussian "
        "distribution; the pages of this app use z_mean itself."
    )
    _show_history(card)
    _show_active(card)


def _show_history(card: ModelCard) -> None:
    records = [r for r in runs.read_history(card.name) if r.kl_loss is not None]
    if not records or card.training is None:
        st.caption("There is no training history for this model.")
        return
    last = records[-1]
    kl_loss = float(last.kl_loss or 0)
    left, right = st.columns(2)
    left.metric(
        "Squared error after the last epoch",
        f"{last.squared_error:.2f}",
        _LOSSES[card.training.loss],
        delta_color="off",
        delta_arrow="off",
        help="Of training digits, summed over the 784 pixels, with a sampled z. With z_mean "
        f"instead, on the test digits: {card.test.squared_error:.2f}.",
    )
    right.metric(
        "kl_loss after the last epoch",
        f"{kl_loss:.2f} nats",
        f"{kl_loss / np.log(2):.1f} bits about its digit in each latent vector",
        delta_color="off",
        delta_arrow="off",
        help="A nat is a unit of information, as the bit is: 1 nat = 1.44 bits. The training "
        f"multiplied kl_loss by {card.training.kl_weight:g} before adding it.",
    )
    shell.show_chart(
        charts.two_losses,
        records,
        alt="Squared error and kl_loss by epoch, one above the other. After the last epoch: "
        f"{last.squared_error:.2f} and {kl_loss:.2f} nats",
    )
    first = float(records[0].kl_loss or 0)
    if kl_loss > first and last.squared_error < records[0].squared_error:
        st.caption(
            f"kl_loss rises, from {first:.2f} to {kl_loss:.2f} nats, though it is minimised: the "
            "encoder learns to put more about the digit into z, and that lowers "
            "reconstruction_loss by more than it costs in kl_loss."
        )


def _show_active(card: ModelCard) -> None:
    variance = variances(cache.test_codes(card.name))
    active = np.flatnonzero(variance > ACTIVE_VARIANCE)
    inactive = np.flatnonzero(variance <= ACTIVE_VARIANCE)
    text = (
        f"**{len(active)} of {len(variance)} latent dimensions are active units**: they tell "
        "something about the digit, for their z_mean changes from digit to digit. Its variance "
        "(the mean squared distance from its mean) over the 10,000 test digits is above "
        f"{ACTIVE_VARIANCE}, the usual threshold "
        "([Burda et al., 2016](https://arxiv.org/abs/1509.00519)). The prior has a variance of 1. "
        "Most dimensions lie far above the threshold or far below it, so its exact value hardly "
        "matters."
    )
    if len(inactive):
        text += (
            " The others hold no information about the digit, because it would cost more kl_loss "
            f"than it saves reconstruction_loss: {', '.join(f'z{i + 1}' for i in inactive)}."
        )
    st.markdown(text)
    shell.show_chart(
        charts.code_variances,
        variance,
        ACTIVE_VARIANCE,
        alt=f"Variance of z_mean over the test digits for each of {len(variance)} latent "
        f"dimensions; {len(active)} are above {ACTIVE_VARIANCE}",
    )
    downloads.offer(
        "Download the variances (CSV)",
        lambda: downloads.csv_text(["dimension", "variance"], enumerate(variance, start=1)),
        f"active-units-{card.name}.csv",
        "A row for each latent dimension: the variance of its z_mean over the test digits.",
    )
