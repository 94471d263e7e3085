"""An entropy coder for whole numbers whose distribution is known: rANS, in integers alone.

Duda, "Asymmetric numeral systems" (arXiv:1311.2540, 2013), the range variant. Each number of
probability p takes -log2(p) bits, fractions included, and a message of one picture pays no more
for its code book than one of a million. All arithmetic is on whole numbers, and the normal
distribution is reduced to them with +, * and / only, so that every machine gets the same tables.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence

import numpy as np

_PROBABILITY_BITS = 16  # frequencies of a table sum to 2**16
_TOTAL = 1 << _PROBABILITY_BITS
# The state lies in [2**32, 2**48): sixteen bits leave or enter it at a time, at most once a
# number, and thirty-two are left, which keeps the loss by rounding below 1e-4 bits a number.
_LEAST_STATE = 1 << 32
_STATE_BYTES = 6


class EntropyError(ValueError):
    """The bytes are not what ``encode`` gave for these tables and this number of rows."""


def normal_table(spread: float, half: int) -> np.ndarray:
    """Cumulative frequencies of a normal distribution rounded to the whole numbers -half..half.

    spread : its standard deviation; what lies beyond either end counts to that end.
    Returns int64 (2 * half + 2,), strictly rising from 0 to 65536: number ``v`` has the
    frequencies from entry ``v + half`` to the next.
    """
    levels = 2 * half + 1
    inner = [_normal_cdf((edge - half - 0.5) / spread) for edge in range(1, levels)]
    share = np.array([0.0, *inner, 1.0])
    # One of the frequencies is set aside for each level: what is rare stays possible.
    return np.arange(levels + 1) + np.floor((_TOTAL - levels) * share).astype(np.int64)


def encode(rows: np.ndarray, tables: Sequence[np.ndarray]) -> bytes:
    """Code rows of numbers, int (n, d), column k by the cumulative frequencies ``tables[k]``.

    Numbers count from 0: the table of column k has one entry more than column k has levels.
    """
    starts = np.empty(rows.shape, np.int64)
    frequencies = np.empty(rows.shape, np.int64)
    for column, table in enumerate(tables):
        starts[:, column] = table[rows[:, column]]
        frequencies[:, column] = table[rows[:, column] + 1] - starts[:, column]
    words = []
    state = _LEAST_STATE
    # Backwards, because the decoder takes off last what was put on first.
    pairs = zip(starts.ravel()[::-1].tolist(), frequencies.ravel()[::-1].tolist(), strict=True)
    for start, frequency in pairs:
        if state >= frequency << 32:
            words.append(state & 0xFFFF)
            state >>= 16
        state = (state // frequency << _PROBABILITY_BITS) + state % frequency + start
    return state.to_bytes(_STATE_BYTES, "little") + np.array(words[::-1], "<u2").tobytes()


def decode(data: bytes, count: int, tables: Sequence[np.ndarray]) -> np.ndarray:
    """The rows that ``encode`` was given: int32 (count, len(tables)).

    Raises EntropyError if the bytes do not come out even, as they do for what ``encode`` wrote.
    """
    state = int.from_bytes(data[:_STATE_BYTES], "little")
    if len(data) < _STATE_BYTES or len(data) % 2 or state < _LEAST_STATE:
        raise EntropyError("The coded numbers have no beginning.")
    words = iter(np.frombuffer(data, "<u2", offset=_STATE_BYTES).tolist())
    columns = [table.tolist() for table in tables]
    numbers = []
    try:
        for _ in range(count):
            for table in columns:
                slot = state & 0xFFFF
                number = bisect_right(table, slot) - 1
                start = table[number]
                state = (table[number + 1] - start) * (state >> _PROBABILITY_BITS) + slot - start
                if state < _LEAST_STATE:
                    state = state << 16 | next(words)
                numbers.append(number)
    except StopIteration:
        raise EntropyError("The coded numbers end too early.") from None
    if state != _LEAST_STATE or next(words, None) is not None:
        raise EntropyError("The coded numbers do not end where they should.")
    return np.array(numbers, np.int32).reshape(count, len(tables))


def _normal_cdf(x: float) -> float:
    """The normal distribution function to 1.5e-7, the same to the last bit on every machine.

    Abramowitz & Stegun, "Handbook of Mathematical Functions" (1964), 26.2.19. ``math.erf`` is
    more exact, but its last bits are the C library's, and encoder and decoder must agree.
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
