"""Imported models: what is accepted, and what is refused before any of it runs."""

from __future__ import annotations

import io
import json
import random
import zipfile

import h5py
import numpy as np
import pytest

from ae import store
from ae.config import IMPORTED, ModelConfig
from ae.errors import ModelError
from ae.store import import_model
from ae.store.keras_file import check


@pytest.fixture(scope="module")
def keras(tensorflow):
    import keras

    return keras


def saved(model, folder) -> bytes:
    path = folder / "made.keras"
    model.save(path)
    return path.read_bytes()


def dense_chain(keras):
    """As many tutorials write it: one Sequential, compiled, flat images in and out."""
    layers = keras.layers
    model = keras.Sequential(
        [
            layers.Input((28, 28)),
            layers.Flatten(),
            layers.Dense(24, activation="relu", kernel_regularizer="l2"),
            layers.Dense(7),
            layers.Activation("relu"),
            layers.Dense(784, activation="sigmoid"),
            layers.Reshape((28, 28)),
        ]
    )
    model.compile("adam", "mse")
    return model


def conv_with_channels(keras):
    """Two nested functional models, one channel, a latent grid of 7×7×3, batch normalisation."""
    layers = keras.layers
    images = keras.Input((28, 28, 1))
    x = layers.Conv2D(4, 3, padding="same", activation="relu")(images)
    x = layers.BatchNormalization()(x)
    x = layers.MaxPooling2D(4)(x)
    encoder = keras.Model(images, layers.Conv2D(3, 3, padding="same")(x))
    code = keras.Input((7, 7, 3))
    x = layers.Conv2DTranspose(4, 4, strides=4, padding="same", activation="relu")(code)
    x = layers.Dropout(0.1)(x)
    decoder = keras.Model(code, layers.Conv2D(1, 3, padding="same", activation="sigmoid")(x))
    return keras.Model(images, decoder(encoder(images)))


def flat(keras):
    images = keras.Input((784,))
    z = keras.layers.Dense(5, activation="tanh")(images)
    return keras.Model(images, keras.layers.Dense(784, activation="sigmoid")(z))


def import_file(name: str, file: bytes, data):
    """What the page does with one file whose cut and ranges are left as they are suggested."""
    return import_model.keep(name, import_model.understand([file], data).autoencoder(), data)


@pytest.mark.parametrize(("make", "size"), [(dense_chain, 7), (conv_with_channels, 147), (flat, 5)])
def test_an_imported_chain_of_plain_layers_has_the_same_outputs(
    keras, small_data, models_folder, tmp_path, make, size
):
    model = make(keras)
    card = import_file("theirs", saved(model, tmp_path), small_data)
    assert (card.model, card.training) == (ModelConfig(kind=IMPORTED, latent_dim=size), None)
    assert [c.name for c in store.list_models()] == ["theirs"]
    assert store.read_card("theirs") == card
    images = small_data.x_test[:5]
    expected = np.asarray(model(images.reshape(5, *model.input_shape[1:]))).reshape(5, 28, 28)
    mine = store.load("theirs")
    np.testing.assert_allclose(mine.reconstruct(images), expected, atol=1e-5)
    assert mine.encode(images).shape == (5, size)
    errors = ((small_data.x_test - mine.reconstruct(small_data.x_test)) ** 2).sum((1, 2))
    assert card.test.squared_error == pytest.approx(errors.mean(), rel=1e-4)


def test_a_vae_that_the_app_has_saved_is_imported_as_its_two_halves(
    keras, small_data, models_folder, tmp_path
):
    from ae.nn import networks
    from ae.nn.autoencoder import Autoencoder

    settings = ModelConfig(kind="vae", latent_dim=3, filters=(2,), decoder_filters=(4, 2))
    encoder, decoder = networks.build(settings)
    vae = Autoencoder(encoder, decoder, networks.log_variance_head(encoder))
    vae.save(tmp_path / "vae.keras")
    import_file("theirs", (tmp_path / "vae.keras").read_bytes(), small_data)
    images = small_data.x_test[:5]
    z, reconstructions = store.load("theirs").encode_and_reconstruct(images)
    np.testing.assert_allclose(z, vae.encode(images), atol=1e-5)
    np.testing.assert_allclose(reconstructions, vae.reconstruct(images), atol=1e-5)


def test_a_name_in_use_is_refused_and_its_model_stays(keras, small_data, models_folder, tmp_path):
    file = saved(flat(keras), tmp_path)
    import_file("theirs", file, small_data)
    before = (models_folder / "theirs" / store.MODEL_FILE).read_bytes()
    with pytest.raises(ModelError, match="already"):
        import_file("theirs", file, small_data)
    assert (models_folder / "theirs" / store.MODEL_FILE).read_bytes() == before


def test_an_imported_config_cannot_be_built():
    from ae.nn import networks

    with pytest.raises(ValueError, match="layers of an imported model"):
        networks.build(ModelConfig(kind=IMPORTED))


def branching(keras):
    images = keras.Input((28, 28))
    x = keras.layers.Flatten()(images)
    x = keras.layers.Dense(784)(keras.layers.Dense(3)(x))
    return keras.Model(images, keras.layers.Add()([keras.layers.Reshape((28, 28))(x), images]))


def with_lambda(keras):
    images = keras.Input((28, 28))
    return keras.Model(images, keras.layers.Lambda(lambda x: x)(images))


def other_shape(keras):
    return keras.Sequential([keras.Input((32,)), keras.layers.Dense(784)])


def without_a_bottleneck(keras):
    return keras.Sequential(
        [keras.Input((784,)), keras.layers.Dense(5000), keras.layers.Dense(784)]
    )


