"""The form of a new run: settings, estimated time, and the button that starts it."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from typing import Any

import numpy as np
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from ae import runs, store
from ae.config import (
    Choice,
    Classes,
    ModelConfig,
    TrainingConfig,
    WholeNumber,
    Widths,
    settings,
)
from ae.data.noise import NOISE_KINDS
from ae.errors import TrainingError
from ae.runs import control
from ae.runs.cost import Cost
from ae.training import presets
from ae.ui import cache, shell, state
from ae.ui.markdown import plain
from ae.ui.train.plan_view import show_plan

_FIRST = ("latent_dim", "kind", "noise")
_SETTINGS = settings(ModelConfig) | settings(TrainingConfig)
_KIND_NAMES = {"conv": "Convolutional", "linear": "Linear", "vae": "Variational (VAE)"}
_MEASURING_SECONDS = 1.0
# Settings that have no effect unless another one says so: the control is off then.
_DEPEND: dict[str, tuple[str, Callable[[Any], bool]]] = {
    "kl_weight": ("kind", lambda kind: kind == "vae"),
    "patience": ("validation_images", lambda images: images > 0),
    "noise_strength": ("noise", lambda noise: noise is not None),
    "refinements": ("kind", lambda kind: kind == "conv"),
    "refinement_filters": ("refinements", lambda refinements: refinements > 0),
    **{
        name: ("kind", lambda kind: kind != "linear")
        for name in ("filters", "hidden", "decoder_filters", "decoder_kernel", "activation")
    },
}


def show_form() -> None:
    """Show the form. Illegal settings are reported, and then nothing can be started."""
    preset_name = shell.settings("preset").segmented_control(
        "Preset",
        list(presets.PRESETS),
        default=state.default(state.PRESET),
        required=True,
        format_func=str.capitalize,
        **state.in_url(state.PRESET),
        persist_state="session",
        help="Values for all settings below.",
    )
    preset = presets.PRESETS[preset_name]
    st.caption(preset.summary)
    plan = st.container()
    with shell.settings("form"), st.container(border=True):
        first = st.columns(len(_FIRST))
        start = st.container(horizontal=True, vertical_alignment="bottom")
        others = st.expander("All other settings")
        try:
            model_config, training_config = _settings(preset_name, preset, first, others)
        except ValueError as error:
            st.session_state.pop(state.TRAIN_PRESSED, None)
            st.error(plain(str(error)), icon=":material/error:")
            return
        if st.session_state.pop(state.TRAIN_PRESSED, False):
            _start(model_config, training_config)
        with start:
            name = _name_field(model_config, training_config)
            st.button("Train", type="primary", icon=":material/play_arrow:", on_click=_press)
        if message := st.session_state.pop(state.TRAIN_ERROR, None):
            st.error(plain(message), icon=":material/error:")
        _show_cost(model_config, training_config)
        with plan:
            show_plan(model_config)
        with st.expander("Command line for the same run"):
            words = control.arguments(model_config, training_config)
            st.code(
                " ".join(["python -m ae train --name", name, *words]),
                language="sh",
                wrap_lines=True,
            )


def _settings(
    preset_name: str,
    preset: presets.Preset,
    first: Sequence[DeltaGenerator],
    others: DeltaGenerator,
) -> tuple[ModelConfig, TrainingConfig]:
    """Both configs as the form says. Raises ValueError for illegal settings.

    first, others : the columns of the settings in _FIRST, and the place of all others.
    """
    values = preset.model.to_dict() | preset.training.to_dict()
    defaults = ModelConfig().to_dict() | TrainingConfig().to_dict()
    chosen: dict[str, Any] = {}

    def field(name: str) -> Any:
        key = f"{state.SETTING}{preset_name}_{name}"
        other, has_effect = _DEPEND.get(name, (name, None))
        if has_effect is None or has_effect(chosen[other]):
            return _field(name, values[name], key)
        # With a key of its own: what was set comes back with what it depends on.
        return _field(name, defaults[name], f"{key}_off", off=True)

    for column, name in zip(first, _FIRST, strict=True):
        with column:
            chosen[name] = field(name)
    with others:
        columns = st.columns(3)
        for index, name in enumerate(name for name in values if name not in _FIRST):
            with columns[index % len(columns)]:
                chosen[name] = field(name)

    def config(record):
        names = settings(type(record))
        return dataclasses.replace(record, **{name: chosen[name] for name in names})

    return config(preset.model), config(preset.training)


def _noise_name(kind: str | None) -> str:
    if kind is None:
        return "None"
    return "A mixture of all" if kind == "mixture" else NOISE_KINDS[kind].label


_FORMATS: dict[str, Callable[[Any], str]] = {"kind": _KIND_NAMES.__getitem__, "noise": _noise_name}
_LABELS = {
    "latent_dim": "latent_dim",
    "noise": "Training noise",
    "kl_weight": "KL weight",
    "leave_out": "Classes left out",
    "training_images": "Number of training images (0: all)",
    "patience": "Early stopping: patience in epochs (0: off)",
    "unaugmented_final_epochs": "Final epochs without augmentation",
}


def label_of(name: str) -> str:
    """The label of a setting's control."""
    return _LABELS.get(name, name.replace("_", " ").capitalize())


