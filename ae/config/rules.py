"""Rules: which values a setting may have."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeGuard


@dataclass(frozen=True)
class WholeNumber:
    """The rule for an int from ``least`` to ``most``."""

    least: int
    most: int

    def allows(self, value: object) -> bool:
        """Return whether a setting may have this value."""
        return _is_int(value) and self.least <= value <= self.most

    def __str__(self) -> str:
        return f"a whole number from {self.least} to {self.most}"


@dataclass(frozen=True)
class Number:
    """The rule for a float from ``least`` to ``most``; ``above`` excludes ``least`` itself."""

    least: float
    most: float
    above: bool = False

    def allows(self, value: object) -> bool:
        """Return whether a setting may have this value. NaN is never allowed."""
        if not isinstance(value, int | float) or isinstance(value, bool):
            return False
        return self.least <= value <= self.most and not (self.above and value == self.least)

    def __str__(self) -> str:
        if self.above:
            return f"a number above {self.least:g} and at most {self.most:g}"
        return f"a number from {self.least:g} to {self.most:g}"


@dataclass(frozen=True)
class Choice:
    """The rule for one of some ``options``.

    Parameters
    ----------
    options : tuple of str or None
        What a person may choose.
    unlisted : tuple of str
        Values that are legal too, but that nobody chooses.
    """

    options: tuple[str | None, ...]
    unlisted: tuple[str, ...] = ()

    def allows(self, value: object) -> bool:
        """Return whether a setting may have this value."""
        return value in (*self.options, *self.unlisted)

    def __str__(self) -> str:
        return f"one of {', '.join(map(str, self.options))}"


@dataclass(frozen=True)
class Widths:
    """The rule for a tuple of the widths of ``fewest`` to ``most`` layers, one int each.

    A width is the number of filters of a convolution or of units of a dense layer.
    """

    fewest: int
    most: int
    largest: int = 1024

    def allows(self, value: object) -> bool:
        """Return whether a setting may have this value."""
        return (
            isinstance(value, tuple)
            and self.fewest <= len(value) <= self.most
            and all(_is_int(width) and 1 <= width <= self.largest for width in value)
        )

    def __str__(self) -> str:
        count = f"{self.fewest}" if self.fewest == self.most else f"{self.fewest} to {self.most}"
        return f"a tuple of {count} whole numbers from 1 to {self.largest}"


@dataclass(frozen=True)
class Classes:
    """The rule for a tuple of up to ``most`` different classes, as labels from 0 to ``largest``."""

    most: int
    largest: int = 255

    def allows(self, value: object) -> bool:
        """Return whether a setting may have this value."""
        return (
            isinstance(value, tuple)
            and len(value) <= self.most
            and all(_is_int(label) and 0 <= label <= self.largest for label in value)
            and len(set(value)) == len(value)
        )

    def __str__(self) -> str:
        return f"a tuple of at most {self.most} different whole numbers from 0 to {self.largest}"


Rule = WholeNumber | Number | Choice | Widths | Classes


def _is_int(value: object) -> TypeGuard[int]:
    return isinstance(value, int) and not isinstance(value, bool)
