"""Named settings for training, read by the page and by the command line."""

from dataclasses import dataclass

from ae.config import ModelConfig, TrainingConfig


@dataclass(frozen=True)
class Preset:
    """Settings to start from. ``summary`` says for whom, in a sentence for the screen."""

    summary: str
    model: ModelConfig
    training: TrainingConfig


_DECODER = {"decoder_filters": (64, 32), "decoder_kernel": 5}

PRESETS: dict[str, Preset] = {
    "quick": Preset(
        "A small network and three passes over the digits: about a minute on two cores.",
        ModelConfig(filters=(16, 32), **_DECODER),
        TrainingConfig(epochs=3),
    ),
    "standard": Preset(
        "A deeper encoder and six passes: about five minutes on two cores.",
        ModelConfig(filters=(16, 32, 64, 64), **_DECODER),
        TrainingConfig(epochs=6),
    ),
    "best": Preset(
        "What made conv-32: a deep encoder and thirty passes, each digit shifted by up to a pixel "
        "so that none is seen twice alike. About an hour on two cores.",
        ModelConfig(filters=(24, 48, 96, 96), **_DECODER),
        TrainingConfig(epochs=30, shift=1),
    ),
}
DEFAULT_PRESET = "standard"
