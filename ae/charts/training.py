"""A training run: its curves."""

from __future__ import annotations

from collections.abc import Sequence

import altair as alt

from ae.progress import Record

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
