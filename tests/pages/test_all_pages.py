"""What holds on every page: a missing or damaged file is a sentence, never a traceback."""

import json
import shutil
import zipfile

import numpy as np
import pytest
from looks import OWN, PAGES

import ae.data
from ae import store
from ae.system.files import write_json


def sentences(at) -> list[str]:
    """What is said on the page and in the sidebar, in boxes."""
    return [box.value for box in (*at.error, *at.warning, *at.info, *at.sidebar.warning)]


def assert_says_in_words(at) -> None:
    said = sentences(at)
    assert said, "the page says nothing"
    assert not any("Traceback" in text or 'File "' in text for text in said)
    assert all(len(text) < 600 for text in said)


@pytest.mark.slow
@pytest.mark.parametrize("name", store.SHIPPED)
def test_every_page_opens_with_every_shipped_model(open_page, ship, name):
    ship(name)
    at = open_page("start")
    for page in PAGES:
        at.switch_page(f"ae/ui/pages/{page}.py").run()
        assert not at.exception, page
        assert not at.error, page
        assert at.session_state["model"] == name
        assert len(at.title) == 1
        if name == store.DEFAULT_MODEL:
            assert not sentences(at), "there is nothing to complain of"


@pytest.mark.parametrize("exists", [True, False])
def test_without_models_every_page_says_so(open_page, models_folder, exists):
    if not exists:
        models_folder.rmdir()
    at = open_page("start")
    for page in PAGES:
        at.switch_page(f"ae/ui/pages/{page}.py").run()
        assert not at.exception
        assert_says_in_words(at)
        assert any("no model" in text for text in sentences(at))
        assert not at.sidebar.selectbox
    at.switch_page("ae/ui/pages/train.py").run()
    assert any(button.label == "Train" for button in at.button)


