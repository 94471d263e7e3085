"""A latent vector as bars that can be moved, with the decoder's output beside them, live.

The browser does it all, with a network that `send_network` has given to the page. A latent vector
of two dimensions is shown as a place on a map instead, one of very many as squares.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np

from ae.analysis.latent import CodeStatistics
from ae.ui.components import base

REACH = 3.0  # where bars and map end, in standard deviations
MOST_BARS = 256
MAP_POINTS = 1000  # 3 bytes each


def code_bars(
    key: str,
    *,
    network: str,
    statistics: CodeStatistics,
    hint: str,
    drawing: str = "drawing",
    code_map: str | None = None,
) -> None:
    """Show the latent vector of the drawing on the page's pad; without one, the mean.

    Parameters
    ----------
    key : the place of the bars in `st.session_state`.
    network : name of the network, see `send_network`.
    statistics : of the test set's latent vectors, which the bars are scaled by.
    hint : what can be done, shown until a bar is touched.
    drawing : name of the drawing, as the pad has it.
    code_map : for two dimensions, what `map_points` gave, or an empty text for a map without
        points; else None.
    """
    _component(
        key=key,
        data={
            "network": network,
            "drawing": drawing,
            "mean": statistics.mean.tolist(),
            "deviation": statistics.standard_deviation.tolist(),
            "reach": REACH,
            "hint": hint,
            "map": code_map,
            "most_bars": MOST_BARS,
        },
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


_component = base.register(
    Path(__file__).parent,
    "../networks.js",
    "../map_marks.js",
    "../layers/maps.js",
    "map.js",
    "squares.js",
)
