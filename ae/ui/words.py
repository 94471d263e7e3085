"""Numbers and digits in words, alike on all pages."""

from __future__ import annotations

from typing import SupportsInt

_DIGITS = (
    "zeros",
    "ones",
    "twos",
    "threes",
    "fours",
    "fives",
    "sixes",
    "sevens",
    "eights",
    "nines",
)
_MOST_DECIMALS = 6
NO_ERROR = 0.005  # less is shown as 0.00: that of PCA with a dimension for each pixel
_EQUAL = 0.0005  # of PCA's error: a linear autoencoder can be a ten-thousandth worse


def percent(share: float, decimals: int = 0) -> str:
    """Return a share as "12 %", with more decimals where fewer would make it 0 or 100 %.

    Parameters
    ----------
    share : float
        1 is 100 %.
    decimals : int
        The least number of decimals.
    """
    value = 100 * share
    if value not in (0, 100):
        while decimals < _MOST_DECIMALS and round(value, decimals) in (0, 100):
            decimals += 1
    return f"{value:.{decimals}f} %"


def of_pca(error: float, pca_error: float) -> str:
    """Return how an autoencoder's error compares with PCA's: "12 % of PCA's error"."""
    if pca_error < NO_ERROR:
        return "PCA has none"
    if abs(error / pca_error - 1) < _EQUAL:
        return "as high as PCA's error"
    return f"{percent(error / pca_error)} of PCA's error"


def distance(value: float) -> str:
    """Return a distance with two decimals, and with two digits where it is small: 1.94, 0.012."""
    return f"{value:.2f}" if value >= 0.0995 or value <= 0 else f"{value:.2g}"


def a_digit(label: SupportsInt) -> str:
    """Return a digit of a class with its article: "a 7", "an 8"."""
    return f"an {label}" if int(label) == 8 else f"a {label}"


def numbered(index: SupportsInt, label: SupportsInt | None = None) -> str:
    """Return what a digit of a set is called after its kind: "no. 5 (a 3)"; "no. 5" of no class."""
    return f"no. {index}" if label is None else f"no. {index} ({a_digit(label)})"


def many(label: SupportsInt, count: int) -> str:
    """Return a number of digits of a class: "174 eights", "1 six"."""
    word = _DIGITS[int(label)]
    one = word[:-2] if word == "sixes" else word[:-1]
    return f"{count:,} {word if count != 1 else one}"


def listed(names: list[str]) -> str:
    """Return names as they stand in a sentence: "a, b and c"."""
    *others, last = names
    return f"{', '.join(others)} and {last}" if others else last
