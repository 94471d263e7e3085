"""Which networks Denoise compares."""

import dataclasses

import pytest

from ae.config import ModelConfig, TrainingConfig
from ae.ui.denoise.networks import networks_to_compare


@dataclasses.dataclass(frozen=True)
class Card:
    """As much of a ModelCard as the choice looks at."""

    name: str
    model: ModelConfig
    training: TrainingConfig


def card(name: str, latent_dim: int = 32, noise: str | None = None) -> Card:
    return Card(name, ModelConfig(latent_dim=latent_dim), TrainingConfig(noise=noise))


PLAIN, NOISY = card("conv-32"), card("denoise-32", noise="mixture")
OTHER, MINE = card("small", 2), card("mine", noise="gaussian")
AUTOENCODER, DENOISING = "autoencoder", "denoising autoencoder"


@pytest.mark.parametrize(
    ("cards", "chosen", "expected"),
    [
        ([OTHER, PLAIN], "conv-32", {"conv-32": AUTOENCODER}),
        (
            [OTHER, PLAIN, MINE, NOISY],
            "small",
            {"conv-32": AUTOENCODER, "denoise-32": DENOISING, "small": "the chosen model"},
        ),
        ([OTHER, MINE], "mine", {"small": AUTOENCODER, "mine": DENOISING}),
        ([MINE], "mine", {"mine": DENOISING}),
        ([PLAIN, NOISY, MINE], "mine", {"conv-32": AUTOENCODER, "denoise-32": DENOISING}),
    ],
)
def test_each_network_has_its_part(cards, chosen, expected):
    parts = networks_to_compare(cards, chosen)
    assert {chosen: "the chosen model"} | expected == parts
