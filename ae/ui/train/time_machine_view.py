"""The time machine: the network at several steps of its training, and as it is now."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import streamlit as st

from ae import runs, store
from ae.config import IMPORTED, ModelConfig
from ae.nn.graph import fingerprint_of
from ae.training import snapshot_views, snapshots
from ae.training.snapshot_views import Map, View
from ae.ui import cache, drawing, state
from ae.ui.components.drawing_pad import drawing_pad, read_ink
from ae.ui.components.layers import layers
from ae.ui.components.network import send_network
from ae.ui.components.time_machine import Own, Snapshots, time_machine
from ae.ui.markdown import plain
from ae.ui.train import cached

_DATA = "MNIST"


def show_time_machine(names: Sequence[str | None]) -> None:
    """Show the snapshots of the first of ``names`` that has some, with a choice if several have.

    Where none has some, this is said of the last one.
    """
    folder = store.models_folder()
    found = [
        name
        for name in dict.fromkeys(names)
        if name and store.is_name(name) and snapshots.paths(folder / name)
    ]
    if not found:
        if name := next(filter(None, reversed(names)), None):
            st.caption(
                f"There are no snapshots of the training of {plain(name)}. A model that you train "
                "here has them: you can then follow its training step by step."
            )
        return
    st.header("Time machine: the training, step by step")
    name = found[0]
    if len(found) > 1:
        name = st.segmented_control(
            "Snapshots of",
            found,
            format_func=plain,
            default=name,
            required=True,
            key=state.FILM_OF,
        )
    _show_snapshots(name)


def _show_snapshots(name: str) -> None:
    """Show the snapshots of a run or a model, if there are some.

    Nothing in it reruns the page: what moves is moved in the browser.
    """
    folder = store.models_folder() / store.check_name(name)
    config, data = _settings(name)
    paths = snapshots.paths(folder)
    if config is None or not paths:
        return
    with st.spinner("Computing what the network did at each snapshot, once for each run."):
        views = cached.views(config, paths)
        own = drawing.image()
        own_views = cached.own_views(config, paths, own) if own is not None else []
    if not views:
        return
    st.caption(
        f"{len(views)} snapshots of the weights of **{plain(name)}**. At the beginning of the "
        "training, where much changes, few steps lie between two of them; later, many. "
        "Move the slider to see how the network reconstructed these "
        "digits at each of them, and how its latent space formed." + _about_data(data)
    )
    title = f"Training of {name}"
    _show(state.FILM, title, config, views, own, own_views)
    if st.toggle(
        "Draw a digit and move the slider",
        key=state.DRAW_AT_SNAPSHOTS,
        help="The network of the snapshot at the slider reconstructs your digit while you draw, "
        "and you see what its layers do: their kernels grow out of noise. "
        "The networks of all snapshots are sent to your browser for this.",
    ):
        _show_pad(title, config, paths)


def _show_pad(title: str, config: ModelConfig, paths: Sequence[Path]) -> None:
    """A drawing pad and layers whose network is that of the snapshot at the slider."""
    with st.spinner("Preparing the networks of all snapshots for the browser, once for each run."):
        files = [file for path in paths if (file := cached.network(config, path)) is not None]
    names = [fingerprint_of(file) for file in files]
    drawing_pad(
        state.SNAPSHOT_PAD,
        work={"kind": "snapshots", "of": title, "networks": names},
        steps=drawing.ALL_STEPS,
        load=drawing.load_for(read_ink(state.SNAPSHOT_PAD)),
        on_ink=lambda: drawing.take_ink(state.SNAPSHOT_PAD),
    )
    layers(state.SNAPSHOT_LAYERS, network=names, of=title)
    for number, file in enumerate(files):
        send_network(f"{state.NETWORK}_{number}", names[number], file)


def show_now(name: str) -> None:
    """Show the network of an active run as it is now: for a fragment that runs each second.

    Nothing is shown before its first snapshot and after its end.
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
    """The architecture of the snapshots, and the name of the data that the run is trained on."""
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
    return f" It was trained on {plain(data)}; the pictures here are test digits of MNIST."


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
        Snapshots(
            [view.step for view in views],
            [view.epoch for view in views],
            [view.seconds for view in views],
            snapshot_views.error_curve(views, count),
            [drawn_map.explained_variance(view.z[-count:]) for view in views],
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
    """Places as they are drawn: those of one dimension in ten rows, one for each class."""
    if latent_dim > 1:
        return places
    rows = (cache.mnist().y_test[: places.shape[1]] + 0.5) / 10
    return np.stack([places[..., 0], np.broadcast_to(rows, places.shape[:2])], axis=-1)


def _about_map(latent_dim: int, many: bool) -> str:
    scale = " All snapshots have the scale of the last one." if many else ""
    if latent_dim == 1:
        return f"Horizontal: the one latent value z1. Each class has a row of its own.{scale}"
    if latent_dim == 2:
        return f"The two latent values z1 and z2 are the two axes: nothing is left out.{scale}"
    last = " at the last snapshot" if many else ""
    return (
        f"The first two principal components of the {latent_dim}-dimensional latent vectors"
        f"{last}. They explain {{share}} of the variance of these digits here.{scale}"
    )
