"""A latent vector as bars that can be moved, with the decoder's output beside them, live.

As with the pad, a page reads the changes first, computes, and mounts the bars with the results in
a fragment. A latent vector of two dimensions is shown as a place on a map instead.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from ae.analysis.latent import CodeStatistics
from ae.ui.components import base

REACH = 3.0  # where bars and map end, in standard deviations
MAP_POINTS = 1000  # 3 bytes each, which travel with every update

_LONGEST_TOKEN = 80


@dataclass(frozen=True)
class Edit:
    """What has been moved, as the browser tells it.

    Attributes
    ----------
    number : counts the updates, from 1; 0 if there was none.
    token : names the latent vector that was changed; changes of another one are void.
    changes : index -> position in standard deviations from the mean, within ±REACH.
    touched : index of the bar last touched, or None.
    """

    number: int = 0
    token: str = ""
    changes: dict[int, float] = field(default_factory=dict)
    touched: int | None = None

    def applied(self, z: np.ndarray, statistics: CodeStatistics, token: str) -> np.ndarray:
        """Return z, float32 of shape (latent_dim,), with the changes if ``token`` names it."""
        changed = z.copy()
        if self.token == token:
            for index, position in self.changes.items():
                if index < len(z):
                    changed[index] = (
                        statistics.mean[index] + position * statistics.standard_deviation[index]
                    )
        return changed


@dataclass(frozen=True, eq=False)
class Figure:
    """A picture beside the bars.

    Attributes
    ----------
    image : float array of shape (28, 28) or (28, 28, 3), values in [0, 1], or None to leave it
        empty.
    caption : the line below.
    alt : what a screen reader says.
    """

    image: np.ndarray | None
    caption: str
    alt: str


def read_edit(key: str) -> Edit:
    """Return what has been moved in the bars with this key. Junk counts as nothing."""
    edit = base.state_of(key, "edit")
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
    """Show the bars of one latent vector.

    Parameters
    ----------
    key : the place of the bars in `st.session_state`.
    edit : what `read_edit` gave: the pictures are its answer.
    token : names this latent vector. Changes end when it changes. At most 80 characters.
    z : float32 array of shape (latent_dim,), without changes.
    statistics : of the test set's latent vectors, which the bars are scaled by.
    decoded, moved : the decoder's output, and the pixels that the touched dimension changes.
    message : read aloud when the bars have been still for a moment.
    hint : what can be done, shown until a bar is touched.
    code_map : for two dimensions, what `map_points` gave; else None.
    """
    positions = statistics.standardize(z[None])[0]
    _component(
        key=key,
        data={
            "number": edit.number,
            "token": token,
            "z": _rounded(positions),
            "mean": _rounded(statistics.mean),
            "deviation": _rounded(statistics.standard_deviation),
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
    """Return points for the map, as base64 of x, y and label, a byte each.

    Parameters
    ----------
    z : float array of shape (n, 2). The first 1,000 rows are taken, but for those beyond ±REACH.
    labels : uint8 array of shape (n,), values 0 to 9.
    statistics : the map's middle is the mean.
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
    """Return four digits, enough for a screen: an update is a third as long."""
    return [float(f"{value:.4g}") for value in values]


def _sent(figure: Figure) -> dict:
    pixels = None if figure.image is None else base.encode(figure.image)
    return {"pixels": pixels, "caption": figure.caption, "alt": figure.alt}


_component = base.register(Path(__file__).parent, "../flight.js", "../map_marks.js")
