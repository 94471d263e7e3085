"""Autoencoders as tutorials build them: each is taken, encodes, decodes and runs in the page."""

from __future__ import annotations

import math
import re
from pathlib import Path

import numpy as np
import pytest

from ae.errors import ModelError
from ae.nn.graph import graph_of
from ae.store import import_model


@pytest.fixture(scope="module")
def keras(tensorflow):
    import keras

    keras.utils.set_random_seed(0)
    return keras


def saved(model, folder) -> bytes:
    model.save(folder / "made.keras")
    return (folder / "made.keras").read_bytes()


def dense(*widths, flat=True, last="sigmoid", activation="relu", **extra):
    """One functional model of Dense layers: from the narrowest on, the decoder."""

    def make(keras):
        x = images = keras.Input((784,) if flat else (28, 28))
        if not flat:
            x = keras.layers.Flatten()(x)
        for width in widths:
            x = keras.layers.Dense(width, activation=activation, **extra)(x)
        x = keras.layers.Dense(784, activation=last)(x)
        return keras.Model(images, x if flat else keras.layers.Reshape((28, 28))(x))

    return make


def regularised(keras):
    """The Keras blog's sparse one."""
    return dense(32, activity_regularizer=keras.regularizers.L1(1e-5))(keras)


def blog_convolutional(keras):
    """The Keras blog's: 4×4×8 = 128 values, a valid convolution in the decoder."""
    layers = keras.layers
    x = images = keras.Input((28, 28, 1))
    for filters in (16, 8, 8):
        x = layers.Conv2D(filters, 3, activation="relu", padding="same")(x)
        x = layers.MaxPooling2D(2, padding="same")(x)
    for filters, padding in ((8, "same"), (8, "same"), (16, "valid")):
        x = layers.Conv2D(filters, 3, activation="relu", padding=padding)(x)
        x = layers.UpSampling2D(2)(x)
    return keras.Model(images, layers.Conv2D(1, 3, activation="sigmoid", padding="same")(x))


def many_maps(filters, encoded=2, *, transposed=False, first=None):
    """Convolutions alone: the code is 7×7 feature maps, often with more values than the picture."""

    def make(keras):
        layers = keras.layers
        x = images = keras.Input((28, 28, 1))
        for number in range(encoded):
            width = first if first and number == 0 else filters
            x = layers.Conv2D(width, 3, activation="relu", padding="same")(x)
            x = layers.MaxPooling2D(2, padding="same")(x)
        for _ in range(encoded):
            if transposed:
                x = layers.Conv2DTranspose(
                    filters, 3, strides=2, activation="relu", padding="same"
                )(x)
            else:
                x = layers.Conv2D(filters, 3, activation="relu", padding="same")(x)
                x = layers.UpSampling2D(2)(x)
        return keras.Model(images, layers.Conv2D(1, 3, activation="sigmoid", padding="same")(x))

    return make


def variational(keras):
    """A VAE without its random numbers: the means alone."""
    images = keras.Input((28, 28, 1))
    x = keras.layers.Flatten()(images)
    encoder = keras.Model(
        images, [keras.layers.Dense(2, name=name)(x) for name in ("z_mean", "z_log_var")]
    )
    decoder = keras.Sequential(
        [keras.Input((2,)), keras.layers.Dense(784, "sigmoid"), keras.layers.Reshape((28, 28, 1))]
    )
    mean = keras.Model(images, encoder.outputs[0])
    return keras.Sequential([mean, decoder])


def two_models(keras, encoder, decoder):
    return keras.Sequential([keras.Sequential(encoder), keras.Sequential(decoder)])


def tensorflow_basic(keras):
    """TensorFlow's first example, as two models in a row."""
    layers = keras.layers
    return two_models(
        keras,
        [keras.Input((28, 28)), layers.Flatten(), layers.Dense(64, activation="relu")],
        [keras.Input((64,)), layers.Dense(784, activation="sigmoid"), layers.Reshape((28, 28))],
    )


def geron_stacked(keras):
    layers = keras.layers
    return two_models(
        keras,
        [keras.Input((28, 28)), layers.Flatten(), layers.Dense(100, activation="relu"),
         layers.Dense(30, activation="relu")],
        [keras.Input((30,)), layers.Dense(100, activation="relu"), layers.Dense(784),
         layers.Reshape((28, 28))],
    )  # fmt: skip