def cut_short(folder):
    file = folder / store.MODEL_FILE
    file.write_bytes(file.read_bytes()[: file.stat().st_size // 2])


def card_of_nonsense(folder):
    (folder / store.CARD_FILE).write_text('{"name": 1}')


def without_a_file(folder):
    (folder / store.MODEL_FILE).unlink()


def replace_member(folder, name: str, content: bytes) -> None:
    file = folder / store.MODEL_FILE
    with zipfile.ZipFile(file) as archive:
        members = {each: archive.read(each) for each in archive.namelist()}
    with zipfile.ZipFile(file, "w") as archive:
        for each, old in members.items():
            archive.writestr(each, content if each == name else old)


def weights_of_noise(folder):
    replace_member(folder, "model.weights.h5", np.random.default_rng(0).bytes(5000))


def config_of_noise(folder):
    replace_member(folder, "config.json", b'{"class_name": "Functional"}')


def config_is_no_json(folder):
    replace_member(folder, "config.json", b"\xff\xfe")


def no_autoencoder(folder):
    import keras

    keras.Sequential([keras.Input((28, 28)), keras.layers.Flatten()]).save(
        folder / store.MODEL_FILE
    )


def other_shapes(folder):
    import keras

    def layer(name, shape, units):
        inputs = keras.Input(shape)
        outputs = keras.layers.Dense(units)(inputs)
        return keras.Model(inputs, outputs, name=name)

    inputs = keras.Input((5,))
    encoder, decoder = layer("encoder", (5,), 3), layer("decoder", (3,), 5)
    keras.Model(inputs, decoder(encoder(inputs))).save(folder / store.MODEL_FILE)


NOT_LISTED = [cut_short, card_of_nonsense, without_a_file]
LISTED = [weights_of_noise, config_of_noise, config_is_no_json, no_autoencoder, other_shapes]


@pytest.mark.parametrize("damage", NOT_LISTED)
def test_a_model_that_is_seen_to_be_damaged_is_not_offered(open_page, put, damage):
    put("conv-32")
    damage(put(OWN))
    at = open_page("start", model=OWN)
    assert at.sidebar.selectbox(key="model").options == ["conv-32: the default"]
    assert at.sidebar.selectbox(key="model").value == "conv-32"
    (sentence,) = sentences(at)
    assert sentence.endswith("You see conv-32 instead; choose another in the list of models.")


@pytest.mark.parametrize("damage", LISTED)
def test_a_model_that_does_not_load_is_told_on_every_page(open_page, put, damage):
    put("conv-32")
    folder = put(OWN)
    damage(folder)
    (folder / "status.json").unlink()  # no run, so that Train has no result to tell of
    at = open_page("start", model=OWN)
    for page in PAGES:
        at.switch_page(f"ae/ui/pages/{page}.py").run()
        assert not at.exception
        if page in ("start", "draw", "inside"):  # the graph beside the model is whole
            assert len(at.title) == 1
        elif page == "train":  # it loads no model
            assert any(button.label == "Train" for button in at.button)
        elif at.session_state["model"] == OWN:
            assert_says_in_words(at)
            assert any(OWN in text for text in sentences(at))
    at.switch_page("ae/ui/pages/start.py")
    at.sidebar.selectbox(key="model").select("conv-32").run()
    assert not at.exception
    assert not sentences(at), "another model is not touched by it"


@pytest.mark.parametrize("damage", ["missing", "damaged"])
def test_damaged_data_is_told_on_every_page(
    open_page, conv_32, tmp_path, monkeypatch, forget_data, damage
):
    path = tmp_path / "mnist.npz"
    if damage == "damaged":
        path.write_bytes(b"PK\x03\x04" + bytes(1000))
    monkeypatch.setattr(ae.data, "MNIST_PATH", path)
    for page in ("start", "draw", "reconstruct"):
        (error,) = open_page(page).error
        assert "mnist.npz" in error.value
        assert "git checkout" in error.value, "it says what to do"
    # Train needs no data before there is a run to show.
    assert any(button.label == "Train" for button in open_page("train").button)


def test_damaged_data_is_told_beside_a_run(open_page, put, tmp_path, monkeypatch, forget_data):
    put(OWN)
    monkeypatch.setattr(ae.data, "MNIST_PATH", tmp_path / "mnist.npz")
    at = open_page("train")
    assert any("mnist.npz" in error.value for error in at.error)


@pytest.mark.parametrize("page", PAGES)
def test_a_model_in_the_address_is_honoured(open_page, put, page):
    put("conv-32"), put(OWN)
    at = open_page(page, model=OWN)
    assert len(at.title) == 1
    assert at.sidebar.selectbox(key="model").value == OWN
    assert "4 latent dimensions" in at.sidebar.caption[-1].value


@pytest.mark.parametrize("name", ["no-such-model", "../conv-32", "", "/etc/passwd"])
def test_an_unknown_model_in_the_address_is_told(open_page, put, name):
    put("conv-32"), put(OWN)
    at = open_page("start", model=name)
    assert at.sidebar.selectbox(key="model").value == "conv-32"
    told = "You see conv-32 instead; choose another in the list of models."
    assert [sentence[-len(told) :] for sentence in sentences(at)] == [told] * bool(name)


def test_the_choice_of_a_model_goes_with_the_reader_from_page_to_page(open_page, put):
    put("conv-32"), put(OWN)
    at = open_page("start")
    at.sidebar.selectbox(key="model").select(OWN).run()
    for page in (*PAGES[1:], "start"):
        at.switch_page(f"ae/ui/pages/{page}.py").run()
        assert not at.exception
        assert at.sidebar.selectbox(key="model").value == OWN


def test_a_new_model_joins_the_list_and_the_choice_stays(open_page, put, models_folder):
    put("conv-32"), put(OWN)
    at = open_page("start", model=OWN)
    shutil.copytree(models_folder / OWN, models_folder / "another")
    card = json.loads((models_folder / "another" / store.CARD_FILE).read_text())
    write_json(models_folder / "another" / store.CARD_FILE, card | {"name": "another"})
    at.run()
    assert not at.exception
    assert at.sidebar.selectbox(key="model").options[1:] == [
        f"{name}: convolutional, 4 latent dimensions" for name in ("another", OWN)
    ]
    assert at.sidebar.selectbox(key="model").value == OWN


def test_a_model_that_is_removed_meanwhile_leaves_a_page_that_works(open_page, put, models_folder):
    put("conv-32"), put(OWN)
    at = open_page("start", model=OWN)
    shutil.rmtree(models_folder / OWN)
    at.run()
    assert not at.exception
    assert at.metric[0].value == "784 → 32"
