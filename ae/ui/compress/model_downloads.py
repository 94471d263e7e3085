"""Downloads of the model: the network, its training history, and the script that trains it."""

from __future__ import annotations

import streamlit as st

from ae import store
from ae.errors import ModelError
from ae.store import export_page, export_script
from ae.store.keras_file import LARGEST_FILE
from ae.system.files import open_regular
from ae.ui import cache, downloads, shell

_FILES = (
    (
        "Download the network (.keras)",
        store.MODEL_FILE,
        "{}.keras",
        "Any program with Keras 3 can load it.",
    ),
    (
        "Download the training history (CSV)",
        store.HISTORY_FILE,
        "{}-history.csv",
        "The losses during training, one row for each report.",
    ),
)


def show_downloads(card: store.ModelCard) -> None:
    """Downloads of what there is of a model."""
    st.header("Download the model")
    with st.container(horizontal=True):
        for label, file, file_name, what in _FILES:
            with shell.told():
                if (data := _read(card.name, file)) is not None:
                    downloads.offer(
                        label, lambda data=data: data, file_name.format(card.name), what
                    )
        downloads.offer(
            "Download it as a web page (HTML)",
            lambda: export_page.page(*cache.network(card.name)),
            f"{card.name}.html",
            "One file with the model and a drawing pad. It opens in any browser, on a phone too, "
            "without a server or a network.",
        )
        if card.training is not None:
            script = export_script.script(card)
            downloads.offer(
                "Download the training script (Python)",
                lambda: script,
                f"{card.name}.py",
                "A stand-alone Keras script with the same network, settings and random seed.",
            )
            downloads.offer(
                "Download the training notebook (Jupyter)",
                lambda: export_script.notebook(card),
                f"{card.name}.ipynb",
                "The same as a notebook with text between its cells, ready for Colab.",
            )
    if card.training is None:
        st.caption("How this model was trained is not known, so there is no script for it.")
        return
    with st.expander("Show the training script"):
        st.code(script, language="python")


def _read(name: str, file: str) -> bytes | None:
    """A file of a model's folder, None where there is none.

    Raises
    ------
    ModelError
        If it is not a regular file in that folder, or cannot be read.
    """
    try:
        with open_regular(store.file_of(name, file), LARGEST_FILE) as opened:
            return opened.read()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise ModelError(
            f"{file} of {name!r} cannot be read: {error.strerror or error}. Copy the file itself."
        ) from error
