"""The model itself, its history, and the script that trains it again."""

import streamlit as st

from ae import reproduce, store


def show_take_away(card: store.ModelCard) -> None:
    """Downloads of what there is of a model: the network, its history, a script."""
    st.subheader("Take it away")
    folder = store.models_folder() / card.name
    files = [
        ("The network", store.MODEL_FILE, f"{card.name}.keras", "Any Keras 3 loads it"),
        ("Its history", store.HISTORY_FILE, f"{card.name}-history.csv", "A row per report"),
    ]
    for label, file, name, meaning in files:
        if (folder / file).is_file():
            _offer(label, (folder / file).read_bytes(), name, meaning)
    if card.training is None:
        st.caption("How it was made is not known: there is no script that makes it again.")
        return
    meaning = "A stand-alone Keras script with the same network, settings and seed"
    script = reproduce.script(card)
    _offer("Reproduce this", script.encode(), f"{card.name}.py", meaning)
    with st.expander("Read the script"):
        st.code(script, language="python")


def _offer(label: str, data: bytes, name: str, meaning: str) -> None:
    st.download_button(
        f"{label}: {name} ({len(data):,} bytes)",
        data,
        file_name=name,
        help=meaning,
        on_click="ignore",
        icon=":material/download:",
    )
