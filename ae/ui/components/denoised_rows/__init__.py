"""Rows of digits: noisy, restored by each method, and clean. The noise follows its slider.

What the networks of the page restore follows it, too; what Python has restored is marked as not yet
updated until Python has done so.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from ae.data.noise import Noise
from ae.ui.components import base
from ae.ui.components.denoising import SCRIPTS, Restorer, noise_data


@dataclass(frozen=True, eq=False)
class Restored:
    """Digits that Python has restored.

    Attributes
    ----------
    label : the name of the method.
    images : float array of shape (n, 28, 28), values in [0, 1].
    note : a few words for below the label.
    """

    label: str
    images: np.ndarray
    note: str


def denoised_rows(
    key: str,
    *,
    names: Sequence[str],
    clean: np.ndarray,
    soiled: np.ndarray,
    noise: Noise,
    strength: float,
    methods: Sequence[Restored | Restorer],
) -> None:
    """Show a row of the noisy digits, one for each method, and one of the clean digits.

    Parameters
    ----------
    key : the place of the rows in `st.session_state`.
    names : of the n digits, for those who do not see them: "test digit 5".
    clean : float32 array of shape (n, 28, 28), values in [0, 1].
    soiled : what the noise is added to, of the same form: the clean digits, perhaps with scribbles.
    noise : of the n digits.
    strength : of the noise in what Python has restored, from 0 to 1.
    methods : those of the rows between.
    """
    _component(
        key=key,
        data={
            "names": list(names),
            "clean": base.encode_floats(clean),
            "soiled": base.encode_floats(soiled),
            "noise": noise_data(noise),
            "strength": strength,
            "rows": [
                {"kind": "noisy", "label": "Noisy", "about": "do nothing"},
                *map(_row, methods),
                {"kind": "clean", "label": "Clean", "about": "the original"},
            ],
        },
    )


def _row(method: Restored | Restorer) -> dict[str, Any]:
    if isinstance(method, Restored):
        return {
            "kind": "sent",
            "label": method.label,
            "about": method.note,
            "pixels": base.encode(method.images),
        }
    return {"kind": "network"} | vars(method)


_component = base.register(Path(__file__).parent, *SCRIPTS)