def geron_dropout(keras):
    layers = keras.layers
    return two_models(
        keras,
        [keras.Input((28, 28)), layers.Flatten(), layers.Dropout(0.5),
         layers.Dense(100, activation="selu"), layers.Dense(30, activation="selu")],
        [keras.Input((30,)), layers.Dense(100, activation="selu"),
         layers.Dense(784, activation="sigmoid"), layers.Reshape((28, 28))],
    )  # fmt: skip


def geron_noise(keras):
    layers = keras.layers
    return two_models(
        keras,
        [keras.Input((28, 28)), layers.Flatten(), layers.GaussianNoise(0.2),
         layers.Dense(100, activation="relu"), layers.Dense(30, activation="relu")],
        [keras.Input((30,)), layers.Dense(100, activation="relu"), layers.Dense(784),
         layers.Reshape((28, 28))],
    )  # fmt: skip


def geron_sparse(keras):
    layers = keras.layers
    return two_models(
        keras,
        [keras.Input((28, 28)), layers.Flatten(), layers.Dense(100, activation="relu"),
         layers.Dense(200, activation="sigmoid"), layers.ActivityRegularization(l1=1e-4)],
        [keras.Input((200,)), layers.Dense(100, activation="relu"), layers.Dense(784),
         layers.Reshape((28, 28))],
    )  # fmt: skip


def geron_convolutional(keras):
    layers = keras.layers

    def conv(n, **more):
        return layers.Conv2D(n, 3, padding="same", activation="relu", **more)

    def up(n, **more):
        return layers.Conv2DTranspose(n, 3, strides=2, **more)

    return two_models(
        keras,
        [keras.Input((28, 28)), layers.Reshape((28, 28, 1)), conv(16), layers.MaxPool2D(2),
         conv(32), layers.MaxPool2D(2), conv(64), layers.MaxPool2D(2), conv(30),
         layers.GlobalAvgPool2D()],
        [keras.Input((30,)), layers.Dense(3 * 3 * 16), layers.Reshape((3, 3, 16)),
         up(32, activation="relu"), up(16, padding="same", activation="relu"),
         up(1, padding="same"), layers.Reshape((28, 28))],
    )  # fmt: skip


def conv_and_dense(latent, *, norm=False, leaky=False, up=False, last="sigmoid"):
    """Convolutions to a dense code and back, one functional model: many tutorials."""

    def make(keras):
        layers = keras.layers
        x = images = keras.Input((28, 28, 1))
        for filters in (8, 16):
            x = layers.Conv2D(filters, 3, strides=2, padding="same")(x)
            x = layers.BatchNormalization()(x) if norm else x
            x = layers.LeakyReLU(negative_slope=0.2)(x) if leaky else layers.ReLU()(x)
        x = layers.Dense(latent, name="latent")(layers.Flatten()(x))
        x = layers.Reshape((7, 7, 16))(layers.Dense(784, activation="relu")(x))
        for filters in (16, 8):
            if up:
                x = layers.Conv2D(filters, 3, padding="same", activation="relu")(
                    layers.UpSampling2D(2)(x)
                )
            else:
                x = layers.Conv2DTranspose(
                    filters, 3, strides=2, padding="same", activation="relu"
                )(x)
        return keras.Model(images, layers.Conv2D(1, 3, padding="same", activation=last)(x))

    return make


def one_sequential(keras):
    layers = keras.layers
    return keras.Sequential([
        keras.Input((28, 28, 1)),
        layers.Conv2D(32, 3, padding="same", activation="relu"), layers.MaxPooling2D(2),
        layers.Conv2D(64, 3, padding="same", activation="relu"), layers.MaxPooling2D(2),
        layers.Flatten(), layers.Dense(32),
        layers.Dense(3136, activation="relu"), layers.Reshape((7, 7, 64)),
        layers.Conv2DTranspose(64, 3, strides=2, padding="same", activation="relu"),
        layers.Conv2DTranspose(32, 3, strides=2, padding="same", activation="relu"),
        layers.Conv2D(1, 3, padding="same", activation="sigmoid"),
    ])  # fmt: skip


def nested_functional(keras):
    layers = keras.layers
    images = keras.Input((28, 28, 1), name="img")
    x = layers.MaxPooling2D(4)(layers.Conv2D(8, 3, padding="same", activation="relu")(images))
    encoder = keras.Model(images, layers.Dense(16)(layers.Flatten()(x)), name="encoder")
    code = keras.Input((16,))
    x = layers.Reshape((7, 7, 4))(layers.Dense(196, activation="relu")(code))
    x = layers.Conv2DTranspose(1, 4, strides=4, activation="sigmoid")(x)
    decoder = keras.Model(code, x, name="decoder")
    entry = keras.Input((28, 28, 1))
    return keras.Model(entry, decoder(encoder(entry)))


