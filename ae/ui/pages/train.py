"""Train: start a run, watch it learn, stop it, look back at it."""

import streamlit as st

from ae.ui import shell, state
from ae.ui.train.comparison import show_comparison
from ae.ui.train.film_view import show_films
from ae.ui.train.follow import show_runs
from ae.ui.train.form import show_form
from ae.ui.train.import_form import show_bring_along

st.title("Can I train one, and see it learn?")
st.markdown(
    "Choose how many numbers the code may have, and press Train. The run goes on by itself: "
    "you may use the other pages, or close the tab, and come back."
)
show_form()
shown = show_runs()
with shell.told():
    show_films([st.query_params.get(state.RUN), shown, state.model_name()])
show_comparison()
show_bring_along()
