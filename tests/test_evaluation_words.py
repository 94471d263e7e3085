"""Where one error stands among many, as a share and in words."""

from __future__ import annotations

import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ae.evaluation import PERCENTILES, rank_in_words, share_below

ERRORS = np.random.default_rng(0).lognormal(0.5, 0.7, 10_000)
TABLE = {str(percent): float(np.percentile(ERRORS, percent)) for percent in PERCENTILES}


@given(st.floats(0, 1000))
def test_the_words_say_nothing_that_the_errors_do_not_prove(error):
    side, percent = re.fullmatch(
        r"(higher|lower) than that of ([0-9.]+) % of real digits", rank_in_words(error, TABLE)
    ).groups()
    share = share_below(error, ERRORS)
    proven = share if side == "higher" else np.mean(error < ERRORS)
    assert float(percent) / 100 <= proven + 1e-4
    assert float(percent) >= 50


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (0, "lower than that of 99 % of real digits"),
        (1e9, "higher than that of 99.9 % of real digits"),
    ],
)
def test_the_ends(error, words):
    assert rank_in_words(error, TABLE) == words
    assert share_below(error, ERRORS) == (1.0 if error else 0.0)
