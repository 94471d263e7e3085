"""The map of the latent vectors: point at it, choose a digit or an area."""

from __future__ import annotations

import numpy as np
import streamlit as st

from ae.analysis.projection import Plane
from ae.config import MOST_IMPORTED_LATENT_DIMS
from ae.nn.autoencoder import Autoencoder
from ae.store import ModelCard
from ae.ui import cache, downloads, drawing, links, shell, state
from ae.ui.components.latent_map import Look, MapPicture, latent_map, read_look
from ae.ui.components.latent_vectors import send_latent_vectors
from ae.ui.components.network import send_network
from ae.ui.components.sprites import send_sheet
from ae.ui.latent import cached
from ae.ui.latent.cached import MEASURED, LatentProjection, Projection
from ae.ui.latent.common import ENCODING, about_plane, axis_names
from ae.ui.latent.digit_picker import DIGITS
from ae.ui.latent.faithfulness import show_faithfulness
from ae.ui.latent.selection_view import show_area, show_digit, show_place
from ae.ui.markdown import plain

COUNTS = (1000, 2500, 5000, DIGITS)
# What can be chosen on the map: by the name in Look.to_params, the parameter of the URL.
_CHOSEN = {"at": state.MAP_PLACE, "digit": state.MAP_DIGIT, "area": state.MAP_AREA}
_MOST_VALUES = 2000 * MOST_IMPORTED_LATENT_DIMS  # of all latent vectors that the browser gets
_HINTS = {
    "walk": "Point to decode, click for details. Keys: arrows and Enter.",
    "box": "Drag a box around digits. Keys: Enter starts the box, arrows size it, Enter ends it.",
    "lasso": "Drag a line around digits.",
}


