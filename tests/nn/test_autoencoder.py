"""Autoencoder: arrays in, arrays out, and files that any notebook can read."""

from __future__ import annotations

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from ae.config import KINDS, ModelConfig
from ae.nn import networks
from ae.nn.autoencoder import Autoencoder

LOAD_WITHOUT_US = """
import importlib.util, sys
assert importlib.util.find_spec("ae") is None, "ae can be imported here"
import numpy as np
import keras
model = keras.saving.load_model(sys.argv[1])
images = np.load(sys.argv[2])
z = model.get_layer("encoder").predict(images, verbose=0)
np.savez(sys.argv[3], joined=model.predict(images, verbose=0),
         parts=model.get_layer("decoder").predict(z, verbose=0))
"""


@pytest.fixture(scope="module")
def digits(small_data) -> np.ndarray:
    return small_data.x_test


def test_encode_then_decode_equals_reconstruct(tiny_model, digits):
    rebuilt = tiny_model.reconstruct(digits)
    np.testing.assert_allclose(tiny_model.decode(tiny_model.encode(digits)), rebuilt, atol=1e-6)
    z, again = tiny_model.encode_and_reconstruct(digits)
    np.testing.assert_allclose(z, tiny_model.encode(digits), atol=1e-6)
    np.testing.assert_array_equal(again, rebuilt)


def test_chunks_of_many_images_keep_their_order(tiny_model, mnist):
    images = mnist.x_test[:777]
    one_by_one = np.concatenate([tiny_model.encode(image[None]) for image in images])
    np.testing.assert_allclose(tiny_model.encode(images), one_by_one, atol=1e-6)


def test_arrays_are_float32_of_the_stated_shapes(tiny_model, digits):
    z, rebuilt = tiny_model.encode(digits), tiny_model.reconstruct(digits)
    assert (z.dtype, z.shape) == (np.float32, (100, 3))
    assert (rebuilt.dtype, rebuilt.shape) == (np.float32, (100, 28, 28))


def test_fast_path_equals_keras(tiny_model, digits):
    expected = tiny_model.encoder.predict(digits, verbose=0)
    np.testing.assert_allclose(tiny_model.encode(digits), expected, atol=1e-6)


def test_parameters_count_every_weight(tiny_model):
    weights = tiny_model.encoder.weights + tiny_model.decoder.weights
    assert tiny_model.parameters == sum(np.prod(weight.shape) for weight in weights)


def test_many_images_equal_one_at_a_time(tiny_model, mnist):
    images = mnist.x_test[:2100]
    together = tiny_model.reconstruct(images)
    for index in (0, 999, 1000, 2000, 2099):
        alone = tiny_model.reconstruct(images[index : index + 1])
        np.testing.assert_allclose(together[index : index + 1], alone, atol=1e-6)


