"""Draw: one's own digit, reconstructed while the pen moves."""

import streamlit as st

from ae.ui import drawing
from ae.ui.draw import closer_looks, live_view

st.title("What happens to *my* digit?")
drawing.restore_from_link()
card = live_view.pen()
closer_looks.closer_look(card)
live_view.send_pca(card)
