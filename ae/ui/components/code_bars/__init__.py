"""The code as bars that can be moved, with the decoded picture beside them, live.

As with the pad, a page reads the changes first, computes, and mounts the bars with the results in
a fragment. A code of two numbers is shown as a place on a map instead.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import streamlit as st

from ae.analysis.latent import CodeStatistics
from ae.ui.components import base

REACH = 3.0  # where bars and map end, in standard deviations
MAP_POINTS = 1000  # 3 bytes each, which travel with every update

_LONGEST_TOKEN = 80


@dataclass(frozen=True)
class Edit:
    """What has been moved, as the browser tells it.

    number : counts the updates, from 1; 0 if there was none.
    token : names the code that was changed; changes of another code are void.
    changes : index -> position in standard deviations from the mean, within ±REACH.
    touched : index of the bar last touched, or None.
    """

    number: int = 0
    token: str = ""
    changes: dict[int, float] = field(default_factory=dict)
    touched: int | None = None

    def applied(self, z: np.ndarray, statistics: CodeStatistics, token: str) -> np.ndarray:
        """z, float32 (latent_dim,), with the changes if they were made to this code."""
        changed = z.copy()
        if self.token == token:
            for index, position in self.changes.items():
                if index < len(z):
                    changed[index] = statistics.mean[index] + position * statistics.spread[index]
        return changed


@dataclass(frozen=True, eq=False)
class Figure:
    """A picture beside the bars.

    image : float (28, 28) or (28, 28, 3), values in [0, 1], or None to leave it empty.
    caption : the line below. alt : what a screen reader says.
    """

    image: np.ndarray | None
    caption: str
    alt: str


def read_edit(key: str) -> Edit:
    """What has been moved in the bars with this key. Junk counts as nothing; it never raises."""
    state = st.session_state.get(key)
    edit = state.get("edit") if isinstance(state, Mapping) else None
    if not isinstance(edit, Mapping):
        return Edit()
    number, token = base.number_of(edit.get("number")), edit.get("token")
    if number is None or not isinstance(token, str) or len(token) > _LONGEST_TOKEN:
        return Edit()
    touched = edit.get("touched")
    return Edit(
        number,
        token,
        _changes(edit.get("changes")),
        touched if type(touched) is int and touched >= 0 else None,
    )


def code_bars(
    key: str,
    *,
    edit: Edit,
    token: str,
    z: np.ndarray,
    statistics: CodeStatistics,
    decoded: Figure,
    moved: Figure,
    message: str,
    hint: str,
    code_map: str | None = None,
) -> None:
    """Show the bars of one code.

    Parameters
    ----------
    key : the place of the bars in `st.session_state`.
    edit : what `read_edit` gave: the pictures are its answer.
    token : names this code. Changes end when it changes. At most 80 characters.
    z : float32 (latent_dim,), the drawing's own code, without changes.
    statistics : of the test set's codes, which the bars are scaled by.
    decoded, moved : the decoder's picture; the pixels that the touched number moves.
    message : read aloud when the bars have been still for a moment.
    hint : what can be done, shown until a bar is touched.
    code_map : for two numbers, what `map_points` gave; else None.
    """
    positions = statistics.standardize(z[None])[0]
    _component(
        key=key,
        data={
            "number": edit.number,
            "token": token,
            "z": _rounded(positions),
            "mean": _rounded(statistics.mean),
            "spread": _rounded(statistics.spread),
            "reach": REACH,
            "changes": list(edit.changes.items()) if edit.token == token else [],
            "touched": edit.touched,
            "decoded": _sent(decoded),
            "moved": _sent(moved),
            "message": message,
            "hint": hint,
            "map": code_map,
        },
        on_edit_change=base.nothing,  # declares the state "edit"
    )


def map_points(z: np.ndarray, labels: np.ndarray, statistics: CodeStatistics) -> str:
    """The first 1,000 codes as the map takes them: base64 of x, y and label, a byte each.

    z : float (n, 2). labels : uint8 (n,), 0 to 9. Codes beyond ±REACH are left out.
    """
    positions = statistics.standardize(z[:MAP_POINTS])
    inside = (np.abs(positions) <= REACH).all(axis=1)
    places = (positions[inside] / REACH + 1) / 2
    return base.encode(np.column_stack([places, labels[:MAP_POINTS][inside] / 255]))


def _changes(pairs: object) -> dict[int, float]:
    changes = {}
    for pair in pairs if isinstance(pairs, list) else ():
        if not isinstance(pair, list) or len(pair) != 2:
            continue
        index, position = pair
        if type(index) is not int or index < 0 or type(position) not in (int, float):
            continue
        if abs(position) < math.inf:  # false for NaN, and no overflow for a huge whole number
            changes[index] = float(min(max(position, -REACH), REACH))
    return changes


def _rounded(values: np.ndarray) -> list[float]:
    """Enough digits for a screen: an update is a third as long."""
    return [float(f"{value:.4g}") for value in values]


def _sent(figure: Figure) -> dict:
    pixels = None if figure.image is None else base.encode(figure.image)
    return {"pixels": pixels, "caption": figure.caption, "alt": figure.alt}


# Once per process: registering it in every run would mount new bars each time.
_component = base.register("ae.code_bars", Path(__file__).parent, "code_bars")
