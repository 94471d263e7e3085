"""A model made elsewhere: its file up, checked, measured and listed."""

import re

import streamlit as st

from ae import store
from ae.runs import control
from ae.store import import_model
from ae.store.keras_file import LARGEST_FILE
from ae.ui import cache, shell, state
from ae.ui.markdown import plain


def show_bring_along() -> None:
    """Upload a .keras file; it joins the list of models, or the page says why not."""
    st.subheader("Or bring one along")
    st.markdown(
        "An autoencoder of 28×28 pictures that you made in Keras 3, saved with "
        "`model.save('name.keras')`. It is cut at its narrowest layer: that is its code. Then you "
        "can draw with it and compare it with PCA as any other."
    )
    file = st.file_uploader(
        "A .keras file of plain Keras layers, one after the other",
        ["keras"],
        max_upload_size=LARGEST_FILE >> 20,
        key=state.BROUGHT_FILE,
        help="The file is checked before any of it is loaded. Layers with code of their own, "
        "Lambda among them, are refused.",
    )
    if file is not None:
        with st.form(state.BROUGHT_FORM):
            name = st.text_input(
                "Its name here",
                _name(file.name),
                max_chars=60,
                help="Letters, digits, dash and underscore.",
            )
            if st.form_submit_button("Check and add", icon=":material/add:"):
                with shell.told():
                    _bring(name, file.getvalue())
    if name := st.session_state.pop(state.BROUGHT, None):
        test = store.read_card(name).test
        st.success(
            f"**{plain(name)}** is in the list of models. Its code has {test.latent_dim} "
            f"numbers; its squared error on the test digits is {test.squared_error:.2f}, PCA of "
            f"the same size has {test.pca_squared_error:.2f}."
        )


def _bring(name: str, file: bytes) -> None:
    with st.spinner("Checking the file, and measuring the model on the 10,000 test digits."):
        import_model.import_keras_file(name, file, cache.mnist())
    st.session_state[state.BROUGHT] = name
    st.rerun()  # the list of models has to be drawn anew


def _name(file_name: str) -> str:
    letters = re.sub(r"[^A-Za-z0-9_-]+", "-", file_name.removesuffix(".keras")).strip("-")[:50]
    return control.free_name(letters or "brought")
