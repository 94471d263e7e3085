"""Named settings for training, read by the page and by the command line."""

import dataclasses
from dataclasses import dataclass

from ae.config import ModelConfig, TrainingConfig


@dataclass(frozen=True)
class Preset:
    """Settings to start from. ``summary`` says for whom, in a sentence for the screen."""

    summary: str
    model: ModelConfig
    training: TrainingConfig


_PLAIN = ModelConfig(filters=(16, 64), decoder_filters=(64, 32), decoder_kernel=5)
_REFINED = dataclasses.replace(_PLAIN, refinements=1)
_TWICE_REFINED = dataclasses.replace(_PLAIN, refinements=2)

PRESETS: dict[str, Preset] = {
    "quick": Preset(
        "A small network and two passes over the digits: about a minute on two cores.",
        _PLAIN,
        TrainingConfig(epochs=2),
    ),
    "standard": Preset(
        "An encoder that corrects its code once, and six passes: about five minutes on two cores.",
        _REFINED,
        TrainingConfig(epochs=6),
    ),
    "best": Preset(
        "How conv-32 was made: an encoder that corrects its code twice, and 24 passes over digits "
        "that are turned and scaled a little: about half an hour on two cores.",
        _TWICE_REFINED,
        TrainingConfig(
            epochs=24, rotation=6.0, scaling=0.06, unaugmented_final_epochs=7, validation_images=0
        ),
    ),
}
DEFAULT_PRESET = "standard"
