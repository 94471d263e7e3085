"""Draw: one's own digit, rebuilt while the pen moves."""

import streamlit as st

from ae.ui import cache, shell
from ae.ui.draw import doors, pen, views

st.title("What happens to *my* digit?")
model, card = shell.chosen_model()
cache.mnist()  # the drawing is compared with it; if it is damaged, that is told here, and once
st.markdown(
    f"Draw a digit. The **encoder** squeezes its 784 pixels into **{model.latent_dim} numbers**, "
    "and the **decoder**, which sees nothing but these, draws it again, while you draw."
)
doors.restore_from_link()
pen.pen(model, card)
views.closer_look(model, card)
