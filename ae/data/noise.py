"""Ways to spoil an image, in one registry: a new kind is one function and one line."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

Corruption = Callable[[np.ndarray, np.ndarray, np.random.Generator], np.ndarray]


@dataclass(frozen=True)
class NoiseKind:
    """One way to corrupt images.

    label : its name on the screen.
    meaning : what strength means, in words, with its unit.
    apply : (images, strength, rng) -> corrupted images before clipping to [0, 1]; images are
        float32 (n, 28, 28), strength is float32 (n, 1, 1).
    """

    label: str
    meaning: str
    apply: Corruption


def _gaussian(images, strength, rng):
    return images + strength * rng.standard_normal(images.shape, dtype=np.float32)


def _salt_and_pepper(images, strength, rng):
    draw = rng.random(images.shape, dtype=np.float32)
    salted = np.where(draw < strength, np.float32(1), images)
    return np.where(draw < strength / 2, np.float32(0), salted)


def _speckle(images, strength, rng):
    return images * (1 + 2 * strength * rng.standard_normal(images.shape, dtype=np.float32))


def _masking(images, strength, rng):
    height, width = images.shape[1:]
    side = np.rint(strength[:, 0, 0] * height).astype(int)
    top = rng.integers(0, height - side + 1)
    left = rng.integers(0, width - side + 1)
    rows, columns = np.arange(height), np.arange(width)
    in_rows = (rows >= top[:, None]) & (rows < (top + side)[:, None])
    in_columns = (columns >= left[:, None]) & (columns < (left + side)[:, None])
    return np.where(in_rows[:, :, None] & in_columns[:, None, :], np.float32(0), images)


NOISE_KINDS: dict[str, NoiseKind] = {
    "gaussian": NoiseKind("Gaussian", "standard deviation, in units of full white", _gaussian),
    "salt_and_pepper": NoiseKind(
        "Salt and pepper", "share of pixels set to black or white, half each", _salt_and_pepper
    ),
    "speckle": NoiseKind(
        "Speckle", "half the standard deviation of the factor on each pixel", _speckle
    ),
    "masking": NoiseKind(
        "Masking", "side of a black square at a random place, as a share of 28 pixels", _masking
    ),
}


def corrupt(
    images: np.ndarray, kind: str, strength: float | np.ndarray, rng: np.random.Generator
) -> np.ndarray:
    """Corrupt images with noise drawn from ``rng``.

    images : float array of shape (n, 28, 28), values in [0, 1].
    kind : a key of NOISE_KINDS, or "mixture": each image gets a kind of its own.
    strength : in [0, 1], one number or an array of shape (n,); its meaning is the kind's.
    Returns a new float32 array of the same shape, clipped to [0, 1]. At strength 0 it equals
    the input. Raises ValueError for an unknown kind or a strength outside [0, 1].
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
