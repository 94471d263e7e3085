"""The engine computes in the page what Keras computes, in a real browser."""

from __future__ import annotations

import numpy as np
import pytest
from blank_page import ENGINE, Engine, blank, outputs
from hypothesis import Phase, assume, given, reject, settings
from hypothesis import strategies as st
from layer_settings import SETTINGS

from ae import store
from ae.config import ModelConfig
from ae.nn import networks
from ae.nn.autoencoder import Autoencoder
from ae.nn.graph import graph_of, graph_of_models, linear_graph
from ae.nn.layers import ACTIVATIONS, LAYERS
from ae.store import SHIPPED

pytestmark = pytest.mark.usefixtures("tensorflow")

PIXEL_TOLERANCE = 1e-4
LATENT_TOLERANCE = 1e-3  # as a part of each latent value's standard deviation


@pytest.fixture(scope="module")
def engine(browser):
    with blank(browser) as page:
        yield Engine(page)


@pytest.fixture
def _shipped_folder(monkeypatch):
    monkeypatch.delenv("AE_MODELS", raising=False)


def randomise(model, rng: np.random.Generator) -> None:
    """Weights that no layer begins with, such that values grow from layer to layer in none."""
    for variable in model.weights:
        inputs = np.prod(variable.shape[:-1]) if len(variable.shape) > 1 else 4
        values = rng.normal(0, inputs**-0.5, variable.shape)
        variable.assign(np.abs(values) + 0.1 if "variance" in variable.path else values)


def same_as_keras(engine, model, rng: np.random.Generator) -> None:
    # Eleven images: Keras 3.15 adds (n, 1) to (n, m) wrongly if n is m.
    inputs = rng.normal(0, 1.5, (11, *model.input_shape[1:])).astype(np.float32)
    expected = model(inputs, training=False).numpy().reshape(len(inputs), -1)
    got = engine.run(graph_of_models(encoder=model), "encoder", inputs)
    np.testing.assert_allclose(got, expected, rtol=1e-4, atol=1e-4 * max(1, np.abs(expected).max()))


@pytest.mark.usefixtures("_shipped_folder")
@pytest.mark.parametrize("name", SHIPPED)
def test_shipped_models_give_what_keras_gives(engine, mnist, name):
    model, images = store.load(name), mnist.x_test[:20]
    z, pixels = model.encode_and_reconstruct(images)
    deviation = model.encode(mnist.x_test[:1000]).std(axis=0)
    with engine.loaded(graph_of(model)) as graph:
        got = outputs(graph, "encoder", images)
        assert graph.evaluate("graph => graph.latent_dim") == model.latent_dim
        assert (np.abs(got - z) < LATENT_TOLERANCE * deviation).all()
        decoded = outputs(graph, "decoder", got).reshape(pixels.shape)
    np.testing.assert_allclose(decoded, pixels, atol=PIXEL_TOLERANCE)


@pytest.mark.usefixtures("_shipped_folder")
@pytest.mark.parametrize("name", ["conv-2", "conv-32"])
def test_a_browser_without_webassembly_computes_the_same(browser, mnist, name):
    model, images = store.load(name), mnist.x_test[:5]
    with blank(browser) as page:
        page.evaluate("delete globalThis.WebAssembly")
        with Engine(page).loaded(graph_of(model)) as graph:
            z = outputs(graph, "encoder", images)
            pixels = outputs(graph, "decoder", z).reshape(images.shape)
    np.testing.assert_allclose(pixels, model.reconstruct(images), atol=PIXEL_TOLERANCE)


# A network takes seconds: a failing one is shown as it is found.
@settings(max_examples=8, phases=set(Phase) - {Phase.shrink})
@given(config=..., seed=st.integers(0, 2**32 - 1))
def test_every_legal_config_gives_what_keras_gives(engine, config: ModelConfig, seed: int):
    rng = np.random.default_rng(seed)
    model = Autoencoder(*networks.build(config))
    for part in (model.encoder, model.decoder):
        randomise(part, rng)
    images = rng.random((2, 28, 28), dtype=np.float32)
    z, pixels = model.encode_and_reconstruct(images)
    graph = graph_of(model)
    got = engine.run(graph, "encoder", images)
    np.testing.assert_allclose(got, z, atol=LATENT_TOLERANCE * z.std())
    decoded = engine.run(graph, "decoder", z)
    np.testing.assert_allclose(decoded, pixels.reshape(2, -1), atol=PIXEL_TOLERANCE)


def test_every_layer_is_tried():
    assert set(SETTINGS) == set(LAYERS)


@pytest.mark.parametrize("name", LAYERS)
@settings(max_examples=8)
@given(data=st.data())
def test_a_layer_gives_what_keras_gives(engine, name, data):
    import keras
    import tensorflow as tf

    layer, shapes = SETTINGS[name](data.draw)
    if len(shapes) == 1:
        images = keras.Input(shapes[0])
        model = keras.Model(images, layer(images))
    else:  # a part has one input: the others come from it
        images = keras.Input((4,))
        branches = [
            keras.layers.Reshape(shape)(keras.layers.Dense(int(np.prod(shape)))(images))
            for shape in shapes
        ]
        model = keras.Model(images, layer(branches))
    rng = np.random.default_rng(data.draw(st.integers(0, 2**32 - 1)))
    randomise(model, rng)
    if name == "Normalization":
        layer.finalize_state()
    assume(0 not in model.output_shape)
    try:
        same_as_keras(engine, model, rng)
    except tf.errors.OpError:
        reject()  # settings that Keras takes, and TensorFlow does not


