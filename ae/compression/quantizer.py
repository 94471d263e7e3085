"""Quantization of latent vectors: from floating-point values to integers of few bits, and back.

Within a dimension all steps are equal. Between dimensions they are not: a dimension that changes
the image twice as much gets half the step. Every dimension then adds the same error to the image,
and the sum of errors is the least for the number of bits. For PCA all dimensions have the same
step.

References
----------
Goyal, "Theoretical Foundations of Transform Coding", IEEE Signal Processing Magazine 18 (2001).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from ae.compression import rans
from ae.nn.base import Model

LEAST_BITS, MOST_BITS = 2, 10
# A record for each dimension, as it is written to a file.
TABLE = np.dtype([("centre", "<f4"), ("step", "<f4"), ("deviation", "<u2")])

_REACH = 4  # standard deviations on either side of the mean that have their own levels
_DIMENSIONS_AT_ONCE = 16  # decoded together: a call of a network has its price
_PROBES = 32  # latent vectors at which the decoder's sensitivity is measured
_MOST_PROBED = 256 * _PROBES  # of many dimensions, each is measured at fewer
_DEVIATION_UNIT = 256


@dataclass(frozen=True, eq=False)
class Calibration:
    """Statistics of a model's latent vectors, from which quantizers are made.

    Attributes
    ----------
    mean, standard_deviation : float64 arrays of shape (latent_dim,)
        Of each dimension, over the images that were measured.
    sensitivity : float64 array of shape (latent_dim,)
        How much the image changes for each unit of a dimension: the root mean square, over latent
        vectors, of the length of the decoder's partial derivative.
    """

    mean: np.ndarray
    standard_deviation: np.ndarray
    sensitivity: np.ndarray

    def quantizer(self, bits: int) -> Quantizer:
        """Make a quantizer.

        Parameters
        ----------
        bits : int
            From 2 to 10. The dimension with the largest effect on the image gets 2**bits - 1
            levels. The others get fewer, in proportion to their effect, down to a single level.

        Raises
        ------
        ValueError
            If ``bits`` is out of range.
        """
        if not LEAST_BITS <= bits <= MOST_BITS:
            raise ValueError(
                f"bits must be from {LEAST_BITS} to {MOST_BITS}. Received: bits={bits}."
            )
        effect = self.standard_deviation * self.sensitivity
        # The standard deviation of each dimension in its own steps.
        steps = effect / max(effect.max(), np.finfo(float).tiny) * 2**bits / (2 * _REACH)
        used = steps > 0
        table = np.zeros(len(steps), TABLE)
        table["centre"] = self.mean
        table["deviation"] = np.rint(steps * _DEVIATION_UNIT)
        table["step"] = np.where(used, self.standard_deviation / np.where(used, steps, 1), 1)
        return Quantizer(bits, table)


@dataclass(frozen=True, eq=False)
class Quantizer:
    """Latent vectors to integers (levels) and back, each dimension separately.

    Attributes
    ----------
    bits : int
        As given to ``Calibration.quantizer``.
    table : structured array of shape (latent_dim,), dtype ``TABLE``
        centre (float32), step (float32), and deviation (uint16), which is the standard deviation
        in steps, times 256. The table is written to the file as it is.
    """

    bits: int
    table: np.ndarray

    @property
    def half(self) -> np.ndarray:
        """Levels on either side of the centre, int64 (latent_dim,): there are 2 * half + 1."""
        reach = _REACH * self.table["deviation"].astype(np.int64) - _DEVIATION_UNIT // 2
        return np.maximum(reach // _DEVIATION_UNIT, 0)

    def quantize(self, z: np.ndarray) -> np.ndarray:
        """Return the nearest levels of z, float (n, latent_dim): int32, from -half to half."""
        steps = (np.asarray(z, np.float64) - self.table["centre"]) / self.table["step"]
        return np.clip(np.rint(steps), -self.half, self.half).astype(np.int32)

    def dequantize(self, levels: np.ndarray) -> np.ndarray:
        """Return z for levels, int (n, latent_dim): float32 (n, latent_dim)."""
        return (self.table["centre"] + levels * self.table["step"]).astype(np.float32)

    def pack(self, levels: np.ndarray) -> bytes:
        """Return levels, int (n, latent_dim) from -half to half, as entropy-coded bytes."""
        return rans.encode(levels + self.half, self._frequencies)

    def unpack(self, data: bytes, count: int) -> np.ndarray:
        """Return the ``count`` rows that were packed: int32 (count, latent_dim).

        Raises
        ------
        EntropyError
            If the bytes are damaged.
        """
        return rans.decode(data, count, self._frequencies) - self.half.astype(np.int32)

    @cached_property
    def _frequencies(self) -> list[np.ndarray]:
        deviations = np.maximum(self.table["deviation"], 1) / _DEVIATION_UNIT
        return [
            rans.normal_table(deviation, half)
            for deviation, half in zip(deviations.tolist(), self.half.tolist(), strict=True)
        ]


def measure(model: Model, images: np.ndarray) -> Calibration:
    """Measure the statistics that a quantizer of a model's latent vectors needs.

    Parameters
    ----------
    model : Model
    images : float32 array of shape (n, 28, 28)
        Some thousand training images are enough: with 5,000 the standard error of a mean is 1.4 %
        of the standard deviation.

    Raises
    ------
    ValueError
        If a latent vector contains a value that is not finite.
    """
    z = model.encode(images).astype(np.float64)
    if not np.isfinite(z).all():
        raise ValueError(
            "The model's latent vectors contain values that are not finite: it cannot be used to "
            "compress images. Choose another model."
        )
    deviation = z.std(axis=0)
    count = max(1, min(_PROBES, _MOST_PROBED // model.latent_dim))
    probes = z[:: max(1, len(z) // count)][:count]
    sensitivity = np.zeros(model.latent_dim)
    varying = np.flatnonzero(deviation)
    for start in range(0, len(varying), _DIMENSIONS_AT_ONCE):
        chosen = varying[start : start + _DIMENSIONS_AT_ONCE]
        step = deviation[chosen] / 10
        move = np.zeros((len(chosen), 1, model.latent_dim))
        move[np.arange(len(chosen)), 0, chosen] = step
        pairs = np.stack([probes + move, probes - move]).reshape(-1, model.latent_dim)
        above, below = model.decode(pairs).astype(np.float64).reshape(2, *move.shape[:1], -1)
        squares = ((above - below) / (2 * step[:, None])) ** 2
        sensitivity[chosen] = np.sqrt(squares.sum(axis=1) / len(probes))
    return Calibration(z.mean(axis=0), deviation, sensitivity)
