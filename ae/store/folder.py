"""The models folder: listing, loading, adding and removing models."""

from __future__ import annotations

import contextlib
import functools
import json
import os
import re
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

from ae.errors import ModelError
from ae.nn.autoencoder import Autoencoder
from ae.store.cards import ModelCard
from ae.store.keras_file import CONFIG, LARGEST_FILE, read_parts
from ae.system.files import REPOSITORY, open_regular, write_json

DEFAULT_MODEL = "conv-32"
MODEL_FILE = "model.keras"
CARD_FILE = "card.json"
HISTORY_FILE = "history.csv"
GRAPH_FILE = "graph.bin"
# Listed first and in this order; all other models in the folder are people's own.
SHIPPED = (
    *("conv-2", "conv-4", "conv-8", "conv-16", "conv-32", "conv-64"),
    *("textbook-32", "overfit-32", "linear-32", "denoise-32", "vae-2", "vae-16", "without-1"),
)

_NAME = re.compile(r"[A-Za-z0-9_-]{1,60}")
# Names reserved for baselines and table columns: tables have them beside the models.
_RESERVED = ("pca", "png", "jpeg", "webp", "raw", "clean", "noisy", "setting")
_LARGEST_CARD = 1 << 20  # bytes


def models_folder() -> Path:
    """Return the models folder: the environment variable AE_MODELS, else models/ beside ae/."""
    named = os.environ.get("AE_MODELS")
    return Path(os.path.expanduser(named)) if named else REPOSITORY / "models"


def is_name(name: str) -> bool:
    """Return whether a model may have this name: 1 to 60 letters, digits, dashes or underscores.

    Reserved names such as "pca" or "png" are refused in upper and lower case.
    """
    legal = isinstance(name, str) and _NAME.fullmatch(name) is not None
    return legal and name.lower() not in _RESERVED


def check_name(name: str) -> str:
    """Return ``name`` if a model may have it, so that no path can leave the models folder.

    Raises
    ------
    ModelError
        If the name is not legal; see ``is_name``.
    """
    if not is_name(name):
        raise ModelError(
            "A model's name is 1 to 60 letters (a to z), digits, - or _, and none of the reserved "
            f"names {', '.join(_RESERVED)}. Received: {name!r:.80}."
        )
    return name


def list_models() -> list[ModelCard]:
    """Return the cards of all models that can be loaded: shipped ones first, then own by name."""
    try:
        names = os.listdir(models_folder())
    except OSError:  # missing, or not readable
        names = []
    order = {name: index for index, name in enumerate(SHIPPED)}
    cards = []
    for name in sorted(names, key=lambda name: (order.get(name, len(order)), name)):
        try:
            cards.append(read_card(name))
        except ModelError:
            continue  # unfinished, damaged or not a model
    return cards


def models_by_latent_dim(cards: list[ModelCard]) -> dict[int, ModelCard]:
    """Return one convolutional model for each number of latent dimensions, smallest first.

    Models that were trained to remove noise, or without some classes, are left out.

    Parameters
    ----------
    cards : list of ModelCard
        In the order of ``list_models``: the first card of each latent_dim is taken.
    """
    models: dict[int, ModelCard] = {}
    for card in cards:
        training = card.training
        plain = training is not None and training.noise is None and not training.leave_out
        if card.model.kind == "conv" and plain:
            models.setdefault(card.model.latent_dim, card)
    return dict(sorted(models.items()))


def file_of(name: str, file: str) -> Path:
    """Return the path of a file in a model's folder. Raises ModelError for a link elsewhere."""
    path = models_folder() / check_name(name) / file
    try:
        inside = path.resolve().is_relative_to(models_folder().resolve())
    except (OSError, RuntimeError):  # a link that leads to itself
        inside = False
    if not inside:
        raise ModelError(
            f"The model {name!r} is damaged: its {file} is a link to a place outside the models "
            "folder. Copy the file itself."
        )
    return path


