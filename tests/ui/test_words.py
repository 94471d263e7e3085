"""Numbers and digits in words."""

import numpy as np
import pytest

from ae.ui.words import a_digit, distance, listed, many, percent


@pytest.mark.parametrize(
    ("share", "decimals", "expected"),
    [
        (0.12, 0, "12 %"),
        (0.924, 1, "92.4 %"),
        (0, 1, "0.0 %"),
        (1, 0, "100 %"),
        (1 / 10_000, 1, "0.01 %"),
        (9_999 / 10_000, 0, "99.99 %"),
        (0.004, 0, "0.4 %"),
        (1.5, 0, "150 %"),
    ],
)
def test_a_share_never_looks_like_none_or_all(share, decimals, expected):
    assert percent(share, decimals) == expected


@pytest.mark.parametrize(
    ("value", "expected"), [(1.938, "1.94"), (0.0123, "0.012"), (0.0999, "0.10"), (0, "0.00")]
)
def test_a_small_distance_is_not_nothing(value, expected):
    assert distance(value) == expected


def test_digits_have_their_articles_and_plurals():
    labels = np.arange(10, dtype=np.uint8)
    assert [a_digit(label) for label in labels if a_digit(label).startswith("an")] == ["an 8"]
    assert [many(8, 174), many(6, 1), many(0, 1), many(3, 2000)] == [
        "174 eights",
        "1 six",
        "1 zero",
        "2,000 threes",
    ]


def test_names_in_a_sentence():
    assert [listed(["a"]), listed(["a", "b"]), listed(["a", "b", "c"])] == [
        "a",
        "a and b",
        "a, b and c",
    ]
