"""Charts of the squared errors of many digits: their distribution, by class, by two models."""

from __future__ import annotations

from collections.abc import Sequence

import altair as alt
import numpy as np
import pandas as pd

from ae.charts.style import (
    MARK,
    ROUND_ERRORS,
    SQUARED_ERROR,
    SQUARED_ERROR_LINES,
    layered,
    lines_by_name,
    points_by_name,
)

MOST_PAIRS = 1000  # points of a chart of two models
_LEAST = 1e-3  # a logarithmic axis has no 0


def error_distribution(errors: np.ndarray, mine: float, bins: int = 60) -> alt.LayerChart:
    """Draw how many test digits have which squared error, and mark the error of one drawing.

    Parameters
    ----------
    errors : float array of shape (n,)
        Squared errors, positive.
    mine : float
        Squared error of the drawing.
    bins : int
        Number of bins, equally wide on the logarithmic axis.
    """
    mine = max(mine, _LEAST)
    ends = [min(float(errors.min()), mine) / 1.1, max(float(errors.max()), mine) * 1.1]
    counts, edges = np.histogram(errors, bins=np.geomspace(ends[0], ends[1], bins + 1))
    rows = [
        {"error": float(np.sqrt(low * high)), "digits": int(count)}
        for low, high, count in zip(edges[:-1], edges[1:], counts, strict=True)
    ]
    x = alt.X(
        "error:Q",
        title=SQUARED_ERROR,
        scale=alt.Scale(type="log", domain=ends, nice=False),
        axis=alt.Axis(grid=False, values=ROUND_ERRORS),
    )
    area = (
        alt.Chart(alt.Data(values=rows))
        .mark_area(interpolate="monotone", line=True, fillOpacity=0.25)
        .encode(
            x=x,
            y=alt.Y("digits:Q", title="Number of test digits", axis=alt.Axis(tickCount=3)),
            tooltip=[
                alt.Tooltip("error:Q", title="Squared error", format=".2f"),
                alt.Tooltip("digits:Q", title="Test digits"),
            ],
        )
    )
    point = alt.Chart(alt.Data(values=[{"error": mine, "name": f"Your drawing: {mine:.2f}"}]))
    far_right = mine > np.sqrt(ends[0] * ends[1])
    # Above the plot, so that it never lies on the curve.
    text = point.mark_text(
        align="right" if far_right else "left",
        baseline="bottom",
        fontSize=14,
        fontWeight="bold",
        color=MARK,
    ).encode(x=x, y=alt.value(-4), text="name:N")
    return layered(220, area, point.mark_rule(strokeWidth=3, color=MARK).encode(x=x), text)


def error_histogram(errors: np.ndarray, chosen: float | None, bins: int = 40) -> alt.LayerChart:
    """Draw how many digits have which squared error. A click on a bar selects it by its error.

    Parameters
    ----------
    errors : float array of shape (n,)
        Squared errors.
    chosen : float or None
        An error to mark.
    bins : int
        Number of bars, equally wide on the logarithmic axis.

    Returns
    -------
    alt.LayerChart
        Its selection is called "bar", with the field "error", the centre of the bar.
    """
    positive = np.maximum(errors, _LEAST)
    ends = [float(positive.min()) / 1.05, float(positive.max()) * 1.05]
    counts, edges = np.histogram(positive, bins=np.geomspace(ends[0], ends[1], bins + 1))
    bars = [
        {
            "low": float(low),
            "high": float(high),
            "error": float(np.sqrt(low * high)),
            "digits": int(count),
            "none": 0,
        }
        for low, high, count in zip(edges[:-1], edges[1:], counts, strict=True)
    ]
    scale = alt.Scale(type="log", domain=ends, nice=False)
    axis = alt.Axis(grid=False, values=ROUND_ERRORS)
    x = alt.X("low:Q", title=SQUARED_ERROR, scale=scale, axis=axis)
    clicked = alt.selection_point(name="bar", fields=["error"], on="click", toggle=False)
    tooltip = [
        alt.Tooltip("low:Q", title="Squared error from", format=".2f"),
        alt.Tooltip("high:Q", title="to", format=".2f"),
        alt.Tooltip("digits:Q", title="Digits"),
    ]
    chart = alt.Chart(alt.Data(values=bars)).encode(x=x, x2="high:Q", tooltip=tooltip)
    layers = [
        # Both ends of a bar are given: with two of x and one of y it would lie down.
        chart.mark_rect(stroke="#8886", strokeWidth=0.5, cursor="pointer").encode(
            y=alt.Y("digits:Q", title="Number of digits"), y2="none:Q"
        ),
        # The whole height of a column can be clicked: a low bar would be hard to hit.
        chart.mark_rect(opacity=0, cursor="pointer").add_params(clicked),
    ]
    if chosen is not None:
        mark = alt.Chart(alt.Data(values=[{"low": float(np.clip(chosen, ends[0], ends[1]))}]))
        layers.append(mark.mark_rule(strokeWidth=3, color=MARK).encode(x=x))
    return layered(220, *layers)


