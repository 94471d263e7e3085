"""Flows: Heun's method on known fields, there and back, seeds, and that training moves noise."""

from __future__ import annotations

import numpy as np
import pytest

from ae.errors import TrainingError
from ae.nn.flow import (
    NO_CLASS,
    Flow,
    FlowConfig,
    FlowSamples,
    build,
    heun,
    inputs_of,
    statistics,
)
from ae.nn.graph import Graph, graph_of_models
from ae.training.flow import FlowRecord, train_flow

TINY = FlowConfig(width=32, hidden=48, blocks=2, steps=400, batch_size=128)


@pytest.fixture(scope="module")
def codes() -> tuple[np.ndarray, np.ndarray]:
    """Codes of ten classes in two dimensions: narrow blobs on a circle around (5, -3)."""
    rng = np.random.default_rng(0)
    labels = rng.integers(0, 10, 4000)
    angles = 2 * np.pi * labels / 10
    centres = np.stack([np.cos(angles), np.sin(angles)], axis=1) * [4, 8] + [5, -3]
    return (centres + 0.2 * rng.standard_normal(centres.shape)).astype(np.float32), labels


@pytest.fixture(scope="module")
def records() -> list[FlowRecord]:
    return []


@pytest.fixture(scope="module")
def flow(tensorflow, codes, records) -> Flow:
    return train_flow(TINY, *codes, on_record=records.append)


def test_heun_follows_a_field_whose_paths_are_known():
    # dx/dt = x t from x(0) is x(0) exp(t² / 2)
    start = np.array([[1.0, -2.0], [0.5, 3.0]])
    errors = [
        np.abs(heun(lambda x, t: x * t, start, steps)[-1] - start * np.exp(0.5)).max()
        for steps in (10, 20, 40)
    ]
    assert errors[0] < 0.01
    assert np.allclose(np.divide(errors[:-1], errors[1:]), 4, rtol=0.2), "of second order"
    constant = heun(lambda x, t: np.ones_like(x), start, 3)
    assert np.allclose(constant, start + np.arange(4)[:, None, None] / 3)


def test_the_network_gets_place_time_and_class():
    given = inputs_of(np.array([[7.0, 8.0]]), 0.25, np.array([3]))
    angles = 0.25 * np.pi * np.array([1, 2, 4, 8])
    told = np.concatenate([[7, 8], np.cos(angles), np.sin(angles), np.eye(11)[3]])
    assert np.allclose(given, told[None], atol=1e-6)


def test_noise_becomes_codes_of_the_class_that_was_asked_for(flow, codes, records):
    z, labels = codes
    for label in (0, 4, 9):
        drawn = FlowSamples(flow).sample(200, np.random.default_rng(1), label=label)
        real = z[labels == label]
        near = np.linalg.norm((drawn - real.mean(axis=0)) / [4, 8], axis=1) < 0.31
        assert near.mean() > 0.9, "nearer to the class's blob than half the way to the next one"
    mixed = FlowSamples(flow).sample(2000, np.random.default_rng(2))
    assert np.allclose(mixed.mean(axis=0), z.mean(axis=0), atol=0.5)
    assert np.allclose(mixed.std(axis=0), z.std(axis=0), rtol=0.1)
    angles = np.arctan2(*((mixed - [5, -3]) / [4, 8]).T[::-1]) * 10 / (2 * np.pi)
    counts = np.bincount(np.rint(angles).astype(int) % 10, minlength=10)
    assert np.allclose(counts, 200, atol=30), "each class as often as in the training"
    assert records[-1].step == records[-1].steps == TINY.steps
    assert records[-1].loss < records[0].loss


def test_backwards_leads_to_the_noise_that_it_came_from(flow):
    noise = np.random.default_rng(3).standard_normal((50, 2)).astype(np.float32)
    labels = np.arange(50) % 11
    there = flow.follow(noise, labels, steps=50)
    back = flow.follow(there[-1], labels, steps=50, backwards=True)
    assert np.array_equal(there[0], noise)
    assert np.abs(back[-1] - noise).max() < 0.05
    assert np.allclose(flow.standardised(flow.latent(noise)), noise, atol=1e-5)


def test_guidance_goes_from_no_class_through_the_class_and_beyond(flow):
    x = np.random.default_rng(4).standard_normal((20, 2)).astype(np.float32)
    labels, none = np.full(20, 6), np.full(20, NO_CLASS)
    own, without = (flow.velocity(x, 0.5, each) for each in (labels, none))
    assert np.abs(own - without).max() > 0.1
    for guidance in (0.0, 1.0, 2.5):
        expected = without + guidance * (own - without)
        assert np.allclose(flow.velocity(x, 0.5, labels, guidance), expected, atol=1e-4)


def test_a_seed_gives_the_same_samples_and_the_same_flow(flow, codes):
    def drawn(seed, **settings):
        return FlowSamples(flow, **settings).sample(5, np.random.default_rng(seed), label=2)

    assert np.array_equal(drawn(7), drawn(7))
    assert not np.allclose(drawn(7), drawn(8))
    assert np.ptp(FlowSamples(flow).sample(5, np.random.default_rng(0), 0.0, 2), axis=0).max() < (
        1e-4
    ), "without noise all are one"
    short = FlowConfig(width=8, hidden=8, blocks=1, steps=3, batch_size=16)
    twice = [train_flow(short, *codes).network.get_weights() for _ in range(2)]
    assert all(np.array_equal(*pair) for pair in zip(*twice, strict=True))


def test_the_page_can_run_the_network(flow):
    graph = Graph.from_bytes(graph_of_models(flow=flow.network).to_bytes())
    assert graph.parts["flow"]["input"] == [2 + 8 + 11]


def test_a_training_can_be_stopped_and_refuses_what_it_cannot_use(tensorflow, codes):
    z, labels = codes
    assert train_flow(TINY, z, labels, should_stop=lambda: True) is None
    with pytest.raises(ValueError, match=r"Received: \(4000, 2\) and \(3,\)"):
        train_flow(TINY, z, labels[:3])
    with pytest.raises(ValueError, match="from 0 to 9"):
        train_flow(TINY, z, labels + 1)
    with pytest.raises(TrainingError, match="learning rate"):
        train_flow(FlowConfig(steps=3), np.where(z > 0, np.float32(np.nan), z), labels)


def test_a_dimension_that_is_not_used_does_not_divide_by_zero():
    mean, deviation = statistics(np.array([[1.0, 5.0], [3.0, 5.0]]))
    assert mean.tolist() == [2, 5]
    assert deviation[0] == 1
    assert 0 < deviation[1] < 0.01


def test_a_config_refuses_what_makes_no_network():
    with pytest.raises(ValueError, match="width must be a whole number from 8 to 512"):
        FlowConfig(width=4)
    assert build(FlowConfig(width=8, hidden=8, blocks=1), 5).output_shape == (None, 5)
