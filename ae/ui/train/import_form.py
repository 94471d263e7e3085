"""Import of a Keras model: upload, check, measure, list."""

from __future__ import annotations

import re

import streamlit as st

from ae import store
from ae.runs import control
from ae.store import import_model
from ae.store.keras_file import LARGEST_FILE
from ae.ui import cache, shell, state
from ae.ui.markdown import plain


def show_import() -> None:
    """Show the upload of a .keras file: it joins the list of models, or the page says why not."""
    st.header("Import a Keras model")
    st.markdown(
        "Upload an autoencoder of 28×28 pictures that was built with Keras 3 and saved with "
        "`model.save('name.keras')`. The output of its narrowest layer becomes the latent vector: "
        "the layers before it are the encoder, those after it the decoder. All pages can then "
        "use the model."
    )
    file = st.file_uploader(
        "A .keras file (plain Keras layers, one after the other)",
        ["keras"],
        max_upload_size=LARGEST_FILE >> 20,
        key=state.BROUGHT_FILE,
        help="The file is checked before anything in it is loaded. Layers with code of their own, "
        "such as Lambda, are refused.",
    )
    if file is not None:
        with st.form(state.BROUGHT_FORM):
            name = st.text_input(
                "Name of the model",
                _name(file.name),
                max_chars=60,
                help="Letters, digits, dashes and underscores.",
            )
            if st.form_submit_button("Check and import", icon=":material/add:"):
                with shell.told():
                    _import(name, file.getvalue())
    if name := st.session_state.pop(state.BROUGHT, None):
        test = store.read_card(name).test
        st.success(
            f"**{plain(name)}** is now in the list of models. It has {test.latent_dim} latent "
            f"dimensions. Its squared error on the test digits is {test.squared_error:.2f}; PCA "
            f"with the same number of dimensions has {test.pca_squared_error:.2f}."
        )


def _import(name: str, file: bytes) -> None:
    with st.spinner("Checking the file and measuring the model on the 10,000 test digits."):
        import_model.import_keras_file(name, file, cache.mnist())
    st.session_state[state.BROUGHT] = name
    st.rerun()  # so that the list of models shows it


def _name(file_name: str) -> str:
    letters = re.sub(r"[^A-Za-z0-9_-]+", "-", file_name.removesuffix(".keras")).strip("-")[:50]
    return control.free_name(letters or "imported")
