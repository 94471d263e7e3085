"""Several training runs: their curves over each other."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import altair as alt

from ae.charts.training import BY_SECONDS, TITLES
from ae.training.progress import Record

MOST_RUNS = 5
# Colour is never the only difference: lines are dashed and points shaped in their own ways.
_DASHES = [[1, 0], [8, 4], [2, 3], [12, 3, 2, 3], [5, 2, 1, 2, 1, 2]]
_SHAPES = ["circle", "square", "triangle-up", "diamond", "cross"]
_ROWS = 500  # of a run that are drawn


def compared_curves(
    histories: Mapping[str, Sequence[Record]], *, by: str = BY_SECONDS, log_scale: bool = True
) -> alt.LayerChart:
    """Squared error per image of several runs: on the training batches as lines, on the images
    kept aside as points.

    histories : by the runs' names, rows of each, at least one. by : BY_SECONDS or BY_STEP.
    """
    rows = [
        {
            "run": name,
            "mark": name,  # under its own name: the shapes stay out of the legend of the lines
            "place": getattr(record, by),
            "error": error,
            "epoch": record.epoch,
            "of": of,
        }
        for name, records in histories.items()
        for record in _thinned(records)
        for of, error in (
            ("training batches", record.squared_error),
            ("images kept aside", record.validation_error),
        )
        if error is not None and (error > 0 or not log_scale)
    ]
    names = list(histories)
    legend = alt.Legend(
        orient="top",
        columns=2,
        labelLimit=400,
        symbolType="stroke",
        symbolSize=900,
        symbolStrokeWidth=2.5,
    )
    colour = alt.Color("run:N", title=None, scale=alt.Scale(domain=names), legend=legend)
    dash = alt.StrokeDash(
        "run:N",
        title=None,
        scale=alt.Scale(domain=names, range=_DASHES[: len(names)]),
        legend=legend,
    )
    shape = alt.Shape(
        "mark:N", scale=alt.Scale(domain=names, range=_SHAPES[: len(names)]), legend=None
    )
    base = alt.Chart(alt.Data(values=rows)).encode(
        x=alt.X("place:Q", title=TITLES[by]),
        y=alt.Y(
            "error:Q",
            title="squared error per image",
            scale=alt.Scale(type="log" if log_scale else "linear", zero=not log_scale, nice=True),
            axis=alt.Axis(tickCount=5, grid=True),
        ),
        tooltip=[
            alt.Tooltip("run:N"),
            alt.Tooltip("of:N", title="measured on"),
            alt.Tooltip("epoch:Q", format=".2f"),
            alt.Tooltip("place:Q", title=TITLES[by], format=",.1f"),
            alt.Tooltip("error:Q", format=".3f"),
        ],
    )
    return alt.layer(
        base.mark_line()
        .encode(
            strokeDash=dash,
            color=colour,
        )
        .transform_filter(alt.datum.of == "training batches"),
        base.mark_point(size=60, filled=True)
        .encode(shape=shape, color=colour)
        .transform_filter(alt.datum.of == "images kept aside"),
    ).properties(height=320)


def _thinned(records: Sequence[Record]) -> list[Record]:
    """At most about 500 rows, the last and all with a validation error among them."""
    every = -(-len(records) // _ROWS)
    return [
        record
        for index, record in enumerate(records)
        if index % every == 0 or index == len(records) - 1 or record.validation_error is not None
    ]
