"""Flows beside their autoencoders: what is saved is loaded, and everything else is refused."""

from __future__ import annotations

import dataclasses
import io
import random

import numpy as np
import pytest

from ae import store
from ae.errors import ModelError
from ae.nn.flow import Flow, FlowConfig, FlowSamples, build
from ae.store import flows

CONFIG = FlowConfig(width=16, hidden=16, blocks=1, steps=5)


@pytest.fixture(scope="module")
def flow(tensorflow, tiny_model) -> Flow:
    size = tiny_model.latent_dim
    network = build(CONFIG, size)
    rng = np.random.default_rng(0)
    # as float16 has them: what is read is then what was written
    weights = [
        rng.normal(0, 0.3, w.shape).astype(np.float16).astype(np.float32)
        for w in network.get_weights()
    ]
    network.set_weights(weights)
    mean = np.arange(size, dtype=np.float32)
    return Flow(network, mean, mean + 1, np.full(10, 0.1))


@pytest.fixture
def folder(mine, flow):
    """A model with a flow."""
    flows.save_flow("mine", flow, CONFIG, flows.autoencoder_fingerprint("mine"), 1.25)
    return mine


def drawn(flow: Flow) -> np.ndarray:
    return FlowSamples(flow).sample(4, np.random.default_rng(0), label=3)


def test_a_saved_flow_gives_the_same_samples_and_stands_on_the_card(folder, flow):
    assert np.array_equal(drawn(flows.load_flow("mine")), drawn(flow))
    card = store.read_card("mine")
    assert card.flow is not None
    assert card.flow.bytes == (folder / flows.FLOW_FILE).stat().st_size
    assert (card.flow.steps, card.flow.seconds) == (5, 1.2)
    assert card.flow.parameters == flow.network.count_params()
    assert flows.why_no_flow(card) == ""
    assert store.ModelCard.from_dict(card.to_dict()) == card


def test_a_flow_is_refused_when_its_autoencoder_has_changed(folder, flow, tiny_model):
    before = flows.autoencoder_fingerprint("mine")
    path = folder / store.MODEL_FILE
    path.write_bytes(path.read_bytes() + b"\0")  # Keras reads it as before, but it is another file
    with pytest.raises(ModelError, match=r"mine has changed since\. Train the flow again"):
        flows.load_flow("mine")
    with pytest.raises(ModelError, match="mine has changed since"):
        flows.save_flow("mine", flow, CONFIG, before, 1.0)
    other = flows.to_bytes(flow, CONFIG, "another")
    with pytest.raises(ModelError, match="belongs to another autoencoder"):
        flows.from_bytes(other, before)


def test_a_missing_flow_and_another_file_are_refused(folder, flow):
    file = folder / flows.FLOW_FILE
    file.write_bytes(flows.to_bytes(flow, CONFIG, flows.autoencoder_fingerprint("mine")) + b"\0")
    for change in (lambda: None, file.unlink):
        change()
        with pytest.raises(ModelError, match="missing or is not the one that its card names"):
            flows.load_flow("mine")
    store.write_card(dataclasses.replace(store.read_card("mine"), flow=None))
    with pytest.raises(ModelError, match="There is no flow for mine"):
        flows.load_flow("mine")


def rewritten(file: bytes, **changes: np.ndarray) -> bytes:
    with np.load(io.BytesIO(file)) as arrays:
        kept = dict(arrays)
    out = io.BytesIO()
    np.savez_compressed(out, **kept | changes)
    return out.getvalue()


def test_hostile_flows_are_refused(tensorflow, flow):
    good = flows.to_bytes(flow, CONFIG, "mine")
    flows.from_bytes(good, "mine")
    head = flows._Head(CONFIG, "mine", flow.latent_dim)

    def with_head(**changes) -> bytes:
        text = dataclasses.replace(head, **changes).to_json().encode()
        return rewritten(good, head=np.frombuffer(text, np.uint8))

    rng = random.Random(0)
    damaged = [good[: rng.randrange(len(good))] for _ in range(20)]
    hostile = [
        *damaged,
        b"",
        with_head(latent_dim=10**9),
        with_head(latent_dim=True),
        with_head(config=None),
        with_head(config=dataclasses.replace(CONFIG, width=512, hidden=1024, blocks=6)),
        rewritten(good, head=np.frombuffer(b'{"config": {"width": 1e9}}', np.uint8)),
        rewritten(good, mean=flow.mean[:2]),
        rewritten(good, deviation=-flow.deviation),
        rewritten(good, shares=np.full(10, np.nan)),
        rewritten(good, weights_0=np.full((3, 3), np.inf, np.float16)),
        rewritten(good, weights_99=np.zeros(3, np.float16)),
        rewritten(good, mean=np.array([{}], dtype=object)),
        rewritten(good, zeros=np.zeros(40 << 20, np.uint8)),
    ]
    for file in hostile:
        with pytest.raises(ModelError, match="damaged"):
            flows.from_bytes(file, "mine")
