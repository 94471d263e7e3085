"""Import of a Keras model: upload, check, see what was understood, measure, list."""

from __future__ import annotations

import math
import re

import numpy as np
import streamlit as st

from ae import imaging, runs, store
from ae.analysis import metrics
from ae.nn.autoencoder import Autoencoder
from ae.runs import control
from ae.store import import_model
from ae.store.import_model import RANGES, Understood
from ae.store.keras_file import LARGEST_FILE
from ae.ui import cache, links, shell, state
from ae.ui.markdown import plain
from ae.ui.train.run_panel import show_delete

_SHOWN = 10  # test digits that are sent through the model before it is kept


def show_import() -> None:
    """Show the upload of .keras files: what was understood of them, or why they are refused."""
    st.header("Import a Keras model")
    st.markdown(
        "Upload an autoencoder of 28×28 pictures that was built with Keras 3 and saved with "
        "`model.save('name.keras')`, or an encoder and a decoder in two files. You see what was "
        "understood of it before anything is kept. Then all pages can use the model."
    )
    files = st.file_uploader(
        "A .keras file, or two: encoder and decoder (plain Keras layers)",
        ["keras"],
        accept_multiple_files=True,
        max_upload_size=LARGEST_FILE >> 20,
        key=state.BROUGHT_FILE,
        help="Each file is checked before anything in it is loaded. Layers with code of their own, "
        "such as Lambda, are refused.",
    )
    if files:
        with shell.told():
            _show_understood(files)
    if name := st.session_state.pop(state.BROUGHT, None):
        _show_taken(name)
    chosen = state.model_name()
    # A model that was trained here is deleted with its run, above.
    if chosen is not None and chosen not in store.SHIPPED and runs.read_settings(chosen) is None:
        st.caption(f"**{plain(chosen)}** is the chosen model. It has no run.")
        show_delete(chosen)


def _show_understood(files: list) -> None:
    if len(files) > 2:
        st.error("Expected one .keras file, or an encoder and a decoder. Remove the others.")
        return
    with st.spinner("Checking the file."):
        understood = _understood(tuple(file.file_id for file in files), files)
    cut, takes, gives = _choices(understood, files[0].file_id)
    autoencoder = understood.autoencoder(cut, takes, gives)
    _show_digits(autoencoder)
    st.dataframe(_plan(understood, cut), hide_index=True, key=state.BROUGHT_PLAN)
    with st.form(state.BROUGHT_FORM):
        name = st.text_input(
            "Name of the model",
            _name(files[0].name),
            max_chars=60,
            help="Letters, digits, dashes and underscores.",
        )
        if st.form_submit_button("Import", icon=":material/add:"):
            with shell.told():
                with st.spinner("Measuring the model on the 10,000 test digits."):
                    import_model.keep(name, autoencoder, cache.mnist())
                st.session_state[state.BROUGHT] = name
                st.rerun()  # so that the list of models shows it


def _choices(understood: Understood, file_id: str) -> tuple[int, str, str]:
    """Let one change where the network is cut, and the range of its values."""

    def label(cut: int) -> str:
        shape = understood.calls.shape(cut)
        size = f"{math.prod(shape)} values" + f" ({_words(shape)})" * (len(shape) > 1)
        return f"after {_layer(understood, cut)}: {size}"

    keys = [f"{state.BROUGHT_CHOICE}{what}_{file_id}" for what in ("cut", "takes", "gives")]
    cut = st.selectbox(
        "The layer whose output is the latent vector",
        understood.cuts,
        understood.cuts.index(understood.cut),
        format_func=label,
        key=keys[0],
        help="The layers before it are the encoder, those after it the decoder.",
    )
    left, right = st.columns(2)
    names = list(RANGES)
    takes = left.selectbox(
        "Values of its input, from black to white",
        names,
        names.index(understood.takes),
        format_func=lambda name: name + _error_with(understood, name),
        key=keys[1],
        help="The range that the training pictures had. Some test digits were sent through the "
        "model with each: the lowest squared error tells the range.",
    )
    gives = right.selectbox(
        "Values of its output, from black to white",
        names,
        names.index(understood.gives),
        key=keys[2],
    )
    if not understood.is_sure:
        st.caption(
            ":material/info: With none of these ranges the model reconstructs test digits better "
            "than their mean picture would: the range cannot be found out. Choose the one that the "
            "training pictures had."
        )
    return cut, takes, gives


def _error_with(understood: Understood, takes: str) -> str:
    error = understood.tried.get(takes)
    return "" if error is None else f" (squared error {error:.1f})"


def _show_digits(autoencoder: Autoencoder) -> None:
    images = cache.mnist().x_test[:_SHOWN]
    outputs = np.clip(autoencoder.reconstruct(images), 0, 1)
    error, empty = metrics.squared_error(images, outputs).mean(), _error_of_black(images)
    pictures = np.concatenate([imaging.row(list(rows), 56) for rows in (images, outputs)])
    st.image(
        imaging.png(pictures),
        caption=f"{_SHOWN} test digits, and below them what the model makes of them, clipped to "
        f"black and white: squared error {error:.1f}.",
    )
    if error > empty:
        st.warning(
            f"A black picture has a lower error ({empty:.1f}). Try another range or another place "
            "to cut; if nothing helps, the model was trained for something else, or not at all.",
            icon=":material/warning:",
        )


def _plan(understood: Understood, cut: int) -> list[dict[str, str]]:
    return [
        {
            "part": "encoder" if number <= cut else "decoder",
            "layer": _layer(understood, number),
            "gives": _words(call.shape),
            "latent vector": "◀ here" if number == cut else "",
        }
        for number, call in enumerate(understood.calls.calls, 1)
    ]


def _layer(understood: Understood, number: int) -> str:
    call = understood.calls.calls[number - 1]
    kind = type(call.layer).__name__ if call.layer is not None else "Reshape"
    return f"{number}. {kind}"


def _words(shape: tuple[int, ...]) -> str:
    return " × ".join(map(str, shape))


@st.cache_resource(max_entries=4, show_spinner=False)
def _understood(known: tuple[str, ...], _files: list) -> Understood:
    """known : ids, which no two uploads share; the files themselves are not hashed."""
    cache.tensorflow()
    return import_model.understand([file.getvalue() for file in _files], cache.mnist())


def _show_taken(name: str) -> None:
    test = store.read_card(name).test
    text = (
        f"**{plain(name)}** is now in the list of models. It has {test.latent_dim} latent "
        f"dimensions. Its squared error on the test digits is {test.squared_error:.2f}; PCA "
        f"with the same number of dimensions has {test.pca_squared_error:.2f}."
    )
    empty = _error_of_black(cache.mnist().x_test)
    if test.squared_error < empty:
        st.success(text)
    else:
        st.warning(
            f"{text} A black picture has {empty:.2f}: the model does not reconstruct digits. "
            "Import it again with another range or another place to cut, or train it first.",
            icon=":material/warning:",
        )
    with st.container(horizontal=True):
        for page, label in (("draw", "Draw with this model"), ("inside", "See its layers")):
            links.to_page(page, label, "arrow_forward", **{state.MODEL: name})


def _error_of_black(images: np.ndarray) -> float:
    """The mean squared error of black pictures: a model with a higher one has learnt nothing."""
    return float(metrics.squared_error(images, np.zeros_like(images)).mean())


def _name(file_name: str) -> str:
    letters = re.sub(r"[^A-Za-z0-9_-]+", "-", file_name.removesuffix(".keras")).strip("-")[:50]
    legal = letters if store.is_name(letters) else f"my-{letters}" if letters else "imported"
    return control.free_name(legal)
