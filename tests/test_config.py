"""ModelConfig and TrainingConfig check themselves and survive JSON."""

from __future__ import annotations

import dataclasses
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from strategies import json_values

from ae.config import IMPORTED, ModelConfig, TrainingConfig


@given(...)
def test_model_config_survives_json(config: ModelConfig):
    assert ModelConfig.from_json(config.to_json()) == config


@given(...)
def test_training_config_survives_json(config: TrainingConfig):
    assert TrainingConfig.from_json(config.to_json()) == config


@pytest.mark.parametrize("record", [ModelConfig, TrainingConfig])
def test_defaults_are_legal(record):
    assert record() == record.from_dict({})


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("kind", "dense"),
        ("latent_dim", 0),
        ("latent_dim", 257),
        ("latent_dim", 2.0),
        ("latent_dim", True),
        ("filters", ()),
        ("filters", (1, 2, 3, 4, 5)),
        ("filters", (0,)),
        ("filters", (1025,)),
        ("filters", (1.5,)),
        ("filters", [32, 64]),
        ("filters", 32),
        ("decoder_filters", (8,)),
        ("decoder_filters", (8,) * 6),
        ("decoder_kernel", 1),
        ("decoder_kernel", 8),
        ("hidden", (1, 2, 3, 4)),
        ("hidden", ("8",)),
        ("activation", "sine"),
        ("refinements", 4),
        ("refinement_filters", (8,)),
    ],
)
def test_illegal_model_config_is_refused_with_the_value(name, value):
    with pytest.raises(ValueError, match="Received: ") as caught:
        ModelConfig(**{name: value})
    assert f"{name}={value!r}" in str(caught.value)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("epochs", 0),
        ("epochs", 1001),
        ("epochs", 1.5),
        ("batch_size", 0),
        ("batch_size", 4097),
        ("optimizer", "sgd"),
        ("learning_rate", 0),
        ("learning_rate", 1.1),
        ("learning_rate", float("nan")),
        ("learning_rate", "0.1"),
        ("warmup", -0.1),
        ("warmup", 0.6),
        ("loss", "mae"),
        ("seed", -1),
        ("seed", 2**32),
        ("shift", 5),
        ("rotation", 46),
        ("scaling", 0.6),
        ("scaling", float("nan")),
        ("unaugmented_final_epochs", -1),
        ("unaugmented_final_epochs", 1.5),
        ("kl_weight", 0),
        ("kl_weight", float("inf")),
        ("noise", "snow"),
        ("noise_strength", 1.5),
        ("validation_images", -1),
        ("validation_images", 50_001),
        ("leave_out", (4, 4)),
        ("leave_out", (256,)),
        ("leave_out", (-1,)),
        ("leave_out", [4]),
        ("leave_out", tuple(range(10))),
    ],
)
def test_illegal_training_config_is_refused_with_the_value(name, value):
    with pytest.raises(ValueError, match="Received: ") as caught:
        TrainingConfig(**{name: value})
    assert f"{name}={value!r}" in str(caught.value)


@pytest.mark.parametrize("record", [ModelConfig, TrainingConfig])
def test_unknown_keys_are_refused_by_name(record):
    with pytest.raises(ValueError, match="colour"):
        record.from_dict({"colour": 1})


@pytest.mark.parametrize("record", [ModelConfig, TrainingConfig])
@given(data=st.data())
def test_any_json_gives_a_legal_record_or_a_value_error(record, data):
    names = [field.name for field in dataclasses.fields(record)]
    value = data.draw(json_values | st.dictionaries(st.sampled_from(names), json_values))
    try:
        made = record.from_json(json.dumps(value))
    except ValueError:
        return
    assert record.from_json(made.to_json()) == made


def test_records_are_frozen():
    with pytest.raises(dataclasses.FrozenInstanceError):
        ModelConfig().latent_dim = 3


def test_a_former_name_is_read_and_not_written():
    config = TrainingConfig.from_dict({"plain_epochs": 3})
    assert config == TrainingConfig(unaugmented_final_epochs=3)
    assert "plain_epochs" not in config.to_dict()
    with pytest.raises(ValueError, match="plain_epochs"):
        TrainingConfig.from_dict({"plain_epochs": 3, "unaugmented_final_epochs": 4})


def test_the_former_name_of_an_imported_kind_is_read():
    assert ModelConfig.from_dict({"kind": "foreign"}).kind == IMPORTED
