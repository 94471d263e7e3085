"""Rows of digits with a label beside each: the same digits by several methods, one row a method."""

from __future__ import annotations

import html
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import streamlit as st

from ae import imaging

_ZOOM = 5  # the browser makes the pictures smaller again, which keeps the edges of their pixels
# A label stands beside its row where there is room, and above it on a phone. The digits of all
# rows stand in the same columns.
_STYLE = """<style>
.picture-rows { display: flex; flex-direction: column; gap: 6px; margin: 0; }
.picture-row { display: grid; column-gap: 4px; row-gap: 2px; align-items: start;
  grid-template-columns: minmax(7rem, 10rem) repeat(var(--columns), minmax(0, 5.25rem)); }
.picture-row > .label { align-self: center; line-height: 1.25; padding-right: 0.5rem; }
.picture-row b { font-weight: 600; font-size: 0.9rem; }
.picture-row small { display: block; font-size: 0.75rem; opacity: 0.8; }
.picture-row img { display: block; width: 100%; border-radius: 0; }
.picture-row .number { text-align: center; font-size: 0.75rem; line-height: 1.3;
  font-variant-numeric: tabular-nums; }
@media (max-width: 640px) {
  .picture-row { grid-template-columns: repeat(var(--columns), minmax(0, 5.25rem));
    column-gap: 2px; }
  .picture-row > .label { grid-column: 1 / -1; }
  .picture-row small { display: inline; margin-left: 0.35rem; }
  .picture-row .number { font-size: 0.7rem; letter-spacing: -0.02em; }
}
</style>"""


@dataclass(frozen=True, eq=False)
class PictureRow:
    """One row.

    Attributes
    ----------
    label : str
        What made its pictures.
    images : float array of shape (n, 28, 28) or (n, 28, 28, 3)
        Values are clipped to [0, 1].
    note : str
        A few words below the label.
    numbers : sequence of n str
        A number below each picture; the note says what it is. Empty for none.
    """

    label: str
    images: np.ndarray
    note: str = ""
    numbers: Sequence[str] = ()


def show_picture_rows(rows: Sequence[PictureRow], names: Sequence[str]) -> None:
    """Show rows of pictures of the same digits, one above the other.

    Parameters
    ----------
    rows : sequence of PictureRow
        Each with the same number n of pictures.
    names : sequence of n str
        What each column shows, for those who do not see it: "test digit no. 5 (a 3)".
    """
    body = "".join(_row(row, names) for row in rows)
    st.html(
        f'{_STYLE}<div class="picture-rows" role="table" style="--columns: {len(names)}">'
        f"{body}</div>"
    )


def short(number: float) -> str:
    """Return a number with at most four characters below 1,000: 1.59, 19.8, 104."""
    return (
        f"{number:.2f}"
        if number < 9.995
        else f"{number:.1f}"
        if number < 99.95
        else f"{number:.0f}"
    )


def _row(row: PictureRow, names: Sequence[str]) -> str:
    note = f"<small>{html.escape(row.note)}</small>" if row.note else ""
    cells = [
        f'<div role="cell"><img src="{imaging.data_uri(_enlarged(image))}" '
        f'alt="{html.escape(f"{row.label}: {name}")}">{_number(row.numbers, column)}</div>'
        for column, (image, name) in enumerate(zip(row.images, names, strict=True))
    ]
    return (
        f'<div class="picture-row" role="row"><div class="label" role="rowheader">'
        f"<b>{html.escape(row.label)}</b>{note}</div>{''.join(cells)}</div>"
    )


def _number(numbers: Sequence[str], column: int) -> str:
    return f'<div class="number">{html.escape(numbers[column])}</div>' if numbers else ""


def _enlarged(image: np.ndarray) -> np.ndarray:
    return imaging.to_bytes(image).repeat(_ZOOM, axis=0).repeat(_ZOOM, axis=1)