def test_pixels_that_no_weight_reaches_get_the_bias(engine):
    import keras

    images = keras.Input((3, 3, 2))
    layer = keras.layers.Conv2DTranspose(5, 1, strides=3)
    model = keras.Model(images, layer(images))
    randomise(model, np.random.default_rng(0))
    same_as_keras(engine, model, np.random.default_rng(1))


@pytest.mark.parametrize("name", sorted(ACTIVATIONS))
def test_an_activation_gives_what_keras_gives(engine, name):
    import keras

    images = keras.Input((60, 5))
    model = keras.Model(images, keras.layers.Activation(name)(images))
    inputs = np.linspace(-12, 12, 300, dtype=np.float32).reshape(1, 60, 5)
    got = engine.run(graph_of_models(encoder=model), "encoder", inputs)
    expected = model(inputs).numpy().reshape(1, -1)
    np.testing.assert_allclose(got, expected, rtol=1e-5, atol=2e-6)


def test_a_layer_as_activation_gives_what_keras_gives(engine):
    import keras

    images = keras.Input((6,))
    x = keras.layers.Dense(5, activation=keras.layers.LeakyReLU(0.3))(images)
    model = keras.Model(images, keras.layers.Dense(4, activation=keras.layers.Softmax())(x))
    same_as_keras(engine, model, np.random.default_rng(0))


def test_pca_as_a_graph_gives_what_pca_gives(engine, mnist, mnist_pca):
    images, graph = mnist.x_test[:20], linear_graph(mnist_pca)
    z = mnist_pca.encode(images)
    np.testing.assert_allclose(engine.run(graph, "encoder", images), z, atol=1e-4)
    decoded = engine.run(graph, "decoder", z).reshape(-1, 28, 28)
    np.testing.assert_allclose(decoded, mnist_pca.decode(z), atol=1e-4)


def test_results_of_all_layers_can_be_seen(engine, tiny_model, mnist):
    import keras

    image, encoder = mnist.x_test[:1], tiny_model.encoder
    with engine.loaded(graph_of(tiny_model)) as graph:
        outputs(graph, "encoder", image)
        results = graph.evaluate(
            """graph => Object.fromEntries([...graph.encoder.results].map(([name, result]) =>
                 [name, { ...result, values: [...result.values] }]))"""
        )
    seen = [layer for layer in encoder.layers if not isinstance(layer, keras.layers.InputLayer)]
    assert list(results) == [layer.name for layer in seen]
    for layer in seen:
        expected = keras.Model(encoder.input, layer.output)(image).numpy()[0]
        result = results[layer.name]
        assert (result["layer"], tuple(result["shape"])) == (type(layer).__name__, expected.shape)
        np.testing.assert_allclose(result["values"], expected.ravel(), atol=1e-5)


def test_a_map_that_is_switched_off_changes_what_follows(engine, tiny_model, mnist):
    import keras

    image, encoder = mnist.x_test[:1], tiny_model.encoder
    first = next(layer for layer in encoder.layers if type(layer).__name__ == "Conv2D")
    maps = keras.Model(encoder.input, first.output)(image).numpy()
    maps[..., 0] = 0
    expected = keras.Model(first.output, encoder.output)(maps).numpy()[0]
    with engine.loaded(graph_of(tiny_model)) as graph:
        edited, plain = graph.evaluate(
            """({ encoder }, [image, name]) => {
              const off = ({ shape, values }) => values.forEach((_, i) => {
                if (i % shape[2] === 0) values[i] = 0;
              });
              return [[...encoder.run(image, new Map([[name, off]]))], [...encoder.run(image)]];
            }""",
            [image.ravel().tolist(), first.name],
        )
    np.testing.assert_allclose(edited, expected, atol=1e-5)
    np.testing.assert_allclose(plain, tiny_model.encode(image)[0], atol=1e-5)
    assert np.abs(expected - plain).max() > 1e-3


def test_errors_say_what_is_wrong(engine, tiny_model, mnist):
    graph = graph_of(tiny_model)
    file = graph.to_bytes()
    for wrong, words in (
        (b"PK" + file, "of this version's form"),
        (file[:-4], "cut off"),
        (file.replace(b'"op":"pool"', b'"op":"poll"'), r"max_pooling2d.*MaxPooling2D.*\"poll\""),
    ):
        with pytest.raises(Exception, match=words), engine.loaded(wrong):
            pass
    with pytest.raises(Exception, match=r"Expected 784 values\. Received: 783"):
        engine.run(graph, "encoder", mnist.x_test.reshape(-1, 784)[:1, 1:])


def test_a_file_in_the_middle_of_other_bytes_is_read(engine, tiny_model, mnist):
    image = mnist.x_test[:1]
    z = engine.module.evaluate(
        """(engine, [text, image]) => {
          const bytes = Uint8Array.from(atob(text), (c) => c.charCodeAt(0));
          const longer = new Uint8Array(bytes.length + 9);
          longer.set(bytes, 5);
          const view = longer.subarray(5, 5 + bytes.length);
          return [view, bytes.buffer].map((file) => [...engine.load(file).encoder.run(image)]);
        }""",
        [base64_of(graph_of(tiny_model).to_bytes()), image.ravel().tolist()],
    )
    np.testing.assert_allclose(z, np.repeat(tiny_model.encode(image), 2, axis=0), atol=1e-5)


def base64_of(file: bytes) -> str:
    import base64

    return base64.b64encode(file).decode()


def test_the_engine_is_small_and_depends_on_nothing():
    source = ENGINE.read_text(encoding="utf-8")
    assert len(source.encode()) <= 12 << 10
    assert "import" not in source
