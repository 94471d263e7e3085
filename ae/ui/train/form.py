"""The settings of a new run, what it will cost, and the button that starts it."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from concurrent.futures import Future

import streamlit as st

from ae import runs, store
from ae.config import (
    Choice,
    ModelConfig,
    TrainingConfig,
    WholeNumber,
    Widths,
    settings,
)
from ae.data.noise import NOISE_KINDS
from ae.errors import TrainingError
from ae.runs import control
from ae.training import presets
from ae.ui import cache, shell, state
from ae.ui.markdown import plain

_FIRST = ("latent_dim", "kind", "noise")
_SETTINGS = settings(ModelConfig) | settings(TrainingConfig)
_KIND_NAMES = {"conv": "Convolutional", "linear": "Linear", "vae": "Variational (VAE)"}
_MEASURING_SECONDS = 1.0


def show_form() -> None:
    """Settings, cost and the button. What cannot be is said, and then nothing can be started."""
    preset = presets.PRESETS[
        shell.settings("preset").segmented_control(
            "Start from",
            list(presets.PRESETS),
            default="quick",
            required=True,
            format_func=str.capitalize,
            key=state.PRESET,
        )
    ]
    st.caption(preset.summary)
    with shell.settings("form"), st.container(border=True):
        try:
            model_config, training_config = _settings(preset)
        except ValueError as error:
            st.session_state.pop(state.TRAIN_PRESSED, None)
            st.error(plain(str(error)), icon=":material/error:")
            return
        if st.session_state.pop(state.TRAIN_PRESSED, False):
            _start(model_config, training_config)
        name = _name_field(model_config, training_config)
        st.button("Train", type="primary", icon=":material/play_arrow:", on_click=_press)
        if message := st.session_state.pop(state.TRAIN_ERROR, None):
            st.error(plain(message), icon=":material/error:")
        _show_cost(model_config, training_config)
        with st.expander("The same from the command line"):
            words = control.arguments(model_config, training_config)
            st.code(
                " ".join(["python -m ae train --name", name, *words]),
                language="sh",
                wrap_lines=True,
            )


def _settings(preset: presets.Preset) -> tuple[ModelConfig, TrainingConfig]:
    """Both configs as the form says. Raises ValueError for what cannot be."""
    values = preset.model.to_dict() | preset.training.to_dict()
    first, second, third = st.columns(3)
    with first:
        chosen = {"latent_dim": _field("latent_dim", "latent_dim", values["latent_dim"])}
    with second:
        chosen["kind"] = _field("kind", "Kind", values["kind"], _KIND_NAMES.get)
    with third:
        chosen["noise"] = _field("noise", "Training noise", values["noise"], _noise_name)
    with st.expander("All other settings"):
        columns = st.columns(2)
        others = [name for name in values if name not in _FIRST]
        for index, name in enumerate(others):
            with columns[index % 2]:
                chosen[name] = _field(name, name.replace("_", " ").capitalize(), values[name])

    def config(preset_config):
        names = [field.name for field in dataclasses.fields(preset_config)]
        return dataclasses.replace(preset_config, **{name: chosen[name] for name in names})

    return config(preset.model), config(preset.training)


def _noise_name(kind: str | None) -> str:
    if kind is None:
        return "None"
    return "A mixture of all" if kind == "mixture" else NOISE_KINDS[kind].label


def _field(name: str, label: str, value, format_func: Callable = str):
    """A control for one setting, with the bounds and the help of the table of settings."""
    rule, about = _SETTINGS[name].rule, _SETTINGS[name].help
    if isinstance(rule, Choice):
        options = rule.options
        return st.selectbox(
            label, options, options.index(value), format_func=format_func, help=about
        )
    if isinstance(rule, Widths):
        text = st.text_input(label, ", ".join(map(str, value)), max_chars=60, help=about)
        return _widths(label, text)
    if isinstance(rule, WholeNumber):
        return st.number_input(label, rule.least, rule.most, value, help=about)
    least, most = float(rule.least), float(rule.most)
    return st.number_input(label, least, most, float(value), step=None, format="%g", help=about)


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
    """The field for the new model's name; gives the name that is typed or else suggested."""
    # As a placeholder: a suggestion put into the field could take the place of what is being typed.
    suggested = _suggested(model_config, training_config)
    typed = st.text_input(
        "Name of the new model",
        key=state.RUN_NAME,
        max_chars=60,
        placeholder=suggested,
        help="Letters, digits, dash and underscore. Left empty, it is the name shown in grey.",
    )
    return typed or suggested


def _press() -> None:
    # Only noted here: a name or setting typed just before comes in the same message as the press,
    # and a callback's arguments would still be those of the run before it.
    st.session_state[state.TRAIN_PRESSED] = True


def _start(model_config: ModelConfig, training_config: TrainingConfig) -> None:
    typed = st.session_state.get(state.RUN_NAME, "")
    name = typed or _suggested(model_config, training_config)
    try:
        # Somebody else may have taken the suggested name a moment ago.
        name = control.start(name, model_config, training_config, or_next=not typed)
    except store.ModelError as error:
        st.session_state[state.TRAIN_ERROR] = str(error)
    except OSError as error:
        st.session_state[state.TRAIN_ERROR] = f"The run cannot be started: {error.strerror}."
    else:
        st.query_params[state.RUN] = name
        st.session_state[state.RUN_NAME] = ""  # in use now: the next run needs another


def _show_cost(model_config: ModelConfig, training_config: TrainingConfig) -> None:
    busy = any((status := runs.read_status(name)) and status.going_on for name in runs.list_runs())
    measured = cache.cost(model_config, training_config, busy)
    if measured is None:
        st.caption(":material/timer: How long it takes is measured when no run is going on.")
        return
    if not measured.done():
        st.fragment(_wait_for, run_every=_MEASURING_SECONDS)(measured)
        return
    try:
        cost = measured.result()
    except TrainingError as error:
        st.caption(f":material/timer: {plain(str(error))}")
        return
    images = len(cache.mnist().x_train)
    st.caption(
        f":material/timer: {cost.parameters:,} parameters, "
        f"about **{duration(cost.seconds(training_config, images))}** on this machine: "
        f"{training_config.epochs} × {images - training_config.validation_images:,} images at "
        f"{cost.images_per_second:,.0f} images/s, as it was measured here."
    )


def _wait_for(measured: Future) -> None:
    if measured.done():
        st.rerun()
    st.caption(":material/timer: Measuring how fast this machine trains it …")


def duration(seconds: float) -> str:
    """Seconds in words: "48 s", "6 min", "2.3 h"."""
    if seconds < 100:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 6000 else f"{seconds / 3600:.1f} h"