@shell.fragment()
def show_map(model: Autoencoder, card: ModelCard) -> None:
    """The map with its settings, what was chosen on it, and how faithful it is."""
    kind, by_preservation, wanted = _controls(model.latent_dim)
    shown, pixels = _projections(card.name, kind)
    count = min(wanted, len(shown.places), _MOST_VALUES // model.latent_dim)
    places = _spread(shown.places[:count], model.latent_dim)
    preservation = _preservation(card.name, kind, count) if by_preservation else None
    token = f"{card.name[:40]}:{cache.version(card.name) % 10**9}:{kind}:{count}"
    look, start = _start(token, read_look(state.LATENT_MAP, token, count), count)
    image = drawing.image()
    own = None if image is None else _place_of(image, model, shown)
    card, network = shell.network(card.name)
    vectors = f"{card.graph}:{count}"
    latent_map(
        state.LATENT_MAP,
        MapPicture(
            token,
            places,
            shown.frame,
            cache.mnist().y_test[:count],
            np.zeros(count) if preservation is None else preservation,
            f"Latent vectors of {card.name}{_by(model.latent_dim, kind)}",
            f"Map of the latent vectors of {count:,} test digits.",
            () if kind == state.TSNE else axis_names(model.latent_dim),
        ),
        (
            pixels.places[:count],
            pixels.frame,
            f"Pixels, by {kind}",
            f"Map of the pixels of the same {count:,} test digits, by {kind}",
        ),
        start=start,
        digits=cached.digits_sheet_name(count),
        network=str(card.graph),
        vectors=vectors,
        plane=shown.space if isinstance(shown.space, Plane) else None,
        hints=_HINTS,
        by_preservation=by_preservation,
        own=own,
        own_image=image,
    )
    _explain(shown, model.latent_dim)
    if model.latent_dim == 2 and model.z_log_var is not None:
        st.caption(
            "An ellipse around a digit that you click, and around your own drawing, shows its "
            "**posterior**: z_mean ± one standard deviation σ."
        )
    _explain_own(kind, own is not None)
    with st.container(gap=None):  # after the map: it is seen before they have arrived
        send_network(state.NETWORK, str(card.graph), network)
        send_latent_vectors(state.LATENT_VECTORS, vectors, cache.test_codes(card.name)[:count])
        send_sheet(state.DIGITS_SHEET, *cached.digits_sheet(count))
    show_place(look, shown, model, card)
    show_digit(look, model, card)
    show_area(look, places, model, card)
    show_faithfulness(card, kind)
    downloads.offer(
        "Download the map (CSV)",
        lambda: _map_csv(places, preservation),
        f"map-{card.name}.csv",
        "A row for each test digit: its position in the test set, its class and its place.",
    )


def _controls(latent_dim: int) -> tuple[str, bool, int]:
    """Return the kind of map, whether colour means preservation, and the number of digits."""
    kind = state.PLANE
    with (
        shell.settings("controls"),
        st.container(horizontal=True, gap="small", vertical_alignment="center"),
    ):
        if latent_dim > 2:
            kind = st.segmented_control(
                "Projection",
                [state.TSNE, state.PLANE],
                default=state.default(state.PROJECTION),
                required=True,
                **state.in_url(state.PROJECTION),
                label_visibility="collapsed",
            )
        with st.popover("Map settings", icon=":material/tune:"):
            colour = st.segmented_control(
                "Colour",
                [state.BY_CLASS, state.BY_PRESERVATION],
                default=state.default(state.MAP_COLOUR),
                required=True,
                **state.in_url(state.MAP_COLOUR),
                help=f"Neighbourhood preservation: of a digit's {cached.NEIGHBOURS} nearest "
                "neighbours in the latent space, the share that are also among its "
                f"{cached.NEIGHBOURS} nearest on the map. Where it is low, do not trust the map.",
            )
            count = _count(kind)
    return kind, colour == state.BY_PRESERVATION, count


def _count(kind: str) -> int:
    if kind == state.TSNE:
        st.select_slider(
            "Number of digits",
            (1000, MEASURED),
            MEASURED,
            disabled=True,
            help=f"t-SNE always shows the first {MEASURED:,} test digits: four times as many "
            "would take 16 times as long.",
        )
        return MEASURED
    return st.select_slider(
        "Number of digits",
        COUNTS,
        state.default(state.MAP_DIGITS),
        **state.in_url(state.MAP_DIGITS),
    )


def _start(token: str, chosen: Look | None, count: int) -> tuple[Look, Look]:
    """Return what is chosen on the map called ``token``, and what was when it was opened.

    Nothing is sent anew to the browser after a click because the latter stays as it was.

    Parameters
    ----------
    token : str
    chosen : Look or None
        What the map's component says. None if that is of another map.
    count : int
        Digits on the map.
    """
    old = st.session_state.get(state.LATENT_START)
    if chosen is None:
        opened = st.session_state.get(state.LATENT_MAP) is None  # not another map in the same visit
        at, digit, area = (st.query_params.get(key, "") for key in _CHOSEN.values())
        chosen = Look.from_params(at, digit, area, count) if opened else Look()
    if old is None or old[0] != token:
        old = st.session_state[state.LATENT_START] = (token, chosen)
    texts = chosen.to_params()
    for name, key in _CHOSEN.items():
        if name not in texts:
            st.query_params.pop(key, None)
        elif st.query_params.get(key) != texts[name]:
            st.query_params[key] = texts[name]
    return chosen, old[1]


def _projections(name: str, kind: str) -> tuple[LatentProjection, Projection]:
    """The map of the latent vectors, and that of the pixels to compare it with."""
    with st.spinner(ENCODING):
        cache.test_codes(name)
    with st.spinner(f"Computing the map of {plain(name)}: about 3 seconds, once for each model."):
        return cached.projection(name, kind), cached.projection_of_pixels(kind)


def _preservation(name: str, kind: str, count: int) -> np.ndarray:
    with st.spinner("Searching the nearest neighbours of all digits, once for each model."):
        return cached.preservation(name, kind)[:count]


def _place_of(
    image: np.ndarray, model: Autoencoder, shown: LatentProjection
) -> tuple[float, float]:
    """Where one's own drawing, float32 (28, 28), is on the map."""
    x, y = shown.space.places(model.encode(image[None]))[0]
    return float(x), float(y)


def _by(latent_dim: int, kind: str) -> str:
    return f", by {kind}" if latent_dim > 2 else ""


def _spread(places: np.ndarray, latent_dim: int) -> np.ndarray:
    """Places as they are drawn: those of one dimension side by side, or one would hide another."""
    if latent_dim > 1:
        return places
    reach = np.ptp(places[:, 0]) / 3
    heights = np.random.default_rng(0).uniform(-reach, reach, len(places))
    return np.column_stack([places[:, 0], heights]).astype(np.float32)


def _explain(shown: LatentProjection, latent_dim: int) -> None:
    dimensions = "one dimension" if latent_dim == 1 else f"{latent_dim} dimensions"
    text = (
        "Every test digit stands at its **latent vector**, a point in a space of "
        f"**{dimensions}**. The network was never told the classes: it places digits by "
        "what they look like. "
    )
    if latent_dim == 1:
        text += "Left and right is the latent value z1. Up and down has no meaning."
    elif latent_dim == 2:
        text += "The axes are the two latent values z1 and z2: no dimension is left out."
    elif isinstance(shown.space, Plane):
        text += (
            f"{latent_dim} dimensions cannot be plotted directly. This is "
            f"{about_plane(shown.space)}.\n\n"
            "**How this map misleads:** digits that are far apart in the other dimensions can "
            "stand side by side, so clusters overlap that are separate in the latent space. "
            "“Decoded here” shows a point of the plane itself, not the digits drawn at the place."
        )
    else:
        text += (
            f"{latent_dim} dimensions cannot be plotted directly. **t-SNE** places the latent "
            f"vectors of {MEASURED:,} test digits in two dimensions so that near neighbours stay "
            "near.\n\n"
            "**How this map misleads:** the distance between two clusters and the size of a "
            "cluster have no meaning, and one cluster can be torn into several. t-SNE has no way "
            "back from a place to a latent vector: “Decoded here” decodes the weighted mean of "
            "the latent vectors of the 5 digits nearest on the map."
        )
    if shown.outside:
        text += f" {shown.outside:,} digits lie outside the frame and are drawn on its edge."
    st.markdown(text)


def _explain_own(kind: str, own: bool) -> None:
    if not own:
        links.to_page("draw", "Draw a digit to see it on this map", "draw")
    elif kind == state.TSNE:
        st.caption(
            "“yours” marks your drawing: it stands at the test digit whose latent vector is "
            "nearest to its own."
        )


def _map_csv(places: np.ndarray, preservation: np.ndarray | None) -> str:
    labels = cache.mnist().y_test
    columns = [np.arange(len(places)), labels[: len(places)], *places.T]
    if preservation is not None:
        columns.append(preservation)
    names = ["digit", "class", "x", "y", "neighbourhood_preservation"][: len(columns)]
    return downloads.csv_text(names, zip(*columns, strict=True))
