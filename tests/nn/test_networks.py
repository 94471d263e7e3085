"""ModelConfig -> networks: every legal config builds, of plain Keras layers as designed."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings

from ae.config import ModelConfig
from ae.nn import networks

pytestmark = pytest.mark.usefixtures("tensorflow")

SHIPPED_SHAPE = ModelConfig(
    latent_dim=32, filters=(32, 64), decoder_filters=(64, 64, 32), decoder_kernel=3
)


def layer_names(model) -> list[str]:
    return [type(layer).__name__ for layer in model.layers if type(layer).__name__ != "InputLayer"]


@settings(max_examples=25)
@given(...)
def test_every_legal_config_builds_encodes_and_decodes(config: ModelConfig):
    encoder, decoder = networks.build(config)
    images = np.random.default_rng(0).random((2, 28, 28), dtype=np.float32)
    z = encoder(images).numpy()
    assert (z.dtype, z.shape) == (np.float32, (2, config.latent_dim))
    rebuilt = decoder(z).numpy()
    assert (rebuilt.dtype, rebuilt.shape) == (np.float32, (2, 28, 28))
    assert np.isfinite(rebuilt).all()
    if config.kind != "linear":
        assert rebuilt.min() >= 0
        assert rebuilt.max() <= 1


@settings(max_examples=10)
@given(...)
def test_encoder_then_decoder_equals_the_joined_model(config: ModelConfig):
    encoder, decoder = networks.build(config)
    images = np.random.default_rng(0).random((2, 28, 28), dtype=np.float32)
    joined = networks.join(encoder, decoder)(images).numpy()
    np.testing.assert_allclose(joined, decoder(encoder(images)).numpy(), atol=1e-6)


def test_encoder_is_convolutions_pooling_flatten_and_dense():
    encoder, _ = networks.build(SHIPPED_SHAPE)
    assert layer_names(encoder) == [
        "Reshape", "Conv2D", "MaxPooling2D", "Conv2D", "MaxPooling2D", "Flatten", "Dense",
    ]  # fmt: skip


def test_decoder_is_dense_reshape_and_transposed_convolutions():
    _, decoder = networks.build(SHIPPED_SHAPE)
    assert layer_names(decoder) == [
        "Dense", "Reshape", "Conv2DTranspose", "Conv2DTranspose", "Conv2DTranspose", "Reshape",
    ]  # fmt: skip


@pytest.mark.parametrize("kind", ["conv", "vae"])
def test_output_is_a_sigmoid(kind):
    _, decoder = networks.build(ModelConfig(kind=kind))
    assert decoder.get_layer("pixels").activation.__name__ == "sigmoid"


def test_code_is_linear_in_its_layer():
    encoder, _ = networks.build(SHIPPED_SHAPE)
    assert encoder.get_layer("z").activation.__name__ == "linear"


def test_linear_kind_is_one_linear_map_each_way():
    encoder, decoder = networks.build(ModelConfig(kind="linear", latent_dim=5))
    assert layer_names(encoder) == ["Flatten", "Dense"]
    assert layer_names(decoder) == ["Dense", "Reshape"]
    assert encoder.count_params() + decoder.count_params() == 784 * 5 + 5 + 5 * 784 + 784


def test_parameters_of_the_shipped_shape():
    encoder, decoder = networks.build(SHIPPED_SHAPE)
    assert encoder.count_params() + decoder.count_params() == 278_369


def test_grid_shrinks_to_7_by_7():
    encoder, _ = networks.build(ModelConfig(filters=(2, 3, 4)))
    sizes = [layer.output.shape[1] for layer in encoder.layers if len(layer.output.shape) == 4]
    assert sizes == [28, 28, 14, 14, 7, 7]


@pytest.mark.parametrize(
    ("decoder_filters", "sides"),
    [((2, 2), [7, 14, 28]), ((2, 2, 2), [7, 14, 28, 28]), ((2,) * 5, [7, 7, 7, 14, 28, 28])],
)
def test_doublings_stand_late_in_the_decoder(decoder_filters, sides):
    _, decoder = networks.build(ModelConfig(decoder_filters=decoder_filters))
    grids = [layer.output.shape[1] for layer in decoder.layers if len(layer.output.shape) == 4]
    assert grids == sides


def test_same_seed_gives_the_same_initial_weights():
    import keras

    weights = []
    for seed in (3, 3, 4):
        keras.utils.set_random_seed(seed)
        encoder, _ = networks.build(ModelConfig(filters=(2,), decoder_filters=(2,)))
        weights.append(encoder.get_layer("z").kernel.numpy())
    assert (weights[0] == weights[1]).all()
    assert (weights[0] != weights[2]).any()


def test_a_refining_encoder_is_saved_with_one_decoder_and_comes_back(tmp_path):
    from ae.nn.autoencoder import Autoencoder

    config = ModelConfig(
        latent_dim=3,
        filters=(2, 3),
        decoder_filters=(3, 2),
        refinements=2,
        refinement_filters=(2, 2),
    )
    model = Autoencoder(*networks.build(config))
    rng = np.random.default_rng(0)
    model.encoder.set_weights([rng.normal(0, 0.2, w.shape) for w in model.encoder.get_weights()])
    model.save(tmp_path / "model.keras")
    again = Autoencoder.load(tmp_path / "model.keras")
    images = rng.random((4, 28, 28), dtype=np.float32)
    np.testing.assert_allclose(again.encode(images), model.encode(images), atol=1e-5)
    np.testing.assert_allclose(again.reconstruct(images), model.reconstruct(images), atol=1e-5)
    assert (
        again.parameters
        == model.parameters
        == networks.join(*networks.build(config)).count_params()
    )
