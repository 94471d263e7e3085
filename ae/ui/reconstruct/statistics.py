"""Figures over all digits of the set: how errors are spread, by class, in pairs, by latent_dim."""

from __future__ import annotations

import contextlib

import numpy as np
import streamlit as st
from streamlit.errors import StreamlitAPIException

from ae import charts, store
from ae.analysis.evaluation import mean_interval
from ae.store import ModelCard
from ae.ui import cache, downloads, shell, state
from ae.ui.markdown import plain
from ae.ui.reconstruct.digits import Digits

_PCA_SIZES = (1, 2, 4, 8, 16, 32, 64, 128, 256)
_PLAIN = {"delta_color": "off", "delta_arrow": "off"}


def take_clicked_error() -> None:
    """Show the digits of the bar that was just clicked in the histogram of errors."""
    clicked = _clicked(state.HISTOGRAM, "bar", "error")
    if clicked != st.session_state.get(state.HISTOGRAM_TAKEN):
        st.session_state[state.HISTOGRAM_TAKEN] = clicked
        if clicked is not None:
            st.session_state[state.SHOWN] = "near"
            st.session_state[state.NEAR] = round(clicked, 2)
            # A widget that was on the page does this itself, and refuses; one that comes on it
            # only now does not.
            with contextlib.suppress(StreamlitAPIException):
                st.query_params[state.NEAR] = f"{clicked:.2f}"


def _clicked(chart: str, selection: str, field: str) -> float | None:
    """The number in ``field`` of what is selected in a chart, or None."""
    state = st.session_state.get(chart)
    try:
        value = state["selection"][selection][0][field]
    except (KeyError, IndexError, TypeError):
        return None
    return float(value) if isinstance(value, int | float) else None


def show_figures(digits: Digits, candidates: np.ndarray, k: int, what: str) -> None:
    """Means over the candidates, autoencoder and PCA with k numbers."""
    mine, others = digits.errors[candidates], digits.pca_errors[candidates]
    st.caption(f"Over {len(candidates):,} {what}:")
    left, middle, right = st.columns(3)
    left.metric(
        "Squared error per digit",
        f"{mine.mean():.2f}",
        f"median {np.median(mine):.2f}, worst {mine.max():.1f}",
        help="The squared difference summed over the 784 pixels, averaged over the digits.",
        **_PLAIN,
    )
    middle.metric(
        f"PCA with {k} numbers, same digits",
        f"{others.mean():.2f}",
        f"the autoencoder leaves {mine.mean() / others.mean():.0%} of it",
        **_PLAIN,
    )
    right.metric(
        "PCA is better on",
        f"{np.mean(others < mine):.1%}",
        f"{np.count_nonzero(others < mine):,} of {len(candidates):,} digits",
        **_PLAIN,
    )


def show_histogram(digits: Digits, candidates: np.ndarray, what: str, near: float | None) -> None:
    """How the errors are spread; a click on a bar shows its digits."""
    errors = digits.errors[candidates]
    st.subheader("How are the errors spread?")
    st.caption(
        "Few digits have a very small or a very large error. **Click a bar** to see the digits in "
        "it above, or choose *By error* there and type one: what makes a digit hard?"
    )
    st.altair_chart(
        charts.error_histogram(errors, near),
        key=state.HISTOGRAM,
        on_select="rerun",
        selection_mode=["bar"],
        alt=f"Histogram of the squared errors of {len(errors):,} {what}: from {errors.min():.2f} "
        f"to {errors.max():.2f}, half of them below {np.median(errors):.2f}."
        + (f" Marked: {near:.2f}." if near is not None else ""),
    )


