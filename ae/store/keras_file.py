"""Check of .keras files from untrusted sources, before any of them is loaded.

Such a file can name any class and contain code. A file that passes names plain Keras layers only.
"""

from __future__ import annotations

import io
import json
import zipfile
from typing import Any, BinaryIO

from ae.config import MOST_PARAMETERS
from ae.errors import ModelError
from ae.nn.layers import ACTIVATIONS, LAYERS
from ae.store import hdf5_worker, refusals
from ae.system import archives

LARGEST_FILE = 64 << 20  # bytes
_HDF5 = b"\x89HDF\r\n"
CONFIG, WEIGHTS = "config.json", "model.weights.h5"
_LARGEST_PARTS = {"metadata.json": 1 << 16, CONFIG: 1 << 20, WEIGHTS: 64 << 20}
_LARGEST_NUMBER = 100_000  # of any number in a layer's settings

MODELS = frozenset({"Functional", "Sequential"})
# Class names by the module that a config says they come from.
_CLASSES = {
    "keras.layers": frozenset(LAYERS),  # what the page can compute
    "keras.models": MODELS,
    "keras": MODELS | {"DTypePolicy"},
    "keras.src.models.functional": MODELS,
    "keras.src.models.sequential": MODELS,
    "keras.initializers": frozenset(
        {
            "Zeros",
            "Ones",
            "Constant",
            "RandomNormal",
            "RandomUniform",
            "TruncatedNormal",
            "VarianceScaling",
            "Orthogonal",
            "GlorotUniform",
            "GlorotNormal",
            "HeNormal",
            "HeUniform",
            "LecunNormal",
            "LecunUniform",
        }
    ),
    "keras.regularizers": frozenset({"L1", "L2", "L1L2"}),
    "keras.constraints": frozenset({"MaxNorm", "NonNeg", "UnitNorm", "MinMaxNorm"}),
    None: frozenset({"__keras_tensor__"}),
}
# Not needed to build a network, and each would make Keras build or compile something.
_DROPPED = frozenset({"compile_config", "build_config", "quantization_config"})
_ANY_NUMBER = frozenset({"shared_object_id", "seed"})


def check(file: bytes) -> bytes:
    """Check a .keras file without loading it, and return a new one with only the needed parts.

    Parameters
    ----------
    file : bytes
        The content of the file.

    Returns
    -------
    bytes
        The content of a .keras file that is safe to load.

    Raises
    ------
    ModelError
        If the file is not a zip of the three parts that Keras writes, a part is too large, the
        config names other classes than plain keras.layers or the weights are not plain arrays.
    """
    if len(file) > LARGEST_FILE:
        raise ModelError(
            f"Expected at most {LARGEST_FILE >> 20} MB. Received: {len(file):,} bytes. "
            f"{refusals.TOO_LARGE}"
        )
    if file.startswith(_HDF5):
        raise ModelError(f"Expected a .keras file. Received: HDF5. {refusals.HDF5}")
    parts = read_parts(io.BytesIO(file))
    try:
        config = json.loads(parts[CONFIG])
        _check_origin(config, parts["metadata.json"])
        config = _plain(config)
    except (ValueError, RecursionError) as error:
        if isinstance(error, ModelError):
            raise
        raise ModelError(f"Its {CONFIG} is not one that Keras wrote.") from error
    if not isinstance(config, dict) or config.get("class_name") not in MODELS:
        raise ModelError("Expected a Functional or Sequential Keras model.")
    try:
        parts[WEIGHTS] = hdf5_worker.rewritten(parts[WEIGHTS], MOST_PARAMETERS)
    except hdf5_worker.WeightsError as error:
        raise ModelError(f"{error}") from error
    parts[CONFIG] = json.dumps(config).encode()
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return out.getvalue()


def _check_origin(config: Any, metadata: bytes) -> None:
    """Raise ModelError for a model of Keras 2, or with a class of its own."""
    try:
        version = json.loads(metadata).get("keras_version")
    except (ValueError, AttributeError, RecursionError):
        version = None
    if isinstance(version, str) and version.startswith("2."):
        raise ModelError(refusals.KERAS_2)
    if isinstance(config, dict) and isinstance(config.get("config"), dict):
        is_own = config.get("module") is None or config.get("registered_name") is not None
        if config.get("class_name") not in MODELS and is_own:
            raise ModelError(refusals.SUBCLASSED)


def read_parts(file: BinaryIO) -> dict[str, bytes]:
    """Return the three parts of a .keras file by name. Raises ModelError for any other file."""
    try:
        with archives.open_zip(file) as archive:
            names = archive.namelist()
            if sorted(names) != sorted(_LARGEST_PARTS):
                raise ModelError(
                    f"Expected a .keras file with {', '.join(_LARGEST_PARTS)} and nothing else. "
                    f"Received: {', '.join(names)[:200]!r}. Save the model with "
                    "`model.save('name.keras')`."
                )
            return {name: _read_part(archive, name) for name in _LARGEST_PARTS}
    except ModelError:
        raise
    except NotImplementedError as error:
        raise ModelError(
            "The file is compressed in a way that Keras does not use. Save it again with Keras."
        ) from error
    except archives.UNREADABLE as error:
        raise ModelError(
            "Expected a file that Keras 3 wrote with model.save('name.keras'). "
            "Received: something else, or a damaged file."
        ) from error


def _read_part(archive: zipfile.ZipFile, name: str) -> bytes:
    largest = _LARGEST_PARTS[name]
    if archive.getinfo(name).file_size <= largest:
        with archive.open(name) as member:  # the size in the directory may be false
            content = member.read(largest + 1)
        if len(content) <= largest:
            return content
    raise ModelError(f"Its {name} is larger than {largest:,} bytes.")


def _plain(value: Any, key: str | None = None) -> Any:
    """Return a part of a config without the dropped keys. Raises ModelError if it is not plain."""
    if isinstance(value, dict):
        if "class_name" in value:
            _check_class(value)
        if "activation" in value and value["activation"] not in (None, *ACTIVATIONS):
            raise ModelError(refusals.ACTIVATION)
        return {k: _plain(v, k) for k, v in value.items() if k not in _DROPPED}
    if isinstance(value, list):
        return [_plain(item, key) for item in value]
    bounded = isinstance(value, int | float) and key not in _ANY_NUMBER
    if bounded and not abs(value) <= _LARGEST_NUMBER:  # true for NaN as well
        raise ModelError(f"Its setting {key!r:.60} is too large: {value!r:.30}.")
    return value


def _check_class(value: dict[str, Any]) -> None:
    name, module = value["class_name"], value.get("module")
    registered = value.get("registered_name")
    known = _CLASSES.get(module, frozenset()) if isinstance(module, str | None) else frozenset()
    if not isinstance(name, str) or name not in known or registered not in (None, name):
        shown = f"{module}.{name}" if module else name
        raise ModelError(f"It uses {shown!r:.80}. {refusals.for_class(f'{shown}')}")
