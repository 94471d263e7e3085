"""Short films side by side, with a slider and a button; nothing plays unasked."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np

from ae.ui.components import base


def films(key: str, frames: Mapping[str, np.ndarray]) -> None:
    """Show films of equal length.

    key : their place in `st.session_state`. frames : label -> float (n, 28, 28) in [0, 1].
    """
    count = len(next(iter(frames.values())))
    _component(
        key=key,
        data={
            "count": count,
            "films": [{"label": a, "pixels": base.encode(each)} for a, each in frames.items()],
        },
    )


_component = base.register("ae.animation", Path(__file__).parent, "film")
