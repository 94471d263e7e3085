"""Errors among many, intervals of a mean, and the figures of a card."""

from __future__ import annotations

import dataclasses
import json
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from ae.analysis.evaluation import (
    Figures,
    agree,
    mean_interval,
    nearest_errors,
    share_below,
)

ERRORS = np.random.default_rng(0).lognormal(0.5, 0.7, 10_000)


@given(st.floats(0, 1000))
def test_the_share_below_an_error_is_that_of_the_errors_that_are_less(error):
    below = sum(1 for each in ERRORS.tolist() if each < error)
    assert share_below(error, ERRORS) == below / len(ERRORS)


@given(st.lists(st.integers(0, 999), min_size=1, unique=True), st.floats(0, 20))
def test_no_other_candidate_has_a_nearer_error(candidates, error):
    candidates = np.array(candidates)
    found = nearest_errors(ERRORS, candidates, error, 10)
    assert len(found) == min(10, len(candidates))
    assert (np.diff(ERRORS[found]) >= 0).all()
    others = np.setdiff1d(candidates, found)
    farthest = np.abs(ERRORS[found] - error).max()
    assert (np.abs(ERRORS[others] - error) >= farthest).all()


@given(st.lists(st.floats(-1e3, 1e3), min_size=2, max_size=50))
def test_the_interval_is_that_of_scipy(values):
    interval = mean_interval(np.array(values))
    expected = stats.norm.interval(0.95, loc=np.mean(values), scale=stats.sem(values) + 1e-300)
    assert interval.mean == pytest.approx(np.mean(values))
    assert (interval.low, interval.high) == pytest.approx(expected, rel=1e-6, abs=1e-5)


def test_the_interval_of_one_value_is_infinite_and_of_none_refused():
    assert math.isinf(mean_interval(np.ones(1)).half_width)
    with pytest.raises(ValueError, match="at least 1"):
        mean_interval(np.zeros(0))


FIGURES = Figures(
    latent_dim=2,
    squared_error=5.0,
    mse=5 / 784,
    psnr=20.0,
    ssim=0.9,
    squared_error_by_class={"7": 4.0, "a": 6.0},
    squared_error_percentiles={"50": 4.5, "99.9": 9.0},
    pca_squared_error=7.0,
    principal_angles=(0.5, 1.5),
)


@pytest.mark.parametrize("angles", [None, (0.5, 1.5)])
def test_figures_survive_json_and_have_no_empty_key(angles):
    figures = dataclasses.replace(FIGURES, principal_angles=angles)
    values = json.loads(figures.to_json())
    assert Figures.from_dict(values) == figures
    assert None not in values.values()


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("latent_dim", 0),
        ("latent_dim", 2.0),
        ("squared_error", math.nan),
        ("psnr", math.inf),
        ("ssim", "0.9"),
        ("mse", None),
        ("squared_error_by_class", {"7": math.nan}),
        ("squared_error_by_class", 4.0),
        ("squared_error_percentiles", {"25": 4.5}),
        ("squared_error_percentiles", {"50": 4.5, "half": 4.5}),
        ("squared_error_percentiles", None),
        ("principal_angles", (math.nan,)),
    ],
)
def test_figures_that_are_no_figures_are_refused_by_name(name, value):
    with pytest.raises(ValueError, match=name):
        dataclasses.replace(FIGURES, **{name: value})


def test_figures_agree_up_to_the_tolerance_in_every_place():
    assert agree(FIGURES, dataclasses.replace(FIGURES, squared_error=5.004))
    for change in (
        {"squared_error": 5.006},
        {"squared_error_by_class": {"7": 4.0, "a": 6.1}},
        {"squared_error_by_class": {"7": 4.0}},
        {"principal_angles": (0.5, 1.6)},
        {"principal_angles": None},
    ):
        assert not agree(FIGURES, dataclasses.replace(FIGURES, **change)), change
