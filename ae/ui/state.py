"""Every key of the session state and of the address line, in one place.

Widgets with ``bind="query-params"`` keep their value in the address under their key: what is
listed under ADDRESS restores a page from a link.
"""

from __future__ import annotations

import contextlib
from urllib.parse import urlencode

import streamlit as st
from streamlit.errors import StreamlitAPIException

from ae import store

# --- in the address -----------------------------------------------------------------------
MODEL = "model"  # name of the model that all pages show
DIGIT_SEED = "draw"  # which random digits Start shows
SHOWN = "show"  # Reconstruct: how digits are chosen
LABEL = "digit"  # Reconstruct: of which class, or ANY_DIGIT
SHUFFLE = "shuffle"  # Reconstruct: seed of the random choice
SHOWN_SET = "of"  # Reconstruct: which set, TEST_SET or OWN_SET
NEAR = "near"  # Reconstruct: digits of about this squared error
SECOND = "second"  # Reconstruct: the second model, or NO_SECOND
NOISY_SET = "noisy"  # Denoise: what is corrupted, TEST_SET, OWN_DRAWING or OWN_SET
NOISY_SEED = "pick_noisy"  # Denoise: seed of the choice of digits
NOISE = "noise"  # Denoise: kind of noise
STRENGTH = "strength"  # Denoise: of the noise, 0 to 1
NOISE_SEED = "noise_seed"  # Denoise: seed of the noise
MEASURED = "measured"  # Denoise: with a drawing, whether test digits are compared too
ANSWER = "answer"  # Denoise: which of the comparisons
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

# --- in the session alone -----------------------------------------------------------------
PAD = "pad"  # the drawing pad's component state
PAD_LOAD = "pad_load"  # the picture last put into the pad
PAD_NOTE = "pad_note"  # why the last picture, or the drawing of a link, was not taken
CODE_BARS = "code_bars"  # the code bars' component state
UPLOAD = "upload"  # Draw: the picture file
SAMPLES = "samples"  # Draw: how many test digits were put into the pad
COMPRESS_PAD = "compress_pad"  # Compress: the pad's component state
SET_UPLOAD = "set_upload"  # Compress: the uploaded set or file
HISTOGRAM = "error_histogram"  # Reconstruct: what is selected in the histogram of errors
HISTOGRAM_TAKEN = "error_taken"  # Reconstruct: the selection that the page has followed
OWN_UPLOAD = "own_upload"  # Reconstruct: own pictures
NOISY_UPLOAD = "noisy_upload"  # Denoise: own pictures
NOISE_PAD = "noise_pad"  # Denoise: the pad's component state
NOISE_PAD_LOAD = "noise_pad_load"  # Denoise: the digit last put into the pad
PRESET = "preset"
RUN_NAME = "run_name"  # Train: name of the new model
SUGGESTED_NAME = "suggested_name"  # Train: what the page last put there
TRAIN_ERROR = "train_error"  # why the last press of Train started nothing
FINISHED = "finished_runs"  # runs whose end this session has seen

ANY_DIGIT = "any"
SEND_DIGITS, SEND_DRAWING = "digits", "drawing"
TEST_SET, OWN_SET, OWN_DRAWING = "test", "pictures", "drawing"
NO_SECOND = "none"
SAME_QUALITY, SAME_SIZE = "quality", "size"

# --- fragments, by the keys that st.rerun takes --------------------------------------------
CLOSER_LOOK = "closer_look"
DENOISED_ROWS = "denoised_rows"

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


def draw_link(ink_text: str) -> str:
    """A link that restores the drawing, the model and the settings of Draw.

    ink_text : what ``pack_ink`` gave. The link has at most 2,000 characters where the app's
    own address has at most 200.
    """
    address = (st.context.url or "").partition("?")[0]
    # The widgets keep what is not their default in the address themselves, as it has to be written.
    # The default model is another where other models are, so the model is always named.
    settings = {MODEL: st.session_state[MODEL]} | st.query_params.to_dict()
    return f"{address}?{urlencode(settings | {INK: ink_text})}"


def take_clicked_error() -> None:
    """Show the digits of the bar that was just clicked in the histogram of errors."""
    clicked = _clicked(HISTOGRAM, "bar", "error")
    if clicked != st.session_state.get(HISTOGRAM_TAKEN):
        st.session_state[HISTOGRAM_TAKEN] = clicked
        if clicked is not None:
            st.session_state[SHOWN] = "near"
            st.session_state[NEAR] = round(clicked, 2)
            # A widget that was on the page does this itself, and refuses; one that comes on it
            # only now does not.
            with contextlib.suppress(StreamlitAPIException):
                st.query_params[NEAR] = f"{clicked:.2f}"


def _clicked(chart: str, selection: str, field: str) -> float | None:
    """The number in ``field`` of what is selected in a chart, or None."""
    state = st.session_state.get(chart)
    try:
        value = state["selection"][selection][0][field]
    except (KeyError, IndexError, TypeError):
        return None
    return float(value) if isinstance(value, int | float) else None


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


def default_model(names: list[str]) -> int:
    """Index in ``names`` of the model to show first."""
    return names.index(store.DEFAULT_MODEL) if store.DEFAULT_MODEL in names else 0
