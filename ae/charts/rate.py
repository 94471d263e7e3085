"""Rate-distortion curves: PSNR against bits per image."""

from __future__ import annotations

from collections.abc import Sequence

import altair as alt

from ae.charts.style import layered, lines_by_name, points_by_name
from ae.compression.rate_distortion import Point


def rate_distortion(points: Sequence[Point], lossless_bits: float, chosen: Point) -> alt.LayerChart:
    """Draw PSNR against bits per image, a curve for each series, and lossless PNG as a line.

    Parameters
    ----------
    points : sequence of Point
        Points of all curves, by rising bits within each curve.
    lossless_bits : float
        Bits per image of lossless PNG.
    chosen : Point
        The point of the page's settings, which gets a ring.
    """
    names = list(dict.fromkeys(point.series for point in points))
    rows = [
        {"bits": p.bits_per_image, "psnr": p.psnr, "of": p.series, "setting": p.setting}
        for p in points
    ]
    x = alt.X(
        "bits:Q",
        title="Rate (bits per image)",
        scale=alt.Scale(type="log", nice=False, padding=12),
    )
    y = alt.Y("psnr:Q", title="PSNR (dB)", scale=alt.Scale(zero=False))
    channels = points_by_name("of:N", names, columns=3)
    curves = alt.Chart(alt.Data(values=rows)).encode(
        x=x,
        y=y,
        tooltip=[
            alt.Tooltip("of:N", title="Compressed with"),
            alt.Tooltip("setting:N", title="Setting"),
            alt.Tooltip("bits:Q", title="Bits per image", format=",.0f"),
            alt.Tooltip("psnr:Q", title="PSNR (dB)", format=".2f"),
        ],
    )
    ring = alt.Chart(alt.Data(values=[{"bits": chosen.bits_per_image, "psnr": chosen.psnr}]))
    png = alt.Chart(alt.Data(values=[{"bits": lossless_bits, "name": "PNG, lossless"}]))
    return layered(
        420,
        curves.mark_line().encode(**lines_by_name("of:N", names)),
        curves.mark_point(size=60, filled=True, opacity=1).encode(**channels),
        ring.mark_point(size=260, color="gray", strokeWidth=2).encode(x=x, y=y),
        png.mark_rule(strokeDash=[6, 4], color="gray").encode(x=x),
        # At the foot of the plot, whatever its height: a fixed place below it would shrink it.
        png.mark_text(align="right", dx=-5, dy=-4, baseline="bottom", color="gray").encode(
            x=x, y=alt.value("height"), text="name:N"
        ),
    )
