"""Named settings for training, read by the page and by the command line."""

from dataclasses import dataclass

from ae.config import ModelConfig, TrainingConfig


@dataclass(frozen=True)
class Preset:
    """Settings to start from. ``summary`` says for whom, in a sentence for the screen."""

    summary: str
    model: ModelConfig
    training: TrainingConfig


_SMALL = ModelConfig(filters=(16, 32), decoder_filters=(64, 32), decoder_kernel=5)
_REFINED = ModelConfig(filters=(16, 64), decoder_filters=(64, 32), decoder_kernel=5, refinements=1)

PRESETS: dict[str, Preset] = {
    "quick": Preset(
        "A small network and three passes over the digits: about a minute on two cores.",
        _SMALL,
        TrainingConfig(epochs=3, learning_rate=0.008),
    ),
    "standard": Preset(
        "An encoder that corrects its code once, and six passes: about five minutes on two cores.",
        _REFINED,
        TrainingConfig(epochs=6, learning_rate=0.008),
    ),
}
DEFAULT_PRESET = "standard"
