"""What follows the threshold: pictures, both histograms, the confusion table and the curves."""

from __future__ import annotations

import math

import numpy as np
import streamlit as st

from ae import charts
from ae.analysis import anomaly
from ae.analysis.anomaly import ERROR, SCORES, Counts
from ae.store import ModelCard
from ae.ui import anomaly_scores, cache, shell, state
from ae.ui.anomalies import choices, comparison
from ae.ui.anomalies.choices import Case
from ae.ui.picture_rows import PictureRow, show_picture_rows
from ae.ui.words import percent

SHOWN = 10
_CHART_HEIGHT = 252  # pixels
_OWN_SHOWN = 2 * SHOWN  # of the visitor's images
_LEAST = 10  # odd images for an AUC
BY_ALARMS, BY_HAND = "alarms", "hand"
_WAYS = {BY_ALARMS: "By false alarms", BY_HAND: "By hand"}
_ALARMS = ("0.1", "0.5", "1", "2", "5", "10", "20")  # percent


@shell.fragment()
def show(card: ModelCard) -> None:
    """Show the pictures, the controls and what follows from them. Only this part reruns."""
    # Its height is kept free, so that the pad below does not move when the chart comes.
    picture = st.container(height=_CHART_HEIGHT, border=False)
    oddness, words, own = choices.choose_odd(card)
    with shell.settings("score"):
        row = st.container(horizontal=True)
    work = st.container()  # signs of work, below the pad for the same reason
    with work, st.spinner("Loading the model."):
        offered = anomaly_scores.keys(card.name)
    with row:
        score = choices.choose_score(offered)
    with (
        work,
        st.spinner(
            f"Computing the score of {anomaly_scores.VALIDATION + anomaly_scores.NORMAL:,} test "
            "digits and of the odd images, once for each model."
        ),
    ):
        case = choices.measure(card, score, oddness, words, own)
    choices.explain_score(card, score, offered)
    with row:
        threshold = _choose_threshold(case)
    with picture:
        _show_histograms(case, threshold)
    counts = anomaly.count(case.normal, case.odd, threshold)
    _show_pictures(case, threshold, counts, card)
    if 0 < len(case.odd_images) < _LEAST:
        st.caption(
            f"With {_LEAST} odd images or more, the page also measures how well they are told "
            "apart from normal digits; from fewer, such a figure could be chance."
        )
    elif len(case.odd_images):
        _show_figures(case, counts, card)
        if oddness is not None:
            comparison.show_sizes(card, oddness, score)


def _choose_threshold(case: Case) -> float:
    """Show the controls of the threshold and return it."""
    validation = case.validation
    with st.container(horizontal=True, width="content"):
        way = st.segmented_control(
            "Set the threshold",
            list(_WAYS),
            format_func=_WAYS.__getitem__,
            default=state.default(state.THRESHOLD_BY),
            required=True,
            **state.in_url(state.THRESHOLD_BY),
            width="content",
            help="By false alarms: no odd image is needed, as in practice, where none is at hand.",
        )
        if way == BY_ALARMS:
            most = st.select_slider(
                "Allowed false alarms (%)",
                _ALARMS,
                state.default(state.ALARMS),
                **state.in_url(state.ALARMS),
                width=260,
                help=f"At most this share of {len(validation):,} validation images may be above "
                "the threshold. They are test digits that do not occur in the histogram.",
            )
            return anomaly.threshold_for(validation, float(most) / 100)
        both = np.concatenate([validation, case.normal, case.odd])
        low, high = _slider_ends(both)
        return st.slider(
            "Threshold",
            low,
            high,
            float(np.clip(anomaly.threshold_for(validation, 0.01), low, high)),
            (high - low) / 200,
            key=f"{state.THRESHOLD}{case.score}_{low:.6g}_{high:.6g}",
            format="%.3g",
            width=260,
        )


def _slider_ends(scores: np.ndarray) -> tuple[float, float]:
    low, high = np.percentile(scores, [0, 99.5])
    if high == low:
        high = low + 1
    # At the lower end every image is above the threshold.
    return float(low - (high - low) / 200), float(high)


def _show_histograms(case: Case, threshold: float) -> None:
    score = SCORES[case.score]
    sets = [(_normal_name(case), case.normal)]
    if len(case.odd_images):
        sets.append((f"Odd: {case.odd_words}", case.odd))
    st.altair_chart(
        charts.score_histograms(sets, threshold, score.label, log=score.positive),
        alt="; ".join(
            f"{name}: {score.label} from {values.min():.3g} to {values.max():.3g}, median "
            f"{np.median(values):.3g}, {percent((values > threshold).mean())} above the threshold "
            f"{threshold:.3g}"
            for name, values in sets
        ),
    )


def _normal_name(case: Case) -> str:
    return f"Normal: {len(case.normal_images):,} test digits"


def _show_pictures(case: Case, threshold: float, counts: Counts, card: ModelCard) -> None:
    normal, odd = case.normal, case.odd
    st.header("Verdicts at this threshold")
    if case.oddness is None:
        _show_own(case, odd, threshold, card)
    alarms = np.flatnonzero(normal > threshold)
    alarms = alarms[np.argsort(-normal[alarms], kind="stable")][:SHOWN]
    st.subheader(f"False alarms: {counts.false_alarms:,} of {len(normal):,} normal digits")
    if len(alarms):
        names = [case.names[i] for i in alarms]
        _show_row("False alarm", "highest scores", case.normal_images[alarms], normal[alarms],
                  names, card)  # fmt: skip
    else:
        st.caption("No normal digit has a score above the threshold.")
    if len(odd) <= _OWN_SHOWN and case.oddness is None:
        return  # all of them are shown above
    misses = np.flatnonzero(odd <= threshold)
    misses = misses[np.argsort(odd[misses], kind="stable")][:SHOWN]
    st.subheader(f"Misses: {counts.misses:,} of {len(odd):,} {case.odd_words}")
    if len(misses):
        names = [f"odd image no. {i}" for i in misses]
        _show_row("Miss", "lowest scores", case.odd_images[misses], odd[misses], names, card)
    else:
        st.caption("Every odd image has a score above the threshold.")


