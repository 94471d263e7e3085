"""Training runs beside each other: their curves, what was set otherwise, and their digits."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import streamlit as st

from ae import charts, imaging, runs, store
from ae.analysis import metrics
from ae.data import one_of_each_class
from ae.errors import ModelError
from ae.runs.config_diff import differences, settings_of
from ae.store import ModelCard
from ae.training import snapshots
from ae.ui import cache, shell, state
from ae.ui.markdown import plain
from ae.ui.train import cached

_WAYS = {charts.BY_SECONDS: "By time", charts.BY_STEP: "By step"}


def show_comparison() -> None:
    """The choice of runs, and from two on what they have in common and what not."""
    cards = {card.name: card for card in store.list_models()}
    known = [name for name in dict.fromkeys([*cards, *runs.list_runs()]) if cache.history(name)]
    if len(known) < 2:
        return
    st.subheader("Compare runs")
    chosen = st.multiselect(
        "Models and runs",
        known,
        max_selections=charts.MOST_RUNS,
        **state.in_url(state.COMPARED_RUNS),
        placeholder=f"Choose two to {charts.MOST_RUNS}",
        help="Whatever has a history of its training; a run that still trains, too.",
    )
    if len(chosen) < 2:
        st.caption("Choose two or more to see what made the difference.")
        return
    with shell.told():
        _show_curves(chosen)
        _show_table(chosen, cards)
        _show_digits(chosen, cards)


def _show_curves(chosen: list[str]) -> None:
    with st.container(horizontal=True, vertical_alignment="bottom"):
        by = st.segmented_control(
            "Curves",
            list(_WAYS),
            format_func=_WAYS.get,
            default=charts.BY_SECONDS,
            required=True,
            **state.in_url(state.COMPARED_BY),
            help="Time depends on the machine and on what else it did. A step of larger batches "
            "sees more images.",
        )
        log_scale = st.toggle("Logarithmic error", value=True, **state.in_url(state.COMPARED_LOG))
    histories = {name: cache.history(name) for name in chosen}
    last = ", ".join(f"{name} {rows[-1].squared_error:.2f}" for name, rows in histories.items())
    st.altair_chart(
        charts.compared_curves(histories, by=by, log_scale=log_scale),
        key=state.COMPARED_CURVES,
        alt=f"Squared error on the training batches {_WAYS[by].lower()}; at the end: {last}",
    )
    st.caption(
        "Lines: the squared error on the training batches, as they were fed, with noise and "
        "shifts where a run has them. Points: on images kept aside."
    )


def _show_table(chosen: list[str], cards: dict[str, ModelCard]) -> None:
    settings = {}
    for name in chosen:
        title = plain(name)
        if name in cards:
            card = cards[name]
            settings[title] = settings_of(card.model, card.training, plain(card.data))
        elif found := runs.read_settings(name):
            data = Path(found.data).stem if found.data else "MNIST"
            settings[title] = settings_of(found.model, found.training, plain(data))
        else:
            settings[title] = {}
    rows = differences(settings)
    st.markdown("**What differs**" if rows else "All settings are the same.")
    figures = [
        {"setting": title} | {plain(name): make(name, cards.get(name)) for name in chosen}
        for title, make in _FIGURES.items()
    ]
    st.table(rows + figures, hide_index=True)


def _of_card(make):
    return lambda name, card: make(card) if card else "–"


def _state(name: str, card: ModelCard | None) -> str:
    status = runs.read_status(name)
    return status.state if status else "done"


_FIGURES = {
    "squared error, test digits": _of_card(lambda card: f"{card.test.squared_error:.2f}"),
    "PCA of the same size": _of_card(lambda card: f"{card.test.pca_squared_error:.2f}"),
    "parameters": _of_card(lambda card: f"{card.parameters:,}"),
    "steps taken": lambda name, card: f"{cache.history(name)[-1].step:,}",
    "seconds": lambda name, card: f"{cache.history(name)[-1].seconds:,.0f}",
    "state": _state,
}


def _show_digits(chosen: list[str], cards: dict[str, ModelCard]) -> None:
    digits = one_of_each_class(cache.mnist())
    rebuilt = {name: made for name in chosen if (made := _rebuilt(name, cards)) is not None}
    if missing := [name for name in chosen if name not in rebuilt]:
        st.caption(f"Nothing to rebuild digits with yet: {', '.join(map(plain, missing))}.")
    if not rebuilt:
        return
    st.markdown("**The same ten test digits**")
    errors = {name: metrics.squared_error(digits, made) for name, made in rebuilt.items()}
    means = ", ".join(f"**{plain(name)}** ({error.mean():.2f})" for name, error in errors.items())
    st.caption(
        f"From top to bottom: the digit, {means}. In brackets the mean squared error of these ten, "
        "below each digit its own errors in the same order."
    )
    shell.show_pictures(
        imaging.tiles([digits, *rebuilt.values()], zoom=4),
        caption=[
            " · ".join(f"{e:.1f}" for e in each) for each in zip(*errors.values(), strict=True)
        ],
        alt=[
            f"Test digit {n} above its reconstructions by {', '.join(rebuilt)}"
            for n in range(len(digits))
        ],
        width=shell.TILE_WIDTH,
    )


def _rebuilt(name: str, cards: dict[str, ModelCard]) -> np.ndarray | None:
    """The ten digits by the model, or by the last moment of a run that has none yet."""
    if name in cards:
        try:
            return cache.model(name).reconstruct(one_of_each_class(cache.mnist()))
        except ModelError:
            return None
    folder, settings = store.models_folder() / name, runs.read_settings(name)
    now = folder / snapshots.NOW_FILE
    paths = [now] if now.exists() else snapshots.paths(folder)[-1:]
    views = cached.views(settings.model, paths) if settings else []
    return views[-1].shown.astype(np.float32) / 255 if views else None
