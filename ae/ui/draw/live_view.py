"""The pad and the bars: what follows the pen at every update, so all of it has to be quick."""

from __future__ import annotations

import zlib
from dataclasses import dataclass

import numpy as np
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from ae import imaging
from ae.analysis import metrics
from ae.analysis.latent import CodeStatistics, sensitivity
from ae.data.drawing import MnistForm, to_mnist_form
from ae.nn.autoencoder import Autoencoder
from ae.store import ModelCard
from ae.ui import cache, drawing, shell, state
from ae.ui.components.code_bars import Edit, Figure, code_bars, map_points, read_edit
from ae.ui.components.drawing_pad import Ink, Picture, drawing_pad, read_ink, read_pasted
from ae.ui.draw import cached, input_output
from ae.ui.markdown import plain

_VISIBLE = 0.5 / 255  # half a grey level: a value farther out of [0, 1] looks different clipped


@dataclass(frozen=True, eq=False)
class Seen:
    """A drawing and what the model makes of it.

    Attributes
    ----------
    form : MnistForm
        The drawing after each step of the preprocessing.
    z : float32 array of shape (latent_dim,)
    output : float32 array of shape (28, 28)
        What the decoder gives. A linear one leaves [0, 1].
    error : float
        Squared error of the output, summed over the 784 pixels.
    """

    form: MnistForm
    z: np.ndarray
    output: np.ndarray
    error: float

    @property
    def reconstruction(self) -> np.ndarray:
        """The output clipped to [0, 1], as it is shown: float32 (28, 28)."""
        return np.clip(self.output, 0, 1)

    @property
    def is_clipped(self) -> bool:
        """Whether clipping changes what one sees."""
        return bool(self.output.min() < -_VISIBLE or self.output.max() > 1 + _VISIBLE)


def see(model: Autoencoder, ink: Ink | None) -> Seen | None:
    """Return what the model makes of the ink on the pad, or None if there is none."""
    if ink is None or not ink.image.any():
        return None
    steps = drawing.steps()
    question = (model.fingerprint, ink.image.tobytes(), steps)
    before, seen = st.session_state.get(state.SEEN, (None, None))
    if before == question:  # the closer look asks what the pen has just asked
        return seen
    form = to_mnist_form(ink.image, **steps)
    z, output = model.encode_and_reconstruct(form.image[None])
    error = metrics.squared_error(form.image[None], output)[0]
    seen = Seen(form, z[0], output[0], float(error))
    st.session_state[state.SEEN] = question, seen
    return seen


def pen(card: ModelCard) -> None:
    """Show the pad with the reconstruction, and beside it the latent vector as bars.

    The pad stands before the network is loaded: the page then runs once more.
    """
    latent_dim = card.model.latent_dim
    values = f"{latent_dim} value{'s' * (latent_dim != 1)}"
    left, right = st.columns(2, gap="large")
    with left:
        pad = st.container()
        input_output.other_inputs()
    with right:
        st.header(f"Latent vector: {values}")
        st.caption(
            "The **encoder** turns your digit, 28 × 28 = 784 pixel values, into "
            f"**{values}**. The **decoder** sees nothing else, and draws the reconstruction from "
            "them. "
            + (
                "Each small digit on the map is the latent vector of a test digit. Move the cross, "
                "and see what the decoder draws there. The green ring stays at your digit."
                if latent_dim == 2
                else "Each bar is one value, measured from its mean over the 10,000 test digits. "
                "Move a bar, and see what the decoder draws then. A green line stays at the value "
                "of your digit."
            )
        )
        bars = st.container()
    is_prepared = cached.is_prepared(card.name)
    _live(card, pad, bars)
    with right:
        with st.spinner("Loading the network: some seconds, the first time."):
            cache.model(card.name)
        cached.prepare(card.name)  # it says itself what it does
    if not is_prepared:
        st.rerun()


