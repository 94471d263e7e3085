"""What to bear in mind where models are compared by latent dimension."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from ae.store import ModelCard
from ae.ui.markdown import plain
from ae.ui.words import listed


def architectures_in_words(cards: Sequence[ModelCard]) -> str:
    """A caution where models differ in more than latent_dim; an empty text where they do not."""
    if len({replace(card.model, latent_dim=1) for card in cards}) < 2:
        return ""
    parameters = [card.parameters for card in cards]
    refined = [plain(card.name) for card in cards if card.model.refinements]
    text = (
        "The networks on the line differ not only in the number of latent values but also in "
        f"their layers and in size, from {min(parameters):,} to {max(parameters):,} parameters "
        "(numbers that training sets)"
    )
    if refined and len(refined) < len(cards):
        text += (
            f"; only {listed(refined)} has refinements: its encoder decodes z, compares the "
            "picture with the digit, and corrects z"
        )
    return f"{text}. A jump in the curve can come from that."
