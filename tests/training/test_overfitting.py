"""Since when a run over-fits, from its history."""

from __future__ import annotations

import pytest

from ae.training.overfitting import best_record, overfitting
from ae.training.progress import Record


def history(*errors: tuple[float, float | None]) -> list[Record]:
    """Rows of a run, an epoch each: training error and validation error."""
    return [
        Record(10 * n, 100, float(n), float(n), training, None, validation, 0.001, 100.0)
        for n, (training, validation) in enumerate(errors, start=1)
    ]


def test_errors_that_part_are_told_with_the_epoch_and_the_gap():
    found = overfitting(history((9, 9.5), (5, 6), (4.5, None), (2, 7.5)))
    assert found is not None
    assert found.best.epoch == 2
    assert found.gap == pytest.approx(5.5)


@pytest.mark.parametrize(
    "errors",
    [
        [(9, 9.5), (5, 6)],
        [(9, 9.5), (5, 6), (4.9, 6.02)],  # no more than an epoch changes anyway
        [(9, 9.5), (5, 6), (8, 9)],  # both rise: it diverges
        [(9, None), (5, None)],
    ],
)
def test_nothing_is_told_while_they_do_not_part(errors):
    assert overfitting(history(*errors)) is None


def test_the_best_row_is_that_with_the_lowest_validation_error():
    rows = history((9, 9.5), (5, 6), (2, 7.5))
    assert best_record(rows) is rows[1]
    assert best_record(history((9, None))) is None
