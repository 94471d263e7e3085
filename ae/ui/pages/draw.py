"""Draw: one's own digit, reconstructed while the pen moves."""

import streamlit as st

from ae.ui import drawing, shell
from ae.ui.draw import closer_looks, live_view

st.title("What happens to *my* digit?")
card = shell.chosen_card()
drawing.restore_from_link()
live_view.pen(card)
closer_looks.closer_look(card)
