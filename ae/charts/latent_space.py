"""Codes: the two losses of a VAE, the variance of each number, and the distance to real digits."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import altair as alt
import numpy as np

from ae.training.progress import Record


def two_losses(records: Sequence[Record]) -> alt.VConcatChart:
    """reconstruction_loss and kl_loss of a VAE's run, each with a scale of its own.

    records : rows of the history that have a kl_loss, at least one.
    """
    parts = {
        "reconstruction_loss": ("squared error", "squared_error", "#2f6fde"),
        "kl_loss": ("nats", "kl_loss", "#d9730d"),
    }
    panels = []
    for name, (unit, field, colour) in parts.items():
        rows = [{"epoch": r.epoch, "loss": getattr(r, field)} for r in records]
        panels.append(
            alt.Chart(alt.Data(values=rows))
            .mark_line(color=colour)
            .encode(
                x=alt.X("epoch:Q", title="epochs" if field == "kl_loss" else None),
                y=alt.Y("loss:Q", title=[name, unit], scale=alt.Scale(zero=False)),
                tooltip=[
                    alt.Tooltip("epoch:Q", format=".2f"),
                    alt.Tooltip("loss:Q", title=name, format=".2f"),
                ],
            )
            .properties(height=150, width="container")
        )
    return alt.vconcat(*panels)


def code_variances(variances: np.ndarray, alive: float) -> alt.LayerChart:
    """The variance of each number of the code, and the line above which it is alive.

    variances : float (latent_dim,). alive : the least variance of a number in use.
    """
    names = "alive", "not in use"
    rows = [
        {"number": i, "variance": max(float(v), 1e-6), "state": names[int(v <= alive)]}
        for i, v in enumerate(variances, start=1)
    ]
    y = alt.Y(
        "variance:Q",
        title="variance of z_mean",
        scale=alt.Scale(type="log"),
        axis=alt.Axis(tickCount=4, grid=False),
    )
    base = alt.Chart(alt.Data(values=rows)).encode(
        x=alt.X(
            "number:O", title="number of the code", axis=alt.Axis(labelOverlap=True, labelAngle=0)
        ),
        y=y,
        color=alt.Color("state:N", title=None, scale=alt.Scale(domain=names)).legend(orient="top"),
        shape=alt.Shape("state:N", title=None, scale=alt.Scale(domain=names)),
        tooltip=["number:O", "state:N", alt.Tooltip("variance:Q", format=".4f")],
    )
    line = alt.Chart(alt.Data(values=[{"variance": alive}]))
    return alt.layer(
        line.mark_rule(strokeDash=[6, 4], color="gray").encode(y=y),
        base.mark_point(size=90, filled=True),
    ).properties(height=220)


def frechet_bars(
    distances: Mapping[str, float], floors: Mapping[str, float], chosen: str
) -> alt.LayerChart:
    """Fréchet distance of each way to make digits from the test digits, shorter is better.

    distances : way -> distance. floors : what it is compared with -> distance. chosen : the way
    that is shown on the page.
    """
    kinds = "shown above", "another way", "to compare"
    rows = [
        {"of": name, "distance": value, "kind": kinds[0] if name == chosen else kinds[1]}
        for name, value in distances.items()
    ] + [{"of": name, "distance": value, "kind": kinds[2]} for name, value in floors.items()]
    base = alt.Chart(alt.Data(values=rows)).encode(
        y=alt.Y(
            "of:N",
            title=None,
            sort=[row["of"] for row in rows],
            axis=alt.Axis(labelLimit=220, grid=False),
        ),
        x=alt.X(
            "distance:Q",
            title="Fréchet distance from the test digits",
            stack=None,
            # room for the numbers beside the bars, on a phone too
            scale=alt.Scale(domain=[0, 1.2 * max(row["distance"] for row in rows)], nice=False),
            axis=alt.Axis(tickCount=5),
        ),
        tooltip=["of:N", alt.Tooltip("distance:Q", format=".2f")],
    )
    return alt.layer(
        base.mark_bar(height=18).encode(
            color=alt.Color(
                "kind:N",
                title=None,
                scale=alt.Scale(domain=kinds, range=["#2f6fde", "#9db4dd", "#8a8f98"]),
            ).legend(orient="top", direction="vertical")
        ),
        base.mark_text(align="left", dx=5, color="gray").encode(
            text=alt.Text("distance:Q", format=".1f")
        ),
    ).properties(height=30 * len(rows) + 130)  # the axis and the legend are part of it
