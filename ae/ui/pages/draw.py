"""Draw: one's own digit, reconstructed while the pen moves."""

import streamlit as st

from ae.store import ModelCard
from ae.ui import drawing, shell
from ae.ui.draw import closer_looks, live_view


@shell.fragment()
def draw(card: ModelCard, network: bytes) -> None:
    """The pad and what follows it: all that a drawing which has come to rest changes."""
    live_view.show(card, network)
    closer_looks.show(card, network)
    live_view.send_pca(card)


st.title("What happens to *my* digit?")
drawing.restore_from_link()
shell.show_with_network(draw)
