"""Train: a .keras file from elsewhere joins the list, or the page says why not."""

import pytest

from ae import store
from ae.ui import state


@pytest.fixture
def uploaded(open_page, conv_32, tensorflow, tmp_path):
    """The Train page with a file in the uploader."""

    def uploaded(content: bytes, name: str = "My first (1).keras"):
        at = open_page("train")
        uploader = at.file_uploader(key=state.BROUGHT_FILE)
        return uploader.set_value((name, content, "")).run()

    return uploaded


def submit(at):
    (button,) = [each for each in at.button if each.label == "Check and import"]
    button.click().run()
    assert not at.exception
    return at


def test_a_model_from_elsewhere_is_measured_listed_and_drawn_with(uploaded, tmp_path, open_page):
    import keras

    layers = keras.layers
    shape = [layers.Flatten(), layers.Dense(6), layers.Dense(784), layers.Reshape((28, 28))]
    keras.Sequential([layers.Input((28, 28)), *shape]).save(tmp_path / "a.keras")
    at = submit(uploaded((tmp_path / "a.keras").read_bytes()))
    assert [each.value for each in at.error] == []
    assert "**My-first-1** is now in the list" in at.success[0].value
    card = store.read_card("My-first-1")
    assert f"{card.test.squared_error:.2f}" in at.success[0].value
    assert "My-first-1: imported, 6 latent dimensions" in at.sidebar.selectbox[0].options
    for page in ("draw", "start"):
        at = open_page(page, model="My-first-1")
        assert "An imported Keras model with 6 latent dimensions" in at.sidebar.caption[-1].value


def test_a_file_that_is_refused_is_told_in_a_sentence_and_can_be_tried_again(uploaded):
    at = submit(uploaded(b"no model at all"))
    assert [each.value for each in at.error] == [
        "Expected a file that Keras 3 wrote with model.save('name.keras'). "
        "Received: something else, or a damaged file."
    ]
    assert [card.name for card in store.list_models()] == ["conv-32"]
    assert submit(at).error
