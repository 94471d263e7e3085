"""Which networks the comparison on Denoise shows, and how they get to the page."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import streamlit as st

from ae import store
from ae.analysis import denoising
from ae.errors import ModelError
from ae.store import ModelCard
from ae.ui import cache, state
from ae.ui.components.denoising import Restorer
from ae.ui.components.network import send_network
from ae.ui.markdown import plain

DENOISER = "denoise-32"
DENOISING = "denoising autoencoder"


def networks_to_compare(cards: Sequence[ModelCard], chosen: str) -> dict[str, str]:
    """Return which models to compare: what each one is, by its name.

    Parameters
    ----------
    cards : sequence of ModelCard
        As ``store.list_models`` returns them.
    chosen : str
        Name of the model that all pages show.

    Notes
    -----
    The plain autoencoder is the default model, or else the first one trained without noise. The
    denoising autoencoder is denoise-32, or else the first one trained with noise. Either may be
    missing.
    """
    plain = [card.name for card in store.models_by_latent_dim(list(cards)).values()]
    denoisers = [card.name for card in cards if card.training and card.training.noise]
    parts: dict[str, str] = {}
    for names, usual, part in (
        (plain, store.DEFAULT_MODEL, "autoencoder"),
        (denoisers, DENOISER, DENOISING),
    ):
        if names:
            parts[usual if usual in names else names[0]] = part
    parts.setdefault(chosen, "the chosen model")
    return parts


def usable(networks: Mapping[str, str], get: Callable[[str], object]) -> dict[str, str]:
    """Return the networks that ``get`` gives by their names; say of the others why it does not."""
    found = {}
    for name, part in networks.items():
        try:
            get(name)
        except ModelError as error:
            st.warning(plain(str(error)), icon=":material/warning:")
        else:
            found[name] = part
    return found


def restorers(networks: Mapping[str, str], pca_size: int) -> list[Restorer]:
    """Return PCA and the networks as components show them. networks : what each is, by name."""
    pca = Restorer(denoising.LINEAR, cache.pca_name(pca_size), f"{pca_size} components")
    return [pca, *(Restorer(name, _graph(name), part) for name, part in networks.items())]


def send_networks(networks: Mapping[str, str], pca_size: int) -> None:
    """Give the page what ``restorers`` names."""
    with st.container(gap=None):
        send_network(state.PCA_NETWORK, cache.pca_name(pca_size), cache.pca_network(pca_size))
        for number, name in enumerate(networks):
            send_network(f"{state.DENOISING_NETWORK}{number}", _graph(name), cache.network(name)[1])


def _graph(name: str) -> str:
    return str(cache.network(name)[0].graph)
