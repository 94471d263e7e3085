"""The moments of a training, with a slider that is followed while it moves.

All moments are in the browser: nothing is sent when it moves. One moment alone has no slider.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ae.imaging import to_base64
from ae.ui.components import base


@dataclass(frozen=True, eq=False)
class Moments:
    """What is shown of f moments.

    steps, epochs, seconds, errors, shares : float (f,); the last is the part of the codes'
    variance that the map shows. rebuilt : uint8 (f, k, 28, 28). places : float (f, n, 2) in
    [0, 1], to the right and upwards, of n digits.
    """

    steps: Sequence[float]
    epochs: Sequence[float]
    seconds: Sequence[float]
    errors: Sequence[float]
    shares: Sequence[float]
    rebuilt: np.ndarray
    places: np.ndarray


@dataclass(frozen=True, eq=False)
class Own:
    """One's own drawing at the same moments: rebuilt uint8 (f, 28, 28), places float (f, 2)."""

    image: np.ndarray
    rebuilt: np.ndarray
    places: np.ndarray
    errors: Sequence[float]


def time_machine(
    key: str,
    moments: Moments,
    *,
    title: str,
    digits: np.ndarray,
    labels: np.ndarray,
    own: Own | None,
    pca: tuple[str, float],
    map_text: str,
) -> None:
    """Show moments: digits over their reconstructions, the map, and the error.

    key : the place in `st.session_state`. title : names the run. digits : float (k, 28, 28).
    labels : uint8 (n,), of the digits on the map. pca : its name and its squared error of the
    same digits. map_text : what the map shows.
    """
    _component(
        key=key,
        data={
            "title": title,
            "steps": list(map(int, moments.steps)),
            "epochs": _rounded(moments.epochs, 3),
            "seconds": _rounded(moments.seconds, 2),
            "errors": _rounded(moments.errors, 4),
            "shares": _rounded(moments.shares, 4),
            "digits": base.encode(digits),
            "rebuilt": to_base64(moments.rebuilt),
            "places": to_base64(_parts(moments.places)),
            "labels": to_base64(labels.astype(np.uint8)),
            "own": own
            and {
                "image": base.encode(own.image),
                "rebuilt": to_base64(own.rebuilt),
                "places": to_base64(_parts(own.places)),
                "errors": _rounded(own.errors, 4),
            },
            "pca": {"name": pca[0], "error": round(pca[1], 4)},
            "mapText": map_text,
        },
    )


def _rounded(values: Sequence[float], digits: int) -> list[float | None]:
    """For JSON, which knows no infinity."""
    return [round(float(v), digits) if math.isfinite(v) else None for v in values]


def _parts(places: np.ndarray) -> np.ndarray:
    return np.rint(places * 65535).astype("<u2")


# Once per process: registering it in every run would mount a new one each time.
_component = base.register(
    "ae.time_machine", Path(__file__).parent, "time_machine", "../map_marks.js"
)
