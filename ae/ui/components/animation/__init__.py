"""Short animations side by side, with one slider and one button. Nothing plays unasked."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np

from ae.ui.components import base


def animation(key: str, frames: Mapping[str, np.ndarray]) -> None:
    """Show animations of equal length.

    Parameters
    ----------
    key : the place of the component in `st.session_state`.
    frames : label -> float array of shape (n, 28, 28), values in [0, 1], the same n for all.
    """
    count = len(next(iter(frames.values())))
    _component(
        key=key,
        data={
            "count": count,
            "animations": [
                {"label": label, "pixels": base.encode(each)} for label, each in frames.items()
            ],
        },
    )


_component = base.register(Path(__file__).parent)
