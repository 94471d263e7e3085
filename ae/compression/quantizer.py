"""Codes -> whole numbers of few bits -> codes: what is thrown away is decided here.

Quantization is uniform within a dimension. Steps are not equal: a dimension that moves the
picture twice as far per unit gets half the step, so that each adds the same error to the picture,
which at a given number of bits is the least in sum (Goyal, "Theoretical Foundations of Transform
Coding", IEEE Signal Processing Magazine 18, 2001). For PCA that is one step for all.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from ae.compression import rans
from ae.nn.base import Model

LEAST_BITS, MOST_BITS = 2, 10
# A record per dimension, as it is written into a file.
TABLE = np.dtype([("centre", "<f4"), ("step", "<f4"), ("spread", "<u2")])

_REACH = 4  # standard deviations on either side of the mean that have levels of their own
_PROBES = 32  # codes at which the decoder's sensitivity is measured
_SPREAD_UNIT = 256


@dataclass(frozen=True, eq=False)
class Calibration:
    """What a quantizer has to know of a model's codes. All float64 (latent_dim,).

    mean, deviation : of each dimension over the images that were measured.
    sensitivity : how far the picture moves per unit of each dimension: the root of the mean
        over codes of the squared length of the decoder's partial derivative.
    """

    mean: np.ndarray
    deviation: np.ndarray
    sensitivity: np.ndarray

    def quantizer(self, bits: int) -> Quantizer:
        """At ``bits`` bits, 2 to 10, the dimension that matters most has 2**bits - 1 levels.

        The others have as many as their effect on the picture is worth, down to a single one.
        Raises ValueError for other ``bits``.
        """
        if not LEAST_BITS <= bits <= MOST_BITS:
            raise ValueError(
                f"bits must be from {LEAST_BITS} to {MOST_BITS}. Received: bits={bits}."
            )
        effect = self.deviation * self.sensitivity
        spread = effect / max(effect.max(), np.finfo(float).tiny) * 2**bits / (2 * _REACH)
        table = np.zeros(len(spread), TABLE)
        table["centre"] = self.mean
        table["spread"] = np.rint(spread * _SPREAD_UNIT)
        table["step"] = np.where(spread > 0, self.deviation / np.where(spread > 0, spread, 1), 1)
        return Quantizer(bits, table)


@dataclass(frozen=True, eq=False)
class Quantizer:
    """Codes to whole numbers and back, dimension by dimension.

    bits : as given to ``Calibration.quantizer``.
    table : one record per dimension with its fields centre, step (both float32) and spread, the
        standard deviation in steps times 256 (uint16); written into the file as it is.
    """

    bits: int
    table: np.ndarray

    @property
    def half(self) -> np.ndarray:
        """Levels on either side of the centre: int64 (latent_dim,), 2 * half + 1 in all."""
        reach = _REACH * self.table["spread"].astype(np.int64) - _SPREAD_UNIT // 2
        return np.maximum(reach // _SPREAD_UNIT, 0)

    def quantize(self, z: np.ndarray) -> np.ndarray:
        """z, float (n, latent_dim) -> int32 (n, latent_dim) in [-half, half], nearest level."""
        steps = (np.asarray(z, np.float64) - self.table["centre"]) / self.table["step"]
        return np.clip(np.rint(steps), -self.half, self.half).astype(np.int32)

    def dequantize(self, levels: np.ndarray) -> np.ndarray:
        """Levels, int (n, latent_dim) -> z, float32 (n, latent_dim)."""
        return (self.table["centre"] + levels * self.table["step"]).astype(np.float32)

    def pack(self, levels: np.ndarray) -> bytes:
        """Levels, int (n, latent_dim) in [-half, half] -> their entropy-coded bytes."""
        return rans.encode(levels + self.half, self._frequencies)

    def unpack(self, data: bytes, count: int) -> np.ndarray:
        """The ``count`` rows that were packed: int32 (count, latent_dim). Raises EntropyError."""
        return rans.decode(data, count, self._frequencies) - self.half.astype(np.int32)

    @cached_property
    def _frequencies(self) -> list[np.ndarray]:
        spreads = np.maximum(self.table["spread"], 1) / _SPREAD_UNIT
        return [
            rans.normal_table(spread, half)
            for spread, half in zip(spreads.tolist(), self.half.tolist(), strict=True)
        ]


def measure(model: Model, images: np.ndarray) -> Calibration:
    """Learn from images, float32 (n, 28, 28), what a quantizer of the model's codes needs.

    Some thousand training images are enough: a mean is then known to a hundredth of the deviation.
    Raises ValueError if a code is not finite.
    """
    z = model.encode(images).astype(np.float64)
    if not np.isfinite(z).all():
        raise ValueError("The model's codes are not all finite numbers: it cannot be used here.")
    deviation = z.std(axis=0)
    probes = z[:: max(1, len(z) // _PROBES)][:_PROBES]
    sensitivity = np.zeros(model.latent_dim)
    for k in np.flatnonzero(deviation):
        move = np.zeros(model.latent_dim)
        move[k] = deviation[k] / 10
        pair = model.decode(np.concatenate([probes + move, probes - move]))
        above, below = np.split(pair.astype(np.float64), 2)
        squares = ((above - below) / (2 * move[k])) ** 2
        sensitivity[k] = np.sqrt(squares.sum(axis=(1, 2)).mean())
    return Calibration(z.mean(axis=0), deviation, sensitivity)
