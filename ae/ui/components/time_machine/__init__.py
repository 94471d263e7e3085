"""The snapshots of a training run, with a slider that is followed while it moves.

All snapshots are in the browser: nothing is sent when it moves. One snapshot alone has no slider.
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
class Snapshots:
    """What is shown of f snapshots.

    Attributes
    ----------
    steps, epochs, seconds : f numbers each, how far training had got.
    errors : f numbers, the mean squared error of the digits on the map.
    shares : f numbers in [0, 1], the part of the latent vectors' variance that the map shows.
    reconstructions : uint8 array of shape (f, k, 28, 28), of k test digits.
    places : float array of shape (f, n, 2), values in [0, 1], to the right and upwards, of n test
        digits.
    """

    steps: Sequence[float]
    epochs: Sequence[float]
    seconds: Sequence[float]
    errors: Sequence[float]
    shares: Sequence[float]
    reconstructions: np.ndarray
    places: np.ndarray


@dataclass(frozen=True, eq=False)
class Own:
    """One's own drawing at the same snapshots.

    Attributes
    ----------
    image : float array of shape (28, 28), values in [0, 1].
    reconstructions : uint8 array of shape (f, 28, 28).
    places : float array of shape (f, 2), values in [0, 1].
    errors : f numbers, its squared error.
    """

    image: np.ndarray
    reconstructions: np.ndarray
    places: np.ndarray
    errors: Sequence[float]


def time_machine(
    key: str,
    snapshots: Snapshots,
    *,
    title: str,
    digits: np.ndarray,
    labels: np.ndarray,
    own: Own | None,
    pca: tuple[str, float],
    map_text: str,
) -> None:
    """Show snapshots: digits above their reconstructions, the latent map, and the error.

    Parameters
    ----------
    key : the place of the component in `st.session_state`.
    title : names the run. Under the same title the slider stays where it is.
    digits : float array of shape (k, 28, 28), values in [0, 1].
    labels : uint8 array of shape (n,), the classes of the digits on the map.
    own : one's own drawing, if there is one.
    pca : what PCA is called there, and its mean squared error of the same n digits.
    map_text : what the map shows; ``{share}`` in it becomes the share of the variance.
    """
    _component(
        key=key,
        data={
            "title": title,
            "steps": list(map(int, snapshots.steps)),
            "epochs": _rounded(snapshots.epochs, 3),
            "seconds": _rounded(snapshots.seconds, 2),
            "errors": _rounded(snapshots.errors, 4),
            "shares": _rounded(snapshots.shares, 4),
            "digits": base.encode(digits),
            "reconstructions": to_base64(snapshots.reconstructions),
            "places": to_base64(_sixteen_bits(snapshots.places)),
            "labels": to_base64(labels.astype(np.uint8)),
            "own": own
            and {
                "image": base.encode(own.image),
                "reconstructions": to_base64(own.reconstructions),
                "places": to_base64(_sixteen_bits(own.places)),
                "errors": _rounded(own.errors, 4),
            },
            "pca": {"name": pca[0], "error": round(pca[1], 4)},
            "mapText": map_text,
        },
    )


def _rounded(values: Sequence[float], digits: int) -> list[float | None]:
    """Round for JSON, which knows no infinity and no NaN: those become None."""
    return [round(float(v), digits) if math.isfinite(v) else None for v in values]


def _sixteen_bits(places: np.ndarray) -> np.ndarray:
    return np.rint(places * 65535).astype("<u2")


_component = base.register(Path(__file__).parent, "../networks.js", "../map_marks.js", "curve.js")
