"""What stands around every page: the model picker, and how errors are told."""

from __future__ import annotations

import contextlib
import functools
from collections.abc import Callable, Iterator, Sequence

import numpy as np
import streamlit as st
from streamlit.delta_generator import DeltaGenerator
from streamlit.navigation.page import StreamlitPage

from ae import charts, imaging, store
from ae.errors import CodecError, DataError, ModelError, TrainingError
from ae.nn.autoencoder import Autoencoder
from ae.store import ModelCard
from ae.store.descriptions import in_few_words, sentence
from ae.system import log
from ae.ui import cache, links, state
from ae.ui.components.page_style import page_style
from ae.ui.components.sidebar import close_on_arrival
from ae.ui.markdown import plain

TILE_WIDTH = 70  # pixels on the screen: ten in a row on a desk, five on a phone


# The name of the app: an encoder that narrows, a decoder that widens, and the words.
_LOGO = """<svg viewBox="0 0 246 28" width="246" height="28" role="img">
<title>Autoencoder laboratory</title>
<g fill="#4a86e8"><path d="M1 2 L14 10 V18 L1 26 Z"/><path d="M35 2 L22 10 V18 L35 26 Z"/>
<rect x="16.5" y="9" width="3" height="10"/></g>
<text x="44" y="20" font-family="sans-serif" font-size="16" textLength="200" font-weight="600"
 fill="#4a86e8">Autoencoder laboratory</text></svg>"""


_PAGES = {
    "": (("start", "Start", "home"),),
    "Understand": (
        ("draw", "Draw", "draw"),
        ("inside", "Inside", "account_tree"),
        ("reconstruct", "Reconstruct", "grid_view"),
        ("latent", "Latent space", "explore"),
    ),
    "Use": (
        ("denoise", "Denoise", "auto_fix_high"),
        ("generate", "Generate", "auto_awesome"),
        ("anomalies", "Anomalies", "troubleshoot"),
        ("compress", "Compress", "compress"),
    ),
    "Make your own": (("train", "Train", "model_training"),),
}


def sections() -> dict[str, list[StreamlitPage]]:
    """The pages of the app by the section of the sidebar that they stand in."""
    return {
        section: [
            st.Page(
                f"ae/ui/pages/{path}.py",
                title=title,
                icon=f":material/{icon}:",
                default=path == "start",
            )
            for path, title, icon in pages
        ]
        for section, pages in _PAGES.items()
    }


def navigation(pages: dict[str, list[StreamlitPage]], shown: StreamlitPage) -> None:
    """Links to all pages, by section, in the sidebar.

    Streamlit's own list of pages with sections breaks the rules for lists that screen readers
    rely on.
    """
    with st.sidebar, st.container(key=state.NAVIGATION, gap=None):
        for section, members in pages.items():
            if section:
                st.caption(section)
            for page in members:
                st.page_link(page, query_params=links.chosen_model())
        close_on_arrival(state.SIDEBAR, shown.url_path)


def frame() -> None:
    """Show the app's name, and set the width of its pages."""
    st.logo(_LOGO, size="large")
    page_style(state.PAGE_STYLE)


def model_picker() -> None:
    """Choose the model that all pages show: by the URL, then by the list in the sidebar.

    The list shows more than a name, and a control that Streamlit binds to the URL would put all
    of that there: hence the name is kept in the URL here.
    """
    cards = {card.name: card for card in store.list_models()}
    if not cards:
        st.sidebar.warning("There is no model yet. Train one.")
        st.session_state.pop(state.MODEL, None)
        return
    before, wanted = state.model_name(), st.query_params.get(state.MODEL)
    name = _model_to_show(list(cards), before)
    if before is None and wanted and wanted not in cards:
        st.session_state[state.MODEL_GONE] = (
            f"The link names the model {plain(wanted)}, which is not in the models folder. You see "
            f"{plain(name)} instead; choose another in the list of models."
        )
    if before is not None and before not in cards:
        # Said here, because a page cannot: it no longer knows that there was another.
        st.session_state[state.MODEL_GONE] = (
            f"The model {plain(before)} is not in the models folder any more. You see "
            f"{plain(name)} now; choose another in the list of models."
        )
    if note := st.session_state.get(state.MODEL_GONE):
        st.warning(note, icon=":material/info:")
    st.session_state[state.MODEL] = name
    if links.hides("sidebar"):
        return
    st.sidebar.selectbox(
        "Model",
        list(cards),
        format_func=lambda name: f"{name}: {in_few_words(cards[name])}",
        key=state.MODEL,
        on_change=_put_model_into_url,
        help="All pages show this model. Models that you train or import appear here.",
    )
    _show_facts(cards[name])


def end() -> None:
    """Forget what a whole run of the page has said once. A run that is restarted says it again."""
    st.session_state.pop(state.MODEL_GONE, None)