def _field(name: str, value: Any, key: str, *, off: bool = False) -> Any:
    """A control for one setting, with the bounds and the help of the table of settings.

    off : it has no effect beside the other settings.
    """
    rule, label = _SETTINGS[name].rule, label_of(name)
    help_text = f"{_SETTINGS[name].help}{' No effect with these other settings.' * off}"
    # One visit keeps what was set when another page has been looked at.
    options: Any = {"key": key, "persist_state": "session", "help": help_text, "disabled": off}
    if isinstance(rule, Choice):
        choices = rule.options
        return st.selectbox(
            label, choices, choices.index(value), format_func=_FORMATS.get(name, str), **options
        )
    if isinstance(rule, Widths | Classes):
        text = st.text_input(label, ", ".join(map(str, value)), max_chars=60, **options)
        return _widths(label, text)
    if isinstance(rule, WholeNumber):
        return st.number_input(label, rule.least, rule.most, value, **options)
    least, most = float(rule.least), float(rule.most)
    return st.number_input(label, least, most, float(value), step=None, format="%g", **options)


def _widths(label: str, text: str) -> tuple[int, ...]:
    try:
        return tuple(int(part) for part in text.split(",") if part.strip())
    except ValueError:
        raise ValueError(
            f"{label} must be whole numbers with commas between, as in 32, 64. Received: {text!r}."
        ) from None


def _suggested(model_config: ModelConfig, training_config: TrainingConfig) -> str:
    kind = "denoise" if training_config.noise else model_config.kind
    return control.free_name(f"my-{kind}-{model_config.latent_dim}")


def _name_field(model_config: ModelConfig, training_config: TrainingConfig) -> str:
    """Show the field for the new model's name; return the typed or else the suggested one."""
    # A placeholder: a suggestion inside the field could replace what is being typed.
    suggested = _suggested(model_config, training_config)
    typed = st.text_input(
        "Name of the new model",
        key=state.RUN_NAME,
        max_chars=60,
        placeholder=suggested,
        help="Letters, digits, dashes and underscores. The grey name is used if you type none.",
    )
    return typed or suggested


def _press() -> None:
    # Only noted here: a name or a setting that was typed just before arrives in the same message,
    # and the arguments of a callback would still be those of the run before it.
    st.session_state[state.TRAIN_PRESSED] = True


def _start(model_config: ModelConfig, training_config: TrainingConfig) -> None:
    typed = st.session_state.get(state.RUN_NAME, "")
    name = typed or _suggested(model_config, training_config)
    try:
        # Another visitor may have taken the suggested name a moment ago.
        name = control.start(name, model_config, training_config, or_next=not typed)
    except store.ModelError as error:
        st.session_state[state.TRAIN_ERROR] = str(error)
    except OSError as error:
        st.session_state[state.TRAIN_ERROR] = f"The run cannot be started: {error.strerror}."
    else:
        st.query_params[state.RUN] = name
        st.session_state[state.RUN_NAME] = ""  # in use now: the next run needs another name
        st.rerun()  # its panel stands above the form


def _show_cost(model_config: ModelConfig, training_config: TrainingConfig) -> None:
    busy = any((status := runs.read_status(name)) and status.going_on for name in runs.list_runs())
    measured = cache.cost(model_config, training_config, busy)
    if measured is None:
        st.caption(":material/timer: The training time is estimated when no other run is active.")
        return
    if not measured.done():
        st.fragment(_wait_for, run_every=_MEASURING_SECONDS)(measured)
        return
    try:
        cost = measured.result()
    except TrainingError as error:
        st.caption(f":material/timer: {plain(str(error))}")
        return
    st.caption(f":material/timer: {_cost_in_words(cost, training_config)}")


def _cost_in_words(cost: Cost, training: TrainingConfig) -> str:
    images = int((~np.isin(cache.mnist().y_train, training.leave_out)).sum())
    held_out = training.validation_images
    trained_on = min(images - held_out, training.training_images or images)
    text = (
        f"{cost.parameters:,} parameters, about "
        f"**{duration(cost.seconds(training, images))}** on this machine, as measured just now: "
        f"{duration(cost.start_seconds)} to start, then {training.epochs} "
        f"epoch{'s' * (training.epochs != 1)} of {trained_on:,} images at "
        f"{cost.images_per_second:,.0f} images per second. "
    )
    if held_out:
        text += f"{held_out:,} other training digits are held out for validation. "
    return text + "In the end, measuring the model on the test digits takes some seconds more."


def _wait_for(measured: Future) -> None:
    if measured.done():
        st.rerun()
    st.caption(":material/timer: Measuring how fast this machine trains this network …")


def duration(seconds: float) -> str:
    """Return seconds in words: "48 s", "6 min", "2.3 h"."""
    if seconds < 100:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 6000 else f"{seconds / 3600:.1f} h"
