"""Charts of anomaly detection: scores of two sets, curves over all thresholds, AUC by size."""

from __future__ import annotations

from collections.abc import Sequence

import altair as alt
import numpy as np
import pandas as pd

from ae.analysis.anomaly import Auc, Curves
from ae.charts.style import MARK, layered, legend, lines_by_name, names_scale, points_by_name

_LEAST = 1e-3  # a logarithmic axis has no 0
_MOST_POINTS = 300  # of a curve
_FEW = 30  # scores, which are drawn one by one


def score_histograms(
    sets: Sequence[tuple[str, np.ndarray]], threshold: float, title: str, *, log: bool
) -> alt.LayerChart:
    """Draw how the scores of several sets are distributed, and the threshold as a line.

    Parameters
    ----------
    sets : sequence of (str, float array)
        Name and scores of each set, at least one score each. A small set after the first is drawn
        as a triangle for each score: its bars would dwarf the others.
    threshold : float
        Images with a score above it count as odd.
    title : str
        Name of the score.
    log : bool
        Whether the axis of the scores is logarithmic.
    """
    values = [np.maximum(scores, _LEAST) if log else scores for _, scores in sets]
    mark = max(threshold, _LEAST) if log else threshold
    low = min(mark, *(float(each.min()) for each in values))
    high = max(mark, *(float(each.max()) for each in values))
    if low == high:
        low, high = (low / 1.1, high * 1.1) if log else (low - 1, high + 1)
    edges = np.geomspace(low, high, 51) if log else np.linspace(low, high, 51)
    edges = np.clip(edges, low, high)  # rounding may leave the range
    scale = alt.Scale(type="log" if log else "linear", domain=[low, high], nice=False)
    x = alt.X("low:Q", title=title, scale=scale, axis=alt.Axis(grid=False, tickCount=6))
    names = [name for name, _ in sets]
    named = list(zip(names, values, strict=True))
    few = [each for each in named[1:] if len(each[1]) < _FEW]
    layers = [
        _bars(
            [each for i, each in enumerate(named) if i == 0 or len(each[1]) >= _FEW],
            names,
            edges,
            x,
        )
    ]
    line = alt.Chart(alt.Data(values=[{"low": mark, "text": f"threshold {threshold:.3g}"}]))
    layers.append(line.mark_rule(strokeWidth=3, color=MARK).encode(x=x))
    if few:
        layers.append(_triangles(few, names, x))
    far_right = (mark > np.sqrt(low * high)) if log else (mark > (low + high) / 2)
    text = line.mark_text(
        align="right" if far_right else "left",
        baseline="bottom",
        dx=-6 if far_right else 6,
        fontSize=13,
        fontWeight="bold",
        color=MARK,
    )
    return layered(250, *layers, text.encode(x=x, y=alt.value(12), text="text:N"))


def _bars(
    sets: list[tuple[str, np.ndarray]], names: list[str], edges: np.ndarray, x: alt.X
) -> alt.Chart:
    rows = []
    for name, scores in sets:
        counts, _ = np.histogram(scores, bins=edges)
        columns = {"low": edges[:-1], "high": edges[1:], "share": counts / len(scores)}
        rows.append(pd.DataFrame({**columns, "images": counts, "none": 0.0, "of": name}))
    bars = alt.Chart(pd.concat(rows)).encode(
        x=x,
        x2="high:Q",
        y=alt.Y("share:Q", title="Share of the images", axis=alt.Axis(format="%", tickCount=4)),
        y2="none:Q",
        color=alt.Color("of:N", scale=names_scale(names), legend=legend(columns=1, labelLimit=280)),
        # Not told apart by colour alone: the second one is pale, with a dashed outline.
        fillOpacity=alt.FillOpacity("of:N", scale=names_scale(names, [0.6, 0.2]), legend=None),
        stroke=alt.Stroke("of:N", scale=names_scale(names), legend=None),
        strokeDash=alt.StrokeDash("of:N", scale=names_scale(names, [[1, 0], [3, 2]]), legend=None),
        tooltip=[
            alt.Tooltip("of:N", title="Images"),
            alt.Tooltip("low:Q", title="Score from", format=".3g"),
            alt.Tooltip("high:Q", title="to", format=".3g"),
            alt.Tooltip("images:Q", title="Number"),
        ],
    )
    return bars.mark_rect(strokeWidth=1.5)


