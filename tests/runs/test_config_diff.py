"""Differences between runs: only settings that differ, and only where they have an effect."""

from __future__ import annotations

import dataclasses

import pytest
from hypothesis import given

from ae import charts
from ae.config import ModelConfig, TrainingConfig
from ae.runs.config_diff import differences, settings_of
from ae.training.progress import Record


@given(...)
def test_equal_runs_differ_in_nothing(model: ModelConfig, training: TrainingConfig):
    settings = settings_of(model, training, "MNIST")
    assert differences({"a": settings, "b": dict(settings)}) == []


def test_a_row_says_what_each_run_has():
    training = TrainingConfig(epochs=3)
    rows = differences(
        {
            "a": settings_of(ModelConfig(latent_dim=2), training, "MNIST"),
            "b": settings_of(
                ModelConfig(latent_dim=2), dataclasses.replace(training, epochs=5), "MNIST"
            ),
        }
    )
    assert rows == [{"setting": "epochs", "a": "3", "b": "5"}]


@pytest.mark.parametrize(
    ("model", "training"),
    [
        (ModelConfig(), {"kl_weight": 2.0}),
        (ModelConfig(), {"noise_strength": 0.1}),
        (ModelConfig(), {"unaugmented_final_epochs": 1}),
    ],
)
def test_a_setting_without_effect_is_no_difference(model, training):
    plain = settings_of(model, TrainingConfig(), "MNIST")
    assert (
        differences({"a": plain, "b": settings_of(model, TrainingConfig(**training), "MNIST")})
        == []
    )


def test_the_widths_of_a_linear_model_do_not_count():
    wide = ModelConfig(kind="linear", filters=(64,), decoder_filters=(8,))
    narrow = ModelConfig(kind="linear")
    settings = {name: settings_of(m, None, "MNIST") for name, m in (("a", wide), ("b", narrow))}
    assert differences(settings) == []


def history(error: float) -> list[Record]:
    return [
        Record(n, 2000, n / 1000, n / 50, error, None, 7.0 if n == 1500 else None, 0.1, 9.0)
        for n in range(2000)
    ]


@pytest.mark.parametrize(("by", "last"), [(charts.BY_STEP, 1999), (charts.BY_SECONDS, 39.98)])
def test_curves_reach_to_the_last_row_of_each_run(by, last):
    chart = charts.compared_curves({"a": history(5.0), "b": history(3.0)}, by=by).to_dict()
    rows = chart["data"]["values"]
    for name, error in (("a", 5.0), ("b", 3.0)):
        mine = [row for row in rows if row["run"] == name]
        assert len(mine) < 600
        assert max(row["place"] for row in mine) == pytest.approx(last)
        assert {row["error"] for row in mine} == {error, 7.0}


def test_a_logarithmic_scale_leaves_out_an_error_of_0():
    records = {"a": history(0.0), "b": history(1.0)}
    chart = charts.compared_curves(records, log_scale=True).to_dict()
    assert all(row["error"] > 0 for row in chart["data"]["values"])
