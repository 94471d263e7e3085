"""Drawings of the visitor: a pad, and a tray of those that are kept."""

from __future__ import annotations

import numpy as np
import streamlit as st

from ae.store import ModelCard
from ae.ui import cache, drawing, state
from ae.ui.components.drawing_pad import drawing_pad, read_ink, reconstruct
from ae.ui.components.network import send_network

_MOST = 20  # drawings in the tray


def show_pad(card: ModelCard) -> np.ndarray:
    """Show the pad and the buttons of the tray; return the kept drawings, float32 (n, 28, 28).

    The drawing on the pad is the last of them.
    """
    st.caption(
        "Draw something that is no digit: a letter, a face, a scribble. It gets a score and a "
        "verdict below. Keep it in the tray, and draw the next. The tray is emptied when you "
        "reload the page, and a link does not hold it."
    )
    known, network = cache.network(card.name)
    drawing_pad(
        state.ANOMALY_PAD,
        work=reconstruct(
            str(known.graph), known.test.squared_error_percentiles, known.test.squared_error
        ),
        steps=drawing.ALL_STEPS,
        hint="Draw what is no digit",
        load=drawing.load_for(read_ink(state.ANOMALY_PAD)),
        on_ink=lambda: drawing.take_ink(state.ANOMALY_PAD),
    )
    send_network(state.NETWORK, str(known.graph), network)
    kept: list[np.ndarray] = st.session_state.setdefault(state.TRAY, [])
    now = drawing.image(in_url=False)
    with st.container(horizontal=True, vertical_alignment="center"):
        st.button(
            "Keep this drawing",
            icon=":material/add:",
            on_click=_keep,
            disabled=now is None or len(kept) >= _MOST,
        )
        st.button(
            "Empty the tray", icon=":material/delete:", on_click=kept.clear, disabled=not kept
        )
        st.caption(f"{len(kept)} of at most {_MOST} drawings kept.")
    shown = [*kept, *([now] if now is not None and not _is_last(now, kept) else [])]
    return np.stack(shown) if shown else np.zeros((0, 28, 28), np.float32)


def _keep() -> None:
    kept, now = st.session_state[state.TRAY], drawing.image(in_url=False)
    if now is not None and len(kept) < _MOST and not _is_last(now, kept):
        kept.append(now)
        drawing.put_into_pad(np.zeros_like(now))  # an empty pad for the next one
        drawing.forget()


def _is_last(image: np.ndarray, kept: list[np.ndarray]) -> bool:
    return bool(kept) and np.array_equal(image, kept[-1])
