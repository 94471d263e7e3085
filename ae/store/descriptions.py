"""What each model is, in a few words for lists and in a sentence for its page."""

from __future__ import annotations

from ae.config import PIXELS
from ae.store.folder import ModelCard

_KINDS = {"conv": "convolutional", "linear": "linear", "vae": "variational (VAE)"}
# Of the shipped models: a few words, and what it is and what to try with it.
_SHIPPED = {
    "conv-2": ("2 dimensions", "Two latent dimensions: its latent space can be drawn as a map."),
    "conv-4": ("4 dimensions", "Four latent dimensions: most digits can be read, few look right."),
    "conv-8": ("8 dimensions", "Eight latent dimensions: a digit's shape, without its details."),
    "conv-16": ("16 dimensions", "Sixteen latent dimensions: errors are hard to see."),
    "conv-32": (
        "the default",
        "The default. Its encoder checks its own result twice and improves the latent vector: a "
        "refinement, which the page Inside shows.",
    ),
    "conv-64": ("64 dimensions", "The lowest error of all shipped models, for twice the values."),
    "textbook-32": (
        "a first try",
        "What a tutorial's first try gives: ReLU, cross-entropy, Adam, two epochs. Compare it with "
        "conv-32.",
    ),
    "overfit-32": (
        "over-fitted",
        "Trained for long on 500 digits alone: it knows them by heart. The page Train shows when "
        "the error on other digits began to rise.",
    ),
    "linear-32": (
        "no better than PCA",
        "A linear encoder and a linear decoder. In theory its mean error cannot be below that of "
        "PCA: compare the two.",
    ),
    "denoise-32": (
        "removes noise",
        "Trained on noisy digits to reconstruct clean ones: try it on the page Denoise.",
    ),
    "vae-2": (
        "VAE, 2 dimensions",
        "A variational autoencoder with two latent dimensions: its latent vectors lie around "
        "zero, so that a random one near zero often gives a digit.",
    ),
    "vae-16": (
        "VAE, 16 dimensions",
        "A variational autoencoder: draw a latent vector from N(0, 1) and decode it to a new digit "
        "on the page Generate.",
    ),
    "without-1": (
        "has seen no 1",
        "Trained on all digits except 1: the page Anomalies shows whether it notices that a 1 does "
        "not belong.",
    ),
}


def in_few_words(card: ModelCard) -> str:
    """What a model is, short enough for a line of a list."""
    if card.name in _SHIPPED:
        return _SHIPPED[card.name][0]
    return f"{_kind(card)}, {_dimensions(card)}{_without(card)}"


def sentence(card: ModelCard) -> str:
    """What a model is and, for a shipped one, what to try with it."""
    if card.name in _SHIPPED:
        return _SHIPPED[card.name][1]
    if card.training is None:
        return f"An imported Keras model with {_dimensions(card)}.{_without_gain(card)}"
    noise = f", trained to remove {card.training.noise} noise" if card.training.noise else ""
    return f"Trained here: {_kind(card)}, {_dimensions(card)}{noise}{_without(card)}."


def _without_gain(card: ModelCard) -> str:
    if card.model.latent_dim < PIXELS:
        return ""
    return f" That is no fewer than the {PIXELS} pixels of a picture: nothing is compressed."


def _kind(card: ModelCard) -> str:
    return _KINDS.get(card.model.kind, "imported")


def _without(card: ModelCard) -> str:
    left_out = card.training.leave_out if card.training else ()
    if not left_out:
        return ""
    return f", without class{'es' * (len(left_out) != 1)} {', '.join(map(str, left_out))}"


def _dimensions(card: ModelCard) -> str:
    count = card.model.latent_dim
    return f"{count:,} latent dimension{'s' * (count != 1)}"
