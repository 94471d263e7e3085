"""Download buttons whose files are made when they are asked for."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import PurePath

import numpy as np
import streamlit as st

from ae import imaging

_TYPES = {
    ".png": "image/png",
    ".gif": "image/gif",
    ".csv": "text/csv",
    ".npz": "application/octet-stream",
    ".aez": "application/octet-stream",
    ".keras": "application/octet-stream",
    ".py": "text/x-python",
    ".html": "text/html",
    ".ipynb": "application/x-ipynb+json",
}


def offer(label: str, data: Callable[[], bytes | str], file_name: str, what: str) -> None:
    """Show a download button.

    Parameters
    ----------
    label : str
        A verb and its object: "Download the map (CSV)".
    data : callable
        Makes the file when the button is pressed.
    file_name : str
        Its suffix gives the MIME type.
    what : str
        What the file holds, as the button's help.
    """
    st.download_button(
        label,
        data,
        file_name,
        _TYPES[PurePath(file_name).suffix],
        help=what,
        icon=":material/download:",
        on_click="ignore",
    )


def offer_csv(label: str, rows: Callable[[], Iterable[Mapping]], file_name: str, what: str) -> None:
    """Show a download button for a table. rows : makes dicts of the same keys."""

    def text() -> str:
        table = list(rows())
        return csv_text(list(table[0]) if table else [], (row.values() for row in table))

    offer(label, text, file_name, what)


def offer_png(label: str, pixels: Callable[[], np.ndarray], file_name: str, what: str) -> None:
    """Show a download button for a picture. pixels : makes what ``imaging.png`` takes."""
    offer(label, lambda: imaging.png(pixels()), file_name, what)


def csv_text(header: Sequence[str], rows: Iterable[Iterable]) -> str:
    """Rows as CSV text; floats with nine digits, so that float32 comes back exactly."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(header)
    for row in rows:
        writer.writerow(f"{v:.9g}" if isinstance(v, float | np.floating) else v for v in row)
    return text.getvalue()
