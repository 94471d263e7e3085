"""A run as its files tell it, in every state, while it goes on and after."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from ae import charts, runs, store
from ae.runs import control
from ae.ui import cache, shell, state
from ae.ui.markdown import plain
from ae.ui.train.film_view import show_moment
from ae.ui.train.form import duration
from ae.ui.train.result import show_result

_LOOK_SECONDS = 1.0
_AXES = {charts.BY_SECONDS: "seconds", charts.BY_STEP: "steps"}


def show_runs() -> str | None:
    """The run in the address, or else the foremost one; with a list of all if there are more.

    Returns its name, None where there is none.
    """
    names = runs.list_runs()
    if not names:
        return None
    wanted = st.query_params.get(state.RUN)
    name = wanted if wanted in names else runs.run_to_show()
    if len(names) > 1:
        chosen = st.selectbox(
            "Run", names, names.index(name), help="All runs in the models folder, newest first."
        )
        if chosen != name:
            st.query_params[state.RUN] = chosen
            st.rerun()
    with shell.told():
        status = runs.read_status(name)
        going_on = status is not None and status.going_on
        st.fragment(_show, run_every=_LOOK_SECONDS if going_on else None)(name)
    return name


def _show(name: str) -> None:
    with shell.told():
        status = runs.read_status(name)
        if status is None:  # removed meanwhile
            return
        _show_head(name, status)
        if not status.going_on and _first_view_of_end(name):
            st.rerun()  # once, so that the list of models and the form's name are new
        history = runs.read_history(name)
        if status.state in ("done", "stopped"):
            show_result(name)
        if history:
            _show_progress(status, history)
            _show_curve(name, history)
        if status.state == "training":
            show_moment(name)


def _show_head(name: str, status: runs.Status) -> None:
    st.subheader(f"{plain(name)}: {status.state}")
    if status.message:
        (st.error if status.state == "failed" else st.info)(plain(status.message))
    if status.state == "failed":
        with st.expander("The last lines of its log"):
            st.code(runs.read_log(name) or "(empty)", language=None)
    with st.container(horizontal=True):
        if status.going_on:
            _show_stop_and_pause(name, status)
        elif runs.can_resume(name) and st.button(
            "Resume",
            icon=":material/resume:",
            help="Goes on from the last checkpoint, when it is its turn.",
        ):
            control.resume(name)
            _forget_end(name)
            st.rerun()
        if not status.going_on and name not in store.SHIPPED:
            _show_delete(name)


def _show_stop_and_pause(name: str, status: runs.Status) -> None:
    asked = runs.pending_request(name)
    st.button(
        "Stop",
        icon=":material/stop:",
        on_click=_ask,
        args=(control.request_stop, name),
        disabled=asked == "stop" or status.state == "saving",
        help="Ends it and keeps the best weights so far as a model.",
    )
    if status.state != "saving":
        st.button(
            "Pause",
            icon=":material/pause:",
            on_click=_ask,
            args=(control.request_pause, name),
            disabled=asked is not None,
            help="Ends its process and keeps its state: the next run has its turn.",
        )
    if asked and status.state != "saving":
        st.caption(f"It is going to {asked} after its current step.")


def _ask(request: Callable[[str], None], name: str) -> None:
    try:
        request(name)
    except (store.ModelError, OSError) as error:  # its folder has gone, or is not to be written
        st.session_state[state.TRAIN_ERROR] = f"{name} cannot be asked to: {error}"


def _show_delete(name: str) -> None:
    with st.popover("Delete", icon=":material/delete:"):
        st.markdown(
            f"Delete **{plain(name)}** with its model, curve and film? There is no way back."
        )
        if st.button("Yes, delete it", key=f"{state.DELETE}{name}", type="primary"):
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
            text="Measuring it on the test digits and saving it"
            if status.state == "saving"
            else f"Step {last.step:,} of {last.steps:,}, about {duration(left)} left, "
            f"{last.images_per_second:,.0f} images/s",
        )
    columns = st.columns(3)
    columns[0].metric(
        "Training error",
        f"{last.squared_error:.2f}",
        help="Squared error per image on the newest training batches, as they are fed.",
    )
    columns[1].metric(
        "Validation error",
        f"{checked[-1]:.2f}" if checked else "–",
        help="Squared error per image on the digits kept aside, at the end of an epoch.",
    )
    columns[2].metric("Learning rate", f"{last.learning_rate:.2g}")


def _show_curve(name: str, history: list) -> None:
    settings = runs.read_settings(name)
    if settings is None:
        return
    pca_error = float(cache.pca_errors(settings.model.latent_dim).mean())
    with st.container(horizontal=True):
        by = st.segmented_control(
            "Against",
            list(_AXES),
            format_func=_AXES.get,
            default=charts.BY_SECONDS,
            required=True,
            key=state.CURVE_AGAINST,
        )
        log_scale = st.toggle("Logarithmic error", True, key=state.CURVE_LOG)
    st.altair_chart(
        charts.learning_curve(history, pca_error, log_scale=log_scale, by=by),
        key=state.CURVE,
        # The same as long as it goes on: another text would make the chart flicker. The newest
        # numbers stand above it.
        alt=f"Squared error against {_AXES[by]}; PCA with as many numbers has {pca_error:.2f}",
    )
    st.altair_chart(
        charts.learning_rate_curve(history, by=by),
        key=state.CURVE_RATE,
        alt=f"Learning rate against {_AXES[by]}",
    )


def _first_view_of_end(run: str) -> bool:
    """Whether this session sees the end of ``run`` now and had not before."""
    seen: set[str] = st.session_state.setdefault(state.FINISHED, set())
    if run in seen:
        return False
    seen.add(run)
    return True


def _forget_end(run: str) -> None:
    """The run goes on: its end is going to be seen again."""
    st.session_state.setdefault(state.FINISHED, set()).discard(run)
