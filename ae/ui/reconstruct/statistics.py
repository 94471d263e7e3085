"""Figures over all digits of the set: the distribution of errors, by class, in pairs."""

from __future__ import annotations

import contextlib
from typing import Any

import numpy as np
import streamlit as st
from streamlit.errors import StreamlitAPIException

from ae import charts
from ae.analysis.evaluation import mean_interval
from ae.store import ModelCard
from ae.ui import downloads, shell, state, terms, theory
from ae.ui.markdown import plain
from ae.ui.reconstruct.digits import pca_name
from ae.ui.words import NO_ERROR, percent

_EQUAL = 0.005  # a smaller difference cannot be seen in two decimals


def follow_clicked_bar() -> None:
    """Show the digits of the bar that was just clicked in the histogram of errors."""
    clicked = _clicked(state.HISTOGRAM, "bar", "error")
    if clicked != st.session_state.get(state.HISTOGRAM_TAKEN):
        st.session_state[state.HISTOGRAM_TAKEN] = clicked
        if clicked is not None:
            st.session_state[state.SHOWN] = "near"
            st.session_state[state.NEAR] = round(clicked, 2)
            # A control that was on the page writes the URL itself, and refuses this; one that
            # comes on it only now does not.
            with contextlib.suppress(StreamlitAPIException):
                st.query_params[state.NEAR] = f"{clicked:.2f}"


def _clicked(chart: str, selection: str, field: str) -> float | None:
    """The number in ``field`` of what is selected in a chart, or None."""
    selected: Any = st.session_state.get(chart)
    try:
        value = selected["selection"][selection][0][field]
    except (KeyError, IndexError, TypeError):
        return None
    return float(value) if isinstance(value, int | float) else None


def show_figures(
    errors: dict[str, np.ndarray], candidates: np.ndarray, card: ModelCard, what: str
) -> None:
    """Mean errors of the candidates, by the model and by PCA."""
    mine, by_pca = (each[candidates] for each in [*errors.values()][:2])
    count, lower = len(candidates), np.count_nonzero(by_pca < mine)
    st.metric(
        f"Squared error of {plain(card.name)}",
        f"{mine.mean():.2f}",
        f"median {np.median(mine):.2f}, highest {mine.max():.1f}",
        help="The squared differences of a digit's 784 pixels are summed, and these sums averaged "
        f"over {count:,} {what}. Lower is better.",
        delta_color="off",
        delta_arrow="off",
    )
    st.metric(
        f"Squared error of PCA with {_dimensions(card.model.pca_dims)}",
        f"{by_pca.mean():.2f}",
        _beside_pca(mine.mean(), by_pca.mean()),
        help="PCA (principal component analysis) is the best linear method: one that adds up "
        "fixed pictures, each times a latent value. An autoencoder is worth its effort only where "
        "its error is lower.",
        delta_color="off",
        delta_arrow="off",
    )
    st.metric(
        "Digits with a lower error by PCA",
        percent(lower / count, 1),
        f"{lower:,} of {count:,} digits",
        delta_color="off",
        delta_arrow="off",
    )


def show_histogram(errors: np.ndarray, what: str, near: float | None) -> None:
    """The distribution of the model's errors; a click on a bar shows its digits."""
    st.header("Distribution of the errors")
    st.altair_chart(
        charts.error_histogram(errors, near),
        key=state.HISTOGRAM,
        on_select="rerun",
        selection_mode=["bar"],
        alt=f"Histogram of the squared errors of {len(errors):,} {what}: from {errors.min():.2f} "
        f"to {errors.max():.2f}, half of them below {np.median(errors):.2f}."
        + (f" Marked: {near:.2f}." if near is not None else ""),
    )
    st.caption(
        "**Click a bar** to see its digits at the top of the page, or choose *By error* there and "
        "enter an error. Digits with a high error often have an unusual shape or an extra stroke."
    )


