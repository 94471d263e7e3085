"""Paths between two digits: straight, spherical, and through real neighbours."""

from __future__ import annotations

import numpy as np
import streamlit as st

from ae import imaging
from ae.analysis.interpolation import path_figures, resample, slerp, straight
from ae.analysis.neighbours import nearest
from ae.nn.autoencoder import Autoencoder
from ae.store import ModelCard
from ae.ui import cache, downloads, drawing, shell, state
from ae.ui.components.animation import animation
from ae.ui.latent import cached
from ae.ui.latent.common import digit_input, strip, usual_distance

_FILM = 33  # frames of the animation
_STRAIGHT, _SPHERICAL, _NEIGHBOURS = "Straight", "Spherical", "Through neighbours"


def show_paths(model: Autoencoder, card: ModelCard) -> None:
    """Three paths as film strips, as an animation, and in figures."""
    first, last, steps = _controls()
    with st.spinner("Joining each digit to its neighbours, once for each model."):
        codes = cache.test_codes(card.name)
        cached.graph(card.name)
    own = drawing.image()
    drawn = own is not None and st.toggle(
        "Start from my drawing", **state.in_url(state.PATH_DRAWING)
    )
    start = model.encode(own[None])[0] if drawn else codes[first]
    corners, way = _through_neighbours(card.name, start, None if drawn else first, last)
    centre = 0.0 if card.model.kind == "vae" else codes.mean(axis=0)
    makers = {
        _STRAIGHT: lambda n: straight(start, codes[last], n),
        _SPHERICAL: lambda n: slerp(start, codes[last], n, centre),
        _NEIGHBOURS: lambda n: resample(corners, n),
    }
    for name, make in makers.items():
        st.markdown(f"**{name}.** {_about(name, len(way), card.model.kind)}")
        shell.show_pictures(
            [imaging.contact_sheet(np.clip(model.decode(make(steps)), 0, 1), steps, zoom=3, gap=1)],
            alt=f"{name} path from {'your drawing' if drawn else f'test digit {first}'} to test "
            f"digit {last}: {steps} decoded digits",
            width="stretch",
        )
    _show_way(way)
    paths = {name: make(_FILM) for name, make in makers.items()}
    frames = {name: np.clip(model.decode(path), 0, 1) for name, path in paths.items()}
    _show_figures(card.name, paths, frames)
    st.subheader("As a film")
    animation("path_films", frames)
    with st.container(horizontal=True):
        downloads.offer(
            "Film as GIF",
            lambda: imaging.gif(np.concatenate(list(frames.values()), axis=2)),
            f"path-{card.name}-{first}-{last}.gif",
            "The three paths side by side: straight, spherical, through neighbours.",
        )
        downloads.offer(
            "Codes as CSV",
            lambda: _csv(paths),
            f"path-{card.name}-{first}-{last}.csv",
            f"The codes of the {_FILM} frames of each path.",
        )


def _controls() -> tuple[int, int, int]:
    with shell.settings("controls"), st.container(horizontal=True):
        first = digit_input(
            "From test digit",
            state.PATH_FROM,
            4,
            "Its number, 0 to 9999. Choose one on the map: click it, then “A path from it”.",
        )
        last = digit_input("To test digit", state.PATH_TO, 7)
        steps = st.select_slider(
            "Digits in the strip", (6, 8, 10, 12, 16), 10, **state.in_url(state.PATH_STEPS)
        )
    return first, last, steps


def _through_neighbours(
    name: str, start: np.ndarray, first: int | None, last: int
) -> tuple[np.ndarray, list[int]]:
    """Corners of the way through the graph, float (m, latent_dim), and the digits that they are.

    start : the code to start from. first : its digit, or None for a code that is of no test digit:
    the way then enters the graph at the nearest.
    """
    codes = cache.test_codes(name)
    if first is not None:
        way = cached.graph(name).shortest_path(first, last)
        return codes[way], way
    near, _ = nearest(start[None], codes)
    way = cached.graph(name).shortest_path(int(near[0, 0]), last)
    return np.concatenate([start[None], codes[way]]), way


def _about(name: str, length: int, kind: str) -> str:
    if name == _STRAIGHT:
        return "Equal steps on the line between the two codes, whatever lies there."
    if name == _SPHERICAL:
        middle = "the origin" if kind == "vae" else "the mean code"
        return (
            f"Turns around {middle} by equal angles: between codes equally far from it, all are "
            "as far. In many dimensions nearly all codes lie far from the middle, and a straight "
            "line cuts through the empty inside."
        )
    return (
        f"From each real digit to one of its neighbours, {length} digits in all; between them in "
        "equal steps."
    )


def _show_way(way: list[int]) -> None:
    data = cache.mnist()
    some = [way[round(i)] for i in np.linspace(0, len(way) - 1, min(len(way), 12))]
    note = "" if len(some) == len(way) else f" {len(some)} of the {len(way)}:"
    st.caption(f"The real digits that the last path passes:{note}")
    strip(
        [data.x_test[some]],
        [str(data.y_test[i]) for i in some],
        [f"Test digit {i}, a {data.y_test[i]}" for i in some],
    )


def _show_figures(name: str, paths: dict[str, np.ndarray], frames: dict[str, np.ndarray]) -> None:
    codes = cache.test_codes(name)
    rows = []
    for path, codes_along in paths.items():
        figures = path_figures(codes_along, frames[path], codes)
        rows.append(
            {
                "Path": path,
                "Change in all": f"{figures.total_change:.2f} ×",
                "Largest jump": f"{figures.largest_step:.2f} ×",
                "Farthest from a real code": f"{figures.largest_distance:.2f}",
            }
        )
    st.table(rows, hide_index=True)
    st.caption(
        f"Over {_FILM} frames. **Change in all**: the pixels' way, as a multiple of that from "
        "the first picture straight to the last. **Largest jump**: the largest change from frame "
        "to frame, as a multiple of the mean one; 1 is perfectly smooth. **Farthest**: how far "
        "the path gets from the nearest code of a test digit. For comparison, from a test digit "
        f"to the nearest other it is {usual_distance(name):.2f} (median)."
    )


def _csv(paths: dict[str, np.ndarray]) -> str:
    latent_dim = next(iter(paths.values())).shape[1]
    rows = ([name, i + 1, *z] for name, path in paths.items() for i, z in enumerate(path))
    return downloads.csv_text(["path", "frame", *(f"z{i + 1}" for i in range(latent_dim))], rows)
