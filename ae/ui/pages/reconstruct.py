"""Reconstruct: how good the model is on test digits or one's own, and where it fails."""

import numpy as np
import streamlit as st

from ae.analysis.evaluation import choose, nearest_errors
from ae.ui import cache, shell, state
from ae.ui.reconstruct import digits as sets
from ae.ui.reconstruct import dimensions, pictures, statistics

SHOWN = 10
CHOICES = {
    "random": "Random",
    "best": "Best",
    "typical": "Typical",
    "worst": "Worst",
    "near": "By error",
}


def choose_candidates(digits: sets.Digits) -> tuple[str, np.ndarray]:
    """Show the choice of a class, if classes are known. Returns it and the indices of its digits.

    Without a choice these are all digits of the set.
    """
    if digits.labels is None:
        return state.ANY_DIGIT, np.arange(len(digits.images))
    label = st.selectbox(
        "Class",
        [state.ANY_DIGIT, *map(str, range(10))],
        format_func=lambda label: "All" if label == state.ANY_DIGIT else label,
        **state.in_url(state.LABEL),
        help="Which digit it is: 0 to 9.",
        width=80,
    )
    if label == state.ANY_DIGIT:
        return label, np.arange(len(digits.images))
    return label, np.flatnonzero(digits.labels == int(label))


def choose_error(errors: np.ndarray) -> float:
    """Show the field for an error. errors : of the candidates, whose median is the default."""
    return st.number_input(
        "Squared error",
        min_value=0.0,
        max_value=784.0,
        value=float(np.round(np.median(errors), 2)),
        step=0.1,
        **state.in_url(state.NEAR),
        help="The digits whose squared error is nearest to this are shown. A click on a bar of "
        "the histogram sets it.",
        width=130,
    )


def choose_at_random(candidates: np.ndarray) -> np.ndarray:
    """Show the field for a random seed. Returns the indices that it chooses."""
    seed = st.number_input(
        "Random seed",
        min_value=0,
        max_value=9999,
        value=state.default(state.SHUFFLE),
        step=1,
        **state.in_url(state.SHUFFLE),
        help="Decides which digits are shown. The same seed shows the same digits; change it to "
        "see others.",
        width=130,
    )
    return np.random.default_rng(seed).permutation(candidates)[:SHOWN]


def choose_by_error(
    errors: np.ndarray, candidates: np.ndarray, choice: str
) -> tuple[np.ndarray, float | None]:
    """The indices to show by their error, and the error that was asked for, if one was."""
    if choice == "near":
        near = choose_error(errors[candidates])
        return nearest_errors(errors, candidates, near, SHOWN), near
    return choose(errors, candidates, choice, SHOWN), None


def show_statistics(
    digits: sets.Digits, errors: dict[str, np.ndarray], candidates: np.ndarray, near: float | None
) -> None:
    """What is to be said of all candidates, not only of the digits shown."""
    what = digits.what if label == state.ANY_DIGIT else f"{digits.what} of class {label}"
    left, right = st.columns([3, 2], gap="medium")
    with left:
        statistics.show_histogram(errors[card.name][candidates], what, near)
    with right:
        statistics.show_figures(errors, candidates, card, what)
    left, right = st.columns(2, gap="medium")
    if digits.labels is not None:
        with left:
            statistics.show_classes(errors, digits.labels, card)
    with right if digits.labels is not None else left:
        statistics.show_pairs(errors, candidates, card)


st.title("How good is it, and where does it fail?")
model, card = shell.chosen_model()
cache.mnist()  # if it is damaged, that is told here, and once
statistics.follow_clicked_bar()
top = st.container()
with shell.settings("choice"), st.container(horizontal=True):
    choice = st.segmented_control(
        "Which digits",
        list(CHOICES),
        format_func=CHOICES.__getitem__,
        default=state.default(state.SHOWN),
        required=True,
        **state.in_url(state.SHOWN),
        help="Best and worst: lowest and highest squared error in the set. Typical: nearest to "
        "the median. By error: nearest to an error that you enter.",
    )
    controls = st.container(horizontal=True, width="content")
    second = sets.choose_second(card.name)
buttons = st.container(horizontal=True, vertical_alignment="center")
with buttons, st.container(key=f"{state.SETTINGS}set", width="content"):
    own = sets.choose_set() == state.OWN_SET
with top:
    digits = sets.own_digits() if own else sets.test_digits()
if digits is not None:
    near = None
    with controls:
        label, candidates = choose_candidates(digits)
        if choice == "random":  # which needs no errors: these are shown at once
            chosen = choose_at_random(candidates)
        else:
            with top:
                mine = sets.errors_of(digits, card.name, second)[card.name]
            chosen, near = choose_by_error(mine, candidates, choice)
    rows = pictures.picture_rows(digits, chosen, model, second)
    with top:
        pictures.show(digits, chosen, rows)
    pictures.show_quality(rows, card)
    errors = sets.errors_of(digits, card.name, second)
    with buttons:
        pictures.offer(digits, errors, rows, card)
    show_statistics(digits, errors, candidates, near)
    dimensions.show_error_by_latent_dim(card, float(cache.errors(card.name).mean()))
