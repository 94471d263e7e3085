"""The models folder: what can be loaded, loading it, and the card of each model."""

from __future__ import annotations

import dataclasses
import functools
import json
import os
import re
import shutil
import zipfile
import zlib
from dataclasses import dataclass
from pathlib import Path

from ae.autoencoder import Autoencoder
from ae.config import JsonRecord, ModelConfig, TrainingConfig
from ae.files import write_json

DEFAULT_MODEL = "conv-32"
MODEL_FILE = "model.keras"
CARD_FILE = "card.json"
HISTORY_FILE = "history.csv"
# Listed first and in this order; whatever else lies in the folder is somebody's own.
SHIPPED = (
    *("conv-2", "conv-8", "conv-16", "conv-32", "conv-64"),
    *("linear-32", "denoise-32", "vae-2", "vae-16"),
)

_NAME = re.compile(r"[A-Za-z0-9_-]{1,60}")
_SHOWN_FIGURES = ("squared_error", "pca_squared_error", "psnr", "ssim")  # the pages read these
_JSON_TYPES = {"str": str, "int": int, "float": (int, float)}
# What reading a card or a zip file raises, by the place of the damage.
_UNREADABLE = (
    OSError,
    ValueError,
    TypeError,
    KeyError,
    AttributeError,
    RuntimeError,
    EOFError,
    zipfile.BadZipFile,
    zlib.error,
)


class ModelError(ValueError):
    """A model cannot be named, found or loaded. Its text is for people."""


@dataclass(frozen=True)
class ModelCard(JsonRecord):
    """What is known of a saved model.

    name : of the model and of its folder.
    model, training : its configs; training is None for a model that was made elsewhere.
    parameters : numbers set by training; ``bytes``, the size of the model's file.
    data, data_sha256 : the training data's name and checksum.
    steps : optimizer steps taken; fewer than planned if it was stopped.
    seconds : training time; ``machine`` is where.
    versions : of python, tensorflow, keras and numpy.
    test : figures over the test images, as ``ae.evaluation.evaluate`` returns them.
    """

    name: str
    model: ModelConfig
    training: TrainingConfig | None
    parameters: int
    bytes: int
    data: str
    data_sha256: str
    steps: int
    seconds: float
    machine: str
    versions: dict
    test: dict

    @classmethod
    def from_dict(cls, values: dict) -> ModelCard:
        missing = {field.name for field in dataclasses.fields(cls)} - set(values)
        if missing:
            raise ValueError(f"A model card must have {sorted(missing)} too.")
        wrong = [
            field.name
            for field in dataclasses.fields(cls)
            if not isinstance(values[field.name], _JSON_TYPES.get(field.type, dict))
            and not (field.name == "training" and values[field.name] is None)
        ]
        wrong += [
            key
            for key in _SHOWN_FIGURES
            if "test" not in wrong and not isinstance(values["test"].get(key), float)
        ]
        if wrong:
            raise ValueError(f"A model card has {wrong} of another type.")
        return super().from_dict(
            values
            | {
                "model": ModelConfig.from_dict(values["model"]),
                "training": TrainingConfig.from_dict(values["training"])
                if values["training"] is not None
                else None,
            }
        )


def models_folder() -> Path:
    """Where models lie: the folder named by the variable AE_MODELS, else models/ beside ae/."""
    return Path(os.environ.get("AE_MODELS") or Path(__file__).parents[1] / "models")


def is_name(name: str) -> bool:
    """Whether ``name`` may name a model: 1 to 60 letters, digits, dashes or underscores."""
    return isinstance(name, str) and _NAME.fullmatch(name) is not None


def check_name(name: str) -> str:
    """Return ``name`` if it may name a model, so that no path can leave the models folder.

    Raises ModelError unless it is 1 to 60 letters, digits, dashes or underscores.
    """
    if not is_name(name):
        raise ModelError(
            f"A model's name is 1 to 60 letters (a to z), digits, - or _. Received: {name!r:.80}."
        )
    return name


