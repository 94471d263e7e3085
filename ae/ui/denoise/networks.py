"""Which networks the comparison on Denoise shows."""

from __future__ import annotations

from collections.abc import Sequence

from ae import store
from ae.store import ModelCard

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