def residual_encoder(keras):
    layers = keras.layers
    x = images = keras.Input((28, 28, 1))
    x = layers.Conv2D(8, 3, strides=4, padding="same", activation="relu")(x)
    y = layers.Conv2D(8, 3, padding="same", activation="relu")(x)
    x = layers.Dense(12)(layers.Flatten()(layers.Add()([x, y])))
    x = layers.Dense(784, activation="sigmoid")(x)
    return keras.Model(images, layers.Reshape((28, 28, 1))(x))


def shared_layer(keras):
    """One layer used twice, as in a network that runs a step again."""
    again = keras.layers.Dense(64, activation="tanh")
    x = images = keras.Input((784,))
    x = keras.layers.Dense(8)(again(again(keras.layers.Dense(64)(x))))
    return keras.Model(images, keras.layers.Dense(784, activation="sigmoid")(x))


def equal_widths(keras):
    layers = keras.layers
    return two_models(
        keras,
        [keras.Input((784,)), layers.Dense(64, activation="relu"), layers.Dense(64)],
        [keras.Input((64,)), layers.Dense(49, activation="relu"),
         layers.Dense(784, activation="sigmoid")],
    )  # fmt: skip


def thirty_layers(keras):
    return dense(*[64] * 15, 8, *[64] * 15)(keras)


def in_bfloat16(keras):
    keras.config.set_dtype_policy("mixed_bfloat16")
    try:
        return conv_and_dense(16)(keras)
    finally:
        keras.config.set_dtype_policy("float32")


def list_outputs(keras):
    images = keras.Input((784,))
    x = keras.layers.Dense(784, activation="sigmoid")(keras.layers.Dense(16)(images))
    return keras.Model(inputs=[images], outputs=[x])


def plain_layers(keras):
    layers = keras.layers
    return keras.Sequential([
        keras.Input((28, 28, 1)), layers.Resizing(14, 14), layers.Permute((2, 1, 3)),
        layers.Identity(), layers.Flatten(), layers.UnitNormalization(),
        layers.Dense(20, activation="softmax"), layers.Dense(784), layers.Reshape((28, 28, 1)),
        layers.GroupNormalization(1), layers.Activation("sigmoid"),
    ])  # fmt: skip


FORMS = {
    "blog: simplest": (dense(32), 32),
    "blog: sparse": (regularised, 32),
    "blog: deep": (dense(128, 64, 32, 64, 128), 32),
    "blog: convolutional": (blog_convolutional, 128),
    "blog: denoising": (many_maps(32), 1568),
    "blog: variational": (variational, 2),
    "keras.io: denoising": (many_maps(32, transposed=True), 1568),
    "keras.io: two dimensions": (conv_and_dense(2), 2),
    "TensorFlow: basic": (tensorflow_basic, 64),
    "TensorFlow: denoising": (many_maps(8, transposed=True, first=16), 392),
    "Dense of 300": (dense(300), 300),
    "maps of 3136 values": (many_maps(64), 3136),
    "seed: one Sequential": (one_sequential, 32),
    "seed: nested": (nested_functional, 16),
    "seed: list of outputs": (list_outputs, 16),
    "seed: flattened pictures": (dense(64, 16, 64, flat=False), 16),
    "Géron: stacked": (geron_stacked, 30),
    "Géron: linear": (dense(2, last=None, activation=None, flat=False), 2),
    "Géron: convolutional": (geron_convolutional, 30),
    "Géron: dropout": (geron_dropout, 30),
    "Géron: noise": (geron_noise, 30),
    "Géron: sparse": (geron_sparse, 200),
    "batch normalisation": (conv_and_dense(16, norm=True), 16),
    "LeakyReLU": (conv_and_dense(10, norm=True, leaky=True), 10),
    "UpSampling2D": (conv_and_dense(32, up=True), 32),
    "tanh output": (conv_and_dense(8, last="tanh"), 8),
    "residual encoder": (residual_encoder, 12),
    "shared layer": (shared_layer, 8),
    "equal widths": (equal_widths, 64),
    "thirty layers": (thirty_layers, 8),
    "mixed_bfloat16": (in_bfloat16, 16),
    "plain layers": (plain_layers, 20),
}