def show_classes(errors: dict[str, np.ndarray], labels: np.ndarray, card: ModelCard) -> None:
    """Mean error of each class with its interval, for each model.

    Parameters
    ----------
    errors : dict of str to float array of shape (n,)
        By the name of the model, the page's first.
    labels : array of shape (n,)
    card : ModelCard
        Of the page's model.
    """
    classes = np.unique(labels)
    intervals = [
        [mean_interval(values[labels == label]) for label in classes] for values in errors.values()
    ]
    means = np.array([[each.mean for each in row] for row in intervals])
    half_widths = np.array([[each.half_width for each in row] for row in intervals])
    st.header("Which digits are hard?")
    easiest, hardest = classes[means[0].argmin()], classes[means[0].argmax()]
    st.markdown(
        f"For {plain(card.name)} the **{easiest}** is the easiest (squared error "
        f"{means[0].min():.2f}) and the **{hardest}** the hardest ({means[0].max():.2f}). Shapes "
        "that everyone draws alike need fewer dimensions."
    )
    shell.show_chart(
        charts.error_by_class,
        list(errors),
        classes,
        means,
        half_widths,
        alt="Squared error by class, means with 95 % confidence intervals. "
        + "; ".join(
            f"{label}: {value:.2f}" for label, value in zip(classes, means[0], strict=True)
        ),
    )
    st.caption(
        "The line through each mark is the 95 % confidence interval of the mean. "
        + (
            "Where you see no line, it is shorter than the mark. The longest one is "
            f"± {half_widths.max():.2f}. "
            if np.isfinite(half_widths).all()
            else ""
        )
        + terms.INTERVAL
    )
    downloads.offer_csv(
        "Download the errors by class (CSV)",
        lambda: [
            {"class": label, "model": model, "squared_error": each.mean, "95%": each.half_width}
            for model, row in zip(errors, intervals, strict=True)
            for label, each in zip(classes, row, strict=True)
        ],
        f"errors-by-class-{card.name}.csv",
        "One row for each class and model. The last column is the half-width of the 95 % "
        "confidence interval.",
    )


def show_pairs(errors: dict[str, np.ndarray], candidates: np.ndarray, card: ModelCard) -> None:
    """The errors of the same digits by two models: by PCA where no other one is chosen."""
    name, other = card.name, [*errors][-1]
    mine, others = errors[name][candidates], errors[other][candidates]
    st.header(f"{plain(name)} and {plain(other)}, digit by digit")
    lower = f"{np.count_nonzero(mine < others):,} of {len(mine):,} digits"
    st.markdown(
        f"{_difference_in_words(mine, others, plain(name), plain(other))} "
        f"{plain(name)} has the lower error on **{lower}**."
    )
    if card.model.kind == "linear" and other == pca_name(card.model.latent_dim):
        st.info(
            f"{theory.LINEAR} Choose a convolutional model to see what nonlinear layers add.",
            icon=":material/school:",
        )
    shell.show_chart(
        charts.paired_errors,
        mine,
        others,
        name,
        other,
        alt=f"Each digit's squared error by {name} against that by {other}; {name} has the lower "
        f"one on {lower}.",
    )
    st.caption(
        f"Each point is a digit{_sample(len(mine))}. Above the dashed line {plain(name)} has the "
        f"lower error, below it {plain(other)}."
    )


def _sample(count: int) -> str:
    if count <= charts.MOST_PAIRS:
        return ""
    return f": {charts.MOST_PAIRS:,} of the {count:,} are shown, evenly spread over the set"


def _difference_in_words(mine: np.ndarray, others: np.ndarray, name: str, other: str) -> str:
    """How much lower the errors of ``name`` are. mine, others : float (n,), of the same digits."""
    margin = mean_interval(others - mine)
    # of the means as they are shown
    difference = abs(round(others.mean(), 2) - round(mine.mean(), 2))
    if abs(margin.mean) < _EQUAL:
        return f"On average {name} and {other} have the same squared error to two decimals."
    word = "lower" if margin.mean > 0 else "higher"
    sentence = (
        f"On average the squared error of {name} is {difference:.2f} {word} than that of {other}"
    )
    if not np.isfinite(margin.half_width):
        return f"{sentence}."
    low, high = sorted((abs(margin.low), abs(margin.high)))
    if margin.low * margin.high > 0:
        return f"{sentence} (95 % confidence interval of the difference: {low:.2f} to {high:.2f})."
    return (
        f"{sentence}. The difference may be due to chance: its 95 % confidence interval contains 0."
    )


def _beside_pca(error: float, pca_error: float) -> str:
    if pca_error < NO_ERROR:
        return "one for each pixel: a copy"
    if abs(error / pca_error - 1) < 0.005:
        return "the autoencoder's error is the same"
    return f"the autoencoder's error is {percent(error / pca_error)} of this"


def _dimensions(count: int) -> str:
    return f"{count} dimension{'s' * (count != 1)}"
