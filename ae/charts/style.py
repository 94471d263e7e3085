"""What the charts share: titles, legends, and marks that differ in more than their colour."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import altair as alt

SQUARED_ERROR = "Squared error (sum over 784 pixels)"
SQUARED_ERROR_LINES = ["Squared error", "(sum over 784 pixels)"]  # beside a low chart
MARK = "#d9730d"  # of the one that the page is about
DASHES = ([1, 0], [6, 3], [2, 2], [8, 3, 2, 3], [12, 3], [4, 4], [10, 2, 2, 2, 2, 2])
SHAPES = ("circle", "square", "diamond", "triangle-up", "cross", "triangle-down", "triangle-right")
ROUND_ERRORS = [0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50, 100, 200, 500]  # ticks of a logarithmic axis


def layered(height: float, *layers: alt.Chart, one_legend: bool = False) -> alt.LayerChart:
    """Return the charts drawn over each other, the first one at the bottom.

    Parameters
    ----------
    height : float
        Height in pixels.
    *layers : alt.Chart
        The charts.
    one_legend : bool
        Whether to merge the legends of all layers. Otherwise each layer has its own legend or
        none: a merged one outlines the symbols of points with the dashes of lines.
    """
    chart = alt.LayerChart(layer=list(layers), height=height)
    if one_legend:
        return chart
    return chart.resolve_legend(color="independent", shape="independent", strokeDash="independent")


def legend(**options: Any) -> alt.Legend:
    """Return a legend above the chart, without a title."""
    return alt.Legend(title=None, orient="top", symbolOpacity=1, **options)


def names_scale(names: Sequence[str], values: Sequence[Any] | None = None) -> alt.Scale:
    """Return the scale of some names, in this order, on colours or on ``values`` in turn."""
    if values is None:
        return alt.Scale(domain=list(names))
    return alt.Scale(domain=list(names), range=[values[i % len(values)] for i in range(len(names))])


def points_by_name(field: str, names: Sequence[str], **options: Any) -> dict[str, Any]:
    """Return the channels of points by name: colour and shape, with one legend of both.

    Parameters
    ----------
    field : str
        The field with the names.
    names : sequence of str
        The names in their order.
    options : any
        Of the legend.
    """
    shown = legend(**options)
    return {
        "color": alt.Color(field, scale=names_scale(names), legend=shown),
        "shape": alt.Shape(field, scale=names_scale(names, SHAPES), legend=shown),
    }


def lines_by_name(field: str, names: Sequence[str]) -> dict[str, Any]:
    """Return the channels of lines by name: colour and dash, without a legend: points have it."""
    return {
        "color": alt.Color(field, scale=names_scale(names), legend=None),
        "strokeDash": alt.StrokeDash(field, scale=names_scale(names, DASHES), legend=None),
    }
