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
# Listed first and in this order; whatever else lies in the folder is somebody's own.
SHIPPED = (
    *("conv-2", "conv-4", "conv-8", "conv-16", "conv-32", "conv-64"),
    *("linear-32", "denoise-32", "vae-2", "vae-16"),
)

_NAME = re.compile(r"[A-Za-z0-9_-]{1,60}")
# What models are compared with, and a table's own words: one row each beside a row a model.
_RESERVED = ("pca", "png", "jpeg", "webp", "raw", "clean", "noisy", "setting")
_LARGEST_CARD = 1 << 20  # bytes


def models_folder() -> Path:
    """Where models lie: the folder named by the variable AE_MODELS, else models/ beside ae/."""
    return Path(os.environ.get("AE_MODELS") or REPOSITORY / "models")


def is_name(name: str) -> bool:
    """Whether ``name`` may name a model: 1 to 60 letters, digits, dashes or underscores.

    What models are compared with, such as PCA or PNG, may not: it would share its row.
    """
    legal = isinstance(name, str) and _NAME.fullmatch(name) is not None
    return legal and name.lower() not in _RESERVED


def check_name(name: str) -> str:
    """Return ``name`` if it may name a model, so that no path can leave the models folder.

    Raises ModelError unless ``is_name``.
    """
    if not is_name(name):
        raise ModelError(
            "A model's name is 1 to 60 letters (a to z), digits, - or _, and none of "
            f"{', '.join(_RESERVED)}. Received: {name!r:.80}."
        )
    return name


def list_models() -> list[ModelCard]:
    """Cards of the models that can be loaded: shipped ones in their order, then own by name."""
    try:
        names = os.listdir(models_folder())
    except OSError:  # missing, or not for us to read
        names = []
    order = {name: index for index, name in enumerate(SHIPPED)}
    cards = []
    for name in sorted(names, key=lambda name: (order.get(name, len(order)), name)):
        try:
            cards.append(read_card(name))
        except ModelError:
            continue  # half made, damaged or not a model: it is not offered
    return cards


def models_by_latent_dim(cards: list[ModelCard]) -> dict[int, ModelCard]:
    """One convolutional model for each size of the code, smallest first.

    cards : as ``list_models`` returns them; the first of a size counts, so shipped before own.
    """
    sizes: dict[int, ModelCard] = {}
    for card in cards:
        if card.model.kind == "conv" and card.training and card.training.noise is None:
            sizes.setdefault(card.model.latent_dim, card)
    return dict(sorted(sizes.items()))


def file_of(name: str, file: str) -> Path:
    """The path of a file in a model's folder. Raises ModelError if a link leads it elsewhere."""
    path = models_folder() / check_name(name) / file
    try:
        inside = path.resolve().is_relative_to(models_folder().resolve())
    except (OSError, RuntimeError):  # a link that leads to itself
        inside = False
    if not inside:
        raise ModelError(
            f"The model {name!r} is damaged: its {file} is a link out of the models folder. "
            "Copy the file itself."
        )
    return path


def read_card(name: str) -> ModelCard:
    """The card of the model called ``name``. Raises ModelError if it cannot be loaded."""
    try:
        with open_regular(file_of(name, CARD_FILE), _LARGEST_CARD) as file:
            card = ModelCard.from_dict(json.loads(file.read()))
        path = file_of(name, MODEL_FILE)
        stamp = path.stat()
        whole = _is_whole(path, (stamp.st_mtime_ns, stamp.st_size))
    except FileNotFoundError as error:
        known = ", ".join(_with_cards()) or "none"
        raise ModelError(f"There is no model {name!r}. In the folder: {known:.200}.") from error
    except (OSError, ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        if isinstance(error, ModelError):
            raise
        raise ModelError(f"The model {name!r} is damaged: {error!s:.300}") from error
    if card.name != name or not whole:
        raise ModelError(f"The model {name!r} is damaged: its card or its file is another's.")
    return card


def load(name_or_path: str | os.PathLike = DEFAULT_MODEL) -> Autoencoder:
    """Load a model by its name in the models folder, or from the path of a .keras file.

    The file is checked first: nothing but plain layers is loaded. Raises ModelError if there is
    none or it cannot be read.
    """
    from ae.store import safe_loading

    path, card = Path(name_or_path), None
    if path.suffix != ".keras":
        card = read_card(os.fspath(name_or_path))
        path = file_of(card.name, MODEL_FILE)
    try:
        with open_regular(path, LARGEST_FILE) as file:
            model = safe_loading.load(file.read(), uploaded=False)
        autoencoder = Autoencoder(model.get_layer("encoder"), model.get_layer("decoder"))
    except (OSError, ValueError) as error:
        raise ModelError(
            f"{path.name} of {path.parent.name!r} cannot be read: {error!s:.300}"
        ) from error
    if card and card.model.latent_dim != autoencoder.latent_dim:
        raise ModelError(f"The model {card.name!r} is damaged: its card is of another code's size.")
    return autoencoder


@contextlib.contextmanager
def new_folder(name: str) -> Iterator[Path]:
    """Yield a folder that becomes the model's once the block has succeeded, else it is removed.

    Of several who do this at once one succeeds. Raises ModelError if the name is in use.
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
                f"There is something called {name!r} already. Choose another name."
            ) from error
    finally:
        shutil.rmtree(temporary, ignore_errors=True)


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
