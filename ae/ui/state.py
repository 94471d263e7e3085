"""Every key of the session state and of the URL, in one place: names and types, nothing else.

A control with ``**in_url(KEY)`` keeps its value in the URL under its key, so that a link restores
the page. PARAMETERS lists all that the URL may hold.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal, TypedDict

import streamlit as st


@dataclass(frozen=True)
class Parameter:
    """One parameter of the URL.

    Attributes
    ----------
    name : str
        Its name in the URL, and the key of its control in the session state.
    page : str
        Path of the page that it belongs to, or "" for every page.
    type : type
        str, int, float, bool or list (of str).
    default : object
        What the control shows without it. None where that depends on the model, or where no
        control holds the parameter.
    control : bool
        Whether a control holds its value; else the page reads the URL itself.
    """

    name: str
    page: str
    type: type
    default: Any
    control: bool


class InUrl(TypedDict):
    """The arguments that bind a control to the URL."""

    key: str
    bind: Literal["query-params"]


PARAMETERS: dict[str, Parameter] = {}


def _control(name: str, page: str, type_: type, default: Any) -> str:
    PARAMETERS[name] = Parameter(name, page, type_, default, control=True)
    return name


def _text(name: str, page: str) -> str:
    PARAMETERS[name] = Parameter(name, page, str, None, control=False)
    return name


def in_url(key: str) -> InUrl:
    """The arguments ``key`` and ``bind`` of a control that keeps its value in the URL."""
    return {"key": PARAMETERS[key].name, "bind": "query-params"}


def default(key: str) -> Any:
    """What the control of a parameter shows when the URL does not say otherwise."""
    return PARAMETERS[key].default


# --- values of choices -------------------------------------------------------------------
ANY_DIGIT = "any"
SEND_DIGITS, SEND_DRAWING = "digits", "drawing"
TEST_SET, OWN_SET, OWN_DRAWING = "test", "pictures", "drawing"
NO_SECOND = "none"
SAME_QUALITY, SAME_SIZE = "quality", "size"
PLANE, TSNE = "PCA", "t-SNE"
BY_CLASS, BY_PRESERVATION = "class", "neighbourhood preservation"
BY_DIMENSION, BY_SENSITIVITY = "dimension", "sensitivity"
EVEN, QUANTILES = "even steps", "Gaussian quantiles"
PREPROCESSING = "Preprocessing"

# --- in the URL, held by controls ----------------------------------------------------------
DIGIT_SEED = _control("draw", "start", int, 0)  # Start: which random digits are shown
SHOWN = _control("show", "reconstruct", str, "random")  # how digits are chosen
LABEL = _control("digit", "reconstruct", str, ANY_DIGIT)  # of which class
SHUFFLE = _control("shuffle", "reconstruct", int, 0)  # seed of the random choice
SHOWN_SET = _control("of", "reconstruct", str, TEST_SET)  # which set
NEAR = _control("near", "reconstruct", float, None)  # digits of about this squared error
SECOND = _control("second", "reconstruct", str, NO_SECOND)  # the second model
NOISY_SET = _control("noisy", "denoise", str, TEST_SET)  # what is corrupted
NOISY_SEED = _control("pick_noisy", "denoise", int, 0)  # seed of the choice of digits
NOISE = _control("noise", "denoise", str, "gaussian")  # kind of noise
# strength of the noise, 0 to 1; a component holds it, so ae.ui.denoise.strength keeps the URL
STRENGTH = _control("strength", "denoise", float, 0.4)
NOISE_SEED = _control("noise_seed", "denoise", int, 0)  # seed of the noise
# with a drawing: whether test digits are compared too
MEASURED = _control("measured", "denoise", bool, False)
ANSWER = _control("answer", "denoise", str, "strength")  # which of the comparisons
BITS = _control("bits", "compress", int, 6)  # bits of the latent dimension that matters most
SENT = _control("send", "compress", str, SEND_DIGITS)  # what is sent
SENT_COUNT = _control("count", "compress", int, 100)  # how many digits
SENT_SEED = _control("pick", "compress", int, 0)  # seed of their choice
# compared at the same quality or at the same size
COMPARED = _control("at", "compress", str, SAME_QUALITY)
MESSAGE = _control("message", "compress", int, 10_000)  # how many digits the sum is for
COMPARED_RUNS = _control("runs", "train", list, None)  # the models and runs that are compared
COMPARED_BY = _control("by", "train", str, None)  # what their curves are drawn against
COMPARED_LOG = _control("log", "train", bool, True)  # whether the error has a logarithmic scale
CROP = _control("crop", "draw", bool, True)  # preprocessing: crop to the ink
SCALE = _control("scale", "draw", bool, True)  # preprocessing: scale to 20 pixels
CENTRE = _control("centre", "draw", bool, True)  # preprocessing: centre by the centre of mass
LOOK = _control("look", "draw", str, PREPROCESSING)  # which of the closer looks
# latent dimensions in the comparison with PCA
PCA_DIMENSIONS = _control("k", "draw", str, None)
LATENT_VIEW = _control("view", "latent", str, "Map")  # which of the views
PROJECTION = _control("map", "latent", str, TSNE)  # with more than two latent dimensions
MAP_DIGITS = _control("points", "latent", int, 5000)  # how many test digits the map shows
MAP_COLOUR = _control("colour", "latent", str, BY_CLASS)  # what the colour of the map means
GRID_SIDE = _control("grid", "latent", int, 15)  # pictures along a side of the grid
GRID_REACH = _control("reach", "latent", float, 2.0)  # how far the grid reaches
GRID_SPREAD = _control("spread", "latent", str, EVEN)  # how the grid's places are spaced
PATH_FROM = _control("from", "latent", int, 4)  # test digit at the beginning of the paths
PATH_TO = _control("to", "latent", int, 7)  # test digit at their end
PATH_STEPS = _control("frames", "latent", int, 10)  # pictures along a path
PATH_DRAWING = _control("with", "latent", bool, False)  # whether the paths begin at the drawing
TRAVERSED = _control("base", "latent", int, 0)  # the test digit whose latent vector is traversed
# in which order latent dimensions stand
TRAVERSAL_ORDER = _control("order", "latent", str, BY_DIMENSION)
SUM_PLUS = _control("plus", "latent", str, "9")  # arithmetic: the class whose mean is added
SUM_MINUS = _control("minus", "latent", str, "4")  # arithmetic: the class whose mean is subtracted
SUM_DIGIT = _control("start", "latent", int, 4)  # arithmetic: the test digit
# the distribution that latent vectors are drawn from; its default depends on the model
DENSITY = _control("density", "generate", str, None)
TEMPERATURE = _control("temperature", "generate", float, 1.0)  # scale of the standard deviations
GENERATED = _control("new", "generate", int, 10)  # how many digits
GENERATE_SEED = _control("dice", "generate", int, 0)  # seed of the draw
FLOW_GUIDANCE = _control("guidance", "generate", float, 1.0)  # of a flow, towards the class
FLOW_STEPS = _control("flow_steps", "generate", int, 10)  # of a flow, from noise to the digit
GENERATE_CLASS = _control("class", "generate", str, ANY_DIGIT)  # the class asked for
# Anomalies: what is odd; its default depends on the model
ODD = _control("odd", "anomalies", str, None)
ODD_CLASS = _control("odd_class", "anomalies", str, None)  # which class is the odd one
ODD_NOISE = _control("odd_noise", "anomalies", str, "gaussian")  # how odd digits are corrupted
ODD_STRENGTH = _control("odd_strength", "anomalies", float, 0.3)  # and how strongly
SCORE = _control("score", "anomalies", str, "error")  # which anomaly score
THRESHOLD_BY = _control("set_by", "anomalies", str, "alarms")  # how the threshold is set
ALARMS = _control("alarms", "anomalies", str, "1")  # false alarms allowed, in percent
AUC_CURVE = _control("sizes", "anomalies", bool, False)  # whether models by size are compared
AUC_TABLE = _control("scores", "anomalies", bool, False)  # whether all scores are compared
PRESET = _control("preset", "train", str, "quick")  # where the settings of the form begin

# --- in the URL, read by pages -------------------------------------------------------------
MODEL = _text("model", "")  # name of the model that all pages show
RUN = _text("run", "train")  # the run that is shown
INK = _text("ink", "")  # a drawing, as ae.data.ink_text writes it
TASK = _text("task", "")  # a teacher's sentence on top of the page
HIDE = _text("hide", "")  # what a teacher's link hides: "sidebar", "settings" or both with a comma
LAYER = _text("layer", "inside")  # the layer that is looked at closely
FEATURE_MAP = _text("feature", "inside")  # and its feature map
CHANGES = _text("changes", "inside")  # feature maps that are switched off or turned up
MAP_PLACE = _text("here", "latent")  # the place chosen on the map
MAP_DIGIT = _text("chosen", "latent")  # the test digit chosen on the map
MAP_AREA = _text("area", "latent")  # the area chosen on the map

# --- in the session alone -----------------------------------------------------------------
PAD = "pad"  # the drawing pad's component state
PAD_LOAD = "pad_load"  # the picture last put into a pad: pages share the drawing
PAD_NOTE = "pad_note"  # why the last picture was not taken
PAD_PIECES, PIECES = "pad_pieces", "pieces"  # Draw: what may be the digit of a picture
CODE_BARS = "code_bars"  # the code bars
NETWORK, PCA_NETWORK = "network", "pca_network"  # what gives the page its networks
SMALL_NETWORK = "small_network"  # Start: the network in small
DIGIT_ROWS = "digit_rows"  # Start: the digits and their reconstructions
UPLOAD = "upload"  # Draw: the picture file
PCA_MODEL = "pca_model"  # Draw: the model last compared with PCA
SAMPLE_BUTTON = "sample_"  # Draw: how the keys of the ten buttons for test digits begin
INSIDE_PAD = "inside_pad"  # Inside: the pad's component state
INSIDE_BARS = "inside_bars"  # Inside: the latent values as bars
LAYERS = "layers"  # Inside: the row of layers
POSTERIOR = "posterior"  # Inside and Draw: the posterior of a VAE
SAMPLES = "samples"  # Draw: how many test digits were put into the pad
COMPRESS_PAD = "compress_pad"  # Compress: the pad's component state
SET_UPLOAD = "set_upload"  # Compress: the uploaded set or file
HISTOGRAM = "error_histogram"  # Reconstruct: what is selected in the histogram of errors
HISTOGRAM_TAKEN = "error_taken"  # Reconstruct: the selection that the page has followed
OWN_UPLOAD = "own_upload"  # Reconstruct: own pictures
NOISY_UPLOAD = "noisy_upload"  # Denoise: own pictures
NOISE_PAD = "noise_pad"  # Denoise: the pad's component state
NOISE_SLIDER = "noise_slider"  # Denoise: the slider of the strength
NOISY_ROWS = "noisy_rows"  # Denoise: the rows of pictures
DENOISING_NETWORK = "denoising_network_"  # how the keys begin of what gives Denoise its networks
USUAL_DENSITY = "usual_density"  # Generate: the default distribution of the model last shown
FLOW_MODEL, FLOW_NETWORK = "flow_model", "flow_network"  # Generate: what gives the page a flow
FLOW_PATH, FLOW_HAND = "flow_path", "flow_hand"  # Generate: from noise to a digit, and back
GENERATE_PAD = "generate_pad"  # Generate: the pad's component state
USUAL_ODD = "usual_odd"  # Anomalies: what was odd by default with the model last shown
THRESHOLD = "threshold_"  # Anomalies: how the keys of the sliders of the threshold begin
ODD_UPLOAD = "odd_upload"  # Anomalies: own pictures
ANOMALY_PAD = "anomaly_pad"  # Anomalies: the pad's component state
TRAY = "tray"  # Anomalies: the drawings that are kept, float32 (28, 28) each
MODEL_GONE = "model_gone"  # that the chosen model is no longer there, as a sentence
SETTING = "setting_"  # Train: how the keys of the settings begin
RUN_NAME = "run_name"  # Train: name of the new model, empty for the suggested one
TRAIN_PRESSED = "train_pressed"  # whether Train was pressed and not yet acted on
TRAIN_ERROR = "train_error"  # why the last press of Train started nothing
BROUGHT_FILE, BROUGHT_FORM = "brought_file", "brought_form"  # Train: a model from elsewhere
BROUGHT_PLAN, BROUGHT_CHOICE = "brought_plan", "brought_"  # Train: what was understood of it
BROUGHT = "brought"  # its name, when it has just been taken
DRAWN = "drawn"  # the ink last seen on Draw, float32 (56, 56): other pages mark it
LATENT_MAP = "latent_map"  # Latent space: the map's component state
LATENT_VECTORS = "latent_vectors"  # Latent space: what gives the page its latent vectors
DIGITS_SHEET = "sheet_digits"  # and its sheet of digits
LATENT_START = "latent_start"  # Latent space: what was chosen on the map when it was opened
DRAW_AT_SNAPSHOTS = "draw_at_snapshots"  # Train: whether the time machine has a pad
SNAPSHOT_PAD = "snapshot_pad"  # Train: the pad's component state
SNAPSHOT_LAYERS = "snapshot_layers"  # Train: the layers below it
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
PAGE = "page"  # the page of the last run
ADDRESS = "address"  # the URL's parameters at the beginning of the last run
LINK_PAGE = "link_page"  # the page that it began on
LINK_NOTE = "link_note"  # what of the link was ignored there, as a sentence, or an empty text
NAVIGATION = "navigation"  # the links to all pages
SIDEBAR = "sidebar"  # the component that closes it
PAGE_STYLE = "page_style"
LINK_BUTTON = "link_button"
SETTINGS = "page_settings"  # how the keys of containers begin that a teacher's link can hide

PADS = {
    "draw": PAD,
    "inside": INSIDE_PAD,
    "compress": COMPRESS_PAD,
    "denoise": NOISE_PAD,
    "anomalies": ANOMALY_PAD,
    "generate": GENERATE_PAD,
    "train": SNAPSHOT_PAD,
}  # by the page's path: whose drawing a link carries


def model_name() -> str | None:
    """Name of the model that all pages show, or None if there is none at all."""
    return st.session_state.get(MODEL)
