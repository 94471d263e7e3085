"""Paths between two digits: linear and spherical interpolation, and along real digits."""

from __future__ import annotations

import numpy as np
import streamlit as st

from ae import imaging
from ae.analysis.interpolation import path_figures, resample, slerp, straight
from ae.analysis.neighbours import nearest
from ae.nn.autoencoder import Autoencoder
from ae.store import ModelCard
from ae.ui import cache, downloads, drawing, shell, state, terms
from ae.ui.components.animation import animation
from ae.ui.latent import cached
from ae.ui.latent.common import ENCODING, strip, usual_distance
from ae.ui.latent.digit_picker import pick_digit
from ae.ui.picture_rows import PictureRow, show_picture_rows
from ae.ui.words import distance, numbered

_FRAMES = 33  # of the animation
_EMPTY_MIDDLE = (
    " In many dimensions nearly all latent vectors lie far from the middle, and a straight line "
    "can lead through the empty space there."
)
_LINEAR, _SPHERICAL, _REAL = "Linear", "Spherical", "Along real digits"


def show_paths(model: Autoencoder, card: ModelCard) -> None:
    """Three paths as rows of pictures, as an animation, and in figures."""
    first, last, steps, own = _controls()
    with st.spinner(ENCODING):
        codes = cache.test_codes(card.name)
    with st.spinner("Joining each digit to its nearest neighbours, once for each model."):
        cached.graph(card.name)
    start = codes[first] if own is None else model.encode(own[None])[0]
    corners, real = _along_real(card.name, start, first if own is None else None, last)
    centre = 0.0 if card.model.kind == "vae" else codes.mean(axis=0)
    makers = {
        _LINEAR: lambda n: straight(start, codes[last], n),
        _SPHERICAL: lambda n: slerp(start, codes[last], n, centre),
        _REAL: lambda n: resample(corners, n),
    }
    show_picture_rows(
        [
            PictureRow(name, np.clip(model.decode(make(steps)), 0, 1))
            for name, make in makers.items()
        ],
        [f"step {i + 1} of {steps}" for i in range(steps)],
    )
    _explain(card.model.kind, model.latent_dim, len(real))
    _show_real(real)
    paths = {name: make(_FRAMES) for name, make in makers.items()}
    frames = {name: np.clip(model.decode(path), 0, 1) for name, path in paths.items()}
    _show_figures(card.name, paths, frames)
    st.header("As an animation")
    animation("path_films", frames)
    with st.container(horizontal=True):
        downloads.offer(
            "Download the animation (GIF)",
            lambda: imaging.gif(np.concatenate(list(frames.values()), axis=2)),
            f"path-{card.name}-{first}-{last}.gif",
            "The three paths side by side: linear, spherical, along real digits.",
        )
        downloads.offer(
            "Download the latent vectors (CSV)",
            lambda: _csv(paths),
            f"path-{card.name}-{first}-{last}.csv",
            f"The latent vectors of the {_FRAMES} frames of each path.",
        )


def _controls() -> tuple[int, int, int, np.ndarray | None]:
    """Return first and last digit, pictures in a row, and the drawing to start from, if any."""
    own = drawing.image()
    with (
        shell.settings("controls"),
        st.container(horizontal=True, gap="medium", vertical_alignment="bottom"),
    ):
        first = pick_digit("From", state.PATH_FROM)
        last = pick_digit("To", state.PATH_TO)
        steps = st.select_slider(
            "Pictures in a row",
            (6, 8, 10, 12, 16),
            state.default(state.PATH_STEPS),
            **state.in_url(state.PATH_STEPS),
            width=160,
        )
        if own is not None and not st.toggle(
            "Start from my drawing",
            state.default(state.PATH_DRAWING),
            **state.in_url(state.PATH_DRAWING),
        ):
            own = None
    return first, last, steps, own


def _along_real(
    name: str, start: np.ndarray, first: int | None, last: int
) -> tuple[np.ndarray, list[int]]:
    """Find the shortest path through the graph of nearest neighbours.

    Parameters
    ----------
    name : str
        The model.
    start : float array of shape (latent_dim,)
    first : int or None
        The test digit at ``start``. None if it is none: the path then goes to the nearest first.
    last : int
        The test digit at the end.

    Returns
    -------
    corners : float array of shape (m, latent_dim)
    real : list of int
        The test digits on the path.
    """
    codes = cache.test_codes(name)
    if first is not None:
        real = cached.graph(name).shortest_path(first, last)
        return codes[real], real
    near, _ = nearest(start[None], codes)
    real = cached.graph(name).shortest_path(int(near[0, 0]), last)
    return np.concatenate([start[None], codes[real]]), real


def _explain(kind: str, latent_dim: int, length: int) -> None:
    middle = "the origin" if kind == "vae" else "the mean of all latent vectors"
    st.markdown(
        "Each row decodes latent vectors between the first and the last one (interpolation).\n"
        f"- **{_LINEAR}**: equal steps on the straight line between the two.\n"
        f"- **{_SPHERICAL}**: an arc around {middle} in equal angles, as on the surface of a ball. "
        "The distance from there changes evenly from one end to the other, while a straight line "
        f"comes nearer.{_EMPTY_MIDDLE if latent_dim > 2 else ''}\n"
        f"- **{_REAL}**: from each test digit to one of its {cached.NEIGHBOURS} nearest neighbours "
        f"in the latent space, {length} digits in all, with equal steps in between."
    )


def _show_real(real: list[int]) -> None:
    data = cache.mnist()
    some = [real[round(i)] for i in np.linspace(0, len(real) - 1, min(len(real), 12))]
    which = "The" if len(some) == len(real) else f"{len(some)} of the {len(real)}"
    st.caption(f"{which} test digits that the path along real digits passes:")
    strip(
        data.x_test[some],
        [str(data.y_test[i]) for i in some],
        [f"Test digit {numbered(i, data.y_test[i])}" for i in some],
    )


def _show_figures(name: str, paths: dict[str, np.ndarray], frames: dict[str, np.ndarray]) -> None:
    codes = cache.test_codes(name)
    rows = []
    for path, codes_along in paths.items():
        figures = path_figures(codes_along, frames[path], codes)
        rows.append(
            {
                "Path": path,
                "Total pixel change": f"{figures.total_change:.2f} ×",
                "Largest step": f"{figures.largest_step:.2f} ×",
                "Largest distance from a test digit": distance(figures.largest_distance),
            }
        )
    st.header("How smooth are the paths?")
    st.table(rows, hide_index=True)
    st.caption(
        f"Measured over {_FRAMES} frames. **Total pixel change** is the sum of the changes from "
        "frame to frame, divided by the change from the first frame directly to the last; 1 is "
        "the least possible. **Largest step** is the largest change between two frames, divided "
        "by the mean one; 1 is perfectly even. **Largest distance** is how far the path leads "
        "away from the nearest test digit in the latent space; for comparison, two neighbouring "
        f"test digits are {distance(usual_distance(name))} apart {terms.OF_THE_MEDIAN}."
    )


def _csv(paths: dict[str, np.ndarray]) -> str:
    latent_dim = next(iter(paths.values())).shape[1]
    rows = ([name, i + 1, *z] for name, path in paths.items() for i, z in enumerate(path))
    return downloads.csv_text(["path", "frame", *(f"z{i + 1}" for i in range(latent_dim))], rows)