@pytest.mark.parametrize("form", FORMS)
def test_a_tutorials_model_is_cut_where_it_is_meant_and_computes_the_same(
    keras, small_data, tmp_path, form
):
    make, size = FORMS[form]
    model = make(keras)
    understood = import_model.understand([saved(model, tmp_path)], small_data)
    mine = understood.autoencoder(takes="0 to 1", gives="0 to 1")
    assert mine.latent_dim == size
    graph_of(mine)  # the page can run it
    images = small_data.x_test[:5]
    shape = tuple(model.inputs[0].shape[1:])
    pixels = images.reshape(5, *shape)
    raw = model([pixels] if form == "seed: list of outputs" else pixels)
    expected = np.asarray(raw[0] if isinstance(raw, list) else raw, np.float32)
    close = 0.02 if form == "mixed_bfloat16" else 1e-4
    np.testing.assert_allclose(mine.reconstruct(images), expected.reshape(5, 28, 28), atol=close)
    z = mine.encode(images)
    assert (z.shape, z.dtype) == ((5, size), np.float32)
    np.testing.assert_allclose(mine.decode(z), mine.reconstruct(images), atol=1e-5)
    if len(model.layers) == 2 and all(hasattr(layer, "layers") for layer in model.layers):
        own = np.asarray(model.layers[0](images.reshape(5, *shape)))
        np.testing.assert_allclose(z, own.reshape(5, -1), atol=1e-4)


def test_a_shared_layer_counts_once(keras, small_data, tmp_path):
    model = shared_layer(keras)
    understood = import_model.understand([saved(model, tmp_path)], small_data)
    assert understood.autoencoder().parameters == model.count_params()


@pytest.mark.parametrize(("range_", "factor", "offset"), [("0 to 255", 255, 0), ("-1 to 1", 2, -1)])
def test_the_range_of_pixels_is_found_out(keras, small_data, tmp_path, range_, factor, offset):
    """PCA as a linear network, with its weights written for pixels of another range."""
    from ae.nn.pca import PCA

    pca = PCA.fit(small_data.x_train, 30)
    model = keras.Sequential([keras.Input((784,)), keras.layers.Dense(30), keras.layers.Dense(784)])
    # picture = (pixels - offset) / factor
    to_z = pca.components.T / factor
    model.set_weights([
        to_z, -(offset / factor + pca.mean) @ pca.components.T,
        factor * pca.components, factor * pca.mean + offset,
    ])  # fmt: skip
    understood = import_model.understand([saved(model, tmp_path)], small_data)
    assert (understood.takes, understood.gives) == (range_, range_)
    images = small_data.x_test[:20]
    np.testing.assert_allclose(
        understood.autoencoder().reconstruct(images), pca.reconstruct(images), atol=1e-3
    )


def test_encoder_and_decoder_come_in_two_files_in_any_order(keras, small_data, tmp_path):
    model = geron_stacked(keras)
    encoder, decoder = (saved(part, tmp_path) for part in model.layers)
    images = small_data.x_test[:5]
    for files in ([encoder, decoder], [decoder, encoder]):
        mine = import_model.understand(files, small_data).autoencoder(
            takes="0 to 1", gives="0 to 1"
        )
        assert mine.latent_dim == 30
        np.testing.assert_allclose(mine.reconstruct(images), np.asarray(model(images)), atol=1e-5)
    with pytest.raises(ModelError, match="This looks like an encoder alone"):
        import_model.understand([encoder], small_data)
    with pytest.raises(ModelError, match="decoder alone"):
        import_model.understand([decoder], small_data)


def test_another_cut_gives_the_same_pictures_from_another_latent_vector(
    keras, small_data, tmp_path
):
    understood = import_model.understand([saved(dense(64, 16, 64)(keras), tmp_path)], small_data)
    images = small_data.x_test[:5]
    sizes = {cut: understood.autoencoder(cut) for cut in understood.cuts}
    assert [each.latent_dim for each in sizes.values()] == [64, 16, 64]
    for each in sizes.values():
        np.testing.assert_allclose(
            each.reconstruct(images), understood.autoencoder().reconstruct(images), atol=1e-5
        )


