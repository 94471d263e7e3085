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
        at = uploader.set_value([(name, content, "")]).run()
        assert not at.exception
        return at

    return uploaded


@pytest.fixture
def keras_model(tensorflow, tmp_path) -> bytes:
    import keras

    layers = keras.layers
    shape = [layers.Flatten(), layers.Dense(6), layers.Dense(784), layers.Reshape((28, 28))]
    keras.Sequential([layers.Input((28, 28)), *shape]).save(tmp_path / "made.keras")
    return (tmp_path / "made.keras").read_bytes()


def submit(at):
    (button,) = [each for each in at.button if each.label == "Import"]
    button.click().run()
    assert not at.exception
    return at


def test_a_model_from_elsewhere_is_measured_listed_and_drawn_with(uploaded, tmp_path, open_page):
    import keras

    layers = keras.layers
    shape = [layers.Flatten(), layers.Dense(6), layers.Dense(784), layers.Reshape((28, 28))]
    keras.Sequential([layers.Input((28, 28)), *shape]).save(tmp_path / "a.keras")
    at = uploaded((tmp_path / "a.keras").read_bytes())
    (plan,) = (each.value for each in at.dataframe if "latent vector" in each.value)
    assert list(plan["layer"]) == ["1. Flatten", "2. Dense", "3. Dense", "4. Reshape"]
    assert list(plan["latent vector"]) == ["", "◀ here", "", ""]
    assert [card.name for card in store.list_models()] == ["conv-32"]  # nothing is kept yet
    at = submit(at)
    assert [each.value for each in at.error] == []
    assert not at.success  # it has learnt nothing: that is no success
    (told,) = (each.value for each in at.warning if "is now in the list" in each.value)
    assert told.startswith("**My-first-1** is now in the list")
    card = store.read_card("My-first-1")
    assert f"{card.test.squared_error:.2f}" in told
    assert "My-first-1: imported, 6 latent dimensions" in at.sidebar.selectbox[0].options
    for page in ("draw", "start"):
        at = open_page(page, model="My-first-1")
        assert "An imported Keras model with 6 latent dimensions" in at.sidebar.caption[-1].value


def test_a_model_with_more_latent_values_than_pixels_is_said_to_compress_nothing(
    uploaded, tmp_path, open_page
):
    import keras

    layers = keras.layers
    shape = [layers.Flatten(), layers.Dense(800), layers.Dense(784), layers.Reshape((28, 28))]
    keras.Sequential([layers.Input((28, 28)), *shape]).save(tmp_path / "wide.keras")
    at = uploaded((tmp_path / "wide.keras").read_bytes(), "wide.keras")
    takes = next(each for each in at.selectbox if each.label.startswith("Values of its input"))
    assert len(takes.options) == 3
    assert all("squared error" in each for each in takes.options)  # found out, shown, changeable
    assert any("cannot be found out" in each.value for each in at.caption)  # it has learnt nothing
    submit(at)
    at = open_page("start", model="wide")
    assert at.metric[0].value == "784 → 800"
    assert at.metric[0].delta == "no compression"
    assert "nothing is compressed" in at.sidebar.caption[-1].value
    for page in ("draw", "reconstruct"):
        at.switch_page(f"ae/ui/pages/{page}.py").run()
        assert not at.exception, page
        assert not at.error, page
        if page == "reconstruct":
            (by_pca,) = (m for m in at.metric if m.label.startswith("Squared error of PCA"))
            assert "784 dimensions" in by_pca.label
            assert (by_pca.value, by_pca.delta) == ("0.00", "one for each pixel: a copy")


def test_a_file_that_is_refused_is_told_in_a_sentence_and_can_be_tried_again(uploaded):
    at = uploaded(b"no model at all")
    assert [each.value for each in at.error] == [
        "Expected a file that Keras 3 wrote with model.save('name.keras'). "
        "Received: something else, or a damaged file."
    ]
    assert [card.name for card in store.list_models()] == ["conv-32"]
    assert "Import" not in [each.label for each in at.button]


def test_a_reserved_name_is_not_suggested(uploaded, tmp_path, keras_model):
    at = uploaded(keras_model, "pca.keras")
    (name,) = (each.value for each in at.text_input if each.label == "Name of the model")
    assert store.is_name(name)
    at = submit(at)
    assert name in [card.name for card in store.list_models()]


def test_an_imported_model_is_deleted_after_a_question(uploaded, open_page, keras_model):
    submit(uploaded(keras_model, "theirs.keras"))
    at = open_page("train", model="theirs")
    assert any("Delete **theirs**" in each.value for each in at.markdown)
    (button,) = (each for each in at.button if each.label == "Delete it")
    button.click().run()
    assert not at.exception
    assert [card.name for card in store.list_models()] == ["conv-32"]
