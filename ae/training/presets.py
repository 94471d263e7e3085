"""Presets: named settings for training, for the Train page and the command line."""

import dataclasses
from dataclasses import dataclass

from ae.config import ModelConfig, TrainingConfig


@dataclass(frozen=True)
class Preset:
    """Settings to start from.

    Parameters
    ----------
    summary : str
        What the preset is and how long it takes, in a sentence.
    model : ModelConfig
        The architecture.
    training : TrainingConfig
        How it is trained.
    """

    summary: str
    model: ModelConfig
    training: TrainingConfig


_PLAIN = ModelConfig(filters=(16, 64), decoder_filters=(64, 32), decoder_kernel=5)
_REFINED = dataclasses.replace(_PLAIN, refinements=1)
_TWICE_REFINED = dataclasses.replace(_PLAIN, refinements=2)

PRESETS: dict[str, Preset] = {
    "quick": Preset(
        "A small network, trained for two epochs: about a minute on two idle cores.",
        _PLAIN,
        TrainingConfig(epochs=2),
    ),
    "standard": Preset(
        "An encoder that corrects its latent vector once, trained for six epochs: about five "
        "minutes on two cores.",
        _REFINED,
        TrainingConfig(epochs=6),
    ),
    "best": Preset(
        "The settings of conv-32: an encoder that corrects its latent vector twice, trained for 24 "
        "epochs with small random rotations and scalings: about half an hour on two cores.",
        _TWICE_REFINED,
        TrainingConfig(
            epochs=24, rotation=6.0, scaling=0.06, unaugmented_final_epochs=7, validation_images=0
        ),
    ),
}
DEFAULT_PRESET = "standard"
