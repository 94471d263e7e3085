"""A closer look at the drawing, made when the pen has come to rest."""

from __future__ import annotations

import numpy as np
import streamlit as st

from ae import charts, imaging
from ae.analysis.anomaly import SCORES
from ae.analysis.evaluation import share_below
from ae.store import ModelCard
from ae.ui import anomaly_scores, cache, drawing, links, posterior_view, shell, state
from ae.ui.components.drawing_pad import read_ink
from ae.ui.draw import input_output
from ae.ui.draw.live_view import Seen, see
from ae.ui.draw.nearest import show_nearest
from ae.ui.draw.pca_comparison import compare_with_pca
from ae.ui.words import percent

_SIDE = 120  # pixels of a step's picture: 28 at 4 times or 56 at twice their size, and a margin
_UNUSUAL = 0.99  # share of the test digits with a lower error


def show(card: ModelCard, network: bytes) -> None:
    """Show one of the closer looks, and the downloads.

    network : the file of the model's graph.
    """
    looks = {
        state.PREPROCESSING: _show_preprocessing,
        "Is it a digit?": _is_it_a_digit,
        "Nearest training digits": show_nearest,
        "Comparison with PCA": compare_with_pca,
        "Posterior": lambda seen, card: posterior_view.show(card, network),
    }
    st.header("A closer look at your drawing")
    look = shell.settings("look").segmented_control(
        "A closer look",
        list(looks),
        default=state.default(state.LOOK),
        required=True,
        **state.in_url(state.LOOK),
        label_visibility="collapsed",
    )
    seen = see(card, read_ink(state.PAD))
    with st.container():  # what comes below stays where it is while this is made anew
        if seen is None:
            st.caption(":material/draw: Draw a digit first, or use a test digit.")
        with shell.told():
            looks[look](seen, card)
    if seen is not None:
        st.header("Download")
        input_output.offer_downloads(seen.z, seen.reconstruction, seen.form.image, card)


def _show_preprocessing(seen: Seen | None, card: ModelCard) -> None:
    if seen is not None:
        steps = [
            (f"{name}: {detail}", imaging.framed(picture, _SIDE, zoom))
            for name, detail, picture, zoom in _steps(seen)
        ]
        captions = [caption for caption, _ in steps]
        shell.show_pictures(
            [picture for _, picture in steps], caption=captions, alt=captions, width=_SIDE
        )
    with shell.settings("steps"), st.container(horizontal=True, gap="medium"):
        for label, key in (
            ("Crop to the ink", state.CROP),
            ("Scale the longer side to 20 pixels", state.SCALE),
            ("Centre by the centre of mass", state.CENTRE),
        ):
            st.toggle(
                label,
                value=state.default(key),
                **state.in_url(key),
                persist_state="page",
                on_change=st.rerun,  # the pad shows the result, too
                width="content",
            )
    st.markdown(
        "The digits of MNIST were cropped, scaled to 20 pixels and centred before any network saw "
        "them. Your drawing goes through the same steps. Switch one off to see what the network "
        "makes of a digit that was prepared differently."
    )


def _steps(seen: Seen) -> list[tuple[str, str, np.ndarray, int]]:
    """What has happened to the drawing: name, size or error, picture and zoom of each step."""
    form, on = seen.form, drawing.steps()
    steps = [("Drawing", _size(form.ink), form.ink, 2)]
    if on[state.CROP]:
        steps.append(("Cropped", _size(form.cropped), form.cropped, 2))
    if on[state.SCALE]:
        steps.append(("Scaled", _size(form.scaled), form.scaled, 4))
    elif form.scaled.shape != form.cropped.shape:  # the network's input has 28 × 28 pixels
        steps.append(("Shrunk to fit", _size(form.scaled), form.scaled, 4))
    placed = "Centred" if on[state.CENTRE] else "Not centred"
    return [
        *steps,
        (placed, _size(form.image), form.image, 4),
        ("Reconstruction", f"error {seen.error:.1f}", seen.reconstruction, 4),
    ]


def _is_it_a_digit(seen: Seen | None, card: ModelCard) -> None:
    with st.spinner("Reconstructing the 10,000 test digits: once for each model."):
        errors = cache.errors(card.name)
    if seen is not None:
        share = share_below(seen.error, errors)
        lower = f"{round(share * len(errors)):,} of the {len(errors):,} test digits"
        st.subheader(f"Its error is {_in_words(share)}")
        st.markdown(
            f"Your drawing has a squared error of **{seen.error:.2f}**. {lower} have a lower one. "
            f"Half of all test digits are below {np.median(errors):.2f}."
        )
        st.altair_chart(
            charts.error_distribution(errors, seen.error),
            alt=f"Distribution of the squared errors of the 10,000 test digits, from "
            f"{errors.min():.2f} to {errors.max():.2f}. Your drawing has {seen.error:.2f}; {lower} "
            "have a lower error.",
        )
    st.markdown(
        "A **high** error means that the drawing is unlike the training digits. A **low** one does "
        "not prove that it is a digit: some letters and other simple shapes have low errors, too. "
        "Try to fool the network: draw an A, a face or your initials."
    )
    if seen is not None:
        _show_best_score(seen, card)


def _show_best_score(seen: Seen, card: ModelCard) -> None:
    """The drawing by the anomaly score that separates best with this model."""
    *_, found = anomaly_scores.measured_kinds(card, st.empty())
    best = anomaly_scores.best_of(found)
    _, normal = anomaly_scores.digit_scores(card.name, anomaly_scores.left_out(card), best)
    mine = float(anomaly_scores.scores_of(card.name, seen.form.image[None], best)[0])
    share = share_below(mine, normal)
    label = SCORES[best].label
    st.subheader(f"By the best anomaly score it is {_rank_in_words(share)}")
    st.progress(share, f"More unusual than {percent(share, 1)} of {len(normal):,} test digits")
    st.markdown(
        f"With this model **{label}** tells odd images from digits best. Your drawing has "
        f"{mine:.3g}; the median of test digits is {np.median(normal):.3g}. "
        f"{SCORES[best].meaning} Its squared error, above, is {seen.error:.2f}."
    )
    links.to_page("anomalies", "All scores on the page Anomalies", "troubleshoot")


def _rank_in_words(share: float) -> str:
    return "unusual for a digit" if share >= _UNUSUAL else "usual for a digit"


def _in_words(share: float) -> str:
    """How unusual an error is. share : of the test digits that have a lower one, 0 to 1."""
    if share >= _UNUSUAL:
        return "unusually high"
    return "unusually low" if share <= 1 - _UNUSUAL else "usual for a digit"


def _size(picture: np.ndarray) -> str:
    return "{} × {} pixels".format(*picture.shape)
