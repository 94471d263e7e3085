"""What follows the pen, and the bars, at every update: everything here has to be quick."""

from __future__ import annotations

import zlib
from dataclasses import dataclass

import numpy as np
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from ae import imaging
from ae.analysis import metrics
from ae.analysis.evaluation import rank_in_words
from ae.analysis.latent import CodeStatistics, influence
from ae.data.drawing import MnistForm, to_mnist_form
from ae.nn.autoencoder import Autoencoder
from ae.store import ModelCard
from ae.ui import cache, drawing, shell, state
from ae.ui.components.code_bars import Edit, Figure, code_bars, map_points, read_edit
from ae.ui.components.drawing_pad import Ink, Picture, drawing_pad, read_ink, read_pasted
from ae.ui.draw import input_output
from ae.ui.markdown import plain


@dataclass(frozen=True, eq=False)
class Seen:
    """A drawing and what the model makes of it.

    form : the drawing on its way to MNIST form. z : float32 (latent_dim,).
    reconstruction : float32 (28, 28). error : its squared error.
    """

    form: MnistForm
    z: np.ndarray
    reconstruction: np.ndarray
    error: float


def see(model: Autoencoder, ink: Ink | None) -> Seen | None:
    """What the model makes of the pad's ink, or None if the pad is empty."""
    if ink is None or not ink.image.any():
        return None
    steps = drawing.steps()
    question = (model.identity, ink.image.tobytes(), steps)
    before, seen = st.session_state.get(state.SEEN, (None, None))
    if before == question:  # the closer look asks what the pen has just asked
        return seen
    form = to_mnist_form(ink.image, **steps)
    z, reconstruction = model.encode_and_reconstruct(form.image[None])
    error = metrics.squared_error(form.image[None], reconstruction)[0]
    seen = Seen(form, z[0], reconstruction[0], float(error))
    st.session_state[state.SEEN] = question, seen
    return seen


def pen(model: Autoencoder, card: ModelCard) -> None:
    """The pad, what the network sees and rebuilds of it, and its code."""
    pad = st.container()
    input_output.ways_in()
    st.subheader(f"In between: {model.latent_dim} numbers")
    st.caption(
        "This is all that the decoder gets to know. Each bar is one number of the code, measured "
        "from the mean of the 10,000 test digits. Move one: the decoder draws what it then stands "
        "for, with your digit in blue behind it."
        if model.latent_dim != 2
        else "This is all that the decoder gets to know: a place on a map. Each small digit is the "
        "code of a test digit. Move the cross: the decoder draws what lies there, with your digit "
        "in blue behind it."
    )
    _live(model, card, cache.code_statistics(card.name), pad, st.container())


@shell.fragment(key=state.PEN, in_turn=True)
def _live(
    model: Autoencoder,
    card: ModelCard,
    statistics: CodeStatistics,
    pad: DeltaGenerator,
    bars: DeltaGenerator,
) -> None:
    # It writes into containers around it: what never changes between them is not made and sent
    # anew at every update, which was two thirds of the server's work.
    ink, edit = read_ink(state.PAD), read_edit(state.CODE_BARS)
    seen = see(model, ink)
    with pad:
        _pad(ink, seen, model.latent_dim, card)
        if note := st.session_state.get(state.PAD_NOTE):
            st.caption(f":material/info: {plain(note)}")
    with bars:
        _bars(seen, edit, model, card.name, statistics)
    st.session_state[state.PEN_ANSWERED] = _asked(ink, edit)


def _asked(ink: Ink | None, edit: Edit) -> tuple:
    """What the pen's fragment answers: it has been answered while this stays the same."""
    load, note = (st.session_state.get(key) for key in (state.PAD_LOAD, state.PAD_NOTE))
    return ink and ink.number, edit.number, read_pasted(state.PAD), load and load.nonce, note


def _pad(ink: Ink | None, seen: Seen | None, latent_dim: int, card: ModelCard) -> None:
    load = st.session_state.get(state.PAD_LOAD)
    shown, message = [], ""
    if ink is not None:
        drawing.keep(ink.image)
    if seen is not None:
        usual = card.test.squared_error
        rank = rank_in_words(seen.error, card.test.squared_error_percentiles)
        message = (
            f"Squared error {seen.error:.1f}, {rank}; a test digit has {usual:.1f} on average. "
            f"{latent_dim} numbers instead of 784."
        )
        shown = [
            Picture("The network sees", seen.form.image, "28 × 28 pixels"),
            Picture("Reconstruction", seen.reconstruction, f"error {seen.error:.1f}"),
        ]
    if ink is not None and load is not None and ink.loaded == load.nonce:
        load = None  # it has arrived: 4 kB less in every update
    drawing_pad(
        state.PAD,
        number=ink.number if ink else 0,
        pictures=shown,
        message=message,
        load=load,
        on_rest=_look_closer,
        on_paste=input_output.take_pasted,
    )


def _look_closer() -> None:
    # A rerun that names fragments takes the place of the run it was asked in, and with it of
    # whatever arrived together with the rest, as newer ink or an uploaded picture may.
    asked = _asked(read_ink(state.PAD), read_edit(state.CODE_BARS))
    answered = st.session_state.get(state.PEN_ANSWERED) == asked
    st.rerun(state.CLOSER_LOOK if answered else [state.PEN, state.CLOSER_LOOK])


def _bars(
    seen: Seen | None, edit: Edit, model: Autoencoder, name: str, statistics: CodeStatistics
) -> None:
    if seen is None:
        token, z = f"{name}:mean", statistics.mean
        original, whose = model.decode(z[None])[0], "mean code's picture"
    else:
        original, z, whose = seen.form.image, seen.z, "drawing"
        token = f"{name}:{zlib.crc32(original.tobytes()):08x}"
    changed = edit.applied(z, statistics, token)
    if seen is not None and np.array_equal(changed, z):
        decoded = seen.reconstruction
    else:
        decoded = model.decode(changed[None])[0]
    error = metrics.squared_error(original[None], decoded[None])[0]
    message = f"Squared error {error:.1f} against the {whose}"
    code_bars(
        state.CODE_BARS,
        edit=edit,
        token=token,
        z=z,
        statistics=statistics,
        decoded=Figure(
            imaging.overlay(decoded, original), f"error {error:.1f}", f"Decoded picture. {message}"
        ),
        moved=_moved(edit, model, changed, statistics),
        message=message,
        hint="Drag a bar. Keys: ↑ ↓ move it, ← → go to the next."
        if model.latent_dim != 2
        else "Drag the cross, or move it with the arrow keys.",
        code_map=map_points(cache.test_codes(name), cache.mnist().y_test, statistics)
        if model.latent_dim == 2
        else None,
    )


def _moved(edit: Edit, model: Autoencoder, z: np.ndarray, statistics: CodeStatistics) -> Figure:
    """Which pixels the touched number moves, one standard deviation down and up."""
    index = edit.touched
    if index is None or index >= model.latent_dim:
        what = "the cross" if model.latent_dim == 2 else "a bar"
        return Figure(None, f"move {what}", f"Move {what} to see which pixels change")
    lower, upper = influence(model, z, index, statistics.spread[index])
    change = upper - lower
    peak = max(float(np.abs(change).max()), 1e-6)
    return Figure(
        imaging.difference(np.zeros_like(change), change / peak),
        f"z{index + 1} up by 2 SD: orange brighter, blue darker, at most {peak:.2f}",
        f"The pixels that z{index + 1} moves: from one standard deviation below to one above, "
        f"a pixel changes by {peak:.2f} at most",
    )