class Mine:
    """What tutorials build that holds code, or is no plain way from a picture to a picture."""

    def __init__(self, keras):
        self.keras, self.layers = keras, keras.layers

    def parts(self, shape=(28, 28, 1)):
        """An encoder and a decoder."""
        layers = self.layers
        encoder = self.keras.Sequential([layers.Flatten(), layers.Dense(8, name="z_mean")])
        decoder = self.keras.Sequential([layers.Dense(math.prod(shape)), layers.Reshape(shape)])
        return encoder, decoder

    def subclassed(self):
        parts = self.parts()

        class Autoencoder(self.keras.Model):
            def __init__(self, **settings):
                super().__init__(**settings)
                self.encoder, self.decoder = parts

            def call(self, x):
                return self.decoder(self.encoder(x))

        model = Autoencoder()
        model(np.zeros((1, 28, 28, 1), np.float32))
        return {"model": model}

    def variational(self):
        class Sampling(self.layers.Layer):
            def call(self, inputs):
                return inputs[0]

        images = self.keras.Input((28, 28, 1))
        x = self.layers.Flatten()(images)
        mean = self.layers.Dense(8, name="z_mean")(x)
        deviations = self.layers.Dense(8, name="z_log_var")(x)
        z = Sampling()([mean, deviations])
        encoder = self.keras.Model(images, [mean, deviations, z])
        decoder = self.parts()[1]
        model = self.keras.Model(images, decoder(encoder(images)[2]))
        return {"model": model, "encoder": encoder, "decoder": decoder}

    def augmented(self):
        parts = [part for half in self.parts() for part in half.layers]
        images = self.keras.Input((28, 28, 1))
        return {"model": self.keras.Sequential([images, self.layers.RandomRotation(0.1), *parts])}

    def of_any_size(self):
        images = self.keras.Input((None, None, 1))
        x = self.layers.Conv2D(4, 3, strides=4, padding="same")(images)
        x = self.layers.Conv2DTranspose(1, 3, strides=4, padding="same")(x)
        return {"model": self.keras.Model(images, x)}

    def with_two_outputs(self):
        encoder, decoder = self.parts()
        images = self.keras.Input((28, 28, 1))
        z = encoder(images)
        return {"model": self.keras.Model(images, [z, decoder(z)])}

    def larger(self):
        images = self.keras.Input((32, 32, 1))
        return {"model": self.keras.Sequential([images, *self.parts((32, 32, 1))])}

    def in_hdf5(self):
        model = self.keras.Sequential([self.keras.Input((28, 28, 1)), *self.parts()])
        model.save("name.h5")
        return {"file": Path("name.h5").read_bytes()}


def refused(files, small_data) -> str:
    with pytest.raises(ModelError) as error:
        import_model.understand(files, small_data)
    return str(error.value)


@pytest.mark.filterwarnings("ignore::UserWarning")  # HDF5 is told to be a former format
@pytest.mark.parametrize(
    ("form", "case"),
    [
        ("subclassed", "a class of your own"),
        ("variational", "draws random numbers"),
        ("augmented", "changes the pictures at random"),
        ("of_any_size", "size is open"),
        ("with_two_outputs", "2 of them"),
        ("larger", "32×32"),
        ("in_hdf5", "HDF5"),
    ],
)
def test_a_refusal_names_the_case_and_the_line_that_saves_the_model_so_that_it_is_taken(
    keras, small_data, tmp_path, monkeypatch, form, case
):
    monkeypatch.chdir(tmp_path)
    made = getattr(Mine(keras), form)()
    told = refused([made.get("file") or saved(made["model"], tmp_path)], small_data)
    assert case in told
    (line,) = re.findall("`(.*)`", told)
    exec(line, {"keras": keras} | made)
    understood = import_model.understand([Path("name.keras").read_bytes()], small_data)
    images = small_data.x_test[:5]
    if form == "subclassed":
        mine = understood.autoencoder(takes="0 to 1", gives="0 to 1")
        expected = np.asarray(made["model"](images[..., None]))
        np.testing.assert_allclose(mine.reconstruct(images), expected[..., 0], atol=1e-5)
    assert understood.autoencoder().encode(images).shape == (5, 196 if form == "of_any_size" else 8)


def test_what_no_line_can_save_is_refused_with_what_to_build_instead(keras, small_data, tmp_path):
    layers = keras.layers

    def told(*steps, takes=(28, 28)):
        model = keras.Sequential([keras.Input(takes), *steps])
        return refused([saved(model, tmp_path)], small_data)

    assert "recurrent" in told(layers.LSTM(8), layers.Dense(784))
    assert "cannot run this layer" in told(layers.Conv1D(8, 3), layers.Flatten(), layers.Dense(784))
    assert "one channel" in told(layers.Conv2D(3, 3, padding="same"), takes=(28, 28, 3))

    def twice(x):
        return 2 * x

    own = layers.Dense(784, activation=twice)
    assert "activation is code" in told(layers.Flatten(), own)
    whole = saved(dense(8)(keras), tmp_path)
    assert "whole autoencoder" in refused([whole, whole], small_data)
