"""All scores on all kinds of oddness, and one score by the size of the latent vector."""

from __future__ import annotations

import numpy as np
import streamlit as st

from ae import charts, store
from ae.analysis import anomaly, metrics
from ae.analysis.anomaly import ERROR, PCA_ERROR, SCORES, Auc
from ae.store import ModelCard
from ae.ui import anomaly_scores, cache, downloads, shell, state
from ae.ui.anomaly_scores import CLASS, SHAPES, Aucs, Oddness
from ae.ui.architectures import architectures_in_words
from ae.ui.markdown import plain
from ae.ui.words import listed

_CHANCE = 0.5


def auc_in_words(found: Auc, words: str) -> str:
    """Say what an AUC means. words : the odd images, in the plural."""
    if found.high < _CHANCE:
        return (
            f"worse than chance (0.5). By this score {words} look **more** normal than normal "
            "digits do."
        )
    if found.low <= _CHANCE:
        return f"by this score {words} and normal digits cannot be told apart (chance: 0.5)."
    if found.value < 0.8:
        return f"{words} tend to have higher scores, but many do not (chance: 0.5)."
    if found.value < 0.98:
        return f"most {words} have higher scores than most normal digits (chance: 0.5)."
    return f"{words} have higher scores than normal digits nearly always (chance: 0.5)."


@shell.fragment()
def show_table(card: ModelCard) -> None:
    """Show the AUC of every score for every kind of oddness, when it is asked for."""
    st.header("Which score is best?")
    if not st.toggle(
        "Compare all scores",
        state.default(state.AUC_TABLE),
        **state.in_url(state.AUC_TABLE),
        help="Takes some seconds the first time, for each model. The table fills column by column.",
    ):
        return
    found: dict[Oddness, Aucs] = {}
    table = st.empty()
    for found in anomaly_scores.measured_kinds(card, st.empty()):
        table.table(_rows(found), hide_index=True)
    st.caption(
        f"AUC of **{plain(card.name)}** against {anomaly_scores.NORMAL:,} test digits or fewer, "
        f"with at most {anomaly_scores.ODD:,} odd images of each kind. 0.5 is chance, "
        "1 is perfect. The best of each column is bold."
    )
    best = anomaly_scores.best_of(found)
    st.markdown(
        f"The best score on average is **{SCORES[best].label}**. The page Draw uses it to judge a "
        "drawing.\n\n"
        + "\n".join(f"- {_in_words(oddness, each, card)}" for oddness, each in found.items())
    )
    downloads.offer_csv(
        "Download this table (CSV)",
        lambda: [
            {
                "model": card.name,
                "odd": oddness.words,
                "score": key,
                "auc": value.value,
                "low": value.low,
                "high": value.high,
            }
            for oddness, each in found.items()
            for key, value in each.items()
        ],
        f"auc-{card.name}.csv",
        "A row for each score and kind of odd images: the AUC and its 95 % interval.",
    )


def _rows(found: dict[Oddness, Aucs]) -> list[dict[str, str]]:
    """The table: a row for each score, a column for each kind of oddness, and the mean."""
    keys = list(next(iter(found.values())))
    columns = {
        _upper(oddness.words): {key: value.value for key, value in each.items()}
        for oddness, each in found.items()
    }
    means = {key: float(np.mean([column[key] for column in columns.values()])) for key in keys}
    return [
        {"AUC": SCORES[key].label}
        | {name: _cell(column, key) for name, column in (columns | {"Mean": means}).items()}
        for key in keys
    ]


def _cell(column: dict[str, float], key: str) -> str:
    text = f"{column[key]:.3f}"
    return f"**{text}**" if text == f"{max(column.values()):.3f}" else text


def _upper(text: str) -> str:
    return text[:1].upper() + text[1:]