def _triangles(sets: list[tuple[str, np.ndarray]], names: list[str], x: alt.X) -> alt.Chart:
    points = [
        {"low": float(score), "none": 0.0, "of": name} for name, scores in sets for score in scores
    ]
    return (
        alt.Chart(alt.Data(values=points))
        .mark_point(shape="triangle-up", size=150, filled=True, opacity=0.9, yOffset=-8)
        .encode(
            x=x,
            y="none:Q",
            color=alt.Color("of:N", scale=names_scale(names), legend=None),
            tooltip=[
                alt.Tooltip("of:N", title="Images"),
                alt.Tooltip("low:Q", title="Score", format=".3g"),
            ],
        )
    )


def roc(curves: Curves, point: tuple[float, float]) -> alt.LayerChart:
    """Draw recall against the false-alarm rate over all thresholds.

    point : false-alarm rate and recall at the threshold, which is marked.
    """
    chance = [{"x": 0.0, "y": 0.0}, {"x": 1.0, "y": 1.0}]
    axes = ("False-alarm rate", "Recall")
    return _curve(curves.false_alarm_rate, curves.recall, point, axes, chance)


def precision_recall(
    curves: Curves, point: tuple[float, float], odd_share: float
) -> alt.LayerChart:
    """Draw precision against recall over all thresholds.

    point : recall and precision at the threshold. odd_share : of all images, chance's precision.
    """
    chance = [{"x": 0.0, "y": odd_share}, {"x": 1.0, "y": odd_share}]
    axes = ("Recall", "Precision")
    return _curve(curves.recall, curves.precision, point, axes, chance)


def _curve(
    across: np.ndarray,
    up: np.ndarray,
    point: tuple[float, float],
    axes: tuple[str, str],
    chance: list[dict[str, float]],
) -> alt.LayerChart:
    shown = np.unique(np.linspace(0, len(across) - 1, _MOST_POINTS).astype(int))
    scale = alt.Scale(domain=[0, 1], nice=False)
    x = alt.X("x:Q", title=axes[0], scale=scale, axis=alt.Axis(format="%", tickCount=5))
    y = alt.Y("y:Q", title=axes[1], scale=scale, axis=alt.Axis(format="%", tickCount=5))
    frame = pd.DataFrame({"x": across[shown], "y": up[shown], "order": np.arange(len(shown))})
    tooltip = [
        alt.Tooltip("x:Q", title=axes[0], format=".1%"),
        alt.Tooltip("y:Q", title=axes[1], format=".1%"),
    ]
    layers = [
        alt.Chart(alt.Data(values=chance))
        .mark_line(strokeDash=[6, 4], color="gray")
        .encode(x=x, y=y),
        alt.Chart(frame)
        .mark_line(strokeWidth=2)
        .encode(x=x, y=y, order="order:Q", tooltip=tooltip),
    ]
    if np.isfinite(point).all():
        here = alt.Chart(alt.Data(values=[{"x": point[0], "y": point[1]}]))
        layers.append(
            here.mark_point(size=160, filled=True, opacity=1, color=MARK, shape="diamond").encode(
                x=x, y=y, tooltip=tooltip
            )
        )
    return layered(230, *layers)


def auc_by_latent_dim(points: Sequence[tuple[str, int, Auc]]) -> alt.LayerChart:
    """Draw the AUC with its 95 % interval by latent dimension.

    points : family ("Autoencoder", "PCA"), latent_dim and AUC of each model.
    """
    names = list(dict.fromkeys(name for name, _, _ in points))
    rows = [
        {"of": name, "k": k, "auc": auc.value, "low": auc.low, "high": auc.high}
        for name, k, auc in points
    ]
    sizes = sorted({k for _, k, _ in points})
    base = alt.Chart(alt.Data(values=rows)).encode(
        x=alt.X(
            "k:Q",
            title="Latent dimensions",
            scale=alt.Scale(type="log", base=2),
            axis=alt.Axis(values=sizes, grid=False),
        ),
        tooltip=[
            alt.Tooltip("of:N", title="Model"),
            alt.Tooltip("k:Q", title="Latent dimensions"),
            alt.Tooltip("auc:Q", title="AUC", format=".3f"),
            alt.Tooltip("low:Q", title="95 % interval from", format=".3f"),
            alt.Tooltip("high:Q", title="to", format=".3f"),
        ],
    )
    y = alt.Y("auc:Q", title="AUC", scale=alt.Scale(domain=[0, 1]))
    chance = alt.Chart(alt.Data(values=[{"auc": 0.5}])).mark_rule(strokeDash=[6, 4], color="gray")
    lines = lines_by_name("of:N", names)
    return layered(
        260,
        chance.encode(y=y),
        base.mark_line().encode(y=y, **lines),
        base.mark_rule(strokeWidth=2).encode(y=alt.Y("low:Q"), y2="high:Q", color=lines["color"]),
        base.mark_point(size=80, filled=True, opacity=1).encode(
            y=y, **points_by_name("of:N", names)
        ),
    )
