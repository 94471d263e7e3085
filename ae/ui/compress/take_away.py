"""The model itself, its history, and the script that trains it again."""

import streamlit as st

from ae import store
from ae.errors import ModelError
from ae.store import export_script
from ae.store.keras_file import LARGEST_FILE
from ae.system.files import open_regular
from ae.ui import shell
from ae.ui.markdown import plain


def show_take_away(card: store.ModelCard) -> None:
    """Downloads of what there is of a model: the network, its history, a script."""
    st.subheader("Take it away")
    files = [
        ("The network", store.MODEL_FILE, f"{card.name}.keras", "Any Keras 3 loads it"),
        ("Its history", store.HISTORY_FILE, f"{card.name}-history.csv", "A row per report"),
    ]
    for label, file, name, meaning in files:
        with shell.told():
            if (data := _read(card.name, file)) is not None:
                _offer(label, data, name, meaning)
    if card.training is None:
        st.caption("How it was made is not known: there is no script that makes it again.")
        return
    meaning = "A stand-alone Keras script with the same network, settings and seed"
    script = export_script.script(card)
    _offer("Reproduce this", script.encode(), f"{card.name}.py", meaning)
    with st.expander("Read the script"):
        st.code(script, language="python")


def _read(name: str, file: str) -> bytes | None:
    """A file of a model's folder, None where there is none. Raises ModelError if it is no file."""
    try:
        with open_regular(store.file_of(name, file), LARGEST_FILE) as opened:
            return opened.read()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise ModelError(
            f"{file} of {name!r} cannot be read: {error.strerror or error}. Copy the file itself."
        ) from error


def _offer(label: str, data: bytes, name: str, meaning: str) -> None:
    st.download_button(
        f"{label}: {plain(name)} ({len(data):,} bytes)",
        data,
        file_name=name,
        help=meaning,
        on_click="ignore",
        icon=":material/download:",
    )
