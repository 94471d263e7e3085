"""Comparison of training runs: curves, settings that differ, figures and reconstructions."""

from __future__ import annotations

from collections.abc import Callable
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

_AXES = {charts.BY_SECONDS: "Seconds", charts.BY_STEP: "Steps"}


def show_comparison() -> None:
    """Show the choice of runs and, from two on, the comparison."""
    cards = {card.name: card for card in store.list_models()}
    known = [name for name in dict.fromkeys([*cards, *runs.list_runs()]) if cache.history(name)]
    if len(known) < 2:
        return
    st.header("Compare training runs")
    chosen = st.multiselect(
        "Models and runs",
        known,
        max_selections=charts.MOST_RUNS,
        **state.in_url(state.COMPARED_RUNS),
        placeholder=f"Choose 2 to {charts.MOST_RUNS}",
        help="All models and runs with a training history, active runs included.",
    )
    if len(chosen) < 2:
        st.caption("Choose at least two to compare their curves, settings and reconstructions.")
        return
    with shell.told():
        _show_curves(chosen)
        _show_table(chosen, cards)
        _show_digits(chosen, cards)


def _show_curves(chosen: list[str]) -> None:
    with st.container(horizontal=True, vertical_alignment="bottom"):
        by = st.segmented_control(
            "Horizontal axis",
            list(_AXES),
            format_func=_AXES.__getitem__,
            default=charts.BY_SECONDS,
            required=True,
            **state.in_url(state.COMPARED_BY),
            help="The time depends on the machine and its load. One step is one batch, whatever "
            "the batch size.",
        )
        log_scale = st.toggle(
            "Logarithmic error axis",
            value=state.default(state.COMPARED_LOG),
            **state.in_url(state.COMPARED_LOG),
        )
    histories = {name: cache.history(name) for name in chosen}
    last = ", ".join(f"{name} {rows[-1].squared_error:.2f}" for name, rows in histories.items())
    st.altair_chart(
        charts.compared_curves(histories, by=by, log_scale=log_scale),
        key=state.COMPARED_CURVES,
        alt=f"Squared error on the training batches against {_AXES[by].lower()}. At the end: "
        f"{last}",
    )
    validated = any(r.validation_error is not None for rows in histories.values() for r in rows)
    st.caption(
        "Lines: squared error on the training batches, with noise and random shift, rotation and "
        "scaling if a run has them. "
        + (
            "Points: squared error on the held-out validation images, where a run has some."
            if validated
            else "None of these runs held out images for validation."
        )
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
    st.markdown("**Settings that differ**" if rows else "All settings are the same.")
    figures = [
        {"setting": title} | {plain(name): make(name, cards.get(name)) for name in chosen}
        for title, make in _FIGURES.items()
    ]
    st.table(rows + figures, hide_index=True)


def _of_card(make: Callable[[ModelCard], str]) -> Callable[[str, ModelCard | None], str]:
    return lambda name, card: make(card) if card else "–"


def _state(name: str, card: ModelCard | None) -> str:
    status = runs.read_status(name)
    return status.state if status else "done"


_FIGURES: dict[str, Callable[[str, ModelCard | None], str]] = {
    "squared error on the test digits": _of_card(lambda card: f"{card.test.squared_error:.2f}"),
    "PCA with the same number of dimensions": _of_card(
        lambda card: f"{card.test.pca_squared_error:.2f}"
    ),
    "parameters": _of_card(lambda card: f"{card.parameters:,}"),
    "steps taken": lambda name, card: f"{cache.history(name)[-1].step:,}",
    "seconds of training": lambda name, card: f"{_seconds(name, card):,.0f}",
    "state": _state,
}


def _seconds(name: str, card: ModelCard | None) -> float:
    """Training time as the card states it, or so far."""
    return card.seconds if card else cache.history(name)[-1].seconds


def _show_digits(chosen: list[str], cards: dict[str, ModelCard]) -> None:
    digits = one_of_each_class(cache.mnist())
    images = {name: made for name in chosen if (made := _images(name, cards)) is not None}
    if missing := [name for name in chosen if name not in images]:
        st.caption(f"No weights to reconstruct digits with yet: {', '.join(map(plain, missing))}.")
    if not images:
        return
    st.markdown("**Reconstructions of the same ten test digits**")
    errors = {name: metrics.squared_error(digits, made) for name, made in images.items()}
    means = ", ".join(f"**{plain(name)}** ({error.mean():.2f})" for name, error in errors.items())
    st.caption(
        f"Rows from top to bottom: the digit, {means}. In brackets: the mean squared error of "
        "these ten digits. Below each column: the squared errors of that digit in the same order."
    )
    shell.show_pictures(
        imaging.tiles([digits, *images.values()], zoom=4),
        caption=[
            " / ".join(f"{e:.1f}" for e in each) for each in zip(*errors.values(), strict=True)
        ],
        alt=[
            f"Test digit {n} above its reconstructions by {', '.join(images)}"
            for n in range(len(digits))
        ],
        width=shell.TILE_WIDTH,
    )


def _images(name: str, cards: dict[str, ModelCard]) -> np.ndarray | None:
    """The ten digits as reconstructed by the model, or by the last snapshot of an active run."""
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