def test_weights_that_change_are_seen(tensorflow, tiny_config, digits):
    """A page shows the model while it learns."""
    model = Autoencoder(*networks.build(tiny_config))
    before = model.encode(digits)
    kernel = model.encoder.get_layer("z").kernel
    kernel.assign(kernel * 2)
    np.testing.assert_allclose(model.encode(digits), 2 * before, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("kind", KINDS)
def test_loading_what_was_saved_gives_equal_outputs(tensorflow, tmp_path, digits, kind):
    config = ModelConfig(kind=kind, latent_dim=3, filters=(2,), decoder_filters=(2,))
    model = Autoencoder(*networks.build(config))
    model.save(tmp_path / "model.keras")
    again = Autoencoder.load(tmp_path / "model.keras")
    assert again.latent_dim == 3
    assert again.parameters == model.parameters
    np.testing.assert_array_equal(again.encode(digits), model.encode(digits))
    np.testing.assert_array_equal(again.reconstruct(digits), model.reconstruct(digits))


def _vae() -> Autoencoder:
    config = ModelConfig(kind="vae", latent_dim=3, filters=(2,), decoder_filters=(2,))
    encoder, decoder = networks.build(config)
    return Autoencoder(encoder, decoder, networks.log_variance_head(encoder))


def test_a_vae_keeps_its_z_log_var(tensorflow, tmp_path, digits):
    import keras

    model = _vae()
    model.save(tmp_path / "model.keras")
    again = Autoencoder.load(tmp_path / "model.keras")
    expected = model.z_log_var(digits).numpy()
    assert expected.std() > 0
    np.testing.assert_array_equal(again.z_log_var(digits), expected)
    np.testing.assert_array_equal(again.reconstruct(digits), model.reconstruct(digits))
    # A notebook gets it by its name, too, or as the second output.
    plain = keras.saving.load_model(tmp_path / "model.keras")
    np.testing.assert_allclose(plain.get_layer("z_log_var")(digits), expected, atol=1e-6)
    np.testing.assert_allclose(plain(digits)[1], expected, atol=1e-6)
    # It stands on the encoder's own layers: rounding changes these once.
    again.round_to_half_precision()
    hidden = keras.Model(again.encoder.input, again.encoder.layers[-1].input)(digits)
    kernel, bias = again.head_variables
    np.testing.assert_allclose(again.z_log_var(digits), hidden @ kernel + bias, atol=1e-6)


def test_a_vae_without_its_z_log_var_is_loaded(tensorflow, tmp_path, digits):
    """As earlier versions saved it."""
    model = _vae()
    Autoencoder(model.encoder, model.decoder).save(tmp_path / "model.keras")
    again = Autoencoder.load(tmp_path / "model.keras")
    assert again.z_log_var is None
    np.testing.assert_array_equal(again.reconstruct(digits), model.reconstruct(digits))


def test_a_z_log_var_of_another_kind_is_refused(tensorflow, tmp_path):
    import keras

    model = _vae()
    images = keras.Input((28, 28))
    wrong = keras.Model(images, keras.layers.Flatten()(images), name="z_log_var")
    networks.join_all(model.encoder, model.decoder, wrong).save(tmp_path / "model.keras")
    with pytest.raises(ValueError, match="z_log_var must be a dense layer"):
        Autoencoder.load(tmp_path / "model.keras")


def test_saved_file_loads_without_this_package(tiny_model, tmp_path, digits):
    tiny_model.save(tmp_path / "model.keras")
    np.save(tmp_path / "digits.npy", digits)
    paths = [tmp_path / name for name in ("model.keras", "digits.npy", "rebuilt.npz")]
    # -I: neither the working directory nor PYTHONPATH is searched.
    subprocess.run(
        [sys.executable, "-I", "-c", LOAD_WITHOUT_US, *map(str, paths)], cwd=tmp_path, check=True
    )
    with np.load(paths[-1]) as rebuilt:
        np.testing.assert_allclose(rebuilt["joined"], tiny_model.reconstruct(digits), atol=1e-6)
        np.testing.assert_allclose(rebuilt["parts"], rebuilt["joined"], atol=1e-6)


def test_several_threads_equal_the_serial_result(tensorflow, tiny_config, digits):
    model = Autoencoder(*networks.build(tiny_config))  # a new one: its graphs are not made yet
    with ThreadPoolExecutor(8) as pool:
        parallel = list(pool.map(lambda image: model.reconstruct(image[None])[0], digits))
    serial = [model.reconstruct(image[None])[0] for image in digits]
    np.testing.assert_array_equal(parallel, serial)


def test_other_number_types_are_taken(tiny_model, digits):
    expected = tiny_model.encode(digits)
    np.testing.assert_array_equal(tiny_model.encode(digits.astype(np.float64)), expected)
    np.testing.assert_array_equal(tiny_model.encode(digits.tolist()), expected)
    np.testing.assert_array_equal(tiny_model.encode(digits[:, ::-1][:, ::-1]), expected)


@pytest.mark.parametrize("shape", [(28, 28), (2, 784), (2, 28, 27), (1, 28, 28, 1), ()])
@pytest.mark.parametrize("method", ["encode", "reconstruct"])
def test_images_of_wrong_shape_are_refused(tiny_model, method, shape):
    with pytest.raises(ValueError, match=r"images must have shape \(n, 28, 28\)") as caught:
        getattr(tiny_model, method)(np.zeros(shape))
    assert f"Received: {shape}" in str(caught.value)


@pytest.mark.parametrize("shape", [(3,), (2, 4), (1, 1, 3), ()])
def test_codes_of_wrong_shape_are_refused(tiny_model, shape):
    with pytest.raises(ValueError, match=r"z must have shape \(n, 3\)") as caught:
        tiny_model.decode(np.zeros(shape))
    assert f"Received: {shape}" in str(caught.value)


def test_no_images_give_no_results(tiny_model):
    none = np.zeros((0, 28, 28))
    assert tiny_model.encode(none).shape == (0, 3)
    assert tiny_model.reconstruct(none).shape == (0, 28, 28)
    assert tiny_model.decode(np.zeros((0, 3))).shape == (0, 28, 28)


def test_networks_of_other_shapes_are_refused(tiny_model):
    with pytest.raises(ValueError, match="must map images"):
        Autoencoder(tiny_model.decoder, tiny_model.encoder)
