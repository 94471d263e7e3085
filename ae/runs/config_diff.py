"""Configuration differences between training runs."""

from __future__ import annotations

from collections.abc import Mapping

from ae.config import ModelConfig, TrainingConfig, text_of

_NONE = "–"


def settings_of(model: ModelConfig, training: TrainingConfig | None, data: str) -> dict[str, str]:
    """Return all settings of a run as texts by name, a dash for one that has no effect.

    Parameters
    ----------
    model : ModelConfig
        The architecture.
    training : TrainingConfig or None
        How the model was trained; None for an imported model.
    data : str
        Name of the training data.
    """
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
    """Return a row for each setting that is not the same in all runs.

    Parameters
    ----------
    settings : mapping of str to mapping of str to str
        The settings of each run, as from ``settings_of``, by the run's name.

    Returns
    -------
    list of dict
        Rows with the key "setting" and a key for each run.
    """
    names = dict.fromkeys(name for each in settings.values() for name in each)
    return [
        {"setting": name} | {run: each.get(name, _NONE) for run, each in settings.items()}
        for name in names
        if len({each.get(name, _NONE) for each in settings.values()}) > 1
    ]
