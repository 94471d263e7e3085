"""Links: one that restores a page, one inside the app, and a teacher's, with a task on top."""

from __future__ import annotations

import contextlib
import math
from urllib.parse import urlencode

import streamlit as st

from ae.data.ink_text import pack_ink
from ae.ui import drawing, state
from ae.ui.components.drawing_pad import read_ink
from ae.ui.markdown import plain
from ae.ui.state import Parameter

LONGEST_TASK, LONGEST_LINK = 300, 2000  # characters
_NAMES = (state.SECOND, state.COMPARED_RUNS)
_HIDDEN = f"<style>[class*=st-key-{state.SETTINGS}] {{ display: none; }}</style>"


def task() -> str:
    """The teacher's sentence in the link, or an empty text."""
    return st.query_params.get(state.TASK, "")


def hides(what: str) -> bool:
    """Whether the link hides "sidebar" or "settings"."""
    return what in st.query_params.get(state.HIDE, "").split(",")


def to_page(page: str, label: str, icon: str, **settings: str) -> None:
    """Show a link to another page of the app, with settings of that page or another model.

    Parameters
    ----------
    page : str
        The page's path: "draw".
    label, icon : str
        What is written on it, and the name of a Material symbol.
    settings : str
        Parameters of the URL, by their names.
    """
    st.page_link(
        f"ae/ui/pages/{page}.py",
        label=label,
        icon=f":material/{icon}:",
        query_params=chosen_model() | settings,
    )


def chosen_model() -> dict[str, str]:
    """The chosen model as a parameter of a link: a link without it leads to the default model."""
    # The URL first: of a link that has just been followed the session does not know yet.
    name = st.query_params.get(state.MODEL) or state.model_name()
    return {state.MODEL: name} if name else {}


def arrive(page: str) -> None:
    """Give the controls of a page the values that the link to it named.

    Streamlit lets a control that is bound to the URL read it when a session begins and not when a
    link inside the app is followed: the URL then says one model and the sidebar shows another.
    Call it before there is a control, with the page's path.
    """
    before = st.session_state.get(state.PAGE)
    known = st.session_state.get(state.ADDRESS, {})
    address = {key: st.query_params.get_all(key) for key in st.query_params}
    st.session_state[state.PAGE], st.session_state[state.ADDRESS] = page, address
    if before is None or before == page:
        return
    for parameter in state.PARAMETERS.values():
        texts = address.get(parameter.name)
        # What the URL said before is older than what a control of this session says now.
        if not parameter.control or not texts or texts == known.get(parameter.name):
            continue
        with contextlib.suppress(ValueError):
            st.session_state[parameter.name] = _value(parameter, texts)


def _value(parameter: Parameter, texts: list[str]) -> object:
    """A parameter's value as its control has it. Raises ValueError for what is none."""
    if parameter.type is list:
        return texts
    if parameter.type is bool:
        return texts[-1] == "true"
    return parameter.type(texts[-1])


def begin() -> None:
    """Remember the URL's parameters of the session's first run. Call it first in every run."""
    if state.OPENED_WITH not in st.session_state:
        st.session_state[state.OPENED_WITH] = st.query_params.to_dict()
    if hides("settings"):
        st.html(_HIDDEN)  # hidden, but there: they hold what the link has set


def clean_address() -> None:
    """Remove from the first URL what controls fail on. Call it before there is a control.

    And after the navigation: a run that is restarted before it knows its page opens the first one.
    """
    if state.CLEANED not in st.session_state:
        st.session_state[state.CLEANED] = True
        if _drop_what_controls_fail_on():
            st.rerun()  # the controls of this run would still get what the URL said


def _drop_what_controls_fail_on() -> bool:
    """Remove empty or infinite parameters of controls from the URL; return whether there were any.

    Streamlit 1.67 takes an empty text for "nothing is chosen" even where something has to be, and
    a number field of whole numbers fails on infinity. Call it before there is a control.
    """
    broken = [
        parameter.name
        for parameter in state.PARAMETERS.values()
        if parameter.control and _breaks_a_control(parameter)
    ]
    for key in broken:
        del st.query_params[key]
    return bool(broken)


