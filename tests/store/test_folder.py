"""The models folder: what is listed can be loaded, and what cannot be loaded is not listed."""

from __future__ import annotations

import dataclasses
import json
import os
import shutil
import zipfile
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from strategies import json_values

from ae import store
from ae.analysis.evaluation import Figures
from ae.config import IMPORTED, ModelConfig, TrainingConfig
from ae.errors import ModelError
from ae.store import CARD_FILE, MODEL_FILE, ModelCard

pytestmark = pytest.mark.usefixtures("models_folder")

# Hypothesis does not empty the folder between examples: each overwrites the files of the last.
one_folder = settings(suppress_health_check=[HealthCheck.function_scoped_fixture])


@pytest.fixture(scope="module")
def model_file(tiny_model, tmp_path_factory) -> Path:
    path = tmp_path_factory.mktemp("model") / MODEL_FILE
    tiny_model.save(path)
    return path


@pytest.fixture(scope="module")
def card(tiny_config, tiny_model, model_file) -> ModelCard:
    return ModelCard(
        name="mine",
        model=tiny_config,
        training=TrainingConfig(),
        parameters=tiny_model.parameters,
        bytes=model_file.stat().st_size,
        data="MNIST",
        data_sha256="0" * 64,
        steps=3,
        seconds=1.5,
        machine="here",
        versions={"python": "3"},
        test=Figures(
            latent_dim=tiny_model.latent_dim,
            squared_error=50.0,
            mse=50.0 / 784,
            psnr=12.0,
            ssim=0.5,
            squared_error_by_class={"7": 50.0},
            squared_error_percentiles={"50": 45.0},
            pca_squared_error=40.0,
        ),
    )


@pytest.fixture
def add(models_folder, model_file, card):
    """A function that puts a good model of some name into the folder and returns its folder."""

    def put(name: str) -> Path:
        folder = models_folder / name
        folder.mkdir()
        shutil.copy(model_file, folder / MODEL_FILE)
        store.write_card(dataclasses.replace(card, name=name))
        return folder

    return put


def listed() -> list[str]:
    return [card.name for card in store.list_models()]


def assert_refused(name: str, match: str = "The") -> None:
    assert name not in listed()
    with pytest.raises(ModelError, match=match):
        store.load(name)


# --- good models


def test_saved_model_is_listed_and_loads_with_equal_outputs(add, tiny_model, small_data):
    add("mine")
    assert listed() == ["mine"]
    z = store.load("mine").encode(small_data.x_test)
    np.testing.assert_array_equal(z, tiny_model.encode(small_data.x_test))


def test_card_is_read_back_equal(add, card):
    add("mine")
    assert store.read_card("mine") == card


def test_card_of_an_earlier_version_is_read_the_same(add, card):
    folder = add("mine")
    values = card.to_dict()
    values["training"]["plain_epochs"] = values["training"].pop("unaugmented_final_epochs")
    (folder / CARD_FILE).write_text(json.dumps(values))
    assert store.read_card("mine") == card
    imported = {"kind": "foreign", "latent_dim": 3}
    (folder / CARD_FILE).write_text(json.dumps(values | {"model": imported, "training": None}))
    assert store.read_card("mine").model.kind == IMPORTED


def test_shipped_models_come_first_then_own_by_name(add):
    for name in ("zebra", "Ant", store.SHIPPED[0], "bee"):
        add(name)
    assert listed() == [store.SHIPPED[0], "Ant", "bee", "zebra"]


def test_one_plain_convolutional_model_stands_for_each_latent_dimension(card):
    def of(name, **training):
        config = dataclasses.replace(TrainingConfig(), **training)
        model = ModelConfig(latent_dim=int(name.split("-")[1]))
        return dataclasses.replace(card, name=name, model=model, training=config)

    cards = [of("noisy-8", noise="masking"), of("a-8"), of("b-8"), of("lacks-4", leave_out=(3,))]
    found = store.models_by_latent_dim([*cards, of("c-2")])
    assert [(k, each.name) for k, each in found.items()] == [(2, "c-2"), (8, "a-8")]


def test_model_loads_from_the_path_of_its_file(add, tiny_model):
    file = add("mine") / MODEL_FILE
    assert store.load(file).parameters == tiny_model.parameters
    assert store.load(str(file)).parameters == tiny_model.parameters


def test_no_folder_is_no_models(models_folder):
    models_folder.rmdir()
    assert listed() == []
    assert_refused("mine", "There is no model 'mine'. In the folder: none")


def test_missing_model_is_refused_with_those_that_exist(add):
    add("mine")
    assert_refused("other", "There is no model 'other'. In the folder: mine")


def test_replaced_file_is_read_again(add, model_file):
    file = add("mine") / MODEL_FILE
    assert listed() == ["mine"]
    file.write_bytes(b"junk")
    assert_refused("mine", "damaged")
    shutil.copy(model_file, file)
    assert listed() == ["mine"]


# --- damaged and other files


@pytest.mark.parametrize("missing", [MODEL_FILE, CARD_FILE])
def test_unfinished_model_is_not_listed(add, missing):
    (add("mine") / missing).unlink()
    assert_refused("mine", "There is no model")


def test_other_files_and_folders_are_not_listed(models_folder, add):
    add("mine")
    (models_folder / "notes.txt").write_text("hello")
    (models_folder / "card.json").write_text("{}")
    (models_folder / "file").write_text("not a folder")
    (models_folder / "empty").mkdir()
    (models_folder / "folders" / CARD_FILE).mkdir(parents=True)
    (models_folder / "with space").mkdir()
    assert listed() == ["mine"]
    for name in ("file", "empty", "folders"):
        assert_refused(name)