def list_models() -> list[ModelCard]:
    """Cards of the models that can be loaded: shipped ones in their order, then own by name."""
    folder = models_folder()
    names = [path.name for path in folder.iterdir()] if folder.is_dir() else []
    order = {name: index for index, name in enumerate(SHIPPED)}
    cards = []
    for name in sorted(names, key=lambda name: (order.get(name, len(order)), name)):
        try:
            cards.append(read_card(name))
        except ModelError:
            continue  # half made, damaged or not a model: it is not offered
    return cards


def ladder(cards: list[ModelCard]) -> dict[int, ModelCard]:
    """One convolutional model for each size of the code, smallest first.

    cards : as ``list_models`` returns them; the first of a size counts, so shipped before own.
    """
    sizes: dict[int, ModelCard] = {}
    for card in cards:
        if card.model.kind == "conv" and card.training and card.training.noise is None:
            sizes.setdefault(card.model.latent_dim, card)
    return dict(sorted(sizes.items()))


def read_card(name: str) -> ModelCard:
    """The card of the model called ``name``. Raises ModelError if it cannot be loaded."""
    folder = models_folder() / check_name(name)
    try:
        card = ModelCard.from_dict(json.loads((folder / CARD_FILE).read_text(encoding="utf-8")))
        file = (folder / MODEL_FILE).stat()
        whole = _is_whole(folder / MODEL_FILE, (file.st_mtime_ns, file.st_size))
    except FileNotFoundError as error:
        known = ", ".join(path.name for path in _folders()) or "none"
        raise ModelError(f"There is no model {name!r}. In the folder: {known}.") from error
    except _UNREADABLE as error:
        raise ModelError(f"The model {name!r} is damaged: {error}") from error
    if card.name != name or not whole:
        raise ModelError(f"The model {name!r} is damaged: its card or its file is another's.")
    return card


def load(name_or_path: str | os.PathLike = DEFAULT_MODEL) -> Autoencoder:
    """Load a model by its name in the models folder, or from the path of a .keras file.

    Raises ModelError if there is none or it cannot be read.
    """
    path = Path(name_or_path)
    if path.suffix != ".keras":
        read_card(os.fspath(name_or_path))
        path = models_folder() / path / MODEL_FILE
    try:
        return Autoencoder.load(path)
    except Exception as error:  # Keras, h5py and zipfile have many ways to refuse a file
        raise ModelError(f"{path.name} of {path.parent.name!r} cannot be read: {error}") from error


def write_card(card: ModelCard) -> None:
    """Write the card of a model whose file is in its folder: from then on it is listed."""
    write_json(models_folder() / check_name(card.name) / CARD_FILE, card.to_dict())


def remove(name: str) -> None:
    """Remove a folder of the models folder with all that is in it, from one moment to the next.

    Raises ModelError for a model that came with the app, and where there is no such folder.
    """
    folder = models_folder() / check_name(name)
    if name in SHIPPED:
        raise ModelError(f"{name!r} came with the app and stays. Only your own can be removed.")
    # Under this name nothing lists it, should the process end before all of it is gone.
    bin_folder = folder.with_name(f".removed-{name}-{os.getpid()}")
    try:
        folder.rename(bin_folder)
    except FileNotFoundError as error:
        raise ModelError(f"There is no model {name!r} to remove.") from error
    shutil.rmtree(bin_folder, ignore_errors=True)


@functools.lru_cache(maxsize=256)
def _is_whole(path: Path, stamp: tuple[int, int]) -> bool:
    """Whether a .keras file is undamaged and has an encoder and a decoder.

    stamp : changes when the file does, so that each file is read once.
    """
    with zipfile.ZipFile(path) as archive:
        layers = json.loads(archive.read("config.json"))["config"]["layers"]
        names = {layer["name"] for layer in layers}
        return (
            "model.weights.h5" in archive.namelist()
            and archive.testzip() is None
            and {"encoder", "decoder"} <= names
        )


def _folders() -> list[Path]:
    folder = models_folder()
    if not folder.is_dir():
        return []
    return sorted(path for path in folder.iterdir() if (path / CARD_FILE).is_file())
