"""Arrays -> Altair charts, nothing else."""

from __future__ import annotations

from collections.abc import Sequence

import altair as alt
import numpy as np

from ae.rate_distortion import Point
from ae.training import Record

_TRAINING, _VALIDATION = "training batches", "images kept aside"


def learning_curve(
    records: Sequence[Record], pca_error: float | None = None, *, log_scale: bool = True
) -> alt.LayerChart:
    """Squared error per image against seconds of training, and PCA's as a line to beat.

    records : rows of one run's history, at least one.
    pca_error : squared error per image of PCA with as many numbers, or None.
    """
    rows = [
        {"seconds": r.seconds, "error": r.squared_error, "epoch": r.epoch, "of": _TRAINING}
        for r in records
    ] + [
        {"seconds": r.seconds, "error": r.validation_error, "epoch": r.epoch, "of": _VALIDATION}
        for r in records
        if r.validation_error is not None
    ]
    scale = alt.Scale(type="log" if log_scale else "linear", zero=not log_scale, nice=True)
    base = alt.Chart(alt.Data(values=rows)).encode(
        x=alt.X("seconds:Q", title="seconds of training"),
        y=alt.Y(
            "error:Q",
            title="squared error per image",
            scale=scale,
            axis=alt.Axis(tickCount=5, grid=True),
        ),
        tooltip=[
            alt.Tooltip("of:N", title="measured on"),
            alt.Tooltip("epoch:Q", format=".2f"),
            alt.Tooltip("seconds:Q", format=".1f"),
            alt.Tooltip("error:Q", format=".3f"),
        ],
    )
    names = [_TRAINING, _VALIDATION]
    colour = alt.Color("of:N", title=None, scale=alt.Scale(domain=names))
    lines = base.mark_line().encode(color=colour.legend(orient="top"))
    points = base.mark_point(size=60, filled=True).encode(
        color=colour.legend(orient="top"),
        shape=alt.value("diamond"),
    )
    layers = [
        lines.transform_filter(alt.datum.of == _TRAINING),
        points.transform_filter(alt.datum.of == _VALIDATION),
    ]
    if pca_error is not None:
        rule = alt.Chart(alt.Data(values=[{"error": pca_error, "name": "PCA of the same size"}]))
        layers += [
            rule.mark_rule(strokeDash=[6, 4], color="gray").encode(y="error:Q"),
            rule.mark_text(align="left", baseline="bottom", dx=4, dy=-3, color="gray").encode(
                y="error:Q", x=alt.value(0), text="name:N"
            ),
        ]
    return alt.layer(*layers).properties(height=300)


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