def costly(keras):
    layers = keras.layers
    return keras.Sequential(
        [
            keras.Input((28, 28, 1)),
            layers.Conv2D(64, 27, padding="same"),
            layers.Conv2D(8, 27, padding="same"),
            layers.MaxPooling2D(28),
            layers.Conv2DTranspose(1, 28, strides=28),
        ]
    )


def not_a_number(keras):
    model = flat(keras)
    model.set_weights([np.full_like(w, np.nan) for w in model.get_weights()])
    return model


@pytest.mark.parametrize(
    ("make", "reason"),
    [
        (branching, "that all values pass"),
        (with_lambda, "Lambda"),
        (other_shape, "28×28"),
        (without_a_bottleneck, "at most 4,096 values"),
        (costly, "multiplications"),
        (not_a_number, "not finite numbers"),
    ],
)
def test_a_network_that_does_not_fit_is_refused_with_the_reason(
    keras, small_data, models_folder, tmp_path, make, reason
):
    with pytest.raises(ModelError, match=reason):
        import_file("theirs", saved(make(keras), tmp_path), small_data)
    assert list(models_folder.iterdir()) == []


@pytest.fixture(scope="module")
def good(keras, tmp_path_factory) -> bytes:
    return saved(dense_chain(keras), tmp_path_factory.mktemp("good"))


def with_part(file: bytes, name: str, content: bytes) -> bytes:
    """The .keras file with a part replaced or added."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(file)) as old, zipfile.ZipFile(out, "w", 8) as new:
        for part in dict.fromkeys([*old.namelist(), name]):
            new.writestr(part, content if part == name else old.read(part))
    return out.getvalue()


def with_config(file: bytes, change) -> bytes:
    with zipfile.ZipFile(io.BytesIO(file)) as archive:
        config = json.loads(archive.read("config.json"))
    change(config)
    return with_part(file, "config.json", json.dumps(config).encode())


def hdf5(fill) -> bytes:
    out = io.BytesIO()
    with h5py.File(out, "w") as file:
        fill(file)
    return out.getvalue()


def first_dense(config: dict) -> dict:
    return next(layer for layer in config["config"]["layers"] if layer["class_name"] == "Dense")


CALL = {
    "module": "builtins",
    "class_name": "function",
    "config": "eval",
    "registered_name": "function",
}


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (lambda c: first_dense(c).update(module="os", class_name="system"), "os.system"),
        (lambda c: first_dense(c).update(registered_name="evil>Dense"), "Dense"),
        (
            lambda c: first_dense(c)["config"].update(activation=CALL),
            "builtins.function|activation",
        ),
        (lambda c: first_dense(c)["config"].update(kernel_initializer=CALL), "builtins.function"),
        (lambda c: first_dense(c)["config"].update(units=10**12), "too large"),
        (lambda c: first_dense(c)["config"].update(units=90_000), "parameters"),
        (lambda c: first_dense(c)["config"].update(units=float("inf")), "too large"),
        (lambda c: first_dense(c)["config"].update(units="many"), "cannot use"),
        (lambda c: first_dense(c).pop("config"), "cannot use"),
        (lambda c: c.update(class_name="Dense", module="keras.layers"), "Functional or Sequential"),
        (lambda c: c["config"].update(layers=[]), "cannot use|Expected"),
        (lambda c: c["config"].update(layers=None), "cannot use|Expected"),
    ],
)
def test_a_changed_config_is_refused(good, small_data, models_folder, change, reason):
    with pytest.raises(ModelError, match=reason):
        import_file("theirs", with_config(good, change), small_data)
    assert list(models_folder.iterdir()) == []


@pytest.mark.parametrize(
    ("part", "content", "reason"),
    [
        ("../escape.txt", b"out", "nothing else"),
        ("assets/code.py", b"print()", "nothing else"),
        ("config.json", b"[" * 100_000, "config.json"),
        ("config.json", b" " * (2 << 20), "larger than"),
        ("config.json", b"\xff\xfe", "config.json"),
        ("config.json", b"[]", "Functional or Sequential"),
        ("model.weights.h5", bytes(80 << 20), "larger than"),  # 80 kB in the file
        ("model.weights.h5", b"no hdf5", "weights cannot be read"),
        (
            "model.weights.h5",
            hdf5(lambda f: f.update(a=h5py.ExternalLink("/etc/passwd", "b"))),
            "other places",
        ),
        ("model.weights.h5", hdf5(lambda f: f.update(a=h5py.SoftLink("/b"))), "other places"),
        (
            "model.weights.h5",
            hdf5(lambda f: f.create_dataset("a", (4,), "f4", external="/etc/passwd")),
            "other places",
        ),
        (
            "model.weights.h5",
            hdf5(lambda f: f.create_dataset("a", (10**6, 10**6), "f4", chunks=(10, 10))),
            "at most",
        ),
        ("model.weights.h5", hdf5(lambda f: f.update(a=np.array([b"x"]))), "numbers"),
    ],
)
def test_a_crafted_part_is_refused(good, part, content, reason):
    with pytest.raises(ModelError, match=reason):
        check(with_part(good, part, content))


@pytest.mark.parametrize("file", [b"", b"PK\x05\x06" + bytes(18), b"x" * 100])
def test_other_files_are_refused(file):
    with pytest.raises(ModelError, match="Expected a"):
        check(file)


def test_a_thousand_damaged_files_are_refused_or_read_unchanged(good):
    rng = random.Random(0)
    refused = 0
    for _ in range(1000):
        file = bytearray(good)
        if rng.random() < 0.2:
            del file[rng.randrange(len(file)) :]
        for _ in range(rng.randint(1, 8)):
            if file:
                file[rng.randrange(len(file))] ^= 1 << rng.randrange(8)
        try:
            check(bytes(file))
        except ModelError:
            refused += 1
    assert refused > 900
