"""Every key of the session state and of the address line, in one place.

Widgets with ``bind="query-params"`` keep their value in the address under their key: what is
in ADDRESS restores a page from a link.
"""

from __future__ import annotations

import contextlib
import math
from urllib.parse import urlencode

import numpy as np
import streamlit as st
from streamlit.errors import StreamlitAPIException

from ae import store
from ae.data.ink_text import pack_ink, unpack_ink
from ae.ui.components.latent_map import Look

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
COMPARED_RUNS = "runs"  # Train: the models and runs that are compared
COMPARED_BY = "by"  # Train: what their curves are drawn against
COMPARED_LOG = "log"  # Train: whether the error has a logarithmic scale
INK = "ink"  # Draw: a drawing in a link, as ae.data.ink_text writes it
CROP, SCALE, CENTRE = "crop", "scale", "centre"  # Draw: the steps to MNIST form
LOOK = "look"  # Draw: which of the closer looks
DUEL_SIZE = "k"  # Draw: size of the code in the duel
TASK = "task"  # a teacher's sentence on top of the page
HIDE = "hide"  # what a teacher's link hides: "sidebar", "settings" or both with a comma
LATENT_VIEW = "view"  # Latent space: which of its views
PROJECTION = "map"  # Latent space: how codes become places, PLANE or TSNE
MAP_DIGITS = "points"  # Latent space: how many test digits the map shows
MAP_COLOUR = "colour"  # Latent space: what the map's colour tells, BY_CLASS or BY_SHARE
MAP_PLACE, MAP_DIGIT, MAP_AREA = "here", "chosen", "area"  # Latent space: chosen on the map
GRID_SIDE, GRID_REACH, GRID_SPREAD = "grid", "reach", "spread"  # Latent space: the grid
PATH_FROM, PATH_TO, PATH_STEPS = "from", "to", "frames"  # Latent space: the paths
PATH_DRAWING = "with"  # Latent space: whether the drawing is an end of the paths
TRAVERSED = "base"  # Latent space: the digit whose code is traversed
TRAVERSAL_ORDER = "order"  # Latent space: in which order its numbers stand
SUM_PLUS, SUM_MINUS, SUM_DIGIT = "plus", "minus", "start"  # Latent space: arithmetic
DENSITY = "density"  # Generate: what codes are drawn from
TEMPERATURE = "temperature"  # Generate: how far from the middle
GENERATED = "new"  # Generate: how many
GENERATE_SEED = "dice"  # Generate: seed of the draw
GENERATE_CLASS = "class"  # Generate: the class asked for, or ANY_DIGIT

# All of the above.
ADDRESS = frozenset(text for name, text in [*globals().items()] if name.isupper())