def show_classes(digits: Digits, name: str, k: int, second: str | None) -> None:
    """Mean error of each class with its interval, for each model."""
    labels = np.unique(digits.labels)
    errors = {name: digits.errors, f"PCA({k})": digits.pca_errors}
    if second is not None:
        errors[second] = digits.second_errors
    intervals = [
        [mean_interval(values[digits.labels == label]) for label in labels]
        for values in errors.values()
    ]
    means, half_widths = (
        np.array([[getattr(each, what) for each in row] for row in intervals])
        for what in ("mean", "half_width")
    )
    st.subheader("Which digits are hard?")
    easy, hard = labels[means[0].argmin()], labels[means[0].argmax()]
    st.markdown(
        f"The **{easy}** is the easiest for {plain(name)} (squared error {means[0].min():.2f}), "
        f"the **{hard}** the hardest ({means[0].max():.2f}). A shape that all people draw alike "
        "takes few numbers to tell."
    )
    shell.show_chart(
        charts.error_by_class,
        list(errors),
        labels,
        means,
        half_widths,
        alt="Mean squared error by class with 95 % intervals. "
        + "; ".join(f"{label}: {value:.2f}" for label, value in zip(labels, means[0], strict=True)),
    )
    downloads.offer_csv(
        "Errors by class",
        lambda: [
            {"class": label, "model": model, "squared_error": each.mean, "95%": each.half_width}
            for model, row in zip(errors, intervals, strict=True)
            for label, each in zip(labels, row, strict=True)
        ],
        f"errors-by-class-{name}.csv",
        "A row for each class and model; the last column is the half-width of the interval.",
    )


def show_pairs(digits: Digits, candidates: np.ndarray, name: str, other: str) -> None:
    """The errors of the same digits by two models."""
    rival = digits.pca_errors if digits.second_errors is None else digits.second_errors
    mine, others = digits.errors[candidates], rival[candidates]
    st.subheader(f"{plain(name)} and {plain(other)}, digit by digit")
    margin = mean_interval(others - mine)
    better = f"{np.count_nonzero(mine < others):,} of {len(mine):,} digits"
    word = "lower" if margin.mean >= 0 else "higher"
    sure = (
        f" (95 % interval of the paired differences: {min(abs(margin.low), abs(margin.high)):.2f} "
        f"to {max(abs(margin.low), abs(margin.high)):.2f})"
        if np.isfinite(margin.half_width) and margin.low * margin.high > 0
        else " (the 95 % interval of the paired differences holds 0: chance may have made it)"
    )
    st.markdown(
        f"The squared error of {plain(name)} is {abs(margin.mean):.2f} {word} on average{sure}. It "
        f"is the lower one on **{better}**."
    )
    shell.show_chart(
        charts.paired_errors,
        mine,
        others,
        name,
        other,
        alt=f"Each digit's squared error by {name} against that by {other}; {name} has the lower "
        f"one on {better}.",
    )
    st.caption(f"Above the dashed line {plain(name)} is better, below it {plain(other)}.")


def show_ladder(card: ModelCard, error: float) -> None:
    """Error against latent_dim, of the shipped autoencoders and PCA, the loaded model marked."""
    st.subheader("How many numbers does a digit need?")
    data = cache.mnist()
    cards = [c for c in store.list_models() if c.data_sha256 == data.sha256]
    ladder = store.models_by_latent_dim(cards)
    with st.spinner("Measuring PCA at nine sizes, once."):
        pca = [(k, float(cache.pca_errors(k).mean())) for k in _PCA_SIZES]
    own = [(k, c.test.squared_error, c.name) for k, c in ladder.items()]
    loaded = (card.model.latent_dim, error, card.name)
    shell.show_chart(
        charts.error_by_latent_dim,
        own,
        pca,
        loaded,
        alt="Mean squared error of the 10,000 test digits by latent_dim. Autoencoders: "
        + "; ".join(f"{name} {e:.2f}" for _, e, name in own)
        + ". PCA: "
        + "; ".join(f"{k} numbers {e:.2f}" for k, e in pca)
        + f". Marked: {card.name}, {error:.2f}.",
    )
    as_good = next((k for k, e in pca if e <= error), None)
    rival = (
        f"of the sizes drawn, PCA is as good from **{as_good}** numbers on"
        if as_good
        else f"PCA is not as good even with {_PCA_SIZES[-1]}"
    )
    st.markdown(
        f"{plain(card.name)} gets to a squared error of {error:.2f} with {card.model.latent_dim} "
        f"numbers; {rival}. Load another model from the list and see where it lies: what do twice "
        "as many numbers buy?"
    )
    downloads.offer_csv(
        "This curve",
        lambda: [
            {"model": name, "latent_dim": k, "squared_error": e}
            for k, e, name in [*own, *((k, e, "PCA") for k, e in pca), loaded]
        ],
        "error-by-latent-dim.csv",
        "The points of both curves, and the loaded model.",
    )
