"""What tells training runs apart."""

from __future__ import annotations

from collections.abc import Mapping

from ae.config import ModelConfig, TrainingConfig, text_of

_NONE = "–"


def settings_of(model: ModelConfig, training: TrainingConfig | None, data: str) -> dict[str, str]:
    """All settings as texts; a dash for one that has no effect beside the others."""
    values = model.to_dict() | (training.to_dict() if training else {}) | {"data": data}
    idle = set()
    if model.kind == "linear":
        idle |= model.to_dict().keys() - {"kind", "latent_dim"}
    if model.kind != "vae":
        idle.add("kl_weight")
    if values.get("noise") is None:
        idle.add("noise_strength")
    if not (values.get("shift") or values.get("rotation") or values.get("scaling")):
        idle.add("unaugmented_final_epochs")
    return {
        name: _NONE if name in idle else text_of(value).replace(",", ", ")
        for name, value in values.items()
    }


def differences(settings: Mapping[str, Mapping[str, str]]) -> list[dict[str, str]]:
    """A row for each setting that is not the same in all runs: its name, then each run's.

    settings : by the runs' names, each as ``settings_of`` returns them.
    """
    names = dict.fromkeys(name for each in settings.values() for name in each)
    return [
        {"setting": name} | {run: each.get(name, _NONE) for run, each in settings.items()}
        for name in names
        if len({each.get(name, _NONE) for each in settings.values()}) > 1
    ]
