"""A training run: its curves.

Their data are data frames: with those, Streamlit changes the data of a chart on the screen, where
it would else draw the whole chart anew, each second while a run is followed.
"""

from __future__ import annotations

from collections.abc import Sequence

import altair as alt
import pandas as pd

from ae.training.progress import Record

BY_SECONDS, BY_STEP = "seconds", "step"  # what a curve is drawn against: fields of Record
TITLES = {BY_SECONDS: "seconds of training", BY_STEP: "optimizer steps"}
_TRAINING, _VALIDATION = "training batches", "images kept aside"


def learning_curve(
    records: Sequence[Record],
    pca_error: float | None = None,
    *,
    log_scale: bool = True,
    by: str = BY_SECONDS,
) -> alt.LayerChart:
    """Squared error per image, and PCA's as a line to beat.

    records : rows of one run's history, at least one.
    pca_error : squared error per image of PCA with as many numbers, or None.
    by : what the axis to the right is, BY_SECONDS or BY_STEP.
    """
    rows = [
        {"at": getattr(r, by), "epoch": r.epoch, "of": of} | {"error": error}
        for r in records
        for of, error in ((_TRAINING, r.squared_error), (_VALIDATION, r.validation_error))
        if error is not None
    ]
    title = TITLES[by]
    scale = alt.Scale(type="log" if log_scale else "linear", zero=not log_scale, nice=True)
    base = alt.Chart(pd.DataFrame(rows)).encode(
        x=alt.X("at:Q", title=title),
        y=alt.Y(
            "error:Q",
            title="squared error per image",
            scale=scale,
            axis=alt.Axis(tickCount=5, grid=True),
        ),
        tooltip=[
            alt.Tooltip("of:N", title="measured on"),
            alt.Tooltip("epoch:Q", format=".2f"),
            alt.Tooltip("at:Q", title=title, format=",.5~g"),
            alt.Tooltip("error:Q", format=".3f"),
        ],
    )
    names = [_TRAINING, _VALIDATION]
    colour = alt.Color("of:N", title=None, scale=alt.Scale(domain=names)).legend(orient="top")
    layers = [
        base.mark_line().encode(color=colour).transform_filter(alt.datum.of == _TRAINING),
        base.mark_point(size=60, filled=True)
        .encode(color=colour, shape=alt.value("diamond"))
        .transform_filter(alt.datum.of == _VALIDATION),
    ]
    if pca_error is not None:
        rule = alt.Chart(pd.DataFrame({"error": [pca_error], "name": ["PCA of the same size"]}))
        layers += [
            rule.mark_rule(strokeDash=[6, 4], color="gray").encode(y="error:Q"),
            rule.mark_text(align="left", baseline="bottom", dx=4, dy=-3, color="gray").encode(
                y="error:Q", x=alt.value(0), text="name:N"
            ),
        ]
    return alt.layer(*layers).properties(height=300)


def learning_rate_curve(records: Sequence[Record], *, by: str = BY_SECONDS) -> alt.Chart:
    """The learning rate, drawn as ``learning_curve`` draws the error."""
    rows = [{"at": getattr(r, by), "rate": r.learning_rate} for r in records]
    return (
        alt.Chart(pd.DataFrame(rows))
        .mark_line()
        .encode(
            x=alt.X("at:Q", title=TITLES[by]),
            y=alt.Y("rate:Q", title="learning rate", axis=alt.Axis(tickCount=3, format="~g")),
            tooltip=[alt.Tooltip("at:Q", title=TITLES[by]), alt.Tooltip("rate:Q")],
        )
        .properties(height=150)
    )
