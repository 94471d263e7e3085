"""Squared errors: of many digits, and of one against the size of the code."""

from __future__ import annotations

from collections.abc import Sequence

import altair as alt
import numpy as np
import pandas as pd

_ERROR_AXIS = "squared error per digit (logarithmic)"
_ROUND = [0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50, 100, 200, 500]
_POWERS = [1, 2, 4, 8, 16, 32, 64, 128, 256]


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
        title=_ERROR_AXIS,
        scale=alt.Scale(type="log", domain=ends, nice=False),
        axis=alt.Axis(grid=False, values=_ROUND),
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


def error_histogram(errors: np.ndarray, chosen: float | None, bins: int = 40) -> alt.LayerChart:
    """How many digits have which squared error. A click on a bar selects it by its error.

    errors : float (n,). chosen : the error to mark, or None. The axis is logarithmic and the bars
    equally wide on it. The selection is called "bar", its field "error" (the bar's middle).
    """
    positive = np.maximum(errors, 1e-3)
    ends = positive.min() / 1.05, positive.max() * 1.05
    counts, edges = np.histogram(positive, bins=np.geomspace(*ends, bins + 1))
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
    axis = alt.Axis(grid=False, values=_ROUND)
    x = alt.X("low:Q", title=_ERROR_AXIS, scale=scale, axis=axis)
    clicked = alt.selection_point(name="bar", fields=["error"], on="click", toggle=False)
    chart = alt.Chart(alt.Data(values=bars)).encode(x=x, x2="high:Q", tooltip=_bar_tooltip())
    layers = [
        # Both ends of a bar are given: with two of x and one of y it would lie down.
        chart.mark_rect(stroke="#8886", strokeWidth=0.5, cursor="pointer").encode(
            y=alt.Y("digits:Q", title="digits"), y2="none:Q"
        ),
        # The whole height of a column can be clicked: a low bar would be hard to hit.
        chart.mark_rect(opacity=0, cursor="pointer").add_params(clicked),
    ]
    if chosen is not None:
        mark = alt.Chart(alt.Data(values=[{"low": float(np.clip(chosen, *ends))}]))
        layers.append(mark.mark_rule(strokeWidth=3, color="#d9730d").encode(x=x))
    return alt.layer(*layers).properties(height=220)


