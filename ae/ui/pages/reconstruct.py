"""Reconstruct: how good the model is on test digits or one's own, and where it fails."""

import numpy as np
import streamlit as st

from ae.analysis.evaluation import choose, nearest_errors
from ae.ui import cache, shell, state
from ae.ui.reconstruct import digits as sets
from ae.ui.reconstruct import statistics
from ae.ui.reconstruct.pictures_row import show_pictures

SHOWN = 10
WAYS = {
    "random": "At random",
    "best": "Best",
    "typical": "Typical",
    "worst": "Worst",
    "near": "By error",
}


def candidates_of(digits: sets.Digits, label: str) -> np.ndarray:
    """Indices of the digits of a class, or of all."""
    everything = np.arange(len(digits.images))
    if digits.labels is None or label == state.ANY_DIGIT:
        return everything
    return np.flatnonzero(digits.labels == int(label))


def chosen_of(digits: sets.Digits, candidates: np.ndarray, way: str) -> np.ndarray:
    """Indices of the digits to show, with the control that this way of choosing needs."""
    if way == "near":
        near = st.number_input(
            "Squared error near",
            min_value=0.0,
            max_value=784.0,
            value=float(np.round(np.median(digits.errors[candidates]), 2)),
            step=0.1,
            **state.in_url(state.NEAR),
            help="The digits whose error is nearest to it. A click in the histogram sets it.",
            width=200,
        )
        return nearest_errors(digits.errors, candidates, near, SHOWN)
    seed = 0
    if way == "random":
        seed = st.number_input(
            "Seed of the choice",
            min_value=0,
            max_value=9999,
            step=1,
            **state.in_url(state.SHUFFLE),
            help="The same seed shows the same digits. Step it to see others.",
            width=200,
        )
    return choose(digits.errors, candidates, way, SHOWN, np.random.default_rng(seed))


def show(digits: sets.Digits, label: str, way: str, second: str | None) -> None:
    """The chosen digits, then what is to be said of all candidates."""
    candidates = candidates_of(digits, label)
    with shell.settings("choice"):
        chosen = chosen_of(digits, candidates, way)
    show_pictures(digits, chosen, model, card, second)
    what = digits.what if label == state.ANY_DIGIT else f"{digits.what} of class {label}"
    statistics.show_figures(digits, candidates, model.latent_dim, what)
    near = st.session_state.get(state.NEAR) if way == "near" else None
    statistics.show_histogram(digits, candidates, what, near)
    if digits.labels is not None:
        statistics.show_classes(digits, card.name, model.latent_dim, second)
    rival = second or f"PCA({model.latent_dim})"
    statistics.show_pairs(digits, candidates, card.name, rival)
    statistics.show_ladder(card, float(cache.errors(card.name).mean()))


st.title("How good is it, and where does it fail?")
model, card = shell.chosen_model()
cache.mnist()  # if it is damaged, that is told here, and once
statistics.take_clicked_error()
with shell.settings():
    own = sets.choose_set() == state.OWN_SET
    way = st.segmented_control(
        "Which digits",
        list(WAYS),
        format_func=WAYS.get,
        default="random",
        required=True,
        **state.in_url(state.SHOWN),
        help="Best and worst by squared error in the set; typical are nearest the median.",
    )
    label = state.ANY_DIGIT
    if not own:
        label = st.segmented_control(
            "Class",
            [state.ANY_DIGIT, *map(str, range(10))],
            format_func=lambda label: "All" if label == state.ANY_DIGIT else label,
            default=state.ANY_DIGIT,
            required=True,
            **state.in_url(state.LABEL),
        )
    second = sets.choose_second(card.name)
digits = (sets.own_digits if own else sets.test_digits)(card.name, second)
if digits is not None:
    show(digits, label, way, second)