def _breaks_a_control(parameter: Parameter) -> bool:
    texts = st.query_params.get_all(parameter.name)
    if texts and not any(texts):
        return True
    # A model may be called inf.
    return parameter.name not in _NAMES and any(map(_is_endless, texts))


def _is_endless(text: str) -> bool:
    try:
        return math.isinf(float(text))
    except ValueError:
        return False


def show_task() -> None:
    """Show the teacher's sentence, if the link has one."""
    if text := task():
        st.info(plain(text[:LONGEST_TASK]), icon=":material/school:")


def show_ignored(page: str) -> None:
    """Show a note on parameters of the first link that are ignored. Call it after the page.

    page : path of the page in the URL. The note stays on the page that the link led to.
    """
    if st.session_state.setdefault(state.LINK_PAGE, page) != page:
        return
    if state.LINK_NOTE not in st.session_state:
        ignored = ", ".join(f"{key}={value}" for key, value in _ignored().items())
        note = f"Ignored in the link, for the app does not know it: {plain(ignored[:200])}"
        st.session_state[state.LINK_NOTE] = note if ignored else ""
    if note := st.session_state[state.LINK_NOTE]:
        st.caption(f":material/info: {note}")


def _ignored() -> dict[str, str]:
    opened, now = st.session_state[state.OPENED_WITH], st.query_params.to_dict()

    def refused(key: str, text: str) -> bool:
        # Streamlit removes illegal values from the URL; default values, too.
        gone = key in state.PARAMETERS and key not in now and key in st.session_state
        return gone and f"{st.session_state[key]}".lower() != text.lower()

    return {
        key: text
        for key, text in opened.items()
        if key not in state.PARAMETERS or refused(key, text)
    }


def show_link_button(page: str) -> None:
    """Show the button that makes a link to the page as it is."""
    st.space("medium")
    if st.button(
        "Link to this page",
        icon=":material/link:",
        key=state.LINK_BUTTON,
        type="tertiary",
        help="The link restores the page, the model, the settings, and your drawing if "
        "there is one. For a lesson it "
        "can show a task, and hide the sidebar or the settings.",
    ):
        _dialog(page)


def _address(extra: dict[str, str]) -> str:
    """Return a link to this page that restores the model and the settings.

    extra : further parameters; empty ones are left out. With a drawing the link has at most 2,000
    characters where the app's own URL has at most 200.
    """
    address = (st.context.url or "").partition("?")[0]
    # Controls keep what is not their default in the URL. The default model depends on which
    # models there are, so the model is always named.
    settings = {key: st.query_params.get_all(key) for key in st.query_params}
    if (name := state.model_name()) is not None:
        settings = {state.MODEL: name} | settings
    # A switch that is not on the screen loses its place in the URL.
    settings |= {step: "false" for step, taken in drawing.steps().items() if not taken}
    settings = {key: text for key, text in (settings | extra).items() if text}
    return f"{address}?{urlencode(settings, doseq=True)}" if settings else address


@st.dialog("Link to this page")
def _dialog(page: str) -> None:
    st.markdown("Whoever opens this link sees what you see now: model, settings and drawing.")
    text = st.text_input(
        "Task to show at the top of the page (for a lesson)",
        task(),
        max_chars=LONGEST_TASK,
        placeholder="Draw a 4 that the model mistakes for a 9.",
    )
    hidden = [
        what
        for what, label in (
            ("sidebar", "Hide the sidebar (other pages, models)"),
            ("settings", "Hide the settings of the page"),
        )
        if st.toggle(label, hides(what))
    ]
    extra = {state.TASK: text.strip(), state.HIDE: ",".join(hidden)}
    ink = read_ink(state.PADS[page]) if page in state.PADS else None
    if ink is not None and ink.image.any():
        extra[state.INK] = pack_ink(ink.image)
    link = _address(extra)
    st.code(link, language=None, wrap_lines=True)
    if len(link) > LONGEST_LINK:
        st.caption(
            f":material/info: This link has {len(link):,} characters. Some programs cut links "
            f"after {LONGEST_LINK:,}: shorten the task."
        )
