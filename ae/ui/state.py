"""Every key of the session state and of the address line, in one place.

Widgets with ``bind="query-params"`` keep their value in the address under their key: what is
in ADDRESS restores a page from a link.
"""

from __future__ import annotations

from urllib.parse import urlencode

import streamlit as st

from ae import store

# --- in the address -----------------------------------------------------------------------
MODEL = "model"  # name of the model that all pages show
DIGIT_SEED = "draw"  # which random digits Start shows
SHOWN = "show"  # Reconstruct: how digits are chosen
LABEL = "digit"  # Reconstruct: of which class, or ANY_DIGIT
SHUFFLE = "shuffle"  # Reconstruct: seed of the random choice
BITS = "bits"  # Compress: bits of the number that matters most
SENT = "send"  # Compress: what is sent, SEND_DIGITS or SEND_DRAWING
SENT_COUNT = "count"  # Compress: how many digits
SENT_SEED = "pick"  # Compress: seed of their choice
COMPARED = "at"  # Compress: at the same quality or the same size
MESSAGE = "message"  # Compress: how many digits the sum is for
RUN = "run"  # Train: the run that is shown
INK = "ink"  # Draw: a drawing in a link, as ae.data.ink_text writes it
CROP, SCALE, CENTRE = "crop", "scale", "centre"  # Draw: the steps to MNIST form
LOOK = "look"  # Draw: which of the closer looks
DUEL_SIZE = "k"  # Draw: size of the code in the duel
TASK = "task"  # a teacher's sentence on top of the page
HIDE = "hide"  # what a teacher's link hides: "sidebar", "settings" or both with a comma

ADDRESS = frozenset(
    {MODEL, DIGIT_SEED, SHOWN, LABEL, SHUFFLE, BITS, SENT, SENT_COUNT, SENT_SEED, COMPARED}
    | {MESSAGE, RUN, INK, CROP, SCALE, CENTRE, LOOK, DUEL_SIZE, TASK, HIDE}
)

# --- in the session alone -----------------------------------------------------------------
PAD = "pad"  # the drawing pad's component state
PAD_LOAD = "pad_load"  # the picture last put into the pad
PAD_NOTE = "pad_note"  # why the last picture, or the drawing of a link, was not taken
CODE_BARS = "code_bars"  # the code bars' component state
UPLOAD = "upload"  # Draw: the picture file
SAMPLES = "samples"  # Draw: how many test digits were put into the pad
COMPRESS_PAD = "compress_pad"  # Compress: the pad's component state
COMPRESS_LOAD = "compress_load"  # Compress: the drawing of a link, for its pad
SET_UPLOAD = "set_upload"  # Compress: the uploaded set or file
PRESET = "preset"
RUN_NAME = "run_name"  # Train: name of the new model
SUGGESTED_NAME = "suggested_name"  # Train: what the page last put there
TRAIN_ERROR = "train_error"  # why the last press of Train started nothing
BROUGHT_FILE, BROUGHT_FORM = "brought_file", "brought_form"  # Train: a model from elsewhere
BROUGHT = "brought"  # its name, when it has just been taken
FINISHED = "finished_runs"  # runs whose end this session has seen

OPENED_WITH = "opened_with"  # the address's parameters when the session began
LINK_PAGE = "link_page"  # the page that it began on
LINK_NOTE = "link_note"  # what of the link was ignored there, as a sentence, or an empty text
LINK_BUTTON = "link_button"
SETTINGS = "page_settings"  # how the keys of containers begin that a teacher's link can hide

PADS = {"draw": PAD, "compress": COMPRESS_PAD}  # by the page's path: whose drawing a link carries

ANY_DIGIT = "any"
SEND_DIGITS, SEND_DRAWING = "digits", "drawing"
SAME_QUALITY, SAME_SIZE = "quality", "size"

# --- fragments, by the keys that st.rerun takes --------------------------------------------
PEN, CLOSER_LOOK = "pen", "closer_look"

_STEPS = (CROP, SCALE, CENTRE)


def model_name() -> str | None:
    """Name of the model that all pages show, or None if there is none at all."""
    return st.session_state.get(MODEL)


def steps() -> dict[str, bool]:
    """Which steps a drawing takes to MNIST form: arguments of ``to_mnist_form``."""
    # A switch that is not on the screen has its value in the address alone.
    return {
        step: bool(st.session_state.get(step, st.query_params.get(step) != "false"))
        for step in _STEPS
    }


def link(extra: dict[str, str]) -> str:
    """A link to this page that restores the model and the settings.

    extra : parameters besides; empty ones are left out. With a drawing the link has at most 2,000
    characters where the app's own address has at most 200.
    """
    address = (st.context.url or "").partition("?")[0]
    # The widgets keep what is not their default in the address themselves, as it has to be written.
    # The default model is another where other models are, so the model is always named.
    settings = st.query_params.to_dict()
    if (name := model_name()) is not None:
        settings = {MODEL: name} | settings
    settings = {key: text for key, text in (settings | extra).items() if text}
    return f"{address}?{urlencode(settings)}" if settings else address


def task() -> str:
    """The teacher's sentence in the link, or an empty text."""
    return st.query_params.get(TASK, "")


def hides(what: str) -> bool:
    """Whether the link hides "sidebar" or "settings"."""
    return what in st.query_params.get(HIDE, "").split(",")


def take_ink_from_link() -> str | None:
    """The drawing's text in the address, once: later the address no longer says what is drawn."""
    text = st.query_params.get(INK)
    if text is not None:
        del st.query_params[INK]
    return text


def suggest_name(name: str) -> None:
    """Put ``name`` into the field for the new model's name, unless somebody has typed one."""
    if st.session_state.get(RUN_NAME) in (None, st.session_state.get(SUGGESTED_NAME)):
        st.session_state[RUN_NAME] = name
    st.session_state[SUGGESTED_NAME] = name


def first_view_of_end(run: str) -> bool:
    """Whether this session sees the end of ``run`` now and had not before."""
    seen: set[str] = st.session_state.setdefault(FINISHED, set())
    if run in seen:
        return False
    seen.add(run)
    return True


def take_model_from_link(names: list[str]) -> None:
    """Choose the link's model without a control for it; the default one if it is not there."""
    if st.query_params.get(MODEL, "") not in names:
        st.query_params.pop(MODEL, None)
    st.session_state[MODEL] = st.query_params.get(MODEL, names[default_model(names)])


def default_model(names: list[str]) -> int:
    """Index in ``names`` of the model to show first."""
    return names.index(store.DEFAULT_MODEL) if store.DEFAULT_MODEL in names else 0
