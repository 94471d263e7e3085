"""Charts of the squared error by number of latent dimensions, of autoencoders and of PCA."""

from __future__ import annotations

from collections.abc import Sequence

import altair as alt

from ae.charts.style import (
    ROUND_ERRORS,
    SQUARED_ERROR_LINES,
    layered,
    lines_by_name,
    names_scale,
    points_by_name,
)

_DIMS = "Latent dimensions"
_POWERS = [1, 2, 4, 8, 16, 32, 64, 128, 256]


def error_by_latent_dim(
    autoencoders: Sequence[tuple[int, float, str]],
    pca: Sequence[tuple[int, float]],
    loaded: tuple[int, float, str],
) -> alt.LayerChart:
    """Draw the squared error, of one digit or the mean of many, of autoencoders and of PCA.

    Parameters
    ----------
    autoencoders : sequence of (int, float, str)
        Latent dimensions, squared error and name of each model, by rising latent_dim.
    pca : sequence of (int, float)
        Components and squared error of PCA, by rising number of components.
    loaded : (int, float, str)
        The model to mark, whether it is one of ``autoencoders`` or not.
    """
    names = ["Autoencoder", "PCA"]
    rows = [{"k": k, "error": e, "name": name, "of": names[0]} for k, e, name in autoencoders]
    rows += [{"k": k, "error": e, "name": f"PCA({k})", "of": names[1]} for k, e in pca]
    k, error, name = loaded
    sizes = sorted({size for size, *_ in [*autoencoders, *pca, loaded]})
    scale = alt.Scale(type="log", base=2, domain=[sizes[0] / 1.2, sizes[-1] * 1.2], nice=False)
    x = alt.X("k:Q", title=_DIMS, scale=scale, axis=alt.Axis(grid=False, values=_POWERS))
    y = alt.Y(
        "error:Q",
        title=SQUARED_ERROR_LINES,
        scale=alt.Scale(type="log"),
        axis=alt.Axis(values=ROUND_ERRORS),
    )
    # In the colour of the autoencoders, which the model is one of.
    colour = alt.Color("of:N", scale=names_scale(names), legend=None)
    mark = alt.Chart(alt.Data(values=[{"k": k, "error": error, "name": name, "of": names[0]}]))
    mark = mark.encode(x=x, y=y, color=colour)
    # The curves fall: there is room above to the right, and at the right end below to the left.
    side = -1 if k * 3 > sizes[-1] else 1
    label = mark.mark_text(
        dx=14 * side,
        dy=-12 * side,
        align="left" if side > 0 else "right",
        fontWeight="bold",
        fontSize=13,
    )
    return layered(
        300,
        *_curves(rows, names, x, y),
        mark.mark_point(size=300, strokeWidth=3, opacity=1),
        label.encode(text="name:N"),
    )


def _curves(
    rows: list[dict[str, object]], names: Sequence[str], x: alt.X, y: alt.Y
) -> tuple[alt.Chart, alt.Chart]:
    """Return lines and points of errors by latent_dim."""
    channels = points_by_name("of:N", names)
    base = alt.Chart(alt.Data(values=rows)).encode(
        x=x,
        y=y,
        tooltip=[
            alt.Tooltip("name:N", title="Model"),
            alt.Tooltip("k:Q", title=_DIMS),
            alt.Tooltip("error:Q", title="Squared error", format=".2f"),
        ],
    )
    return (
        base.mark_line().encode(**lines_by_name("of:N", names)),
        base.mark_point(size=70, filled=True, opacity=1).encode(**channels),
    )
