"""The map of the codes: walk on it, choose a digit or an area, and see how true it is."""

from __future__ import annotations

import numpy as np
import streamlit as st

from ae.nn.autoencoder import Autoencoder
from ae.store import ModelCard
from ae.ui import cache, downloads, drawing, shell, state
from ae.ui.components.latent_map import Look, MapPicture, latent_map, read_look
from ae.ui.components.sprites import send_sheet
from ae.ui.latent import cached
from ae.ui.latent.cached import Projection
from ae.ui.latent.chosen_view import show_area, show_digit, show_place, show_scores
from ae.ui.latent.common import DIGITS, in_plane

COUNTS = (1000, 2500, 5000, DIGITS)
_HINTS = {
    "walk": "Move over the map: the decoder draws what lies there. Click to look closer. "
    "Keys: arrows, then Enter.",
    "box": "Drag a box around digits. Keys: Enter, arrows, Enter.",
    "lasso": "Drag around digits.",
}
_NO_WALK = "Move over the map to see each digit and its reconstruction. Click to look closer."


@shell.fragment()
def show_map(model: Autoencoder, card: ModelCard) -> None:
    """The map with its controls, what was chosen on it, and how true it is."""
    kind, honest, wanted = _controls()
    shown = _projection(card.name, kind)
    count = min(wanted, len(shown.places))
    places = _spread(shown.places[:count], model.latent_dim)
    kept = _kept(card.name, kind, count) if honest else None
    token = f"{card.name[:40]}:{cache.stamp(card.name) % 10**9}:{kind}:{count}"
    look, start = _start(token, read_look(state.LATENT_MAP, token, count), count)
    picture = MapPicture(
        token,
        places,
        shown.frame,
        cache.mnist().y_test[:count],
        np.zeros(count) if kept is None else kept,
        f"Codes of {card.name}" + (", by t-SNE" if kind == state.TSNE else ""),
        f"Map of the codes of {count:,} test digits.",
        _axis_names(model.latent_dim, kind),
    )
    own = _own_place(model, shown)
    latent_map(
        state.LATENT_MAP,
        picture,
        _other(count),
        start=start,
        digits=cached.digits_sheet_name(count),
        reconstructions=cached.rebuilt_sheet_name(card.name, count),
        walk=(cached.walk_sheet_name(card.name), cached.WALK_SIDE) if shown.plane else None,
        hints=_HINTS if shown.plane else _HINTS | {"walk": _NO_WALK},
        by_preservation=honest,
        own=own,
    )
    _explain(shown, model.latent_dim, kind, honest, own is not None)
    _send_sheets(card.name, count, shown.plane is not None)
    show_place(look, shown, model, card)
    show_digit(look, model, card)
    show_area(look, places, model, card)
    show_scores(card, kind, len(shown.places))
    downloads.offer(
        "The map as CSV",
        lambda: _map_csv(places, kept),
        f"map-{card.name}.csv",
        "A row per digit: its number, its class and its place.",
    )


def _controls() -> tuple[str, bool, int]:
    with shell.settings("controls"), st.container(horizontal=True, gap="medium"):
        kind = st.segmented_control(
            "Projection",
            [state.PLANE, state.TSNE],
            default=state.PLANE,
            required=True,
            **state.in_url(state.PROJECTION),
            help="Codes: a model of two numbers as it is, a longer code along its two principal "
            f"axes. t-SNE keeps neighbours together, for {cached.RANKED:,} digits, and has no "
            "way back from a place to a code. It takes some seconds once for each model.",
        )
        colour = st.segmented_control(
            "Colour",
            [state.BY_CLASS, state.BY_SHARE],
            default=state.BY_CLASS,
            required=True,
            **state.in_url(state.MAP_COLOUR),
            help="Every flat picture of a longer code tears neighbours apart. This shows where: "
            "the share of each digit's 10 nearest by the whole code that are among its 10 "
            "nearest on the map.",
        )
        count = st.select_slider(
            "Test digits",
            COUNTS,
            value=5000,
            **state.in_url(state.MAP_DIGITS),
            width=200,
        )
    return kind, colour == state.BY_SHARE, count