# --- in the session alone -----------------------------------------------------------------
PAD = "pad"  # the drawing pad's component state
PAD_LOAD = "pad_load"  # the picture last put into the pad
PAD_NOTE = "pad_note"  # why the last picture, or the drawing of a link, was not taken
CODE_BARS = "code_bars"  # the code bars' component state
UPLOAD = "upload"  # Draw: the picture file
PEN_ANSWERED = "pen_answered"  # Draw: what was last answered of what the pad has sent
SEEN = "seen"  # Draw: the drawing last shown to a model, and what it made of it
SAMPLE_BUTTON = "sample_"  # Draw: how the keys of the ten buttons for test digits begin
SAMPLES = "samples"  # Draw: how many test digits were put into the pad
COMPRESS_PAD = "compress_pad"  # Compress: the pad's component state
COMPRESS_LOAD = "compress_load"  # Compress: the drawing of a link, for its pad
SET_UPLOAD = "set_upload"  # Compress: the uploaded set or file
HISTOGRAM = "error_histogram"  # Reconstruct: what is selected in the histogram of errors
HISTOGRAM_TAKEN = "error_taken"  # Reconstruct: the selection that the page has followed
OWN_UPLOAD = "own_upload"  # Reconstruct: own pictures
NOISY_UPLOAD = "noisy_upload"  # Denoise: own pictures
NOISE_PAD = "noise_pad"  # Denoise: the pad's component state
NOISE_PAD_LOAD = "noise_pad_load"  # Denoise: the digit last put into the pad
PRESET = "preset"
RUN_NAME = "run_name"  # Train: name of the new model, empty for the suggested one
TRAIN_PRESSED = "train_pressed"  # whether Train was pressed and not yet acted on
TRAIN_ERROR = "train_error"  # why the last press of Train started nothing
BROUGHT_FILE, BROUGHT_FORM = "brought_file", "brought_form"  # Train: a model from elsewhere
BROUGHT = "brought"  # its name, when it has just been taken
DRAWN = "drawn"  # the ink last seen on Draw, float32 (56, 56): other pages mark it
LATENT_MAP = "latent_map"  # Latent space: the map's component state
LATENT_START = "latent_start"  # Latent space: what was chosen on the map when it was opened
FILM, NOW = "film", "now"  # Train: the film of a run, and how it stands
COMPARED_CURVES = "compared_curves"  # Train: the chart of the compared runs
FILM_OF = "film_of"  # Train: whose film is shown, if the run and the chosen model have one
DELETE = "delete_"  # how the keys begin of the buttons that remove a model
CURVE, CURVE_RATE = "curve", "curve_rate"  # Train: the charts of a run
CURVE_AGAINST, CURVE_LOG = "curve_against", "curve_log"  # Train: how they are drawn
REFUSED = "refused"  # what was refused last, as a sentence: it is logged once
FINISHED = "finished_runs"  # runs whose end this session has seen

OPENED_WITH = "opened_with"  # the address's parameters when the session began
CLEANED = "cleaned"  # that the address has been freed of what controls fail on
LINK_PAGE = "link_page"  # the page that it began on
LINK_NOTE = "link_note"  # what of the link was ignored there, as a sentence, or an empty text
LINK_BUTTON = "link_button"
SETTINGS = "page_settings"  # how the keys of containers begin that a teacher's link can hide

PADS = {
    "draw": PAD,
    "compress": COMPRESS_PAD,
    "denoise": NOISE_PAD,
}  # by the page's path: whose drawing a link carries

ANY_DIGIT = "any"
SEND_DIGITS, SEND_DRAWING = "digits", "drawing"
TEST_SET, OWN_SET, OWN_DRAWING = "test", "pictures", "drawing"
NO_SECOND = "none"
SAME_QUALITY, SAME_SIZE = "quality", "size"
PLANE, TSNE = "codes", "t-SNE"
BY_CLASS, BY_SHARE = "class", "neighbours kept"
BY_NUMBER, BY_INFLUENCE = "number", "influence"
EVEN, QUANTILES = "even steps", "Gaussian quantiles"

# --- fragments, by the keys that st.rerun takes --------------------------------------------
PEN, CLOSER_LOOK = "pen", "closer_look"
NOISE_PEN, DENOISED_ROWS = "noise_pen", "denoised_rows"

_NO_CONTROLS = {INK, TASK, HIDE}
_NAMES = (MODEL, SECOND, RUN, COMPARED_RUNS)  # a model may be called inf
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


def drop_what_controls_fail_on() -> bool:
    """Take settings without a value and endless numbers out of the address; tell if there were any.

    Streamlit 1.67 takes an empty text for "nothing is chosen" even where something has to be, and
    a number field of whole numbers fails on infinity. Call it before there is a control.
    """
    controls = ADDRESS - _NO_CONTROLS
    broken = [key for key in controls if _breaks_a_control(key, st.query_params.get_all(key))]
    for key in broken:
        del st.query_params[key]
    return bool(broken)


def _breaks_a_control(key: str, texts: list[str]) -> bool:
    if texts and not any(texts):
        return True
    return key not in _NAMES and any(map(_is_endless, texts))


def _is_endless(text: str) -> bool:
    try:
        return math.isinf(float(text))
    except ValueError:
        return False


