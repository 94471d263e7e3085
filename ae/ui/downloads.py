"""Buttons that give files away, made when they are asked for."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable, Mapping

import numpy as np
import streamlit as st

from ae import imaging


def offer_csv(label: str, rows: Callable[[], Iterable[Mapping]], file_name: str, what: str) -> None:
    """A button for a table. rows : gives dicts of the same keys. what : told beside the button."""
    _offer(label, lambda: _csv(rows()), file_name, "text/csv", what)


def offer_png(label: str, pixels: Callable[[], np.ndarray], file_name: str, what: str) -> None:
    """A button for a picture. pixels : gives what ``pictures.png`` takes."""
    _offer(label, lambda: imaging.png(pixels()), file_name, "image/png", what)


def _offer(label: str, data: Callable, file_name: str, mime: str, what: str) -> None:
    st.download_button(
        label,
        data,
        file_name=file_name,
        mime=mime,
        help=what,
        on_click="ignore",
        icon=":material/download:",
    )


def _csv(rows: Iterable[Mapping]) -> str:
    rows = list(rows)
    text = io.StringIO()
    writer = csv.DictWriter(text, rows[0], lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()
