"""Train: start a run, watch it learn, stop it, look back at it."""

import streamlit as st

from ae.ui import shell, state
from ae.ui.train.comparison import show_comparison
from ae.ui.train.curve_view import show_history
from ae.ui.train.form import show_form
from ae.ui.train.import_form import show_import
from ae.ui.train.run_panel import run_to_show, show_run
from ae.ui.train.time_machine_view import show_time_machine

st.title("Can I train one, and see it learn?")
run = run_to_show()
if run is not None and run.comes_first:
    show_run(run)
    with st.expander("Train another model", icon=":material/model_training:"):
        show_form()
else:
    st.markdown(
        "Choose **latent_dim**, the number of values in the latent vector, and press **Train**. An "
        "**epoch** is one pass over the training digits. "
        "The run continues on the server: you may open other pages, or close the tab and come "
        "back later."
    )
    show_form()
    if run is not None:
        show_run(run)
with shell.told():
    chosen = state.model_name()
    if chosen is not None and (run is None or not (run.comes_first or run.name == chosen)):
        show_history(chosen)
    show_time_machine([run.name if run else None, chosen])
show_comparison()
show_import()
