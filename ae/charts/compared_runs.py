"""Learning curves of several training runs in one chart."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import altair as alt

from ae.charts.style import DASHES, SHAPES, SQUARED_ERROR_LINES, layered, legend, names_scale
from ae.charts.training import BY_SECONDS, TITLES, TRAINING, VALIDATION
from ae.training.progress import Record

MOST_RUNS = 5
_ROWS = 500  # the most rows of a run that are drawn


def compared_curves(
    histories: Mapping[str, Sequence[Record]], *, by: str = BY_SECONDS, log_scale: bool = True
) -> alt.LayerChart:
    """Draw the squared error of several runs: training batches as lines, validation as points.

    Parameters
    ----------
    histories : mapping of str to sequence of Record
        The history of each run by its name, at least one row each.
    by : str
        What the horizontal axis is: BY_SECONDS or BY_STEP.
    log_scale : bool
        Whether the vertical axis is logarithmic.
    """
    rows = [
        {
            "run": name,
            "place": getattr(record, by),
            "error": error,
            "epoch": record.epoch,
            "of": of,
        }
        for name, records in histories.items()
        for record in _thinned(records)
        for of, error in (
            (TRAINING, record.squared_error),
            (VALIDATION, record.validation_error),
        )
        if error is not None and (error > 0 or not log_scale)
    ]
    names = list(histories)
    lines = legend(
        columns=2, labelLimit=400, symbolType="stroke", symbolSize=900, symbolStrokeWidth=2.5
    )
    base = alt.Chart(alt.Data(values=rows)).encode(
        x=alt.X("place:Q", title=TITLES[by]),
        y=alt.Y(
            "error:Q",
            title=SQUARED_ERROR_LINES,
            scale=alt.Scale(type="log" if log_scale else "linear", zero=not log_scale, nice=True),
            axis=alt.Axis(tickCount=5, grid=True),
        ),
        tooltip=[
            alt.Tooltip("run:N", title="Run"),
            alt.Tooltip("of:N", title="Measured on"),
            alt.Tooltip("epoch:Q", title="Epoch", format=".2f"),
            alt.Tooltip("place:Q", title=TITLES[by], format=",.1f"),
            alt.Tooltip("error:Q", title="Squared error", format=".3f"),
        ],
    )
    return layered(
        320,
        base.mark_line()
        .encode(
            color=alt.Color("run:N", scale=names_scale(names), legend=lines),
            strokeDash=alt.StrokeDash("run:N", scale=names_scale(names, DASHES), legend=lines),
        )
        .transform_filter(alt.datum.of == TRAINING),
        base.mark_point(size=60, filled=True, opacity=1)
        .encode(
            color=alt.Color("run:N", scale=names_scale(names), legend=None),
            shape=alt.Shape("run:N", scale=names_scale(names, SHAPES), legend=None),
        )
        .transform_filter(alt.datum.of == VALIDATION),
    )


def _thinned(records: Sequence[Record]) -> list[Record]:
    """Return about 500 rows at most, including the last and all with a validation error."""
    every = -(-len(records) // _ROWS)
    return [
        record
        for index, record in enumerate(records)
        if index % every == 0 or index == len(records) - 1 or record.validation_error is not None
    ]
