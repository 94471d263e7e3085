"""Train: start a run, watch it learn, stop it, look back at it."""

import streamlit as st

from ae.ui.bring_along import show_bring_along
from ae.ui.train.follow import show_runs
from ae.ui.train.form import show_form

st.title("Can I train one, and see it learn?")
st.markdown(
    "Choose how many numbers the code may have, and press Train. The run goes on by itself: "
    "you may use the other pages, or close the tab, and come back."
)
show_form()
show_runs()
show_bring_along()
