"""One's own pictures on a page: drag in, read once, the bad ones told."""

from __future__ import annotations

import streamlit as st

from ae.data.image_file import LARGEST_FILE, SUFFIXES
from ae.data.uploads import MOST_FILES, MOST_IMAGES, Collection, read_collection
from ae.ui.markdown import plain


def own_pictures(key: str) -> Collection | None:
    """The uploader with this key, and what was read from its files. None while there is nothing."""
    files = st.file_uploader(
        f"Up to {MOST_FILES} pictures of one digit each, or an .npz of 28×28 images",
        [*SUFFIXES, "npz"],
        accept_multiple_files=True,
        max_upload_size=LARGEST_FILE >> 20,
        key=key,
        help="Dark on light or light on dark; each is cut out and centred as MNIST's digits were. "
        "The images of an .npz (one array, or `images` or `x_test`; uint8, or float from 0 to 1) "
        f"are taken as they are, at most {MOST_IMAGES:,}.",
    )
    if not files:
        st.caption(":material/upload: Drag pictures in to see them here. They stay on this server.")
        return None
    known = tuple((file.name, file.file_id) for file in files)
    read = _read(known, files)
    if read.refused:
        lines = "\n".join(f"- {plain(text)}" for text in read.refused)
        st.warning(f"Not taken:\n\n{lines}", icon=":material/warning:")
    return read if len(read.images) else None


@st.cache_resource(max_entries=16, show_spinner=False)
def _read(known: tuple[tuple[str, str], ...], _files) -> Collection:
    """known : names and ids, which no two uploads share; the files themselves are not hashed."""
    count = min(len(_files), MOST_FILES)
    bar = st.progress(0.0, "Reading the pictures.")
    try:
        return read_collection(
            ((file.name, file.getvalue()) for file in _files),
            lambda done: bar.progress(done / count, f"Reading the pictures: {done} of {count}."),
        )
    finally:
        bar.empty()