def _model_to_show(names: list[str], before: str | None) -> str:
    """The model of the URL, else the one shown before, else the default; the URL then has it."""
    wanted = st.query_params.get(state.MODEL)
    if wanted in names:
        return wanted
    default = store.DEFAULT_MODEL if store.DEFAULT_MODEL in names else names[0]
    name = before if before in names else default
    if name != default:
        st.query_params[state.MODEL] = name
    elif wanted is not None:
        del st.query_params[state.MODEL]
    return name


def _put_model_into_url() -> None:
    st.query_params[state.MODEL] = st.session_state[state.MODEL]


def _show_facts(card: ModelCard) -> None:
    """What the chosen model is, and its error beside PCA's."""
    test, same = card.test, card.model.pca_dims == card.model.latent_dim
    st.sidebar.caption(
        f"{plain(sentence(card))} It has {card.parameters:,} parameters (numbers that training "
        f"sets). Squared error on the test set **{test.squared_error:.2f}**; PCA with "
        f"{'the same number of values' if same else 'as many values as pixels'} "
        f"({card.model.pca_dims}): {test.pca_squared_error:.2f} (lower is better)."
    )


def chosen_card() -> ModelCard:
    """The card of the model that all pages show. Where there is none, says so, ends the page."""
    name = state.model_name()
    if name is None:
        st.info("There is no model yet: train one on the Train page.")
        st.stop()
    return store.read_card(name)


def chosen_model() -> tuple[Autoencoder, ModelCard]:
    """The model that all pages show, and its card."""
    card = chosen_card()
    with st.spinner("Loading the network. The first time takes some seconds."):
        return cache.model(card.name), card


def network(name: str) -> tuple[ModelCard, bytes]:
    """The card of a model, and the file of its graph for the browser.

    Call it below what it is for (make a container first): the sign of work takes a line, and where
    it goes again above a pad, the paper moves under the pen.
    """
    with st.spinner("Preparing the model for the browser: once for each model."):
        return cache.network(name)


def show_with_network(show: Callable[[ModelCard, bytes], None]) -> None:
    """Show a page's pad and what follows it, given the chosen model's card and graph file."""
    page = st.container()
    card, file = network(chosen_card().name)
    with page:
        show(card, file)


def settings(name: str = "") -> DeltaGenerator:
    """A container for what a page can be set to: a teacher's link can hide it.

    name : tells several on one page apart.
    """
    return st.container(key=f"{state.SETTINGS}{name}")


def show_pictures(shown: Sequence[np.ndarray], **options) -> None:
    """st.image of arrays, as ``ae.imaging`` makes them, held by the page itself.

    A picture that has to be fetched is gone for a visitor who turns the page meanwhile; and
    Streamlit makes two PNG files of each array.
    """
    st.image([imaging.data_uri(pixels) for pixels in shown], **options)


def show_chart(make: Callable, *args, alt: str) -> None:
    """st.altair_chart of what a function of ``ae.charts`` makes of the arguments, made once.

    Altair takes 20 to 50 ms to build and check a chart. For one that is likely to come again as
    it is: not for what is new each time, and not for one with a selection, which is a widget.
    """
    _kept_chart(make.__name__, args, alt)


@st.cache_data(max_entries=100, show_spinner=False)
def _kept_chart(name: str, args: tuple, alt: str) -> None:
    # The chart is an element of a cached function: Streamlit shows it again without making it.
    st.altair_chart(getattr(charts, name)(*args), alt=alt)


@contextlib.contextmanager
def told() -> Iterator[None]:
    """Turn an expected failure into a sentence on the page; the rest of the page goes on."""
    try:
        yield
    except (ModelError, DataError, TrainingError, CodecError) as error:
        st.error(plain(str(error)), icon=":material/error:")
        refused(error)
    except OSError as error:  # a disk that is full, or a folder that is not ours to write
        st.error(
            f"A file cannot be read or written: {plain(error.strerror or str(error))}. Make room "
            "on the disk, or ask whoever runs this app whether it may write its models folder.",
            icon=":material/error:",
        )


def fragment() -> Callable:
    """st.fragment for a part of a page whose failure is told as the whole page's would be.

    A fragment that runs by itself runs outside the page, and outside what tells its failures.
    """

    def decorate(function: Callable) -> Callable:
        @functools.wraps(function)
        def part(*args, **options) -> None:
            with told():
                function(*args, **options)

        return st.fragment(part)

    return decorate


def refused(error: Exception) -> None:
    """Log what a page has refused: once, although the page says so in each of its runs."""
    if st.session_state.get(state.REFUSED) != str(error):
        st.session_state[state.REFUSED] = str(error)
        log.refused(f"on {st.context.url or 'a page'}".partition("?")[0], error)
