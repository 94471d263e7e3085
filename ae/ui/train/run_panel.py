"""The panel of a run: its state, progress, curves and result, while it trains and after."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import streamlit as st

from ae import runs, store
from ae.runs import control
from ae.ui import shell, state
from ae.ui.markdown import plain
from ae.ui.train.curve_view import show_curve
from ae.ui.train.form import duration
from ae.ui.train.result import show_result
from ae.ui.train.time_machine_view import show_now

_LOOK_SECONDS = 1.0
_STATES = {
    "starting": "is starting",
    "waiting": "is waiting for its turn",
    "training": "is training",
    "saving": "is being measured and saved",
    "done": "is trained",
    "stopped": "was stopped",
    "paused": "is paused",
    "failed": "has failed",
}


@dataclass(frozen=True)
class ShownRun:
    """The run that the page shows.

    Attributes
    ----------
    name : str
        Of the run and of its folder.
    is_active : bool
        Whether its process works or waits.
    comes_first : bool
        Whether it stands above the form: it is active, or the URL names it.
    """

    name: str
    is_active: bool
    comes_first: bool


def run_to_show() -> ShownRun | None:
    """The run named in the URL, or else the active or newest one; None where there is none."""
    names = runs.list_runs()
    wanted = st.query_params.get(state.RUN)
    name = wanted if wanted in names else runs.run_to_show()
    if name is None or name not in names:
        return None
    status = runs.read_status(name)
    is_active = status is not None and status.going_on
    return ShownRun(name, is_active, is_active or name == wanted)


def show_run(run: ShownRun) -> None:
    """Show the panel of a run, and above it a list of all runs if there are several."""
    names = runs.list_runs()
    if len(names) > 1 and run.name in names:
        chosen = st.selectbox(
            "Run",
            names,
            names.index(run.name),
            help="All training runs in the models folder, newest first.",
        )
        if chosen != run.name:
            st.query_params[state.RUN] = chosen
            st.rerun()
    with shell.told():
        st.fragment(_show, run_every=_LOOK_SECONDS if run.is_active else None)(run.name)


def _show(name: str) -> None:
    with shell.told():
        status = runs.read_status(name)
        if status is None:  # removed meanwhile
            return
        _show_head(name, status)
        if not status.going_on and _first_view_of_end(name):
            st.rerun()  # once, so that the list of models and the suggested name are up to date
        history = runs.read_history(name)
        if status.state in ("done", "stopped"):
            show_result(name)
        if history:
            _show_progress(status, history)
            settings = runs.read_settings(name)
            if settings is not None:
                show_curve(history, settings.model, settings.training, live=status.going_on)
        if status.state == "training":
            show_now(name)


def _show_head(name: str, status: runs.Status) -> None:
    st.header(f"{plain(name)} {_STATES[status.state]}")
    if status.message:
        (st.error if status.state == "failed" else st.info)(plain(status.message))
    if status.state == "failed":
        with st.expander("Last lines of its log"):
            st.code(runs.read_log(name) or "(empty)", language=None)
    with st.container(horizontal=True):
        if status.going_on:
            _show_stop_and_pause(name, status)
        elif runs.can_resume(name) and st.button(
            "Resume",
            icon=":material/resume:",
            help="Continues from the last checkpoint as soon as no other run is training.",
        ):
            control.resume(name)
            _forget_end(name)
            st.rerun()
        if not status.going_on and name not in store.SHIPPED:
            show_delete(name)


def _show_stop_and_pause(name: str, status: runs.Status) -> None:
    asked = runs.pending_request(name)
    st.button(
        "Stop",
        icon=":material/stop:",
        on_click=_ask,
        args=(control.request_stop, name),
        disabled=asked == "stop" or status.state == "saving",
        help="Ends the run and keeps the best weights so far as a model.",
    )
    if status.state != "saving":
        st.button(
            "Pause",
            icon=":material/pause:",
            on_click=_ask,
            args=(control.request_pause, name),
            disabled=asked is not None,
            help="Keeps the state of the run, so that it can be resumed. The next run starts.",
        )
    if asked and status.state != "saving":
        st.caption(f"The run will {asked} after its current step.")


def _ask(request: Callable[[str], None], name: str) -> None:
    try:
        request(name)
    except (store.ModelError, OSError) as error:  # its folder has gone, or is not to be written
        st.session_state[state.TRAIN_ERROR] = f"{name} cannot be stopped or paused: {error}"


def show_delete(name: str) -> None:
    """Show a button that deletes a model or a run of one's own, after a question."""
    with st.popover("Delete", icon=":material/delete:"):
        st.markdown(
            f"Delete **{plain(name)}**, its history and its snapshots? This cannot be undone."
        )
        if st.button("Delete it", key=f"{state.DELETE}{name}", type="primary"):
            control.remove(name)
            st.query_params.pop(state.RUN, None)
            st.rerun()


def _show_progress(status: runs.Status, history: list) -> None:
    last = history[-1]
    checked = [r.validation_error for r in history if r.validation_error is not None]
    if status.going_on:
        left = last.seconds / last.step * (last.steps - last.step)
        st.progress(
            last.step / last.steps,
            text="Measuring the model on the test digits and saving it"
            if status.state == "saving"
            else f"Step {last.step:,} of {last.steps:,}, about {duration(left)} left, "
            f"{last.images_per_second:,.0f} images per second",
        )
    columns = st.columns(3)
    columns[0].metric(
        "Training error",
        f"{last.squared_error:.2f}",
        help="Squared error (summed over the 784 pixels, mean over images) on the latest training "
        "batches, with noise and random shift, rotation and scaling if the run has them. Lower is "
        "better.",
    )
    columns[1].metric(
        "Validation error",
        f"{checked[-1]:.2f}" if checked else "–",
        help="Squared error on held-out digits, which are not trained on, at the end of an epoch. "
        "If it rises while the training error falls, the model is over-fitting.",
    )
    columns[2].metric(
        "Learning rate",
        f"{last.learning_rate:.2g}",
        help="How far each step changes the weights. It rises during the warm-up, then falls.",
    )


def _first_view_of_end(run: str) -> bool:
    """Whether this session sees for the first time that ``run`` has ended."""
    seen: set[str] = st.session_state.setdefault(state.FINISHED, set())
    if run in seen:
        return False
    seen.add(run)
    return True


def _forget_end(run: str) -> None:
    """The run is resumed: it will end once more."""
    st.session_state.setdefault(state.FINISHED, set()).discard(run)
