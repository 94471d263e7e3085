"""Image corruptions, in one registry. A new kind takes one function and one entry."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

Corruption = Callable[[np.ndarray, np.ndarray, np.random.Generator], np.ndarray]


@dataclass(frozen=True)
class NoiseKind:
    """A kind of image corruption.

    Attributes
    ----------
    label : str
        Its name on the screen.
    meaning : str
        What the strength means, with its unit.
    apply : callable
        From images, float32 (n, 28, 28), strengths, float32 (n, 1, 1), and a random generator to
        corrupted images, which are then clipped to [0, 1].
    """

    label: str
    meaning: str
    apply: Corruption


def _gaussian(images: np.ndarray, strength: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    return images + strength * rng.standard_normal(images.shape, dtype=np.float32)


def _salt_and_pepper(
    images: np.ndarray, strength: np.ndarray, rng: np.random.Generator
) -> np.ndarray:
    draw = rng.random(images.shape, dtype=np.float32)
    salted = np.where(draw < strength, np.float32(1), images)
    return np.where(draw < strength / 2, np.float32(0), salted)


def _speckle(images: np.ndarray, strength: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    return images * (1 + 2 * strength * rng.standard_normal(images.shape, dtype=np.float32))


def _masking(images: np.ndarray, strength: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    height, width = images.shape[1:]
    side = np.rint(strength[:, 0, 0] * height).astype(int)
    top = rng.integers(0, height - side + 1)
    left = rng.integers(0, width - side + 1)
    rows, columns = np.arange(height), np.arange(width)
    in_rows = (rows >= top[:, None]) & (rows < (top + side)[:, None])
    in_columns = (columns >= left[:, None]) & (columns < (left + side)[:, None])
    return np.where(in_rows[:, :, None] & in_columns[:, None, :], np.float32(0), images)


NOISE_KINDS: dict[str, NoiseKind] = {
    "gaussian": NoiseKind(
        "Gaussian", "standard deviation of the noise; a white pixel is 1", _gaussian
    ),
    "salt_and_pepper": NoiseKind(
        "Salt and pepper", "share of pixels that become black or white, half each", _salt_and_pepper
    ),
    "speckle": NoiseKind(
        "Speckle",
        "half the standard deviation of the factor that each pixel is multiplied by",
        _speckle,
    ),
    "masking": NoiseKind(
        "Masking", "side of a black square at a random place, divided by 28 pixels", _masking
    ),
}


def corrupt(
    images: np.ndarray, kind: str, strength: float | np.ndarray, rng: np.random.Generator
) -> np.ndarray:
    """Corrupt images with random noise.

    Parameters
    ----------
    images : float array of shape (n, 28, 28), values in [0, 1]
    kind : str
        A key of ``NOISE_KINDS``, or "mixture": each image then gets a kind at random.
    strength : float or array of shape (n,), values in [0, 1]
        For what it means see ``NoiseKind.meaning``. At 0 the images do not change.
    rng : numpy.random.Generator

    Returns
    -------
    float32 array of shape (n, 28, 28), values in [0, 1]
        A new array.

    Raises
    ------
    ValueError
        If the kind is unknown, or an argument has another shape or range.
    """
    images = np.asarray(images, dtype=np.float32)
    if images.ndim != 3:
        raise ValueError(f"images must have shape (n, 28, 28). Received: shape {images.shape}.")
    if kind != "mixture" and kind not in NOISE_KINDS:
        known = (*NOISE_KINDS, "mixture")
        raise ValueError(f"kind must be one of {known}. Received: kind={kind!r}.")
    strength = np.broadcast_to(np.asarray(strength, dtype=np.float32), len(images))
    if not np.all((strength >= 0) & (strength <= 1)):
        raise ValueError(f"strength must lie in [0, 1]. Received: strength={strength!r}.")
    if kind == "mixture":
        chosen = rng.integers(len(NOISE_KINDS), size=len(images))
        result = images.copy()
        for index, name in enumerate(NOISE_KINDS):
            mine = chosen == index
            result[mine] = corrupt(images[mine], name, strength[mine], rng)
        return result
    noisy = NOISE_KINDS[kind].apply(images, strength[:, None, None], rng)
    return np.clip(noisy, 0, 1, dtype=np.float32)
