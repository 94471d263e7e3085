"""Training a flow from the page: a button, progress, and why a flow cannot be used."""

from __future__ import annotations

import streamlit as st

from ae.runs import flow_runs
from ae.runs.flow_runs import FlowStatus
from ae.store import ModelCard
from ae.ui import shell
from ae.ui.generate import cached
from ae.ui.markdown import plain

_LOOK_SECONDS = 1.0


def show_training(card: ModelCard) -> None:
    """Offer to train a flow on a model that has none, and show one that is being trained."""
    refusal, status = cached.why_no_flow(card), flow_runs.read_status(card.name)
    is_active = status is not None and status.going_on
    st.header("Train a flow")
    if card.flow is not None and refusal:
        st.warning(plain(refusal), icon=":material/info:")
    st.markdown(
        "A **flow** is a second, small network, which learns to carry random noise to where the "
        f"latent vectors of digits lie. {plain(card.name)} has none. Of all the ways on this page, "
        "it usually gives the best digits. Training it takes about two minutes on two processor "
        "cores that have nothing else to do. The model itself does not change."
        if not is_active
        else f"A flow is being trained on {plain(card.name)}. You can use the app meanwhile; when "
        "it is done, it is the default distribution on this page."
    )
    with shell.told():
        st.fragment(_show, run_every=_LOOK_SECONDS if is_active else None)(card.name, is_active)


def _show(name: str, was_active: bool) -> None:
    with shell.told():
        status = flow_runs.read_status(name)
        if status is not None and status.going_on:
            _show_progress(name, status)
            return
        if was_active:
            st.rerun()  # it has ended: the page may have a flow now
        if status is not None and status.state == "failed":
            st.error(plain(status.message), icon=":material/error:")
        if status is not None and status.state == "stopped":
            st.caption("The last training was stopped; it left no flow.")
        if st.button("Train a flow on this model", icon=":material/model_training:"):
            flow_runs.start(name)
            st.rerun()


def _show_progress(name: str, status: FlowStatus) -> None:
    record = status.record
    if record is None:
        st.progress(0.0, status.message or "Preparing: encoding the 60,000 training digits.")
    else:
        left = record["seconds"] / record["step"] * (record["steps"] - record["step"])
        st.progress(
            record["step"] / record["steps"],
            f"Step {record['step']:,} of {record['steps']:,}, about {left:.0f} s left, error of "
            f"the velocities {record['loss']:.3f}",
        )
    if st.button("Stop", icon=":material/stop:", help="Ends the training. No flow is saved."):
        flow_runs.request_stop(name)