def error_by_class(
    names: Sequence[str], labels: Sequence[int], means: np.ndarray, half_widths: np.ndarray
) -> alt.LayerChart:
    """Mean squared error of each class with its 95 % interval, one mark a model.

    names : of the models. labels : of the classes. means, half_widths : float
    (len(names), len(labels)).
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
    scale = alt.Scale(domain=list(names))
    colour = alt.Color("of:N", title=None, scale=scale).legend(orient="top")
    base = alt.Chart(alt.Data(values=rows)).encode(
        x=alt.X("class:N", title="class", axis=alt.Axis(labelAngle=0)),
        color=colour,
        tooltip=[
            "of:N",
            "class:N",
            alt.Tooltip("error:Q", title="squared error", format=".2f"),
            alt.Tooltip("low:Q", title="95 % from", format=".2f"),
            alt.Tooltip("high:Q", title="to", format=".2f"),
        ],
    )
    y = alt.Y("error:Q", title="squared error per digit", scale=alt.Scale(zero=True))
    return alt.layer(
        base.mark_rule(strokeWidth=2).encode(y=alt.Y("low:Q"), y2="high:Q"),
        base.mark_point(size=90, filled=True).encode(y=y, shape=alt.Shape("of:N", scale=scale)),
    ).properties(height=240)


def paired_errors(
    mine: np.ndarray, others: np.ndarray, name: str, other: str, points: int = 1000
) -> alt.LayerChart:
    """Each digit as a point: its squared error by one model against that by another.

    mine, others : float (n,), positive, of the same digits; evenly spread ones of them are drawn
    if there are more than ``points``. Below the dashed line the other model is better.
    """
    shown = np.unique(np.linspace(0, len(mine) - 1, min(points, len(mine))).astype(int))
    # A frame: Altair checks each of a thousand rows in a list, which takes a quarter of a second.
    pairs = pd.DataFrame({"mine": mine[shown], "other": others[shown]}).clip(lower=1e-3)
    ends = [pairs.to_numpy().min() / 1.1, pairs.to_numpy().max() * 1.1]
    scale = alt.Scale(type="log", domain=ends, nice=False)
    axis = alt.Axis(grid=False, values=_ROUND)
    x = alt.X("mine:Q", title=f"squared error, {name}", scale=scale, axis=axis)
    y = alt.Y("other:Q", title=f"squared error, {other}", scale=scale, axis=axis)
    dots = alt.Chart(pairs).mark_point(size=14, filled=True, opacity=0.5)
    line = alt.Chart(alt.Data(values=[{"mine": end, "other": end} for end in ends]))
    tooltip = [
        alt.Tooltip("mine:Q", title=name, format=".2f"),
        alt.Tooltip("other:Q", title=other, format=".2f"),
    ]
    return alt.layer(
        line.mark_line(strokeDash=[6, 4], color="gray").encode(x=x, y=y),
        dots.encode(x=x, y=y, tooltip=tooltip),
    ).properties(height=300)


def error_by_latent_dim(
    autoencoders: Sequence[tuple[int, float, str]],
    pca: Sequence[tuple[int, float]],
    loaded: tuple[int, float, str],
) -> alt.LayerChart:
    """Mean squared error over the test digits against latent_dim, autoencoders and PCA.

    autoencoders : (latent_dim, error, name) by rising size. pca : (k, error) by rising k.
    loaded : the model to mark, on the curve or off it.
    """
    names = ["autoencoder", "PCA"]
    rows = [{"k": k, "error": e, "name": name, "of": names[0]} for k, e, name in autoencoders]
    rows += [{"k": k, "error": e, "name": f"PCA({k})", "of": names[1]} for k, e in pca]
    sizes = sorted({row["k"] for row in rows} | {loaded[0]})
    scale = alt.Scale(type="log", base=2, domain=[sizes[0] / 1.2, sizes[-1] * 1.2], nice=False)
    x = alt.X("k:Q", title="latent_dim", scale=scale, axis=alt.Axis(grid=False, values=_POWERS))
    y = alt.Y(
        "error:Q",
        title="squared error per digit",
        scale=alt.Scale(type="log"),
        axis=alt.Axis(values=_ROUND),
    )
    tooltip = ["name:N", "k:Q", alt.Tooltip("error:Q", format=".2f")]
    domain = alt.Scale(domain=names)
    lines = (
        alt.Chart(alt.Data(values=rows))
        .mark_line(point=alt.OverlayMarkDef(size=70, filled=True))
        .encode(
            x=x,
            y=y,
            color=alt.Color("of:N", title=None, scale=domain).legend(orient="top"),
            shape=alt.Shape("of:N", title=None, scale=domain),
            strokeDash=alt.StrokeDash("of:N", title=None, scale=domain),
            tooltip=tooltip,
        )
    )
    k, error, name = loaded
    mark = alt.Chart(alt.Data(values=[{"k": k, "error": error, "name": name}]))
    return alt.layer(
        lines,
        mark.mark_point(size=300, strokeWidth=3, color="#d9730d").encode(x=x, y=y, tooltip=tooltip),
        mark.mark_text(
            dx=14, dy=-12, align="left", fontWeight="bold", fontSize=13, color="#d9730d"
        ).encode(x=x, y=y, text="name:N"),
    ).properties(height=300)


def _bar_tooltip() -> list[alt.Tooltip]:
    return [
        alt.Tooltip("low:Q", title="squared error from", format=".2f"),
        alt.Tooltip("high:Q", title="to", format=".2f"),
        alt.Tooltip("digits:Q", title="digits"),
    ]
