"""The pad and the bars. All that follows the pen is computed in the browser."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import streamlit as st

from ae.analysis import metrics
from ae.data.drawing import MnistForm, to_mnist_form
from ae.store import ModelCard
from ae.ui import cache, drawing, posterior_view, state
from ae.ui.components.code_bars import MOST_BARS, code_bars, map_points
from ae.ui.components.drawing_pad import Ink, drawing_pad, read_ink, reconstruct
from ae.ui.components.network import send_network
from ae.ui.draw import input_output
from ae.ui.markdown import plain


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


def see(card: ModelCard, ink: Ink | None) -> Seen | None:
    """Return what the model has made of the ink on the pad, or None if there is nothing yet."""
    if ink is None or not ink.image.any() or ink.made is None:
        return None
    made = ink.made
    if made.network != card.graph or len(made.z) != card.model.latent_dim:
        return None  # of another model: that of this one is on its way
    form = to_mnist_form(ink.image, **drawing.steps())
    error = metrics.squared_error(form.image[None], made.output[None])[0]
    return Seen(form, made.z, made.output, float(error))


def show(card: ModelCard, network: bytes) -> None:
    """Show the pad with the reconstruction, and beside it the latent vector as bars.

    network : the file of the model's graph.
    """
    latent_dim = card.model.latent_dim
    values = f"{latent_dim:,} value{'s' * (latent_dim != 1)}"
    left, right = st.columns(2, gap="large")
    with left:
        _pad(card)
        send_network(state.NETWORK, str(card.graph), network)
        input_output.other_inputs()
    with right:
        st.header(f"Latent vector: {values}")
        st.caption(
            "The **encoder** turns your digit, 28 × 28 = 784 pixel values, into "
            f"**{values}**. The **decoder** sees nothing else, and draws the reconstruction from "
            "them. "
            + (
                "Each small digit on the map is the latent vector of a test digit. Move the cross, "
                "and see what the decoder draws there. A green ring then shows "
                "where your digit was."
                if latent_dim == 2
                else "Each square is one value: orange is above the average of the 10,000 test "
                "digits, blue below. Where the encoder gives feature maps, each block is one of "
                "them. Choose a square, and move its value below."
                if latent_dim > MOST_BARS
                else "Each bar is one value. Its length shows how far the value is above or below "
                "the average of the 10,000 test digits. Move a bar, and see what the decoder draws "
                "then. A green line then shows the value of your digit."
            )
            + (
                " The model is a VAE: a thin green line or ellipse shows one standard deviation σ "
                "around z_mean."
                if posterior_view.is_known(card, network)
                else ""
            )
        )
        _bars(card)


def send_pca(card: ModelCard) -> None:
    """Give the pad PCA to compare with. It comes last: the first time, fitting it takes seconds."""
    k = card.model.latent_dim
    send_network(state.PCA_NETWORK, cache.pca_name(k), cache.pca_network(k))


def _pad(card: ModelCard) -> None:
    drawing_pad(
        state.PAD,
        work=reconstruct(
            str(card.graph),
            card.test.squared_error_percentiles,
            card.test.squared_error,
            cache.pca_name(card.model.latent_dim),
        ),
        steps=drawing.steps(),
        load=drawing.load_for(read_ink(state.PAD)),
        on_ink=lambda: drawing.take_ink(state.PAD),
        on_paste=input_output.take_pasted,
    )
    if note := drawing.note():
        st.caption(f":material/info: {plain(note)}")


def _bars(card: ModelCard) -> None:
    statistics, is_map = input_output.statistics_of(card), card.model.latent_dim == 2
    points = None
    if is_map:
        with st.spinner("Encoding the test digits for the map, once for each model."):
            points = map_points(cache.test_codes(card.name), cache.mnist().y_test, statistics)
    code_bars(
        state.CODE_BARS,
        network=str(card.graph),
        statistics=statistics,
        hint="Drag the cross, or move it with the arrow keys."
        if is_map
        else "Click a square, or choose it with the arrow keys."
        if card.model.latent_dim > MOST_BARS
        else "Drag a bar. Keys: ↑ ↓ move it, ← → go to the next.",
        code_map=points,
    )
