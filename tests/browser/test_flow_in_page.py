"""The page follows a flow as Python does."""

from __future__ import annotations

import numpy as np
import pytest
from blank_page import Engine, blank
from script_driver import Script

from ae.nn.flow import NO_CLASS, Flow, FlowConfig, build
from ae.nn.graph import graph_of_models


@pytest.fixture(scope="module")
def flow(tensorflow) -> Flow:
    """A field that bends: of random weights."""
    network = build(FlowConfig(width=24, hidden=32, blocks=2), 5)
    rng = np.random.default_rng(0)
    network.set_weights(
        [rng.normal(0, 0.4, w.shape).astype(np.float32) for w in network.get_weights()]
    )
    mean = np.arange(5, dtype=np.float32)
    return Flow(network, mean, mean + 1, np.full(10, 0.1))


@pytest.mark.parametrize("label", [3, NO_CLASS])
@pytest.mark.parametrize(("guidance", "backwards"), [(1.0, False), (1.0, True), (2.0, False)])
def test_the_page_follows_the_same_way(browser, flow, label, guidance, backwards):
    noise = np.random.default_rng(1).standard_normal((1, 5)).astype(np.float32)
    settings = {"steps": 10, "guidance": guidance, "from": int(backwards), "to": 1 - backwards}
    with blank(browser) as page:
        script = Script(page, "flow_path", "followFlow")
        with Engine(page).loaded(graph_of_models(flow=flow.network)) as network:
            got = script.module.evaluate(
                "(module, [network, x, label, settings]) => "
                "module.followFlow(network, x, label, settings).map((point) => [...point])",
                [network, noise[0].tolist(), label, settings],
            )
    path = flow.follow(noise, np.array([label]), guidance=guidance, backwards=backwards)
    assert np.abs(path[-1] - noise).max() > 0.5, "it moves"
    np.testing.assert_allclose(got, path[:, 0], rtol=1e-3, atol=1e-3)
