"""The cost of a training is really measured."""

import dataclasses

import pytest

from ae.config import TrainingConfig
from ae.errors import TrainingError
from ae.runs import cost


def test_cost_is_measured_in_another_process(tiny_config, tiny_model):
    found = cost.measure_in_own_process(tiny_config, TrainingConfig())
    assert found.parameters == tiny_model.parameters
    assert found.images_per_second > 10
    assert found.start_seconds > 0


def test_seconds_are_those_of_all_epochs_without_the_validation_images():
    config = TrainingConfig(epochs=3, validation_images=100)
    assert cost.Cost(1, 50.0, 2.0).seconds(config, 600) == 2 + 3 * 500 / 50


def test_a_failed_measurement_is_reported(tiny_config, monkeypatch):
    monkeypatch.setattr(cost.sys, "executable", "/nowhere/python")
    with pytest.raises(TrainingError, match="could not be measured"):
        cost.measure_in_own_process(tiny_config, dataclasses.replace(TrainingConfig(), seed=1))