@shell.fragment(key=state.PEN, in_turn=True)
def _live(card: ModelCard, pad: DeltaGenerator, bars: DeltaGenerator) -> None:
    # It writes into containers around it: what never changes between them is not made and sent
    # anew at every update, which was two thirds of the server's work.
    ink, edit = read_ink(state.PAD), read_edit(state.CODE_BARS)
    is_prepared = cached.is_prepared(card.name)
    seen = see(cache.model(card.name), ink) if is_prepared else None
    with pad:
        _pad(ink, seen, card)
        if note := st.session_state.get(state.PAD_NOTE):
            st.caption(f":material/info: {plain(note)}")
    if is_prepared:
        with bars:
            _bars(seen, edit, card.name)
    st.session_state[state.PEN_ANSWERED] = _asked(ink, edit)


def _asked(ink: Ink | None, edit: Edit) -> tuple:
    """What the pen's fragment answers: it has been answered while this stays the same."""
    load, note = (st.session_state.get(key) for key in (state.PAD_LOAD, state.PAD_NOTE))
    return ink and ink.number, edit.number, read_pasted(state.PAD), load and load.nonce, note


def _pad(ink: Ink | None, seen: Seen | None, card: ModelCard) -> None:
    load = st.session_state.get(state.PAD_LOAD)
    shown, message = [], ""
    if ink is not None:
        drawing.keep(ink.image)
    if seen is not None:
        message = (
            f"Squared error {seen.error:.1f}. Mean of the test digits: "
            f"{card.test.squared_error:.1f}; lower is better."
        )
        if seen.is_clipped:
            message += (
                " Some values of the output are below 0 or above 1: the picture shows them as "
                "black or white, the error counts them as they are."
            )
        shown = [
            Picture("Network input", seen.form.image, "28 × 28 pixels"),
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


def _bars(seen: Seen | None, edit: Edit, name: str) -> None:
    model, statistics = cached.prepare(name)
    is_map = model.latent_dim == 2
    if seen is None:
        token, z = f"{name}:mean", statistics.mean
        target, target_name = model.decode(z[None])[0], "the mean latent vector's picture"
    else:
        target, z, target_name = seen.form.image, seen.z, "your digit"
        token = f"{name}:{zlib.crc32(target.tobytes()):08x}"
    changed = edit.applied(z, statistics, token)
    if seen is not None and np.array_equal(changed, z):
        output = seen.output
    else:
        output = model.decode(changed[None])[0]
    error = metrics.squared_error(target[None], output[None])[0]
    message = f"Squared error {error:.1f} against {target_name}"
    code_bars(
        state.CODE_BARS,
        edit=edit,
        token=token,
        z=z,
        statistics=statistics,
        decoded=Figure(
            imaging.overlay(np.clip(output, 0, 1), np.clip(target, 0, 1)),
            f"error {error:.1f}; green: {target_name}",
            f"Decoder output. {message}",
        ),
        moved=_changed_pixels(edit, model, changed, statistics),
        message=message,
        hint="Drag the cross, or move it with the arrow keys."
        if is_map
        else "Drag a bar. Keys: ↑ ↓ move it, ← → go to the next.",
        code_map=map_points(cache.test_codes(name), cache.mnist().y_test, statistics)
        if is_map
        else None,
    )


def _changed_pixels(
    edit: Edit, model: Autoencoder, z: np.ndarray, statistics: CodeStatistics
) -> Figure:
    """The pixels that the touched dimension changes, from 1 standard deviation below to 1 above."""
    index = edit.touched
    if index is None or index >= model.latent_dim:
        what = "the cross" if model.latent_dim == 2 else "a bar"
        return Figure(None, f"Move {what}.", f"Move {what} to see which pixels change")
    lower, upper = np.clip(sensitivity(model, z, index, statistics.standard_deviation[index]), 0, 1)
    change = upper - lower
    largest = float(np.abs(change).max())
    return Figure(
        imaging.difference(np.zeros_like(change), change / max(largest, 1e-6)),
        f"z{index + 1} + 2 SD: orange gets brighter, blue darker, by up to {largest:.2f}",
        f"The pixels that z{index + 1} changes: raising it by 2 standard deviations makes orange "
        f"pixels brighter and blue ones darker, by up to {largest:.2f}",
    )
