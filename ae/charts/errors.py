"""Squared errors: of many digits, and of one against the size of the code."""

from __future__ import annotations

from collections.abc import Sequence

import altair as alt
import numpy as np


def error_distribution(errors: np.ndarray, mine: float, bins: int = 60) -> alt.LayerChart:
    """How many test digits have which squared error, with one's own drawing marked on the curve.

    errors : float (n,), positive. mine : the drawing's error. The axis is logarithmic and the
    bins equally wide on it.
    """
    ends = min(errors.min(), max(mine, 1e-3)) / 1.1, max(errors.max(), mine) * 1.1
    counts, edges = np.histogram(errors, bins=np.geomspace(*ends, bins + 1))
    rows = [
        {
            "error": float(np.sqrt(low * high)),
            "digits": int(count),
            "side": "lower error than yours" if high <= mine else "higher error",
        }
        for low, high, count in zip(edges[:-1], edges[1:], counts, strict=True)
    ]
    x = alt.X(
        "error:Q",
        title="squared error per digit (logarithmic)",
        scale=alt.Scale(type="log", domain=ends, nice=False),
        axis=alt.Axis(grid=False, values=[0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50, 100, 200, 500]),
    )
    area = (
        alt.Chart(alt.Data(values=rows))
        .mark_area(interpolate="monotone", line=True, fillOpacity=0.25)
        .encode(
            x=x,
            y=alt.Y("digits:Q", title="test digits", axis=alt.Axis(tickCount=3)),
            tooltip=[alt.Tooltip("error:Q", format=".2f"), "digits:Q"],
        )
    )
    point = alt.Chart(alt.Data(values=[{"error": max(mine, 1e-3), "name": f"yours: {mine:.2f}"}]))
    far_right = mine > np.sqrt(ends[0] * ends[1])
    rule = point.mark_rule(strokeWidth=3, color="#d9730d").encode(x=x)
    text = point.mark_text(
        align="right" if far_right else "left",
        dx=-7 if far_right else 7,
        fontSize=14,
        fontWeight="bold",
        color="#d9730d",
    ).encode(x=x, y=alt.value(12), text="name:N")
    return alt.layer(area, rule, text).properties(height=220)


def error_by_size(sizes: Sequence[int], autoencoder: Sequence[float], pca: Sequence[float], k: int):
    """Squared error of one drawing against the size of the code, autoencoder and PCA.

    sizes, autoencoder, pca : equally long. k : the size to mark.
    """
    names = ["autoencoder", "PCA"]
    rows = [
        {"k": size, "error": error, "of": name}
        for name, values in zip(names, (autoencoder, pca), strict=True)
        for size, error in zip(sizes, values, strict=True)
    ]
    x = alt.X(
        "k:Q",
        title="numbers in the code",
        scale=alt.Scale(type="log", base=2),
        axis=alt.Axis(values=list(sizes), grid=False),
    )
    lines = (
        alt.Chart(alt.Data(values=rows))
        .mark_line(point=alt.OverlayMarkDef(size=70, filled=True))
        .encode(
            x=x,
            y=alt.Y(
                "error:Q",
                title="squared error",
                scale=alt.Scale(type="log"),
                axis=alt.Axis(tickCount=4),
            ),
            color=alt.Color("of:N", title=None, scale=alt.Scale(domain=names)).legend(orient="top"),
            shape=alt.Shape("of:N", title=None, scale=alt.Scale(domain=names)),
            tooltip=["of:N", "k:Q", alt.Tooltip("error:Q", format=".2f")],
        )
    )
    here = alt.Chart(alt.Data(values=[{"k": k}])).mark_rule(strokeDash=[4, 4], color="gray")
    return alt.layer(here.encode(x=x), lines).properties(height=240)