def error_by_class(
    names: Sequence[str], labels: Sequence[int], means: np.ndarray, half_widths: np.ndarray
) -> alt.LayerChart:
    """Draw the mean squared error of each class with its 95 % interval, a mark for each model.

    Parameters
    ----------
    names : sequence of str
        Names of the models.
    labels : sequence of int
        Labels of the classes.
    means, half_widths : float arrays of shape (len(names), len(labels))
        Mean squared error, and half the width of its 95 % interval.
    """
    rows = [
        {
            "of": name,
            "class": str(label),
            "error": float(means[i, j]),
            "low": float(means[i, j] - half_widths[i, j]),
            "high": float(means[i, j] + half_widths[i, j]),
        }
        for i, name in enumerate(names)
        for j, label in enumerate(labels)
    ]
    channels = points_by_name("of:N", names)
    base = alt.Chart(alt.Data(values=rows)).encode(
        x=alt.X("class:N", title="Class", axis=alt.Axis(labelAngle=0)),
        tooltip=[
            alt.Tooltip("of:N", title="Model"),
            alt.Tooltip("class:N", title="Class"),
            alt.Tooltip("error:Q", title="Squared error", format=".2f"),
            alt.Tooltip("low:Q", title="95 % interval from", format=".2f"),
            alt.Tooltip("high:Q", title="to", format=".2f"),
        ],
    )
    y = alt.Y("error:Q", title=SQUARED_ERROR_LINES, scale=alt.Scale(zero=True))
    return layered(
        240,
        base.mark_rule(strokeWidth=2).encode(
            y=alt.Y("low:Q"), y2="high:Q", color=lines_by_name("of:N", names)["color"]
        ),
        base.mark_point(size=90, filled=True, opacity=1).encode(y=y, **channels),
    )


def paired_errors(
    mine: np.ndarray, others: np.ndarray, name: str, other: str, points: int = MOST_PAIRS
) -> alt.LayerChart:
    """Draw each digit as a point: its squared error by one model against that by another.

    Parameters
    ----------
    mine, others : float arrays of shape (n,)
        Squared errors of the same digits by the two models, positive.
    name, other : str
        Names of the two models.
    points : int
        The most points to draw; they are then taken at equal distances from all digits.
    """
    shown = np.unique(np.linspace(0, len(mine) - 1, min(points, len(mine))).astype(int))
    # A frame: Altair checks each of a thousand rows in a list, which takes a quarter of a second.
    pairs = pd.DataFrame({"mine": mine[shown], "other": others[shown]}).clip(lower=_LEAST)
    ends = [float(pairs.to_numpy().min()) / 1.1, float(pairs.to_numpy().max()) * 1.1]
    scale = alt.Scale(type="log", domain=ends, nice=False)
    axis = alt.Axis(grid=False, values=ROUND_ERRORS)
    x = alt.X("mine:Q", title=f"Squared error of {name}", scale=scale, axis=axis)
    y = alt.Y("other:Q", title=f"Squared error of {other}", scale=scale, axis=axis)
    dots = alt.Chart(pairs).mark_point(size=14, filled=True, opacity=0.5)
    line = alt.Chart(alt.Data(values=[{"mine": end, "other": end} for end in ends]))
    tooltip = [
        alt.Tooltip("mine:Q", title=name, format=".2f"),
        alt.Tooltip("other:Q", title=other, format=".2f"),
    ]
    return layered(
        300,
        line.mark_line(strokeDash=[6, 4], color="gray").encode(x=x, y=y),
        dots.encode(x=x, y=y, tooltip=tooltip),
        _note(f"{name} is better", "left", "top"),
        _note(f"{other} is better", "right", "bottom"),
    )


def _note(text: str, side: str, end: str) -> alt.Chart:
    """Return a grey text in a corner of the plot: ``side`` left or right, ``end`` top or bottom."""
    right, bottom = side == "right", end == "bottom"
    chart = alt.Chart(alt.Data(values=[{"text": text}]))
    return chart.mark_text(
        align="right" if right else "left",
        baseline="bottom" if bottom else "top",
        dx=-6 if right else 6,
        dy=-6 if bottom else 6,
        color="gray",
    ).encode(
        x=alt.value("width" if right else 0),
        y=alt.value("height" if bottom else 0),
        text="text:N",
    )
