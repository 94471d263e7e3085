"""rANS, an entropy coder for integers whose distribution is known.

A value of probability p takes -log2(p) bits, not rounded up to whole bits. The tables are computed
from the distributions, so a file needs no code book. All coding is in integers, and the tables need
only +, * and /, so that every machine computes the same ones.

References
----------
Duda, "Asymmetric numeral systems: entropy coding combining speed of Huffman coding with compression
rate of arithmetic coding" (arXiv:1311.2540, 2013), the range variant.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence

import numpy as np

_PROBABILITY_BITS = 16  # frequencies of a table sum to 2**16
_TOTAL = 1 << _PROBABILITY_BITS
# The state lies in [2**32, 2**48). Sixteen bits leave or enter it at a time, at most once for each
# value. At least 32 bits remain, so that rounding costs less than 1e-4 bits for each value.
_LEAST_STATE = 1 << 32
_STATE_BYTES = 6


class EntropyError(ValueError):
    """The bytes are not the output of ``encode`` for these tables and this number of rows."""


def normal_table(deviation: float, half: int) -> np.ndarray:
    """Return the cumulative frequencies of a normal distribution rounded to integers.

    Parameters
    ----------
    deviation : float
        Standard deviation of the distribution, whose mean is 0.
    half : int
        The integers are -half to half. The probability beyond either end is added to that end.

    Returns
    -------
    int64 array of shape (2 * half + 2,)
        Strictly rising from 0 to 65536. The frequency of the integer v is the difference of the
        entries v + half + 1 and v + half.
    """
    levels = 2 * half + 1
    inner = [_normal_cdf((edge - half - 0.5) / deviation) for edge in range(1, levels)]
    share = np.array([0.0, *inner, 1.0])
    # Every level has a frequency of at least 1, so that rare values can be coded, too.
    return np.arange(levels + 1) + np.floor((_TOTAL - levels) * share).astype(np.int64)


def encode(rows: np.ndarray, tables: Sequence[np.ndarray]) -> bytes:
    """Code rows of integers.

    Parameters
    ----------
    rows : int array of shape (n, d)
        Values of column k are from 0 to ``len(tables[k]) - 2``.
    tables : sequence of d int64 arrays
        The cumulative frequencies of each column, as ``normal_table`` returns them.

    Returns
    -------
    bytes
    """
    starts = np.empty(rows.shape, np.int64)
    frequencies = np.empty(rows.shape, np.int64)
    for column, table in enumerate(tables):
        starts[:, column] = table[rows[:, column]]
        frequencies[:, column] = table[rows[:, column] + 1] - starts[:, column]
    words = []
    state = _LEAST_STATE
    # In reverse order, because the decoder returns first what was coded last.
    pairs = zip(starts.ravel()[::-1].tolist(), frequencies.ravel()[::-1].tolist(), strict=True)
    for start, frequency in pairs:
        if state >= frequency << 32:
            words.append(state & 0xFFFF)
            state >>= 16
        state = (state // frequency << _PROBABILITY_BITS) + state % frequency + start
    return state.to_bytes(_STATE_BYTES, "little") + np.array(words[::-1], "<u2").tobytes()


def decode(data: bytes, count: int, tables: Sequence[np.ndarray]) -> np.ndarray:
    """Return the rows that ``encode`` was given.

    Parameters
    ----------
    data : bytes
    count : int
        The number of rows.
    tables : sequence of d int64 arrays
        As for ``encode``.

    Returns
    -------
    int32 array of shape (count, d)

    Raises
    ------
    EntropyError
        If the bytes end too early, or the last value does not leave the first state of ``encode``.
    """
    state = int.from_bytes(data[:_STATE_BYTES], "little")
    if len(data) < _STATE_BYTES or len(data) % 2 or state < _LEAST_STATE:
        raise EntropyError("The coded values have no valid beginning.")
    words = iter(np.frombuffer(data, "<u2", offset=_STATE_BYTES).tolist())
    columns = [table.tolist() for table in tables]
    values = []
    try:
        for _ in range(count):
            for table in columns:
                slot = state & 0xFFFF
                value = bisect_right(table, slot) - 1
                start = table[value]
                state = (table[value + 1] - start) * (state >> _PROBABILITY_BITS) + slot - start
                if state < _LEAST_STATE:
                    state = state << 16 | next(words)
                values.append(value)
    except StopIteration:
        raise EntropyError("The coded values end too early.") from None
    if state != _LEAST_STATE or next(words, None) is not None:
        raise EntropyError("The coded values do not end where they should.")
    return np.array(values, np.int32).reshape(count, len(tables))


def _normal_cdf(x: float) -> float:
    """Return the normal distribution function with an error of at most 1.5e-7.

    Abramowitz & Stegun, "Handbook of Mathematical Functions" (1964), equation 26.2.19. ``math.erf``
    is more accurate, but its last bits depend on the C library. The decoder must compute the same
    tables as the encoder, on any machine.
    """
    a = abs(x)
    series = 1.0 + a * (
        0.0498673470
        + a
        * (
            0.0211410061
            + a * (0.0032776263 + a * (0.0000380036 + a * (0.0000488906 + a * 0.0000053830)))
        )
    )
    square = series * series
    fourth = square * square
    eighth = fourth * fourth
    tail = 0.5 / (eighth * eighth)
    return tail if x < 0 else 1.0 - tail
