"""What a VAE is trained on: its two losses apart, and which of its numbers are alive."""

from __future__ import annotations

import numpy as np
import streamlit as st

from ae import charts, runs
from ae.analysis.latent import ACTIVE_VARIANCE, variances
from ae.store import ModelCard
from ae.ui import cache, downloads, shell


def show_losses(card: ModelCard) -> None:
    """reconstruction_loss and kl_loss of the run, and the variance of each code number."""
    st.subheader("Two losses that pull against each other")
    st.markdown(
        "A variational autoencoder (VAE) is trained on a sum. **reconstruction_loss** wants the "
        "picture back. **kl_loss** wants every code to look like a draw from N(0, 1), the prior: "
        "it costs to say anything about the digit. Hence new digits can be drawn from the prior "
        "(see Generate), and hence the pictures are softer."
    )
    _show_history(card)
    _show_alive(card)


def _show_history(card: ModelCard) -> None:
    records = [r for r in runs.read_history(card.name) if r.kl_loss is not None]
    if not records:
        st.caption("The history of this model's training is not here.")
        return
    last = records[-1]
    left, right = st.columns(2)
    left.metric(
        "reconstruction_loss at the end",
        f"{last.squared_error:.2f}",
        "squared error per training digit, from a sampled z",
        delta_color="off",
        delta_arrow="off",
        help=f"The squared difference summed over the 784 pixels. The training itself used "
        f"{card.training.loss}. Of z_mean, on test digits: {card.test.squared_error:.2f}.",
    )
    right.metric(
        "kl_loss at the end",
        f"{last.kl_loss:.2f} nats",
        f"{last.kl_loss / np.log(2):.1f} bits that a code says about its digit",
        delta_color="off",
        delta_arrow="off",
        help=f"Its weight in the sum is {card.training.kl_weight:g}.",
    )
    shell.show_chart(
        charts.two_losses,
        records,
        alt=f"reconstruction_loss and kl_loss by epoch, one above the other. At the end "
        f"{last.squared_error:.2f} and {last.kl_loss:.2f} nats",
    )


def _show_alive(card: ModelCard) -> None:
    spread = variances(cache.test_codes(card.name))
    alive = np.flatnonzero(spread > ACTIVE_VARIANCE)
    dead = np.flatnonzero(spread <= ACTIVE_VARIANCE)
    st.markdown(
        f"**{len(alive)} of {len(spread)} code numbers are alive**: the variance of their z_mean "
        f"over the 10,000 test digits is above {ACTIVE_VARIANCE}."
        + (
            " The others say nothing, since saying something would cost more kl_loss than it "
            f"saves: {', '.join(f'z{i + 1}' for i in dead)}."
            if len(dead)
            else ""
        )
    )
    shell.show_chart(
        charts.code_variances,
        spread,
        ACTIVE_VARIANCE,
        alt=f"Variance of z_mean over the test digits for each of {len(spread)} numbers; "
        f"{len(alive)} are above {ACTIVE_VARIANCE}",
    )
    downloads.offer(
        "Variances as CSV",
        lambda: downloads.csv_text(["number", "variance"], enumerate(spread, start=1)),
        f"alive-{card.name}.csv",
        "A row per number: the variance of its z_mean over the test digits.",
    )
