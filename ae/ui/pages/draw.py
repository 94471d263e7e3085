"""Draw: one's own digit, rebuilt while the pen moves."""

import streamlit as st

from ae.ui import cache, drawing, shell, state
from ae.ui.draw import closer_looks, live_view

st.title("What happens to *my* digit?")
model, card = shell.chosen_model()
cache.mnist()  # the drawing is compared with it; if it is damaged, that is told here, and once
st.markdown(
    f"Draw a digit. The **encoder** squeezes its 784 pixels into **{model.latent_dim} numbers**, "
    "and the **decoder**, which sees nothing but these, draws it again, while you draw."
)
drawing.restore_from_link(state.PAD_LOAD)
live_view.pen(model, card)
closer_looks.closer_look(model, card)