def test_copied_folder_has_the_card_of_another_name(models_folder, add):
    shutil.copytree(add("mine"), models_folder / "copy")
    assert listed() == ["mine"]
    assert_refused("copy", "card belongs to another model")


def test_illegal_name_is_not_listed(models_folder, add, card):
    folder = add("mine").rename(models_folder / "my model")
    values = card.to_dict() | {"name": "my model"}
    (folder / CARD_FILE).write_text(json.dumps(values))
    assert listed() == []


@pytest.mark.parametrize("share", [0, 0.5, 0.99])
def test_truncated_model_file_is_not_listed(add, share):
    file = add("mine") / MODEL_FILE
    content = file.read_bytes()
    file.write_bytes(content[: int(share * len(content))])
    assert_refused("mine", "damaged")


def test_flipped_bit_in_the_weights_is_not_listed(add):
    file = add("mine") / MODEL_FILE
    content = bytearray(file.read_bytes())
    with zipfile.ZipFile(file) as archive:
        weights = archive.getinfo("model.weights.h5")
    content[weights.header_offset + weights.compress_size // 2] ^= 1
    file.write_bytes(content)
    assert_refused("mine", "damaged")


def test_zip_of_other_things_is_not_listed(add):
    file = add("mine") / MODEL_FILE
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("letter.txt", "hello")
    assert_refused("mine", "damaged")


def test_keras_model_without_encoder_and_decoder_is_not_listed(add, tensorflow):
    import keras

    file = add("mine") / MODEL_FILE
    inputs = keras.Input((28, 28))
    keras.Model(inputs, keras.layers.Flatten()(inputs)).save(file)
    assert_refused("mine", "encoder and a decoder")
    with pytest.raises(ModelError, match="cannot be read"):
        store.load(file)


@one_folder
@given(place=st.integers(0), bit=st.integers(0, 7))
def test_damaged_model_file_is_not_listed_or_loads(models_folder, model_file, card, place, bit):
    folder = models_folder / "mine"
    folder.mkdir(exist_ok=True)
    content = bytearray(model_file.read_bytes())
    # Most of the bytes that matter lie in the zip's directory at the end.
    content[-(place % 600) - 1] ^= 1 << bit
    (folder / MODEL_FILE).write_bytes(content)
    store.write_card(card)
    if "mine" in listed():
        store.load("mine")


@settings(one_folder, max_examples=25)
@given(content=st.binary(max_size=100), zipped=st.booleans())
def test_any_bytes_as_a_model_file_are_refused_cleanly(models_folder, content, zipped):
    file = models_folder / "any.keras"
    file.write_bytes(content)
    if zipped:
        with zipfile.ZipFile(file, "w") as archive:
            for name in ("config.json", "metadata.json", "model.weights.h5"):
                archive.writestr(name, content)
    with pytest.raises(ModelError, match=r"any\.keras"):
        store.load(file)


@one_folder
@given(text=st.text() | json_values.map(json.dumps))
def test_junk_as_a_card_is_not_listed(models_folder, model_file, text):
    folder = models_folder / "mine"
    folder.mkdir(exist_ok=True)
    shutil.copy(model_file, folder / MODEL_FILE)
    (folder / CARD_FILE).write_text(text, encoding="utf-8", errors="surrogatepass")
    assert listed() == []


def test_deeply_nested_card_is_not_listed(add):
    (add("mine") / CARD_FILE).write_text("[" * 100_000)
    assert_refused("mine", "damaged")


@settings(one_folder, max_examples=100)
@example(key="training", value=None)
@given(
    key=st.sampled_from([field.name for field in dataclasses.fields(ModelCard)]), value=json_values
)
def test_card_with_junk_in_one_place_is_not_listed_or_is_complete(
    models_folder, model_file, card, key, value
):
    folder = models_folder / "mine"
    folder.mkdir(exist_ok=True)
    shutil.copy(model_file, folder / MODEL_FILE)
    (folder / CARD_FILE).write_text(json.dumps(card.to_dict() | {key: value}))
    for found in store.list_models():
        for field in dataclasses.fields(ModelCard):
            got = getattr(found, field.name)
            assert isinstance(got, type(getattr(card, field.name))) or (
                (field.name == "seconds" and isinstance(got, int))
                or (
                    field.name == "graph" and isinstance(got, str)
                )  # any: a stranger's is made anew
            )


# --- names


@pytest.mark.parametrize(
    "name",
    [
        "",
        ".",
        "..",
        "../mine",
        "../../etc/passwd",
        "/etc/passwd",
        "mine/",
        "mine/../mine",
        "a\\b",
        "C:mine",
        "mine\0",
        "mine\n",
        " mine",
        "mine.",
        ".hidden",
        "~",
        "naïve",
        "x" * 61,
        "%2e%2e",
        "CON:",
        "PNG",  # a baseline
        "pca",
    ],
)
def test_name_that_leaves_the_folder_is_refused(add, name):
    add("mine")
    for ask in (store.check_name, store.read_card, store.load):
        with pytest.raises(ModelError, match="name is 1 to 60 letters"):
            ask(name)


@given(st.text())
def test_legal_names_stay_in_the_folder(name):
    if store.is_name(name):
        assert os.path.basename(os.path.normpath(f"models/{name}")) == name
        assert name.isascii()


@pytest.mark.parametrize("name", [None, 3, b"mine", ["mine"]])
def test_name_that_is_no_text_is_refused(name):
    with pytest.raises(ModelError, match="Received"):
        store.check_name(name)


def test_card_of_an_illegal_name_is_not_written(models_folder, card):
    with pytest.raises(ModelError, match="Received"):
        store.write_card(dataclasses.replace(card, name="../out"))
    assert os.listdir(models_folder) == []
    assert not (models_folder.parent / "out").exists()
