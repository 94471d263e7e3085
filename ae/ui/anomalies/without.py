"""Models trained without a class: what the chosen one has seen, and how to train another."""

from __future__ import annotations

import dataclasses

import streamlit as st

from ae import runs, store
from ae.runs import control
from ae.store import ModelCard
from ae.training.presets import PRESETS
from ae.ui import anomaly_scores, links, shell
from ae.ui.markdown import plain
from ae.ui.words import listed

_PRESET = PRESETS["quick"]


def explain(card: ModelCard, label: int) -> None:
    """Say whether the model has seen the class, and offer to train one that has not."""
    unseen = anomaly_scores.left_out(card)
    if label in unseen:
        classes = listed([str(each) for each in unseen])
        st.caption(f"**{plain(card.name)}** was trained without class {classes}.")
        return
    if card.training is None:
        st.caption(
            f"**{plain(card.name)}** was imported: whether it was trained on class {label} is not "
            "known."
        )
    else:
        st.caption(
            f"**{plain(card.name)}** was trained on class {label}, too: to this model it is not "
            "odd, and no score can be expected to find it."
        )
    others = [each.name for each in store.list_models() if label in anomaly_scores.left_out(each)]
    if others:
        st.caption(
            f"Trained without class {label}: {listed([plain(name) for name in others])}. Choose it "
            "in the list of models."
        )
    running = [name for name in runs.list_runs() if _trains_without(name, label)]
    if running:
        st.caption(
            f":material/model_training: The run {plain(running[0])} trains without class {label} "
            "now. The model appears in the list when it is trained."
        )
        links.to_page("train", "Watch it train", "model_training", run=running[0])
    elif not others:
        with shell.told():
            _offer(label)


def _trains_without(name: str, label: int) -> bool:
    status, settings = runs.read_status(name), runs.read_settings(name)
    if status is None or not status.going_on:
        return False
    if settings is None:  # its process has only just been started
        return name.startswith(_name(label))
    return label in settings.training.leave_out


def _name(label: int) -> str:
    return f"without-{label}"


def _offer(label: int) -> None:
    if st.button(
        f"Train without class {label} (quick)",
        icon=":material/play_arrow:",
        help=f"{_PRESET.summary} The training runs in the background.",
    ):
        training = dataclasses.replace(_PRESET.training, leave_out=(label,))
        name = control.start(_name(label), _PRESET.model, training, or_next=True)
        st.toast(f"{plain(name)} is training.", icon=":material/model_training:")
        st.rerun()