def _show_own(case: Case, odd: np.ndarray, threshold: float, card: ModelCard) -> None:
    if not len(odd):
        st.caption("The score and the verdict of your images appear here.")
        return
    found = int((odd > threshold).sum())
    st.subheader(f"Your images: {found:,} of {len(odd):,} count{'s' * (len(odd) == 1)} as odd")
    for start in range(0, min(len(odd), _OWN_SHOWN), SHOWN):
        rows = slice(start, start + SHOWN)
        verdicts = [
            f"{value:.3g} {'odd' if value > threshold else 'normal'}" for value in odd[rows]
        ]
        names = [f"your image {start + i + 1}" for i in range(len(verdicts))]
        _show_row(
            "Yours", "score and verdict", case.odd_images[rows], odd[rows], names, card, verdicts
        )


def _show_row(
    label: str,
    note: str,
    images: np.ndarray,
    scores: np.ndarray,
    names: list[str],
    card: ModelCard,
    texts: list[str] | None = None,
) -> None:
    """Show images with a text below each, and their reconstructions."""
    reconstructions = cache.model(card.name).reconstruct(images)
    texts = [f"{value:.3g}" for value in scores] if texts is None else texts
    show_picture_rows(
        [
            PictureRow(label, images, note, texts),
            PictureRow("Reconstruction", reconstructions, ""),
        ],
        names,
    )


def _show_figures(case: Case, counts: Counts, card: ModelCard) -> None:
    normal, odd = case.normal, case.odd
    found = anomaly.auc(normal, odd)
    st.header("How well are they told apart?")
    st.markdown(
        f"The AUC is **{found.value:.3f}** (95 % interval {found.low:.3f} to {found.high:.3f}): "
        + comparison.auc_in_words(found, case.odd_words)
        + _why(case, found.value, card)
    )
    figures = (
        ("Recall", percent(counts.recall, 1), "Share of the odd images that are found."),
        (
            "Precision",
            "–" if math.isnan(counts.precision) else percent(counts.precision, 1),
            "Share of the alarms that are right. It depends on how many odd images there are: here "
            f"{len(odd):,} beside {len(normal):,} normal ones.",
        ),
        (
            "False-alarm rate",
            percent(counts.false_alarm_rate, 1),
            "Share of the normal digits above the threshold.",
        ),
        (
            "AUC",
            f"{found.value:.3f}",
            "Area under the ROC curve: the probability that an odd image has a higher score than a "
            "normal one. 0.5 is chance, 1 is perfect.",
        ),
    )
    with st.container(horizontal=True):
        for label, value, meaning in figures:
            st.metric(label, value, help=meaning, width=150)
    st.table(
        [
            {"": "Odd image", "above the threshold": f"{counts.hits:,} found",
             "not above": f"{counts.misses:,} missed"},
            {"": "Normal digit", "above the threshold": f"{counts.false_alarms:,} false alarms",
             "not above": f"{counts.passed:,} passed"},
        ],
        hide_index=True,
    )  # fmt: skip
    curves = anomaly.curves(normal, odd)
    left, right = st.columns(2)
    with left:
        st.subheader("ROC curve")
        st.altair_chart(
            charts.roc(curves, (counts.false_alarm_rate, counts.recall)),
            alt=f"ROC curve with AUC {found.value:.3f}. At the threshold: false-alarm rate "
            f"{percent(counts.false_alarm_rate, 1)}, recall {percent(counts.recall, 1)}.",
        )
    with right:
        st.subheader("Precision-recall curve")
        precision = "none" if math.isnan(counts.precision) else percent(counts.precision, 1)
        st.altair_chart(
            charts.precision_recall(
                curves, (counts.recall, counts.precision), len(odd) / (len(odd) + len(normal))
            ),
            alt=f"Precision against recall. At the threshold: recall {percent(counts.recall, 1)}, "
            f"precision {precision}.",
        )
    st.caption(
        "Each point of a curve is one threshold. The diamond is the threshold chosen above; the "
        "dashed grey line is chance."
    )


def _why(case: Case, value: float, card: ModelCard) -> str:
    """Why the error fails where it does, with the figures of this case."""
    if case.score != ERROR or case.oddness is None or value >= 0.9:
        return ""
    unseen = anomaly_scores.left_out(card)
    if case.oddness.kind == anomaly_scores.CLASS and case.oddness.label not in unseen:
        return ""
    median, other = np.median(case.odd), np.median(case.normal)
    by_class = card.test.squared_error_by_class
    least = min(by_class, key=by_class.__getitem__)
    text = (
        f" The median squared error of the {case.odd_words} is {median:.2f}; that of normal digits "
        f"is {other:.2f}. The encoder passes on {card.model.latent_dim} values, "
        + (
            "which are enough to draw strangers as well as digits. "
            if median <= 1.5 * other
            else "which do not suffice to draw all strangers well. "
        )
    )
    return text + (
        f"A simple stroke has a low error whatever it is: class {least} has the lowest mean error "
        f"of all classes, {by_class[least]:.2f}."
    )
