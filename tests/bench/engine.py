"""How fast, how small and how exact the networks in the page are, in a real browser.

python -m tests.bench.engine        (a minute)

Times are medians of 50 runs of one digit in a blank page. Differences are the largest ones over
20 test digits against Keras: of latent values in standard deviations, of pixels in parts of white.
"""

import base64
from pathlib import Path

import numpy as np
from playwright.sync_api import Browser, JSHandle, sync_playwright

import ae
from ae.data import drawing
from ae.nn.graph import Graph, graph_of
from ae.store import SHIPPED
from ae.system import tensorflow_import
from tests.bench.chromium import LAUNCH
from tests.browser.blank_page import ENGINE, PRODUCT, Engine, blank, imported, outputs

# The browser's clock is coarse: four calls count as one run.
MEDIAN = """async (call) => {
  for (let i = 0; i < 40; i++) call();
  const times = Array.from({ length: 50 }, () => {
    const began = performance.now();
    for (let i = 0; i < 4; i++) call();
    return (performance.now() - began) / 4;
  });
  return times.sort((a, b) => a - b)[25];
}"""
TIME_PART = f"""(graph, [part, input]) => {{
  const values = Float32Array.from(input);
  return ({MEDIAN})(() => graph[part].run(values));
}}"""
TIME_PREPROCESSING = f"""({{ preprocess }}, pixels) => {{
  const drawing = {{ height: 280, width: 280, values: new Float32Array(280 * 280) }};
  drawing.values.forEach((_, i) => {{
    drawing.values[i] = pixels[28 * Math.floor(i / 2800) + Math.floor((i % 280) / 10)];
  }});
  return ({MEDIAN})(() => preprocess(drawing));
}}"""


def main() -> None:
    tensorflow_import.import_tensorflow()
    data = ae.load_mnist()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(**LAUNCH)
        for script in (ENGINE, PRODUCT):
            print(f"{script.name}: {script.stat().st_size:,} bytes")
        print(f"preprocessing of 280×280 pixels: {preprocessing(browser, data):.2f} ms")
        print(
            "model       encode ms  decode ms  load ms  stored as   bytes  float32 bytes"
            "  latent, pixel difference  as float16"
        )
        for name in SHIPPED:
            print(f"{name:11}", line(browser, ae.load(name), data), flush=True)
        browser.close()


def line(browser: Browser, model: ae.Autoencoder, data: ae.Dataset) -> str:
    """One model's figures, each in a page of its own."""
    graph = graph_of(model)
    file = graph.to_bytes()
    half = Graph(graph.parts, graph.weights.astype(np.float16).astype(np.float32))
    is_half = len(half.to_bytes()) == len(file)
    whole_size = len(file) + (2 * graph.weights.size if is_half else 0)
    with blank(browser) as page:
        engine = Engine(page)
        with engine.loaded(graph) as networks:
            exact = differences(networks, model, data)
            image, z = data.x_test[:1], model.encode(data.x_test[:1])
            encode, decode = (
                networks.evaluate(TIME_PART, [part, values.ravel().tolist()])
                for part, values in (("encoder", image), ("decoder", z))
            )
        with engine.loaded(half) as networks:
            rounded = differences(networks, model, data)
        load = load_time(engine, file)
    return (
        f"{encode:9.2f}  {decode:9.2f}  {load:7.1f}  {'float16' if is_half else 'float32'}"
        f"  {len(file):9,}  {whole_size:9,}  {exact[0]:.1e}, {exact[1]:.1e}"
        f"  {rounded[0]:.1e}, {rounded[1]:.1e}"
    )


def differences(networks: JSHandle, model: ae.Autoencoder, data: ae.Dataset) -> tuple[float, float]:
    """The largest difference of a latent value, and of a pixel."""
    images = data.x_test[:20]
    z, pixels = model.encode_and_reconstruct(images)
    deviation = model.encode(data.x_test[:1000]).std(axis=0)
    got = outputs(networks, "encoder", images)
    decoded = outputs(networks, "decoder", got).reshape(pixels.shape)
    return float((np.abs(got - z) / deviation).max()), float(np.abs(decoded - pixels).max())


def load_time(engine: Engine, file: bytes) -> float:
    """Milliseconds of the third ``load``: the browser has compiled it by then."""
    return engine.module.evaluate(
        """(engine, text) => {
          const bytes = Uint8Array.from(atob(text), (c) => c.charCodeAt(0));
          let began;
          for (let i = 0; i < 3; i++) {
            began = performance.now();
            engine.load(bytes);
          }
          return performance.now() - began;
        }""",
        base64.b64encode(file).decode(),
    )


def preprocessing(browser: Browser, data: ae.Dataset) -> float:
    with blank(browser) as page:
        module = imported(page, Path(drawing.__file__).with_suffix(".js"))
        return module.evaluate(TIME_PREPROCESSING, data.x_test[0].ravel().tolist())


if __name__ == "__main__":
    main()