def _start(token: str, chosen: Look | None, count: int) -> tuple[Look, Look]:
    """What is chosen on the map called ``token``, and what the map itself is to begin with.

    chosen : what its component says, None if that is of another map. count : digits on the map.
    Nothing is sent anew to the browser after a click because the beginning stays as it was.
    """
    old = st.session_state.get(state.LATENT_START)
    if chosen is None:
        opened = st.session_state.get(state.LATENT_MAP) is None  # not another map in the same visit
        texts = [
            st.query_params.get(key, "")
            for key in (state.MAP_PLACE, state.MAP_DIGIT, state.MAP_AREA)
        ]
        chosen = Look.from_params(*texts, count) if opened else Look()
    if old is None or old[0] != token:
        old = st.session_state[state.LATENT_START] = (token, chosen)
    texts = chosen.to_params()
    for key, text in zip(
        (state.MAP_PLACE, state.MAP_DIGIT, state.MAP_AREA),
        (texts.get(name) for name in ("at", "digit", "area")),
        strict=True,
    ):
        if text is None:
            st.query_params.pop(key, None)
        elif st.query_params.get(key) != text:
            st.query_params[key] = text
    return chosen, old[1]


def _projection(name: str, kind: str) -> Projection:
    spinner = (
        f"Placing {cached.RANKED:,} digits by t-SNE, once for each model. It takes some seconds."
        if kind == state.TSNE
        else "Encoding the 10,000 test digits, once for each model."
    )
    with st.spinner(spinner):
        return cached.projection(name, kind)


def _kept(name: str, kind: str, count: int) -> np.ndarray:
    with st.spinner("Looking for the neighbours of all digits, once for each model."):
        return cached.kept(name, kind)[:count]


def _other(count: int) -> tuple[np.ndarray, np.ndarray, str, str]:
    """The map to compare with, as ``latent_map`` takes it."""
    pixels = cached.pixels_projection()
    return (
        pixels.places[:count],
        pixels.frame,
        "PCA of the pixels",
        f"The same {count:,} digits by the first two principal components of their pixels",
    )


def _own_place(model: Autoencoder, shown: Projection) -> tuple[float, float] | None:
    """Where one's own drawing is on the map, if there is one and it can be placed."""
    image = drawing.image()
    if image is None or shown.plane is None:
        return None
    x, y = shown.plane.places(model.encode(image[None]))[0]
    return float(x), float(y)


def _axis_names(latent_dim: int, kind: str) -> list[str]:
    if kind == state.TSNE:
        return ["x", "y"]
    if latent_dim <= 2:
        return [f"z{axis + 1}" for axis in range(latent_dim)]
    return ["axis 1", "axis 2"]


def _spread(places: np.ndarray, latent_dim: int) -> np.ndarray:
    """Places as they are drawn: of a single number side by side, else one would hide the other."""
    if latent_dim > 1 or places[:, 1].any():
        return places
    reach = np.ptp(places[:, 0]) / 3
    heights = np.random.default_rng(0).uniform(-reach, reach, len(places))
    return np.column_stack([places[:, 0], heights]).astype(np.float32)


def _explain(shown: Projection, latent_dim: int, kind: str, honest: bool, own: bool) -> None:
    if kind == state.TSNE:
        text = (
            f"The first {cached.RANKED:,} test digits. t-SNE puts the neighbours of the code "
            "next to each other. Distances between groups "
            "and their sizes mean little, and there is nothing to decode between the digits."
        )
    elif latent_dim == 1:
        text = "Left and right is the one number of the code; up and down means nothing."
    elif latent_dim == 2:
        text = "The two numbers of the code are the two coordinates: nothing is left out."
    else:
        text = (
            f"A code of {latent_dim} numbers does not fit a picture. This is "
            f"{in_plane(shown.plane)}. A walk stays on this plane: what is decoded there is "
            "not the digit that you see at the place, whose other numbers differ."
        )
    if honest and latent_dim <= 2 and kind == state.PLANE:
        text += " So every neighbour is kept."
    if shown.outside:
        text += f" {shown.outside:,} digits lie beyond the frame and are drawn on its edge."
    if not own and kind == state.PLANE:
        text += " Draw a digit on the Draw page, and it is marked here."
    st.caption(text)


def _send_sheets(name: str, count: int, walk: bool) -> None:
    """The pictures, after the map that they are for: the quickest first."""
    with st.container(gap=None):
        send_sheet("sheet_digits", *cached.digits_sheet(count))
        with st.spinner("Decoding, once for each model."):
            if walk:
                send_sheet("sheet_walk", *cached.walk_sheet(name))
            send_sheet("sheet_rebuilt", *cached.rebuilt_sheet(name, count))


def _map_csv(places: np.ndarray, kept: np.ndarray | None) -> str:
    labels = cache.mnist().y_test
    if kept is None:
        rows = ([i, labels[i], *place] for i, place in enumerate(places))
        return downloads.csv_text(["digit", "class", "x", "y"], rows)
    rows = ([i, labels[i], *place, kept[i]] for i, place in enumerate(places))
    return downloads.csv_text(["digit", "class", "x", "y", "kept"], rows)
