"""Data sets: MNIST, which is part of the package, and .npz files of the same form."""

import hashlib
import os
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np

from ae.errors import DataError
from ae.system import archives

MNIST_PATH = Path(__file__).with_name("mnist.npz")
MNIST_SHA256 = "06af5dfe73b70e3bc1c36439982b18a8d76803db9b544f6fdf838a37fbb01b64"

_IMAGE_KEYS = ("x_train", "x_test")
_LABEL_KEYS = ("y_train", "y_test")
# An .npz file can claim any shape in a few bytes. 120,000 images (MNIST has 70,000) take 470 MB
# while they are read: 784 bytes each as uint8, and four times as much as float32.
_LARGEST_SET = 120_000


@dataclass(frozen=True, eq=False)
class Dataset:
    """Training and test images with their labels.

    Attributes
    ----------
    name : str
        For people, for example "MNIST".
    sha256 : str
        Checksum of the file that the images came from, in hexadecimal.
    x_train, x_test : float32 arrays of shape (n, 28, 28), values in [0, 1]
    y_train, y_test : uint8 arrays of shape (n,)
        The classes.
    """

    name: str
    sha256: str
    x_train: np.ndarray
    y_train: np.ndarray
    x_test: np.ndarray
    y_test: np.ndarray


def load_mnist() -> Dataset:
    """Load MNIST, 60,000 training and 10,000 test images, from the file in this package.

    Raises
    ------
    DataError
        If the file is missing or does not have the known checksum.
    """
    return _read(MNIST_PATH, "MNIST", MNIST_SHA256)


def load_mnist_half(half: Literal["train", "test"]) -> tuple[np.ndarray, np.ndarray]:
    """Load the training or the test half of MNIST alone, as its file has it.

    The pixels take a quarter of the memory that they take as float32.

    Returns
    -------
    images : uint8 array of shape (n, 28, 28)
        60,000 training images or 10,000 test images.
    labels : uint8 array of shape (n,)

    Raises
    ------
    DataError
        If the file is missing or does not have the known checksum.
    """
    _check(MNIST_PATH, MNIST_SHA256)
    arrays = _read_arrays(MNIST_PATH, (f"x_{half}",), (f"y_{half}",))
    return arrays[f"x_{half}"], arrays[f"y_{half}"].astype(np.uint8)


def unit(images: np.ndarray) -> np.ndarray:
    """Return uint8 images as float32 of the same shape, values in [0, 1]."""
    return np.divide(images, 255, dtype=np.float32)


def load_data(path: str | os.PathLike | None = None) -> Dataset:
    """Load a data set from an .npz file with the arrays of MNIST, or MNIST itself.

    Parameters
    ----------
    path : str or PathLike, optional
        The file must hold x_train and x_test, uint8 of shape (n, 28, 28), and y_train and y_test,
        integers from 0 to 255 of shape (n,), with at most 120,000 images in all. They take up to
        470 MB while they are read and 376 MB afterwards. Default is MNIST.

    Raises
    ------
    DataError
        If the file is missing, damaged or of another form.
    """
    return load_mnist() if path is None else _read(Path(path), Path(path).stem, None)


def _read(path: Path, name: str, expected_sha256: str | None) -> Dataset:
    sha256 = _check(path, expected_sha256)
    arrays = _read_arrays(path, _IMAGE_KEYS, _LABEL_KEYS)
    return Dataset(
        name=name,
        sha256=sha256,
        **{key: unit(arrays.pop(key)) for key in _IMAGE_KEYS},
        **{key: arrays[key].astype(np.uint8) for key in _LABEL_KEYS},
    )


def _check(path: Path, expected_sha256: str | None) -> str:
    """Return the checksum of a file, which must be the expected one if there is one."""
    restore = "Restore it from the repository: git checkout -- ae/data/mnist.npz"
    advice = f" {restore}." if expected_sha256 else ""
    try:
        with path.open("rb") as file:
            sha256 = hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise DataError(f"Cannot read {path.name}: {error.strerror}.{advice}") from error
    if expected_sha256 and sha256 != expected_sha256:
        raise DataError(
            f"{path.name} is damaged. Expected SHA-256 {expected_sha256[:12]}… "
            f"Received: {sha256[:12]}….{advice}"
        )
    return sha256


def _read_arrays(
    path: Path, image_keys: tuple[str, ...], label_keys: tuple[str, ...]
) -> dict[str, np.ndarray]:
    arrays = {}
    try:
        with path.open("rb") as file, archives.open_zip(file) as archive:
            missing = [
                key for key in (*image_keys, *label_keys) if f"{key}.npy" not in archive.namelist()
            ]
            if missing:
                raise DataError(
                    f"{path.name} must contain the arrays x_train, y_train, x_test and y_test. "
                    f"Missing: {', '.join(missing)}."
                )
            for keys in (image_keys, label_keys):
                left = _LARGEST_SET
                for key in keys:
                    arrays[key] = _read_member(archive, key, path.name, left)
                    left -= len(arrays[key])
    except archives.UNREADABLE as error:
        if isinstance(error, DataError):
            raise
        raise DataError(
            f"{path.name} must be an .npz file, as numpy.savez writes it. Received: {error!s:.300}."
        ) from error
    for images, labels in zip(image_keys, label_keys, strict=True):
        if len(arrays[images]) != len(arrays[labels]):
            raise DataError(
                f"{path.name}: {images} and {labels} must have the same length. "
                f"Received: {len(arrays[images])} and {len(arrays[labels])}."
            )
    return arrays


def _read_member(archive: zipfile.ZipFile, key: str, file_name: str, most: int) -> np.ndarray:
    """Read one array of at most ``most`` images or labels, after its header has been checked."""
    expected = (
        "uint8 of shape (n, 28, 28)" if key in _IMAGE_KEYS else "integers from 0 to 255, shape (n,)"
    ) + f", at most {_LARGEST_SET:,} in training and test set together"

    def refused(received: object) -> DataError:
        return DataError(f"{file_name}: {key} must be {expected}. Received: {received!s:.300}.")

    try:
        with archive.open(f"{key}.npy") as member:
            shape, _, dtype = archives.read_array_header(member)
        images = key in _IMAGE_KEYS
        legal = (
            (dtype == np.uint8 and len(shape) == 3 and shape[1:] == (28, 28))
            if images
            else (dtype.kind in "iu" and len(shape) == 1)
        )
        if not legal or not 1 <= shape[0] <= most:
            raise refused(f"{dtype} of shape {shape}")
        with archive.open(f"{key}.npy") as member:
            array = np.lib.format.read_array(member, allow_pickle=False)
    except archives.UNREADABLE as error:
        if isinstance(error, DataError):
            raise
        raise refused(error) from error
    if not images and not (array.min() >= 0 and array.max() <= 255):
        raise refused(f"values from {array.min()} to {array.max()}")
    return array


def one_of_each_class(data: Dataset) -> np.ndarray:
    """Return the first test image of each class in label order: float32 (classes, 28, 28)."""
    _, first = np.unique(data.y_test, return_index=True)
    return data.x_test[first]
