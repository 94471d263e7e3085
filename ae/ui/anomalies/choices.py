"""What is odd, and by which score: the choices, and the scores that follow from them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import streamlit as st

from ae.analysis.anomaly import ELBO, SCORES
from ae.data.noise import NOISE_KINDS
from ae.store import ModelCard
from ae.ui import anomaly_scores, cache, shell, state
from ae.ui.anomalies import tray, without
from ae.ui.anomaly_scores import CLASS, NOISE, SHAPES, Oddness
from ae.ui.image_upload import own_pictures
from ae.ui.words import a_digit

PICTURES, DRAWN = "pictures", "drawn"
_ODD = {
    SHAPES: "Shapes",
    CLASS: "A digit class",
    NOISE: "Corrupted digits",
    DRAWN: "Drawn by you",
    PICTURES: "My pictures",
}
_KINDS = {label: kind for kind, label in _ODD.items()}  # the URL has the labels
_USUAL_CLASS = 1  # a shipped model has not seen it


@dataclass(frozen=True, eq=False)
class Case:
    """Normal and odd images with one score of each.

    Attributes
    ----------
    score : str
        Key of ``SCORES``.
    oddness : Oddness or None
        None for images of the visitor.
    odd_words : str
        What the odd images are, in the plural.
    odd_images : float32 array of shape (n, 28, 28)
        n may be 0.
    normal_images : float32 array of shape (m, 28, 28)
    names : list of m str
        What each normal image is called.
    validation, normal, odd : float64 arrays
        The score of the images that the threshold is set on, of the normal and the odd ones.
    """

    score: str
    oddness: Oddness | None
    odd_words: str
    odd_images: np.ndarray
    normal_images: np.ndarray
    names: list[str]
    validation: np.ndarray
    normal: np.ndarray
    odd: np.ndarray


def choose_odd(card: ModelCard) -> tuple[Oddness | None, str, np.ndarray | None]:
    """Show the choice of what is odd.

    Returns what is odd (None for images of the visitor), what these are in words, and the images
    of the visitor.
    """
    unseen = anomaly_scores.left_out(card)
    usual = CLASS if unseen else SHAPES
    _follow_model(_ODD[usual], str(unseen[0]) if unseen and unseen[0] < 10 else str(_USUAL_CLASS))
    with shell.settings("odd"):
        label = st.segmented_control(
            "What is odd",
            list(_KINDS),
            default=_ODD[usual],
            required=True,
            **state.in_url(state.ODD),
            help="Shapes: squares, ellipses, crosses and rings. A digit class: one class is odd, "
            "all others are normal. Corrupted digits: test digits with noise.",
            wrap=True,
        )
        kind = _KINDS[label]
        if kind == CLASS:
            return _choose_class(card, unseen), "", None
        if kind == NOISE:
            return _choose_noise(), "", None
    if kind == DRAWN:
        drawn = tray.show_pad(card)
        return None, "drawings", drawn
    if kind == PICTURES:
        own = own_pictures(state.ODD_UPLOAD)
        return None, "uploaded pictures", own.images if own else np.zeros((0, 28, 28), np.float32)
    return Oddness(SHAPES), "", None


def _follow_model(usual: str, label: str) -> None:
    """Take over what is odd by default with this model, where nobody has chosen."""
    before = st.session_state.get(state.USUAL_ODD)
    if before is not None and before != (usual, label):
        if st.session_state.get(state.ODD) == before[0]:
            st.session_state[state.ODD] = usual
        if st.session_state.get(state.ODD_CLASS) == before[1]:
            st.session_state[state.ODD_CLASS] = label
    st.session_state[state.USUAL_ODD] = (usual, label)


def _choose_class(card: ModelCard, unseen: tuple[int, ...]) -> Oddness:
    usual = str(next((label for label in unseen if label < 10), _USUAL_CLASS))
    label = st.segmented_control(
        "Odd class",
        list(map(str, range(10))),
        default=usual,
        required=True,
        **state.in_url(state.ODD_CLASS),
        wrap=True,
    )
    without.explain(card, int(label))
    return Oddness(CLASS, int(label))


def _choose_noise() -> Oddness:
    with st.container(horizontal=True):
        kind = st.segmented_control(
            "Kind of noise",
            list(NOISE_KINDS),
            format_func=lambda key: NOISE_KINDS[key].label,
            default=state.default(state.ODD_NOISE),
            required=True,
            **state.in_url(state.ODD_NOISE),
            width="content",
            wrap=True,
        )
        strength = st.slider(
            "Noise strength",
            0.0,
            1.0,
            state.default(state.ODD_STRENGTH),
            0.1,
            **state.in_url(state.ODD_STRENGTH),
            help=f"{NOISE_KINDS[kind].label}: {NOISE_KINDS[kind].meaning}.",
            width=220,
        )
    return Oddness(NOISE, noise=kind, strength=round(strength, 1))


def choose_score(offered: tuple[str, ...]) -> str:
    """Show the choice of the score. offered : those that the model gives."""
    # A score that another model gives, and this one does not, cannot stay chosen.
    if st.session_state.get(state.SCORE) not in (None, *offered):
        st.session_state[state.SCORE] = state.default(state.SCORE)
    return st.selectbox(
        "Anomaly score",
        list(offered),
        format_func=lambda key: SCORES[key].label,
        index=offered.index(state.default(state.SCORE)),
        **state.in_url(state.SCORE),
        width=250,
    )


def explain_score(card: ModelCard, score: str, offered: tuple[str, ...]) -> None:
    """Say what the score measures, and why one is not offered."""
    text = SCORES[score].meaning
    if ELBO not in offered:
        text += (
            " The negative ELBO is not offered: it needs the variances of the latent values "
            "(z_log_var), "
            + (
                "which the file of this VAE does not keep."
                if card.model.kind == "vae"
                else "which only a VAE has."
            )
        )
    st.caption(text)


def measure(
    card: ModelCard, score: str, oddness: Oddness | None, words: str, own: np.ndarray | None
) -> Case:
    """Return the images and their scores, each computed once."""
    taken = anomaly_scores.normal_without(card, oddness)
    validation, normal = anomaly_scores.digit_scores(card.name, taken, score)
    rows, data = anomaly_scores.digits(taken)[1], cache.mnist()
    if oddness is not None:
        words, images = (
            oddness.words,
            anomaly_scores.odd_images(oddness, anomaly_scores.left_out(card)),
        )
        odd = anomaly_scores.odd_scores(card.name, oddness, score)
    else:
        images = own if own is not None else np.zeros((0, 28, 28), np.float32)
        odd = anomaly_scores.scores_of(card.name, images, score)
    names = [f"test digit no. {row} ({a_digit(data.y_test[row])})" for row in rows]
    return Case(score, oddness, words, images, data.x_test[rows], names, validation, normal, odd)
