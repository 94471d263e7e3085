"""Which networks the comparison on Denoise shows."""

from __future__ import annotations

from collections.abc import Sequence

from ae import store
from ae.store import ModelCard

DENOISER = "denoise-32"


def networks_to_compare(cards: Sequence[ModelCard], loaded: str) -> dict[str, str]:
    """Which models to compare: name -> its part in the comparison, in words.

    cards : as ``store.list_models`` returns them. loaded : name of the model that is shown.
    The plain autoencoder is the default model, else the first that learnt without noise; the
    denoising one is denoise-32, else the first that learnt to remove some. Either may be missing.
    """
    plain = [card.name for card in store.models_by_latent_dim(list(cards)).values()]
    denoisers = [card.name for card in cards if card.training and card.training.noise]
    parts: dict[str, str] = {}
    for names, usual, part in (
        (plain, store.DEFAULT_MODEL, "autoencoder"),
        (denoisers, DENOISER, "denoising autoencoder"),
    ):
        if names:
            parts[usual if usual in names else names[0]] = part
    parts[loaded] = f"{parts[loaded]}, loaded" if loaded in parts else "the loaded model"
    return parts
