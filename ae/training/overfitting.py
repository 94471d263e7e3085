"""Over-fitting, read from the history of a run."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ae.training.progress import Record

_NOTABLE = 1.01  # times the lowest validation error: less is within what an epoch changes anyway


@dataclass(frozen=True)
class Overfitting:
    """Two rows of a history between which the errors part.

    Attributes
    ----------
    best : Record
        The row with the lowest validation error.
    last : Record
        The last row with a validation error, in which it is higher and the training error lower.
    """

    best: Record
    last: Record

    @property
    def gap(self) -> float:
        """Validation error minus training error in the last row."""
        return (self.last.validation_error or 0) - self.last.squared_error


def best_record(records: Sequence[Record]) -> Record | None:
    """Return the row with the lowest validation error; None where there is no such error."""
    return min(_checked(records), key=lambda each: each.validation_error or 0, default=None)


def _checked(records: Sequence[Record]) -> list[Record]:
    return [each for each in records if each.validation_error is not None]


def overfitting(records: Sequence[Record]) -> Overfitting | None:
    """Return since when a run over-fits: its validation error rises while the training error falls.

    Parameters
    ----------
    records : sequence of Record
        The history of a run, by step.

    Returns
    -------
    Overfitting or None
        None if the validation error of the last epoch is within 1 % of the lowest one, or the
        training error has not fallen since then.
    """
    best = best_record(records)
    if best is None or best.validation_error is None:
        return None
    last = _checked(records)[-1]
    if (last.validation_error or 0) <= _NOTABLE * best.validation_error:
        return None
    return Overfitting(best, last) if last.squared_error < best.squared_error else None
