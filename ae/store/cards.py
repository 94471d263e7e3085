"""The card of a model: what it is, how it was trained and how good it is."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass

from ae.analysis.evaluation import Figures
from ae.config import IMPORTED, JsonRecord, ModelConfig, TrainingConfig
from ae.errors import ModelError

_MOST = 2**53  # the largest whole number that every reader of JSON keeps


@dataclass(frozen=True)
class FlowFigures(JsonRecord):
    """What is known of the flow beside a model.

    Parameters
    ----------
    fingerprint : str
        Of its file.
    autoencoder : str
        Fingerprint of the file of the autoencoder that it belongs to.
    parameters, bytes, steps : int
        Number of parameters, size of the file, and optimizer steps.
    seconds : float
        Training time.

    Raises
    ------
    ValueError
        If a field is of another type or out of range.
    """

    fingerprint: str
    autoencoder: str
    parameters: int
    bytes: int
    steps: int
    seconds: float

    def __post_init__(self) -> None:
        texts = (self.fingerprint, self.autoencoder)
        whole = (self.parameters, self.bytes, self.steps)
        legal = (
            all(isinstance(text, str) for text in texts)
            and all(type(number) is int and 0 <= number < _MOST for number in whole)
            and isinstance(self.seconds, int | float)
            and 0 <= self.seconds < _MOST  # false for NaN
        )
        if not legal:
            raise ValueError("The flow on a model card has a field of another type or range.")


@dataclass(frozen=True)
class ModelCard(JsonRecord):
    """What is known of a saved model.

    Parameters
    ----------
    name : str
        Name of the model and of its folder.
    model : ModelConfig
        The architecture.
    training : TrainingConfig or None
        How the model was trained; None for an imported model.
    parameters : int
        Number of trained parameters.
    bytes : int
        Size of the model's file.
    data, data_sha256 : str
        Name of the training data, and their checksum.
    steps : int
        Optimizer steps taken; fewer than planned if the training was stopped.
    seconds : float
        Training time.
    machine : str
        The machine that trained the model, in words.
    versions : dict of str to str
        Versions of Python, TensorFlow, Keras and NumPy.
    test : Figures
        Figures over the test images, from ``ae.analysis.evaluation.evaluate``.
    graph : str or None
        Fingerprint of the graph that belongs to the model. Cards of earlier versions lack it.
    flow : FlowFigures or None
        The flow that was trained on the model's latent vectors, if there is one.

    Raises
    ------
    ValueError
        If a field is of another type or out of range.
    """

    name: str
    model: ModelConfig = dataclasses.field(metadata={"record": ModelConfig})
    training: TrainingConfig | None = dataclasses.field(metadata={"record": TrainingConfig})
    parameters: int
    bytes: int
    data: str
    data_sha256: str
    steps: int
    seconds: float
    machine: str
    versions: dict[str, str]
    test: Figures = dataclasses.field(metadata={"record": Figures})
    graph: str | None = None
    flow: FlowFigures | None = dataclasses.field(default=None, metadata={"record": FlowFigures})

    def __post_init__(self) -> None:
        imported = self.training is None and self.model and self.model.kind == IMPORTED
        legal = {
            "model": self.model is not None,
            "training": self.training is not None or imported,
            "versions": isinstance(self.versions, dict),
            "test": self.test is not None,
            "graph": self.graph is None or isinstance(self.graph, str),
        }
        for name in ("name", "data", "data_sha256", "machine"):
            legal[name] = isinstance(getattr(self, name), str)
        for name in ("parameters", "bytes", "steps", "seconds"):
            value = getattr(self, name)
            types = int | float if name == "seconds" else int
            legal[name] = isinstance(value, types) and 0 <= value < _MOST  # false for NaN
        if wrong := [name for name, is_legal in legal.items() if not is_legal]:
            raise ValueError(f"A model card has {wrong} of another type or out of range.")

    def known_training(self) -> TrainingConfig:
        """Return how the model was trained. Raises ModelError for an imported model."""
        if self.training is None:
            raise ModelError(f"{self.name!r} was imported: how it was trained is not known.")
        return self.training
