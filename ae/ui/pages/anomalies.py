"""Anomalies: whether the model notices what does not belong, by which score, and why not."""

import streamlit as st

from ae.ui import cache, drawing, shell
from ae.ui.anomalies import comparison, live

st.title("Does it notice what does not belong?")
st.markdown(
    "An autoencoder has learnt to reconstruct what it was trained on. An **anomaly score** says "
    "how unusual an image is, for example by its squared error. Images with a score above the "
    "**threshold** count as odd."
)
_, card = shell.chosen_model()
cache.mnist()  # if it is damaged, that is told here, and once
drawing.restore_from_link()
live.show(card)
comparison.show_table(card)
