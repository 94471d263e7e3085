"""What `explain.js` says of a layer's values adds up to what the engine has computed."""

from __future__ import annotations

import base64

import numpy as np
import pytest
from blank_page import ENGINE, LOAD, PRODUCT, blank
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from layer_settings import SETTINGS

from ae.errors import ModelError
from ae.nn.graph import graph_of_models

pytestmark = pytest.mark.usefixtures("tensorflow")

# The value of each output as the sum of what it sees, and as what all inputs paint, or the largest.
_SAY = """({ module, network }, input) => {
  network.encoder.run(input);
  const results = [...network.encoder.results.values()];
  return results.filter(({ layer, operation: { op } }) => op !== "copy").map((result) => {
    const { shape, values, from: [before] } = result;
    const given = ({ from }) => (from < 0 ? 0 : before.values[from]);
    const numbers = [...values.keys()];
    if (result.operation.op === "pool") {
      const largest = (i) => Math.max(...module.pooledFrom(result, i).map(given));
      return [[...values], numbers.map(largest), numbers.map(largest)];
    }
    const sums = numbers.map((i) => module.sumOf(result, i));
    const seen = sums.map(({ terms, bias }) =>
      terms.reduce((sum, term) => sum + given(term) * term.weight, bias));
    const painted = sums.map(({ bias }) => bias);
    const maps = shape.length > 1 ? shape.at(-1) : 1;
    before.values.forEach((value, i) => {
      for (let map = 0; map < maps; map++) {
        const patch = module.paintedBy(result, i, map);
        for (const { to, weight } of patch) painted[to] += value * weight;
      }
    });
    return [[...values], seen, painted];
  });
}"""


@pytest.fixture(scope="module")
def module(browser):
    exported = "export { sumOf, paintedBy, pooledFrom };"
    with blank(browser) as page:
        explain = ENGINE.with_name("explain.js")
        text = "\n".join(path.read_text("utf-8") for path in (PRODUCT, ENGINE, explain))
        yield page.evaluate_handle(
            "(source) => import(URL.createObjectURL(new Blob([source], "
            '{ type: "text/javascript" })))',
            f"{text}\n{exported}",
        )


@pytest.mark.parametrize(
    "name", ["Dense", "Conv2D", "Conv2DTranspose", "DepthwiseConv2D", "MaxPooling2D"]
)
@settings(max_examples=6, deadline=None)
@given(data=st.data())
def test_terms_and_painted_patches_add_up_to_the_values(module, name, data):
    import keras

    layer, shapes = SETTINGS[name](data.draw)
    if hasattr(layer, "activation"):
        layer.activation = keras.activations.linear
    inputs = keras.Input(shapes[0])
    try:
        model = keras.Model(inputs, layer(inputs))
        graph = graph_of_models(encoder=model)
    except (ValueError, ModelError):
        assume(False)
    assume(0 not in model.output_shape)
    rng = np.random.default_rng(data.draw(st.integers(0, 99)))
    for variable in model.weights:
        variable.assign(rng.normal(0, 0.5, variable.shape))
    graph = graph_of_models(encoder=model)
    network = module.evaluate_handle(LOAD, base64.b64encode(graph.to_bytes()).decode())
    both = module.evaluate_handle("(module, network) => ({ module, network })", network)
    image = rng.normal(size=int(np.prod(shapes[0]))).astype(np.float32)
    steps = both.evaluate(_SAY, image.tolist())
    assert steps
    for values, seen, painted in steps:
        np.testing.assert_allclose(seen, values, atol=1e-4)
        np.testing.assert_allclose(painted, values, atol=1e-4)
