"""Noise and what is left of it: PSNR over strength, and training noise against test noise."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import altair as alt
import numpy as np

_DASHES = ([1, 0], [6, 3], [2, 2], [8, 3, 2, 3], [12, 3], [4, 4], [10, 2, 2, 2, 2, 2])
_SHAPES = ("circle", "square", "diamond", "triangle-up", "cross", "triangle-down", "triangle-right")


@dataclass(frozen=True)
class StrengthPoint:
    """One point of a curve: a method's mean PSNR in dB at one strength, and its 95 % interval."""

    method: str
    strength: float
    psnr: float
    low: float
    high: float


def psnr_over_strength(points: Sequence[StrengthPoint], strength: float) -> alt.LayerChart:
    """A curve for each method, told apart by colour, dash and shape; ``strength`` is marked.

    points : of all curves, in order of rising strength within each.
    """
    names = list(dict.fromkeys(point.method for point in points))
    legend = alt.Legend(orient="top", columns=3, title=None, symbolStrokeWidth=2)

    def channel(kind, values):
        scale = alt.Scale(domain=names, range=[values[i % len(values)] for i in range(len(names))])
        return kind("method:N", scale=scale, legend=legend)

    colour = alt.Color("method:N", scale=alt.Scale(domain=names), legend=legend)
    x = alt.X("strength:Q", title="strength of the noise", scale=alt.Scale(domain=[0, 1]))
    curves = alt.Chart(alt.Data(values=[vars(point) for point in points])).encode(
        x=x,
        y=alt.Y("psnr:Q", title="PSNR in dB", scale=alt.Scale(domain=_psnr_domain(points))),
        color=colour,
        tooltip=[
            alt.Tooltip("method:N"),
            alt.Tooltip("strength:Q", format=".2f"),
            alt.Tooltip("psnr:Q", title="PSNR in dB", format=".2f"),
            alt.Tooltip("low:Q", title="95 % from", format=".2f"),
            alt.Tooltip("high:Q", title="to", format=".2f"),
        ],
    )
    here = alt.Chart(alt.Data(values=[{"strength": strength}])).mark_rule(
        strokeDash=[4, 4], color="gray"
    )
    return alt.layer(
        here.encode(x=x),
        curves.mark_line(clip=True).encode(strokeDash=channel(alt.StrokeDash, _DASHES)),
        curves.mark_point(size=50, filled=True, clip=True).encode(
            shape=channel(alt.Shape, _SHAPES)
        ),
    ).properties(height=400)


def _psnr_domain(points: Sequence[StrengthPoint]) -> list[float]:
    """What the axis shows. Doing nothing to clean digits is far above: its point is cut off."""
    noisy = [point.psnr for point in points if point.strength > 0] or [0, 40]
    return [max(0, np.floor(min(noisy)) - 1), min(40, np.ceil(max(noisy)) + 1)]


def noise_matrix(
    rows: Sequence[str], columns: Sequence[str], psnr: np.ndarray, do_nothing: np.ndarray
) -> alt.LayerChart:
    """Draw PSNR by training noise (rows) and test noise (columns), and that of doing nothing.

    Parameters
    ----------
    rows, columns : sequences of str
        The kinds of noise.
    psnr : float array of shape (len(rows), len(columns)), in dB
    do_nothing : float array of shape (len(columns),), in dB
        Of the noisy images themselves: the last row of the chart.

    Notes
    -----
    Colour shows how far a cell is below the best of its column, doing nothing included. The best
    has a frame, and every cell its number.
    """
    names, values = [*rows, "do nothing"], np.concatenate([psnr, do_nothing[None]])
    best = values.max(axis=0)
    cells = [
        {
            "trained": name,
            "tested": column,
            "psnr": float(value),
            "text": f"{value:.1f}",
            "behind": float(np.clip(best[i] - value, 0, 6)),
            "best": bool(value == best[i]),
        }
        for name, row in zip(names, values, strict=True)
        for i, (column, value) in enumerate(zip(columns, row, strict=True))
    ]
    base = alt.Chart(alt.Data(values=cells)).encode(
        x=alt.X(
            "tested:N",
            title="tested on",
            sort=list(columns),
            axis=alt.Axis(orient="top", labelAngle=-45, labelLimit=120, labelOverlap=False),
        ),
        y=alt.Y(
            "trained:N",
            title="trained on",
            sort=names,
            axis=alt.Axis(labelLimit=110, labelOverlap=False),
        ),
        tooltip=[
            alt.Tooltip("trained:N", title="trained on"),
            alt.Tooltip("tested:N", title="tested on"),
            alt.Tooltip("psnr:Q", title="PSNR in dB", format=".2f"),
        ],
    )
    colour = alt.Color(
        "behind:Q",
        title="dB below the best of the column",
        scale=alt.Scale(scheme="blues", reverse=True, domain=[0, 6]),
        legend=alt.Legend(orient="bottom", gradientLength=180, titleLimit=300),
    )
    framed = alt.Chart(alt.Data(values=[cell for cell in cells if cell["best"]])).mark_rect(
        fillOpacity=0, stroke="#d9730d", strokeWidth=3
    )
    return alt.layer(
        base.mark_rect().encode(color=colour),
        framed.encode(x=base.encoding.x, y=base.encoding.y),
        base.mark_text(fontSize=13).encode(
            text="text:N",
            color=alt.condition("datum.behind < 2.5", alt.value("white"), alt.value("#1a2230")),
        ),
    ).properties(height=150 + 36 * len(names))
