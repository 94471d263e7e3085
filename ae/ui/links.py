"""Links: one that restores a page, and a teacher's, with a task on top and little around it."""

from __future__ import annotations

import streamlit as st

from ae.data.ink_text import pack_ink
from ae.ui import state
from ae.ui.components.drawing_pad import read_ink
from ae.ui.markdown import plain

LONGEST_TASK, LONGEST_LINK = 300, 2000  # characters
_HIDDEN = f"<style>[class*=st-key-{state.SETTINGS}] {{ display: none; }}</style>"


def begin() -> None:
    """Remember what the address said when the session began. Call it first in every run."""
    if state.OPENED_WITH not in st.session_state:
        st.session_state[state.OPENED_WITH] = st.query_params.to_dict()
    if state.hides("settings"):
        st.html(_HIDDEN)  # hidden, but there: they hold what the link has set


def clean_address() -> None:
    """Take out of the first address what controls fail on. Call it before there is a control.

    And after the navigation: a run that ends before it knows its page begins again on the first.
    """
    if state.CLEANED not in st.session_state:
        st.session_state[state.CLEANED] = True
        if state.drop_what_controls_fail_on():
            st.rerun()  # the controls of this run would still get what the address said


def show_task() -> None:
    """The teacher's sentence, if the link has one."""
    task = state.task()
    if task:
        st.info(plain(task[:LONGEST_TASK]), icon=":material/school:")


def show_ignored(page: str) -> None:
    """A quiet note on parts of the first link that mean nothing here. Call it after the page.

    page : the page's path in the address. The note stays on the page that the link was to.
    """
    if st.session_state.setdefault(state.LINK_PAGE, page) != page:
        return
    if state.LINK_NOTE not in st.session_state:
        ignored = ", ".join(f"{key}={value}" for key, value in _ignored().items())
        note = f"Ignored in the link, being unknown here: {plain(ignored[:200])}"
        st.session_state[state.LINK_NOTE] = note if ignored else ""
    if note := st.session_state[state.LINK_NOTE]:
        st.caption(f":material/info: {note}")


def _ignored() -> dict[str, str]:
    opened, now = st.session_state[state.OPENED_WITH], st.query_params.to_dict()

    def refused(key: str, text: str) -> bool:
        # A control takes a value that it cannot have out of the address; its default as well.
        gone = key in state.ADDRESS and key not in now and key in st.session_state
        return gone and f"{st.session_state[key]}".lower() != text.lower()

    return {
        key: text for key, text in opened.items() if key not in state.ADDRESS or refused(key, text)
    }


def show_link_button(page: str) -> None:
    """The way to a link, at the end of each page."""
    st.space("medium")
    if st.button(
        "Link to this page",
        icon=":material/link:",
        key=state.LINK_BUTTON,
        type="tertiary",
        help="Restores the page, the model, the settings and the drawing. For a lesson, it can "
        "bring a task and hide the rest.",
    ):
        _dialog(page)


@st.dialog("Link to this page")
def _dialog(page: str) -> None:
    st.markdown("Whoever opens it sees what you see now: model, settings, and drawing.")
    task = st.text_input(
        "Task to show on top (for a lesson)",
        state.task(),
        max_chars=LONGEST_TASK,
        placeholder="Draw a 4 that it takes for a 9.",
    )
    hidden = [
        what
        for what, label in (
            ("sidebar", "Hide the sidebar, with the other pages and models"),
            ("settings", "Hide the page's settings"),
        )
        if st.toggle(label, state.hides(what))
    ]
    extra = {state.TASK: task.strip(), state.HIDE: ",".join(hidden)}
    ink = read_ink(state.PADS[page]) if page in state.PADS else None
    if ink is not None and ink.image.any():
        extra[state.INK] = pack_ink(ink.image)
    link = state.link(extra)
    st.code(link, language=None, wrap_lines=True)
    if len(link) > LONGEST_LINK:
        st.caption(
            f":material/info: It has {len(link):,} characters, and some programs cut a link after "
            f"{LONGEST_LINK:,}: shorten the task."
        )
