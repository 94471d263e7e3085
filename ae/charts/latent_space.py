"""Charts of the latent space: a VAE's two losses, variances of dimensions, Fréchet distances."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import altair as alt
import numpy as np

from ae.charts.style import MARK, layered, points_by_name
from ae.training.progress import Record


def two_losses(records: Sequence[Record]) -> alt.VConcatChart:
    """Draw the squared error and the kl_loss of a VAE's training, each on its own scale.

    Parameters
    ----------
    records : sequence of Record
        Rows of the history that have a kl_loss, at least one.
    """
    parts = {
        "Squared error": ("sum over 784 pixels", "squared_error", "#2f6fde"),
        "kl_loss": ("nats", "kl_loss", MARK),
    }
    panels = []
    for name, (unit, field, colour) in parts.items():
        rows = [{"epoch": r.epoch, "loss": getattr(r, field)} for r in records]
        panels.append(
            alt.Chart(alt.Data(values=rows))
            .mark_line(color=colour)
            .encode(
                x=alt.X("epoch:Q", title="Epoch" if field == "kl_loss" else None),
                y=alt.Y("loss:Q", title=[name, f"({unit})"], scale=alt.Scale(zero=False)),
                tooltip=[
                    alt.Tooltip("epoch:Q", title="Epoch", format=".2f"),
                    alt.Tooltip("loss:Q", title=f"{name} ({unit})", format=".2f"),
                ],
            )
            .properties(height=150, width="container")
        )
    return alt.vconcat(*panels)


def code_variances(variances: np.ndarray, threshold: float) -> alt.LayerChart:
    """Draw the variance of z_mean in each latent dimension, and the threshold of active units.

    Parameters
    ----------
    variances : float array of shape (latent_dim,)
        Variance over the digits.
    threshold : float
        A dimension with a larger variance is an active unit.
    """
    names = "active unit", "inactive"
    rows = [
        {"number": i, "variance": max(float(v), 1e-6), "state": names[int(v <= threshold)]}
        for i, v in enumerate(variances, start=1)
    ]
    y = alt.Y(
        "variance:Q",
        title="Variance of z_mean",
        scale=alt.Scale(type="log"),
        axis=alt.Axis(tickCount=4, grid=False),
    )
    base = alt.Chart(alt.Data(values=rows)).encode(
        x=alt.X(
            "number:O", title="Latent dimension", axis=alt.Axis(labelOverlap=True, labelAngle=0)
        ),
        y=y,
        tooltip=[
            alt.Tooltip("number:O", title="Latent dimension"),
            alt.Tooltip("state:N", title="State"),
            alt.Tooltip("variance:Q", title="Variance", format=".4f"),
        ],
        **points_by_name("state:N", names),
    )
    line = alt.Chart(alt.Data(values=[{"variance": threshold}]))
    return layered(
        220,
        line.mark_rule(strokeDash=[6, 4], color="gray").encode(y=y),
        base.mark_point(size=90, filled=True, opacity=1),
    )


def frechet_distances(
    distances: Mapping[str, float], baselines: Mapping[str, float], chosen: str
) -> alt.LayerChart:
    """Draw Fréchet distances of generated digits on a logarithmic scale; lower is better.

    Parameters
    ----------
    distances : mapping of str to float
        For each distribution, the distance of its digits from the test digits.
    baselines : mapping of str to float
        The same of what they are compared with.
    chosen : str
        The distribution that the page shows.
    """
    kinds = "chosen above", "other distributions", "baselines"
    rows = [
        {"of": name, "distance": value, "kind": kinds[0] if name == chosen else kinds[1]}
        for name, value in distances.items()
    ] + [{"of": name, "distance": value, "kind": kinds[2]} for name, value in baselines.items()]
    for row in rows:
        row["place"] = max(row["distance"], 0.01)  # a logarithmic scale knows no 0
    places = [row["place"] for row in rows]
    base = alt.Chart(alt.Data(values=rows)).encode(
        y=alt.Y(
            "of:N",
            title=None,
            sort=[row["of"] for row in rows],
            axis=alt.Axis(labelLimit=140, grid=True),
        ),
        x=alt.X(
            "place:Q",
            title="Fréchet distance (log scale)",
            # room for the numbers beside the points, on a phone too
            scale=alt.Scale(type="log", domain=[min(places) / 1.5, 3 * max(places)], nice=False),
            axis=alt.Axis(tickCount=4, grid=False),
        ),
        tooltip=["of:N", alt.Tooltip("distance:Q", format=".2f")],
    )
    legend = alt.Legend(orient="top", direction="vertical")  # side by side they leave a phone
    return layered(
        30 * len(rows) + 140,  # the axis and the legend are part of it
        base.mark_point(size=120, filled=True, opacity=1).encode(
            color=alt.Color(
                "kind:N",
                title=None,
                scale=alt.Scale(domain=kinds, range=["#2f6fde", "#9db4dd", "#8a8f98"]),
                legend=legend,
            ),
            shape=alt.Shape(
                "kind:N",
                title=None,
                scale=alt.Scale(domain=kinds, range=["circle", "diamond", "square"]),
                legend=legend,
            ),
        ),
        base.mark_text(align="left", dx=10, color="gray").encode(
            text=alt.Text("distance:Q", format=".2f")
        ),
    )