def link(extra: dict[str, str]) -> str:
    """A link to this page that restores the model and the settings.

    extra : parameters besides; empty ones are left out. With a drawing the link has at most 2,000
    characters where the app's own address has at most 200.
    """
    address = (st.context.url or "").partition("?")[0]
    # The widgets keep what is not their default in the address themselves, as it has to be written.
    # The default model is another where other models are, so the model is always named.
    settings = {key: st.query_params.get_all(key) for key in st.query_params}
    if (name := model_name()) is not None:
        settings = {MODEL: name} | settings
    # A switch that is not on the screen is not in the address for ever.
    settings |= {step: "false" for step, taken in steps().items() if not taken}
    settings = {key: text for key, text in (settings | extra).items() if text}
    return f"{address}?{urlencode(settings, doseq=True)}" if settings else address


def task() -> str:
    """The teacher's sentence in the link, or an empty text."""
    return st.query_params.get(TASK, "")


def hides(what: str) -> bool:
    """Whether the link hides "sidebar" or "settings"."""
    return what in st.query_params.get(HIDE, "").split(",")


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


def keep_drawing(image: np.ndarray) -> None:
    """Remember the ink on Draw's pad, float32 (56, 56), for the pages that mark it."""
    st.session_state[DRAWN] = image


def drawing() -> np.ndarray | None:
    """The drawing of this session, or else of the link: float32 (56, 56), None without one.

    It stays in the address, so that a copied link has it, too.
    """
    if DRAWN not in st.session_state and (text := st.query_params.get(INK)):
        with contextlib.suppress(ValueError):  # a link that was cut: the page works without it
            st.session_state[DRAWN] = unpack_ink(text)
    image = st.session_state.get(DRAWN)
    if image is None or not image.any():
        return None
    if st.query_params.get(INK) != (text := pack_ink(image)):
        st.query_params[INK] = text
    return image


def map_start(token: str, chosen: Look | None, count: int) -> tuple[Look, Look]:
    """What is chosen on the map called ``token``, and what the map itself is to begin with.

    chosen : what its component says, None if that is of another map. count : digits on the map.
    Nothing is sent anew to the browser after a click because the beginning stays as it was.
    """
    old = st.session_state.get(LATENT_START)
    if chosen is None:
        opened = st.session_state.get(LATENT_MAP) is None  # not another map in the same visit
        texts = [st.query_params.get(key, "") for key in (MAP_PLACE, MAP_DIGIT, MAP_AREA)]
        chosen = Look.from_params(*texts, count) if opened else Look()
    if old is None or old[0] != token:
        old = st.session_state[LATENT_START] = (token, chosen)
    texts = chosen.to_params()
    for key, text in zip(
        (MAP_PLACE, MAP_DIGIT, MAP_AREA),
        (texts.get(name) for name in ("at", "digit", "area")),
        strict=True,
    ):
        if text is None:
            st.query_params.pop(key, None)
        elif st.query_params.get(key) != text:
            st.query_params[key] = text
    return chosen, old[1]


def first_view_of_end(run: str) -> bool:
    """Whether this session sees the end of ``run`` now and had not before."""
    seen: set[str] = st.session_state.setdefault(FINISHED, set())
    if run in seen:
        return False
    seen.add(run)
    return True


def forget_end(run: str) -> None:
    """The run goes on: its end is going to be seen again."""
    st.session_state.setdefault(FINISHED, set()).discard(run)


def take_model_from_link(names: list[str]) -> None:
    """Choose the link's model without a control for it; the default one if it is not there."""
    if st.query_params.get(MODEL, "") not in names:
        st.query_params.pop(MODEL, None)
    st.session_state[MODEL] = st.query_params.get(MODEL, names[default_model(names)])


def default_model(names: list[str]) -> int:
    """Index in ``names`` of the model to show first."""
    return names.index(store.DEFAULT_MODEL) if store.DEFAULT_MODEL in names else 0
