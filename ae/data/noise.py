"""Image corruptions, in one registry. A new kind takes two functions and one entry, and one in
``noise.js``, which applies the noise in the page.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

MIXTURE = "mixture"

Draw = Callable[[tuple[int, ...], np.random.Generator], np.ndarray]
Corruption = Callable[[np.ndarray, np.ndarray, np.ndarray], np.ndarray]


@dataclass(frozen=True)
class NoiseKind:
    """A kind of image corruption.

    Attributes
    ----------
    label : str
        Its name on the screen.
    meaning : str
        What the strength means, with its unit.
    draw : callable
        From the shape of the images, (n, 28, 28), and a random generator to a random number for
        each pixel, float32 (n, 28, 28). They do not depend on the strength.
    apply : callable
        From images, these random numbers, both float32 (n, 28, 28), and strengths, float32
        (n, 1, 1), to corrupted images, which are then clipped to [0, 1].
    """

    label: str
    meaning: str
    draw: Draw
    apply: Corruption


def _normal(shape: tuple[int, ...], rng: np.random.Generator) -> np.ndarray:
    return rng.standard_normal(shape, dtype=np.float32)


def _uniform(shape: tuple[int, ...], rng: np.random.Generator) -> np.ndarray:
    return rng.random(shape, dtype=np.float32)


def _squares(shape: tuple[int, ...], rng: np.random.Generator) -> np.ndarray:
    """Return for each pixel the side of the smallest square that covers it.

    A square of one more pixel contains the smaller one, so this says of every square what it
    covers. A pixel is covered if its row and its column are.
    """
    count, height, width = shape
    top, left = (rng.integers(2**32, size=count, dtype=np.uint32) for _ in range(2))
    rows, columns = _smallest(top, height, height), _smallest(left, width, height)
    return np.maximum(rows[:, :, None], columns[:, None, :]).astype(np.float32)


def _smallest(place: np.ndarray, size: int, most: int) -> np.ndarray:
    """Return the smallest side, 1 to ``most``, of the squares that cover each of ``size`` pixels.

    place : uint32 (n,), where each square begins, as a share of the places that it can have.
    """
    sides = np.arange(1, most + 1)
    # As rng.integers(0, size - side + 1) takes a number from 32 random bits.
    starts = (place[:, None].astype(np.uint64) * (size - sides + 1).astype(np.uint64)) >> 32
    starts = starts.astype(int)[:, :, None]
    pixels = np.arange(size)
    covered = (pixels >= starts) & (pixels < starts + sides[:, None])
    return most + 1 - covered.sum(axis=1)


def _gaussian(images: np.ndarray, noise: np.ndarray, strength: np.ndarray) -> np.ndarray:
    return images + strength * noise


def _salt_and_pepper(images: np.ndarray, noise: np.ndarray, strength: np.ndarray) -> np.ndarray:
    salted = np.where(noise < strength, np.float32(1), images)
    return np.where(noise < strength / 2, np.float32(0), salted)


def _speckle(images: np.ndarray, noise: np.ndarray, strength: np.ndarray) -> np.ndarray:
    return images * (1 + 2 * strength * noise)


def _masking(images: np.ndarray, noise: np.ndarray, strength: np.ndarray) -> np.ndarray:
    return np.where(noise <= _side(strength, images.shape[1]), np.float32(0), images)


def _side(strength: np.ndarray, height: int) -> np.ndarray:
    return np.rint(strength * height)


NOISE_KINDS: dict[str, NoiseKind] = {
    "gaussian": NoiseKind(
        "Gaussian", "standard deviation of the noise; a white pixel is 1", _normal, _gaussian
    ),
    "salt_and_pepper": NoiseKind(
        "Salt and pepper",
        "share of pixels that become black or white, half each",
        _uniform,
        _salt_and_pepper,
    ),
    "speckle": NoiseKind(
        "Speckle",
        "each pixel is multiplied by a random number around 1, whose standard deviation (usual "
        "distance from 1) is twice the strength; black stays black",
        _normal,
        _speckle,
    ),
    "masking": NoiseKind(
        "Masking",
        "side of a black square at a random place, divided by 28 pixels",
        _squares,
        _masking,
    ),
}


@dataclass(frozen=True, eq=False)
class Noise:
    """The random part of the noise of n images, which has no strength yet.

    Attributes
    ----------
    kinds : tuple of n str
        The kind of each image: keys of ``NOISE_KINDS``.
    values : float32 array of shape (n, 28, 28)
        The random number of each pixel; what it means is the kind's affair.
    """

    kinds: tuple[str, ...]
    values: np.ndarray

    def applied(self, images: np.ndarray, strength: float | np.ndarray) -> np.ndarray:
        """Return ``images``, float32 (n, 28, 28), with this noise at a strength, as ``corrupt``."""
        strength = np.broadcast_to(np.asarray(strength, dtype=np.float32), len(images))
        result = np.empty_like(images)
        kinds = np.array(self.kinds, dtype=str)
        for name, kind in NOISE_KINDS.items():
            mine = kinds == name
            result[mine] = kind.apply(images[mine], self.values[mine], strength[mine, None, None])
        return np.clip(result, 0, 1, dtype=np.float32)


def draw_noise(
    kind: str,
    shape: tuple[int, ...],
    rng: np.random.Generator,
    strength: float | np.ndarray = 0.0,
) -> Noise:
    """Draw what the noise of images is made of.

    Parameters
    ----------
    kind : str
        A key of ``NOISE_KINDS``, or "mixture": each image then gets a kind at random.
    shape : tuple of int
        Of the images: (n, 28, 28).
    rng : numpy.random.Generator
    strength : float or array of shape (n,), values in [0, 1]
        If you know it already. It matters for masking alone, and there for what the generator
        gives next: a square as large as the image has one place, for which nothing is drawn.

    Returns
    -------
    Noise
        ``draw_noise(kind, images.shape, rng).applied(images, strength)`` is
        ``corrupt(images, kind, strength, rng)`` for every strength.

    Raises
    ------
    ValueError
        If the kind is unknown.
    """
    if kind != MIXTURE and kind not in NOISE_KINDS:
        known = (*NOISE_KINDS, MIXTURE)
        raise ValueError(f"kind must be one of {known}. Received: kind={kind!r}.")
    count, height, _ = shape
    names = np.array([*NOISE_KINDS] if kind == MIXTURE else [kind])
    chosen = rng.integers(len(names), size=count) if kind == MIXTURE else np.zeros(count, int)
    is_whole = np.broadcast_to(_side(np.asarray(strength, np.float32), height) == height, count)
    values = np.ones(shape, np.float32)
    for index, name in enumerate(names):
        drawn = chosen == index
        if name == "masking":
            drawn &= ~is_whole
        values[drawn] = NOISE_KINDS[name].draw((int(drawn.sum()), *shape[1:]), rng)
    return Noise(tuple(names[chosen].tolist()), values)


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
    strength = np.broadcast_to(np.asarray(strength, dtype=np.float32), len(images))
    if not np.all((strength >= 0) & (strength <= 1)):
        raise ValueError(f"strength must lie in [0, 1]. Received: strength={strength!r}.")
    return draw_noise(kind, images.shape, rng, strength).applied(images, strength)