def _in_words(oddness: Oddness, found: Aucs, card: ModelCard) -> str:
    """A sentence on one kind of oddness: the best score, the error, and a reason."""
    highest = f"{max(each.value for each in found.values()):.3f}"
    best = [key for key in found if f"{found[key].value:.3f}" == highest]
    error = found[ERROR].value
    labels = [SCORES[key].label for key in best]
    text = (
        f"**{_upper(oddness.words)}**: "
        + (f"{labels[0]} is best" if len(best) == 1 else f"{listed(labels)} are level")
        + f" ({highest})"
        + (". " if ERROR in best else f"; the squared error has {error:.3f}. ")
    )
    by_class = card.test.squared_error_by_class
    simplest = min(by_class, key=by_class.__getitem__)
    if error < _CHANCE and oddness.kind == CLASS and str(oddness.label) == simplest:
        return text + (
            "A simple stroke has a low error whatever it is: there is little in it that can be "
            "drawn wrongly."
        )
    if error < _CHANCE:
        return text + (
            f"The {card.model.latent_dim} latent values can draw these better than digits: a small "
            "error shows that an image can be drawn, not that it was trained on."
        )
    if oddness.kind == SHAPES:
        return text + (
            "A shape is as smooth as a digit, so the decoder can draw much of it. Its latent "
            "vector may still lie far from those of digits."
        )
    if oddness.kind == CLASS:
        return text + (
            "A digit of a new class shares strokes with the known ones: it is partly reconstructed."
        )
    if oddness.noise == "masking":
        return text + (
            "A black square hides strokes. What is left is often a simple stroke, which has a low "
            "error."
        )
    if error > 0.9:
        return text + "Noise has no structure, so the decoder cannot draw it and the error rises."
    return (
        text + "Noise of this strength changes the error less than digits differ among each other."
    )


def show_sizes(card: ModelCard, oddness: Oddness, score: str) -> None:
    """Show the AUC by latent dimension over the models that differ in it, when it is asked for."""
    st.header("Do more latent dimensions help?")
    if not st.toggle(
        "Compare models by latent dimension",
        state.default(state.AUC_CURVE),
        **state.in_url(state.AUC_CURVE),
        help="Takes some seconds for each model, the first time.",
    ):
        return
    models = store.models_by_latent_dim(store.list_models())
    points, missing = [], []
    bar = st.empty()
    for number, (k, each) in enumerate(models.items()):
        bar.progress(
            number / len(models),
            f"Computing the score of {plain(each.name)}: {number + 1} of {len(models)}.",
        )
        with shell.told():
            if score in anomaly_scores.keys(each.name):
                points.append(("Autoencoder", k, anomaly_scores.auc(each, oddness, score)))
            else:
                missing.append(each.name)
    bar.empty()
    if missing:
        st.caption(f"Without this score: {listed([plain(name) for name in missing])}.")
    if score == ERROR:
        points += [("PCA", k, _pca_auc(k, oddness)) for k in models]
    if not points:
        st.caption(
            "There is no model to compare: convolutional models that were trained without noise, "
            "on all classes, are needed."
        )
        return
    own = [(k, found) for name, k, found in points if name == "Autoencoder"]
    st.altair_chart(
        charts.auc_by_latent_dim(points),
        alt=f"AUC of {SCORES[score].label} for {oddness.words} by latent dimensions. "
        + "; ".join(f"{name} {k}: {found.value:.3f}" for name, k, found in points),
    )
    if len(own) > 1:
        st.markdown(_sizes_in_words(own, oddness, score))
    if caution := architectures_in_words([*models.values()]):
        st.markdown(caution)


def _sizes_in_words(own: list[tuple[int, Auc]], oddness: Oddness, score: str) -> str:
    best, worst = (pick(own, key=lambda each: each[1].value) for pick in (max, min))
    text = (
        f"{SCORES[score].label}, {oddness.words}: the AUC is highest with **{best[0]}** latent "
        f"dimensions ({best[1].value:.3f}) and lowest with **{worst[0]}** ({worst[1].value:.3f}). "
    )
    if best[1].value < _CHANCE:
        text += f"All of them are below chance ({_CHANCE}). "
    if oddness.kind == CLASS:
        return text + "All these models were trained on that class, so that it is not odd to them."
    if score in (ERROR, PCA_ERROR) and worst[0] > best[0] and worst[1].high < best[1].low:
        text += (
            "A larger latent vector reconstructs digits better, and what is no digit better still: "
            "with enough values anything can be drawn, and nothing stands out. "
        )
        if worst[1].high < _CHANCE:
            text += (
                f"With an AUC below {_CHANCE}, the odd images have the *lower* errors: a high "
                "error is then a sign of a digit."
            )
    return text


@st.cache_data(max_entries=256, show_spinner=False)
def _pca_auc(k: int, oddness: Oddness) -> Auc:
    taken = (oddness.label,) if oddness.kind == CLASS else ()
    normal = cache.mnist().x_test[anomaly_scores.digits(taken)[1]]
    odd, pca = anomaly_scores.odd_images(oddness), cache.pca(k)
    errors = [metrics.squared_error(each, pca.reconstruct(each)) for each in (normal, odd)]
    return anomaly.auc(*errors)
