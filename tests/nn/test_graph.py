"""A network as a graph: the file, what is stored once, and what is refused."""

from __future__ import annotations

import json
import struct
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ae.errors import ModelError
from ae.nn import networks
from ae.nn.autoencoder import Autoencoder
from ae.nn.graph import MAGIC, Graph, graph_of, graph_of_models, linear_graph
from ae.nn.layers.kernels import interleaved


@pytest.fixture(scope="module")
def keras(tensorflow):
    import keras

    return keras


@pytest.fixture(scope="module")
def tiny_graph(tiny_model) -> Graph:
    return graph_of(tiny_model)


def names(graph: Graph, part: str) -> list[str]:
    return [operation["name"] for operation in graph.parts[part]["operations"]]


def sequence(keras, *layers, shape=(8, 8, 2)):
    return keras.Sequential([keras.Input(shape), *layers])


def test_a_file_is_read_as_it_was_written(tiny_graph):
    again = Graph.from_bytes(tiny_graph.to_bytes())
    assert again.parts == tiny_graph.parts
    np.testing.assert_array_equal(again.weights, tiny_graph.weights)
    assert again.fingerprint == tiny_graph.fingerprint


def test_a_file_has_the_form_that_the_module_describes(tiny_graph):
    file = tiny_graph.to_bytes()
    assert file.startswith(MAGIC)
    (length,) = struct.unpack_from("<I", file, 8)
    head = json.loads(file[12 : 12 + length])
    assert length % 4 == 0
    assert head["weights"] == {"count": tiny_graph.weights.size, "dtype": "float32"}
    assert len(file) == 12 + length + 4 * tiny_graph.weights.size
    for part in head["parts"].values():
        for number, operation in enumerate(part["operations"], 1):
            assert all(value < number for value in operation["in"])


def test_weights_of_eleven_bits_are_stored_in_half_the_bytes(tensorflow, tiny_config, mnist):
    model = Autoencoder(*networks.build(tiny_config))
    model.round_to_half_precision()
    graph = graph_of(model)
    again = Graph.from_bytes(graph.to_bytes())
    whole = Graph(graph.parts, np.full_like(graph.weights, 1 / 3)).to_bytes()
    assert len(graph.to_bytes()) == len(whole) - 2 * graph.weights.size
    np.testing.assert_allclose(again.weights, graph.weights, rtol=0, atol=2**-25)
    assert again.to_bytes() == graph.to_bytes()


@pytest.mark.parametrize("value", [1 + 2**-12, 1e5, 2**-13 + 2**-24])
def test_weights_that_half_precision_would_change_keep_all_bits(mnist_pca, value):
    graph = Graph({}, np.float32([0.5, value]))
    np.testing.assert_array_equal(Graph.from_bytes(graph.to_bytes()).weights, graph.weights)


def test_fingerprints_differ_with_a_single_weight(tiny_graph):
    weights = tiny_graph.weights.copy()
    weights[-1] += 1e-3
    assert Graph(tiny_graph.parts, weights).fingerprint != tiny_graph.fingerprint


@given(st.data())
def test_damaged_files_are_refused(tiny_graph, data):
    file = tiny_graph.to_bytes()
    cut = data.draw(st.integers(0, len(file) - 1))
    with pytest.raises(ModelError, match="graph of a model"):
        Graph.from_bytes(file[:cut])


@pytest.mark.parametrize(
    "head", [b"[]  ", b"{}  ", b'{"weights": 1, "parts": 2}  ', b"\xff\xff\xff\xff", b"[" * 99_996]
)
def test_heads_of_another_form_are_refused(head):
    with pytest.raises(ModelError, match="Make it anew"):
        Graph.from_bytes(MAGIC + struct.pack("<I", len(head)) + head)


def test_a_decoder_in_an_encoder_is_inlined_and_its_weights_are_stored_once(tensorflow, tmp_path):
    from ae.config import ModelConfig

    config = ModelConfig(
        latent_dim=3, filters=(2,), decoder_filters=(3, 2), refinements=2, refinement_filters=(2, 2)
    )
    model = Autoencoder(*networks.build(config))
    graph = graph_of(model)
    found = names(graph, "encoder")
    assert len(set(found)) == len(found)
    for prefix in ("decoder/", "decoder (2)/"):
        inlined = [name.removeprefix(prefix) for name in found if name.startswith(prefix)]
        assert inlined == names(graph, "decoder")
    assert graph.weights.size <= model.parameters
    # A file keeps the decoder twice, so that Keras can load it.
    model.save(tmp_path / "model.keras")
    loaded = graph_of(Autoencoder.load(tmp_path / "model.keras"))
    assert loaded.weights.size == graph.weights.size


def test_a_vae_has_its_z_log_var_as_a_small_third_part(tensorflow):
    from ae.config import ModelConfig

    config = ModelConfig(kind="vae", latent_dim=3, filters=(2,), decoder_filters=(3, 2))
    encoder, decoder = networks.build(config)
    head = networks.log_variance_head(encoder)
    with_it, without = (
        graph_of(Autoencoder(encoder, decoder, head)),
        graph_of(Autoencoder(encoder, decoder)),
    )
    part = with_it.parts["z_log_var"]
    assert part["takes"] == names(with_it, "encoder")[-2]
    assert [operation["name"] for operation in part["operations"]] == ["z_log_var"]
    assert with_it.weights.size - without.weights.size == head.layers[-1].count_params() - 3
    assert "z_log_var" not in without.parts