def read_card(name: str) -> ModelCard:
    """Return the card of a model. Raises ModelError if the model is missing or damaged."""
    try:
        with open_regular(file_of(name, CARD_FILE), _LARGEST_CARD) as file:
            card = ModelCard.from_dict(json.loads(file.read()))
        path = file_of(name, MODEL_FILE)
        stamp = path.stat()
        whole = _is_whole(path, (stamp.st_mtime_ns, stamp.st_size))
    except FileNotFoundError as error:
        known = ", ".join(_with_cards()) or "none"
        raise ModelError(f"There is no model {name!r}. In the folder: {known:.200}.") from error
    except ModelError:
        raise
    except (OSError, ValueError, RecursionError) as error:
        raise ModelError(f"The model {name!r} is damaged: {error!s:.300}") from error
    if card.name != name:
        raise ModelError(f"The model {name!r} is damaged: its card belongs to another model.")
    if not whole:
        raise ModelError(
            f"The model {name!r} is damaged: its {MODEL_FILE} is not a model with an encoder and a "
            "decoder."
        )
    return card


def load(name_or_path: str | os.PathLike = DEFAULT_MODEL) -> Autoencoder:
    """Load a model by its name in the models folder, or from the path of a .keras file.

    The file is checked first: only plain Keras layers are loaded.

    Raises
    ------
    ModelError
        If the file is missing, damaged or refused.
    """
    from ae.store import safe_loading

    path, card = Path(name_or_path), None
    if path.suffix != ".keras":
        card = read_card(os.fspath(name_or_path))
        path = file_of(card.name, MODEL_FILE)
    try:
        with open_regular(path, LARGEST_FILE) as file:
            model = safe_loading.load(file.read(), uploaded=False)
        autoencoder = Autoencoder.from_parts(model)
    except (OSError, ValueError) as error:
        raise ModelError(
            f"{path.name} of {path.parent.name!r} cannot be read: {error!s:.300}"
        ) from error
    if card and card.model.latent_dim != autoencoder.latent_dim:
        raise ModelError(
            f"The model {card.name!r} is damaged: its card says {card.model.latent_dim} latent "
            f"dimensions, its file has {autoencoder.latent_dim}."
        )
    return autoencoder


@contextlib.contextmanager
def new_folder(name: str) -> Iterator[Path]:
    """Yield a temporary folder that becomes the model's folder if the block succeeds.

    If the block raises, the folder is removed.

    Raises
    ------
    ModelError
        If the name is in use. If several processes add the same name at once, one succeeds.
    """
    folder = models_folder() / check_name(name)
    folder.parent.mkdir(parents=True, exist_ok=True)
    temporary = Path(tempfile.mkdtemp(prefix=f".new-{name}-", dir=folder.parent))
    try:
        yield temporary
        temporary.chmod(0o755)
        try:
            if os.path.lexists(folder):
                raise FileExistsError
            temporary.rename(folder)  # refuses a folder that is not empty
        except OSError as error:
            if not os.path.lexists(folder):
                raise
            raise ModelError(
                f"The name {name!r} is already in use. Choose another name."
            ) from error
    finally:
        shutil.rmtree(temporary, ignore_errors=True)


def write_card(card: ModelCard) -> None:
    """Write the card of a model whose file is in its folder. From then on the model is listed."""
    write_json(models_folder() / check_name(card.name) / CARD_FILE, card.to_dict())


def remove(name: str) -> None:
    """Remove a model or a run with all its files.

    Raises
    ------
    ModelError
        If the model came with the app, or there is nothing of that name.
    """
    folder = models_folder() / check_name(name)
    if name in SHIPPED:
        raise ModelError(
            f"{name!r} came with the app and cannot be removed. You can remove your own models."
        )
    # Renamed first: under this name nothing lists it if the process dies before the end.
    bin_folder = folder.with_name(f".removed-{name}-{os.getpid()}")
    try:
        folder.rename(bin_folder)
    except FileNotFoundError as error:
        raise ModelError(f"There is no model {name!r} to remove.") from error
    shutil.rmtree(bin_folder, ignore_errors=True)


@functools.lru_cache(maxsize=256)
def _is_whole(path: Path, stamp: tuple[int, int]) -> bool:
    """Return whether a .keras file is undamaged and has an encoder and a decoder.

    ``stamp`` changes with the file. It is part of the cache key, so that each file is read once.
    """
    try:
        with open_regular(path, LARGEST_FILE) as file:
            config = json.loads(read_parts(file)[CONFIG])
        return {"encoder", "decoder"} <= {layer["name"] for layer in config["config"]["layers"]}
    except (ValueError, TypeError, KeyError, RecursionError):
        return False


def _with_cards() -> list[str]:
    try:
        return sorted(path.parent.name for path in models_folder().glob(f"*/{CARD_FILE}"))
    except OSError:
        return []
