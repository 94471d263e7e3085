"""Learning curves of one training run.

Their data are data frames: with those, Streamlit replaces the data of a chart on the screen. With
lists it would draw the whole chart again, each second while a run is followed.
"""

from __future__ import annotations

from collections.abc import Sequence

import altair as alt
import pandas as pd

from ae.charts.style import SQUARED_ERROR_LINES, layered, legend
from ae.training.progress import Record

BY_SECONDS, BY_STEP = "seconds", "step"  # what the horizontal axis is: fields of Record
TITLES = {BY_SECONDS: "Training time (seconds)", BY_STEP: "Optimizer steps"}
TRAINING, VALIDATION = "Training batches", "Validation images"


def learning_curve(
    records: Sequence[Record],
    pca_error: float | None = None,
    *,
    log_scale: bool = True,
    by: str = BY_SECONDS,
) -> alt.LayerChart:
    """Draw the squared error of a run, its best epoch, and PCA's error as a baseline.

    Parameters
    ----------
    records : sequence of Record
        The history of the run, at least one row.
    pca_error : float, optional
        Squared error of PCA with the same number of dimensions.
    log_scale : bool
        Whether the vertical axis is logarithmic.
    by : str
        What the horizontal axis is: BY_SECONDS or BY_STEP.
    """
    rows = [
        {"at": getattr(r, by), "epoch": r.epoch, "of": of} | {"error": error}
        for r in records
        for of, error in ((TRAINING, r.squared_error), (VALIDATION, r.validation_error))
        if error is not None
    ]
    scale = alt.Scale(type="log" if log_scale else "linear", zero=not log_scale, nice=True)
    names = alt.Scale(domain=[TRAINING, VALIDATION])
    base = alt.Chart(pd.DataFrame(rows)).encode(
        x=alt.X("at:Q", title=TITLES[by]),
        y=alt.Y(
            "error:Q", title=SQUARED_ERROR_LINES, scale=scale, axis=alt.Axis(tickCount=5, grid=True)
        ),
        tooltip=[
            alt.Tooltip("of:N", title="Measured on"),
            alt.Tooltip("epoch:Q", title="Epoch", format=".2f"),
            alt.Tooltip("at:Q", title=TITLES[by], format=",.5~g"),
            alt.Tooltip("error:Q", title="Squared error", format=".3f"),
        ],
    )
    shown = legend(symbolStrokeWidth=2)
    shapes = alt.Scale(domain=[TRAINING, VALIDATION], range=["stroke", "diamond"])
    layers = [
        base.mark_line()
        .encode(color=alt.Color("of:N", scale=names, legend=shown))
        .transform_filter(alt.datum.of == TRAINING),
        base.mark_point(size=60, filled=True, opacity=1)
        .encode(
            color=alt.Color("of:N", scale=names, legend=shown),
            shape=alt.Shape("of:N", scale=shapes, legend=shown),
        )
        .transform_filter(alt.datum.of == VALIDATION),
    ]
    if pca_error is not None:
        layers += _baseline(pca_error, above=records[-1].squared_error < pca_error)
    return layered(300, *layers, *_best_epoch(base, by), one_legend=True)


def _best_epoch(errors: alt.Chart, by: str) -> list[alt.Chart]:
    """Return a line at the lowest validation error.

    It is found in the chart's own data: a chart that gets more of them isn't drawn anew.

    errors : the chart that both lines of errors are made of.
    """
    lowest = (
        alt.Chart(errors.data)
        .transform_filter(alt.datum.of == VALIDATION)
        .transform_joinaggregate(lowest="min(error)")
        .transform_filter("datum.error == datum.lowest")
        .transform_calculate(label="'best epoch: ' + format(datum.epoch, '.0f')")
        .encode(x=alt.X("at:Q", title=TITLES[by]))
    )
    text = {"align": "left", "baseline": "top", "dx": 4, "dy": 4, "color": "gray"}
    return [
        lowest.mark_rule(strokeDash=[2, 3], color="gray"),
        lowest.mark_text(**text).encode(y=alt.value(0), text="label:N"),
    ]


def _baseline(error: float, above: bool) -> list[alt.Chart]:
    """Return PCA's line, with its label at the right end ``above`` or below it: off the curve.

    Both places are always there, one of them empty: when the curve crosses the line, only data
    change, and the chart isn't drawn anew.
    """
    label = "PCA with the same number of dimensions"
    data = {"error": error, "above": label if above else "", "below": "" if above else label}
    line = alt.Chart(pd.DataFrame([data])).encode(y="error:Q")
    text = {"align": "right", "dx": -4, "color": "gray"}
    right_end = alt.value("width")
    return [
        line.mark_rule(strokeDash=[6, 4], color="gray"),
        line.mark_text(baseline="bottom", dy=-4, **text).encode(x=right_end, text="above:N"),
        line.mark_text(baseline="top", dy=5, **text).encode(x=right_end, text="below:N"),
    ]


def learning_rate_curve(records: Sequence[Record], *, by: str = BY_SECONDS) -> alt.Chart:
    """Draw the learning rate on the same horizontal axis as ``learning_curve``."""
    rows = [{"at": getattr(r, by), "rate": r.learning_rate} for r in records]
    return (
        alt.Chart(pd.DataFrame(rows))
        .mark_line()
        .encode(
            x=alt.X("at:Q", title=TITLES[by]),
            y=alt.Y("rate:Q", title="Learning rate", axis=alt.Axis(tickCount=3, format="~g")),
            tooltip=[
                alt.Tooltip("at:Q", title=TITLES[by]),
                alt.Tooltip("rate:Q", title="Learning rate"),
            ],
        )
        .properties(height=150)
    )