def test_a_layer_that_is_used_twice_has_two_names_and_one_kernel(keras):
    images = keras.Input((6,))
    dense = keras.layers.Dense(6, bias_initializer="ones", name="twice")
    graph = graph_of_models(encoder=keras.Model(images, dense(dense(images))))
    first, second = graph.parts["encoder"]["operations"]
    assert (first["name"], second["name"]) == ("twice", "twice (2)")
    assert first["kernel"] == second["kernel"]
    assert graph.weights.size == 6 * 6 + 6


def test_models_in_models_are_inlined_whatever_their_kind(keras):
    inner = sequence(keras, keras.layers.Flatten(), keras.layers.Dense(3, name="code"))
    inner.name = "inner"
    images = keras.Input((8, 8, 2))
    model = keras.Model(images, keras.layers.ReLU(name="last")(inner(images)))
    assert names(graph_of_models(encoder=model), "encoder")[-2:] == ["inner/code", "last"]
    outer = keras.Sequential([keras.Input((8, 8, 2)), inner, keras.layers.ReLU(name="last")])
    assert names(graph_of_models(encoder=outer), "encoder")[-2:] == ["inner/code", "last"]


def test_a_pca_is_two_dense_layers_and_needs_no_keras(mnist_pca):
    graph = linear_graph(mnist_pca)
    layers = [part["operations"] for part in graph.parts.values()]
    assert [[operation["layer"] for operation in part] for part in layers] == [["Dense"]] * 2
    code = """if True:
        import sys
        import numpy as np
        from ae.nn.graph import linear_graph
        from ae.nn.pca import PCA
        pca = PCA(np.zeros(784, "f"), np.eye(784, dtype="f")[:2], np.ones(2, "f"))
        linear_graph(pca).to_bytes()
        print(sorted({"keras", "tensorflow"} & set(sys.modules)))"""
    repository = Path(__file__).parents[2]
    result = subprocess.run(
        [sys.executable, "-c", code], cwd=repository, capture_output=True, text=True, check=True
    )
    assert result.stdout.strip() == "[]"


@given(st.integers(1, 9), st.integers(1, 3), st.integers(0, 5))
def test_interleaving_keeps_every_weight_where_the_engine_looks_for_it(count, groups, size):
    filters = np.arange(groups * count * size, dtype=np.float32).reshape(groups * count, size)
    flat = interleaved(filters, groups).ravel()
    for number in range(groups * count):
        group, own = divmod(number, count)
        four = own - own % 4
        for place in range(size):
            if four + 4 <= count:
                index = (group * count + four) * size + 4 * place + own % 4
            else:
                index = (group * count + own) * size + place
            assert flat[index] == filters[number, place]


def unsupported(keras) -> dict[str, tuple]:
    layers = keras.layers

    class Dense(layers.Dense):  # the name of a layer that works, and other code
        pass

    def double(x):
        return 2 * x

    return {
        "another kind": (layers.LSTM(3, name="culprit"), "of the kind LSTM", (5, 4)),
        "Lambda": (layers.Lambda(double, name="culprit"), "of the kind Lambda", (5, 4)),
        "own code": (Dense(3, name="culprit"), "a Dense with code of its own", (4,)),
        "own activation": (
            layers.Dense(3, activation=double, name="culprit"),
            "the activation 'double'",
            (4,),
        ),
        "channels first": (
            layers.Flatten(data_format="channels_first", name="culprit"),
            'data_format="channels_first"',
            (4, 4, 2),
        ),
        "no fixed size": (layers.Dense(3, name="culprit"), "size is not fixed", (None, 4)),
        "filled in": (
            layers.Resizing(20, 6, pad_to_aspect_ratio=True, fill_value=0.5, name="culprit"),
            "fills in a value of its own",
            (5, 5, 1),
        ),
    }


@pytest.mark.parametrize(
    "case",
    [
        *("another kind", "Lambda", "own code", "own activation", "channels first"),
        *("no fixed size", "filled in"),
    ],
)
def test_what_cannot_be_computed_is_named_with_what_to_do(keras, case):
    layer, words, shape = unsupported(keras)[case]
    images = keras.Input(shape)
    with pytest.raises(ModelError) as caught:
        graph_of_models(encoder=keras.Model(images, layer(images)))
    message = str(caught.value)
    assert "'culprit'" in message
    assert words in message
    assert "Replace it" in message


def test_a_model_with_code_of_its_own_is_refused(keras):
    class Own(keras.Model):
        def call(self, x):
            return x

    images = keras.Input((4,))
    with pytest.raises(ModelError, match="'own' has code of its own"):
        graph_of_models(encoder=keras.Model(images, Own(name="own")(images)))


def test_several_inputs_are_refused(keras):
    first, second = keras.Input((4,)), keras.Input((4,))
    model = keras.Model([first, second], keras.layers.Add()([first, second]))
    with pytest.raises(ModelError, match=r"one input and one output of the encoder\. Received: 2"):
        graph_of_models(encoder=model)


def test_a_layer_that_stays_in_training_is_refused(keras):
    images = keras.Input((4,))
    dropout = keras.layers.Dropout(0.5, name="noisy")
    with pytest.raises(ModelError, match="'noisy' is called with training=True"):
        graph_of_models(encoder=keras.Model(images, dropout(images, training=True)))
    graph_of_models(encoder=keras.Model(images, dropout(images)))
