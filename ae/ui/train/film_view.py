"""The time machine of a run: its film, to be looked through, and how it stands now."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import streamlit as st

from ae import runs, store
from ae.config import IMPORTED, ModelConfig
from ae.training import snapshot_views, snapshots
from ae.training.snapshot_views import Map, View
from ae.ui import cache, drawing, links, state
from ae.ui.components.time_machine import Moments, Own, time_machine
from ae.ui.markdown import plain
from ae.ui.train import cached

_DATA = "MNIST"


def show_films(names: Sequence[str | None]) -> None:
    """The film of the first of ``names`` that has one, with a choice if several have."""
    folder = store.models_folder()
    found = [
        name
        for name in dict.fromkeys(names)
        if store.is_name(name) and snapshots.paths(folder / name)
    ]
    if not found:
        return
    st.subheader("Time machine")
    name = found[0]
    if len(found) > 1:
        name = st.segmented_control(
            "Film of",
            found,
            format_func=plain,
            default=name,
            required=True,
            key=state.FILM_OF,
        )
    show_film(name)


def show_film(name: str) -> None:
    """The film of a run or a model, as far as it goes; nothing where there is none.

    It asks for no run of the page: what moves is moved in the browser.
    """
    folder = store.models_folder() / store.check_name(name)
    config, data = _settings(name)
    paths = snapshots.paths(folder)
    if config is None or not paths:
        return
    with st.spinner("Developing the film, once for each run."):
        views = cached.views(config, paths)
        own = drawing.image()
        own_views = cached.own_views(config, paths, own) if own is not None else []
    if not views:
        return
    st.caption(
        f"{len(views)} moments of the training of **{plain(name)}**, close together at its start. "
        "Move the slider to go through them." + _about_data(data)
    )
    _show(state.FILM, f"Training of {name}", config, views, own, own_views)
    if own is None:
        links.to_page("draw", "Draw a digit to see it here", "draw")


def show_moment(name: str) -> None:
    """The network of a run as it stands: for a fragment that runs each second.

    Nothing is shown before its first moment, and after its end.
    """
    path = store.models_folder() / store.check_name(name) / snapshots.NOW_FILE
    config, _ = _settings(name)
    if config is None or not path.exists():
        return
    views = cached.views(config, [path])
    own = drawing.image()
    if views:
        own_views = cached.own_views(config, [path], own) if own is not None else []
        _show(state.NOW, f"{name} now", config, views, own, own_views)


def _settings(name: str) -> tuple[ModelConfig | None, str]:
    """What to build for the frames, and the name of the data that the run learns on."""
    settings = runs.read_settings(name)
    if settings is not None:
        return settings.model, Path(settings.data).stem if settings.data else _DATA
    try:
        card = store.read_card(name)
    except store.ModelError:
        return None, _DATA
    return (None if card.model.kind == IMPORTED else card.model), card.data


def _about_data(data: str) -> str:
    if data == _DATA:
        return ""
    return f" It learnt from {plain(data)}; what you see here are MNIST's test digits."


def _show(
    key: str,
    title: str,
    config: ModelConfig,
    views: Sequence[View],
    own: np.ndarray | None,
    own_views: Sequence[View],
) -> None:
    count = cached.DIGITS
    images = cached.images_shown()
    shown = len(images) - count
    drawn_map = snapshot_views.fit_map(views[-1].z[-count:], cache.pca(2).encode(images[-count:]))
    places = np.stack([drawn_map.places(view.z[-count:]) for view in views])
    time_machine(
        key,
        Moments(
            [view.step for view in views],
            [view.epoch for view in views],
            [view.seconds for view in views],
            snapshot_views.error_curve(views, count),
            [drawn_map.share(view.z[-count:]) for view in views],
            np.stack([view.shown for view in views]),
            _spread(places, config.latent_dim),
        ),
        title=title,
        digits=images[:shown],
        labels=cache.mnist().y_test[:count],
        own=_own(own, own_views, drawn_map) if len(own_views) == len(views) else None,
        pca=(
            f"PCA({config.latent_dim})",
            float(cache.pca_errors(config.latent_dim)[:count].mean()),
        ),
        map_text=_about_map(config.latent_dim, len(views) > 1),
    )


def _own(image: np.ndarray | None, views: Sequence[View], drawn_map: Map) -> Own | None:
    if image is None or not views:
        return None
    return Own(
        image,
        np.stack([view.shown[0] for view in views]),
        np.stack([drawn_map.places(view.z)[0] for view in views]),
        [float(view.errors[0]) for view in views],
    )


def _spread(places: np.ndarray, latent_dim: int) -> np.ndarray:
    """Places as they are drawn: of a single number in ten rows, one for each class."""
    if latent_dim > 1:
        return places
    rows = (cache.mnist().y_test[: places.shape[1]] + 0.5) / 10
    return np.stack([places[..., 0], np.broadcast_to(rows, places.shape[:2])], axis=-1)


def _about_map(latent_dim: int, many: bool) -> str:
    scale = " The scale is that of the last moment, for all of them." if many else ""
    if latent_dim == 1:
        return f"Left and right is the one number of the code; each class has a row.{scale}"
    if latent_dim == 2:
        return f"The two numbers of the code are the two coordinates: nothing is left out.{scale}"
    last = " at the last moment" if many else ""
    return (
        f"The plane in which the {latent_dim} numbers of the code differ most{last}. "
        f"Of their variance it shows {{share}} here.{scale}"
    )
