"""The plan of a network says what Keras then builds."""

from __future__ import annotations

import math

import pytest
from hypothesis import given, settings

from ae.config import ModelConfig
from ae.nn import networks
from ae.nn.autoencoder import Autoencoder
from ae.nn.plan import plan

RESHAPES = {"InputLayer", "Reshape", "Flatten", "Activation", "Concatenate", "Subtract", "Add"}


def built(model, kinds: set[str]) -> list[tuple[str, int, int]]:
    """Kind, values and parameters of the layers that do more than reshape."""
    return [
        (type(layer).__name__, math.prod(layer.output.shape[1:]), layer.count_params())
        for layer in model.layers
        if type(layer).__name__ not in RESHAPES | kinds
    ]


@pytest.mark.usefixtures("tensorflow")
@settings(max_examples=8, deadline=None)
@given(config=...)
def test_a_plan_is_what_keras_builds(config: ModelConfig):
    encoder, decoder = networks.build(config)
    planned = plan(config)
    total = sum(layer.parameters for layer in planned)
    assert total == Autoencoder(encoder, decoder).parameters
    wanted = [
        (layer.kind, math.prod(layer.shape), layer.parameters)
        for layer in planned
        if layer.part == "decoder"
    ]
    assert built(decoder, set()) == wanted
    first = [
        (layer.kind, math.prod(layer.shape), layer.parameters)
        for layer in planned
        if layer.part not in ("decoder", "image")
    ]
    assert sorted(built(encoder, {"Functional"})) == sorted(first)
    (z,) = (layer for layer in planned if layer.part == "latent vector")
    assert z.shape == (config.latent_dim,)
