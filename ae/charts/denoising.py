"""Charts of denoising: PSNR by noise strength, and by training noise and test noise."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import altair as alt
import numpy as np

from ae.charts.style import MARK, layered, lines_by_name, points_by_name


@dataclass(frozen=True)
class StrengthPoint:
    """One point of a curve: a method's mean PSNR in dB at one strength, and its 95 % interval."""

    method: str
    strength: float
    psnr: float
    low: float
    high: float


def psnr_over_strength(points: Sequence[StrengthPoint], strength: float) -> alt.LayerChart:
    """Draw PSNR against noise strength, a curve for each method, and mark one strength.

    Parameters
    ----------
    points : sequence of StrengthPoint
        Points of all curves, by rising strength within each curve.
    strength : float
        The strength to mark, from 0 to 1.
    """
    names = list(dict.fromkeys(point.method for point in points))
    channels = points_by_name("method:N", names, columns=2)
    x = alt.X("strength:Q", title="Noise strength", scale=alt.Scale(domain=[0, 1]))
    curves = alt.Chart(alt.Data(values=[vars(point) for point in points])).encode(
        x=x,
        y=alt.Y("psnr:Q", title="PSNR (dB)", scale=alt.Scale(domain=psnr_domain(points))),
        tooltip=[
            alt.Tooltip("method:N", title="Method"),
            alt.Tooltip("strength:Q", title="Noise strength", format=".2f"),
            alt.Tooltip("psnr:Q", title="PSNR (dB)", format=".2f"),
            alt.Tooltip("low:Q", title="95 % interval from", format=".2f"),
            alt.Tooltip("high:Q", title="to", format=".2f"),
        ],
    )
    here = alt.Chart(alt.Data(values=[{"strength": strength}])).mark_rule(
        strokeDash=[4, 4], color="gray"
    )
    return layered(
        400,
        here.encode(x=x),
        curves.mark_line(clip=True).encode(**lines_by_name("method:N", names)),
        curves.mark_point(size=60, filled=True, opacity=1, clip=True).encode(**channels),
    )


def psnr_domain(points: Sequence[StrengthPoint]) -> list[float]:
    """Return the range of the PSNR axis. What is better without noise can be above: it is cut off.

    Parameters
    ----------
    points : sequence of StrengthPoint
        Those of the chart.

    Returns
    -------
    list of two floats
        In dB.
    """
    noisy = [point.psnr for point in points if point.strength > 0] or [0, 40]
    return [max(0, np.floor(min(noisy)) - 1), min(40, np.ceil(max(noisy)) + 1)]


def noise_matrix(
    rows: Sequence[str],
    columns: Sequence[str],
    psnr: np.ndarray,
    do_nothing: np.ndarray,
    exact: float,
) -> alt.LayerChart:
    """Draw PSNR by training noise (rows) and test noise (columns), and that of doing nothing.

    Parameters
    ----------
    rows, columns : sequences of str
        The kinds of noise.
    psnr : float array of shape (len(rows), len(columns)), in dB
    do_nothing : float array of shape (len(columns),), in dB
        Of the noisy images themselves: the last row of the chart.
    exact : float
        The PSNR in dB from which on an image counts as restored exactly: the chart says so.

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
            "text": "exact" if value >= exact else f"{value:.1f}",
            "behind": float(np.clip(best[i] - value, 0, 6)),
            "best": bool(value == best[i]),
        }
        for name, row in zip(names, values, strict=True)
        for i, (column, value) in enumerate(zip(columns, row, strict=True))
    ]
    base = alt.Chart(alt.Data(values=cells)).encode(
        x=alt.X(
            "tested:N",
            title="Test noise",
            sort=list(columns),
            axis=alt.Axis(orient="top", labelAngle=-45, labelLimit=120, labelOverlap=False),
        ),
        y=alt.Y(
            "trained:N",
            title="Training noise",
            sort=names,
            axis=alt.Axis(labelLimit=110, labelOverlap=False),
        ),
        tooltip=[
            alt.Tooltip("trained:N", title="Training noise"),
            alt.Tooltip("tested:N", title="Test noise"),
            alt.Tooltip("psnr:Q", title="PSNR (dB)", format=".2f"),
        ],
    )
    colour = alt.Color(
        "behind:Q",
        title="dB below the best of the column",
        scale=alt.Scale(scheme="blues", reverse=True, domain=[0, 6]),
        legend=alt.Legend(orient="bottom", gradientLength=180, titleLimit=300),
    )
    framed = alt.Chart(alt.Data(values=[cell for cell in cells if cell["best"]])).mark_rect(
        fillOpacity=0, stroke=MARK, strokeWidth=3
    )
    return layered(
        150 + 36 * len(names),
        base.mark_rect().encode(color=colour),
        framed.encode(x=base.encoding.x, y=base.encoding.y),
        base.mark_text(fontSize=13).encode(
            text="text:N",
            color=alt.condition("datum.behind < 2.5", alt.value("white"), alt.value("#1a2230")),
        ),
    )
