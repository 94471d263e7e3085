"""Bytes against quality."""

from __future__ import annotations

from collections.abc import Sequence

import altair as alt

from ae.compression.rate_distortion import Point


def rate_distortion(points: Sequence[Point], lossless_bits: float, chosen: Point) -> alt.LayerChart:
    """PSNR against bits per image, one curve a series, and the lossless PNG as a line.

    points : of all curves, in order of rising bits within each. lossless_bits : of the PNG.
    chosen : the point that the page's settings stand for, marked by a ring.
    """
    names = list(dict.fromkeys(point.series for point in points))
    rows = [
        {"bits": p.bits_per_image, "psnr": p.psnr, "of": p.series, "setting": p.setting}
        for p in points
    ]
    x = alt.X("bits:Q", title="bits per image", scale=alt.Scale(type="log", nice=False, padding=12))
    y = alt.Y("psnr:Q", title="PSNR in dB", scale=alt.Scale(zero=False))
    legend = alt.Legend(orient="top", columns=4, title=None)
    shape = alt.Shape("of:N", scale=alt.Scale(domain=names), legend=legend)
    colour = alt.Color("of:N", scale=alt.Scale(domain=names), legend=legend)
    curves = alt.Chart(alt.Data(values=rows)).encode(
        x=x,
        y=y,
        color=colour,
        tooltip=[
            alt.Tooltip("of:N", title="sent as"),
            alt.Tooltip("setting:N"),
            alt.Tooltip("bits:Q", title="bits per image", format=",.0f"),
            alt.Tooltip("psnr:Q", title="PSNR in dB", format=".2f"),
        ],
    )
    ring = alt.Chart(alt.Data(values=[{"bits": chosen.bits_per_image, "psnr": chosen.psnr}]))
    png = alt.Chart(alt.Data(values=[{"bits": lossless_bits, "name": "PNG, lossless"}]))
    return alt.layer(
        curves.mark_line(),
        curves.mark_point(size=45, filled=True).encode(shape=shape),
        ring.mark_point(size=260, color="gray", strokeWidth=2).encode(x=x, y=y),
        png.mark_rule(strokeDash=[6, 4], color="gray").encode(x=x),
        # At the foot of the plot, whatever its height: a fixed place below it would shrink it.
        png.mark_text(align="right", dx=-5, dy=-4, baseline="bottom", color="gray").encode(
            x=x, y=alt.value("height"), text="name:N"
        ),
    ).properties(height=320)
