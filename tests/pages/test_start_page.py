"""Start: ten digits of ten classes for the network in the page, and the figures of the model."""

import base64
import json

import numpy as np
from looks import OWN

from ae import store
from ae.data.drawing import to_mnist_form
from ae.store.graphs import load_graph
from ae.ui import state
from ae.ui.components.base import NAME_LENGTH


def rows(at) -> dict:
    """What the page gives to the rows of digits."""
    data = [json.loads(each.proto.json)[0] for each in at.get("bidi_component") if each.proto.json]
    return next(each for each in data if "columns" in each)


def digits(at) -> np.ndarray:
    """The digits that are shown: uint8 (n, 28, 28)."""
    bytes_ = [base64.b64decode(column["pixels"]) for column in rows(at)["columns"]]
    return np.frombuffer(b"".join(bytes_), np.uint8).reshape(-1, 28, 28)


def test_each_column_is_a_test_digit_of_its_class(open_page, conv_32, mnist):
    at = open_page("start")
    columns = rows(at)["columns"]
    assert [column["head"] for column in columns] == [str(label) for label in range(10)]
    for label, (shown, column) in enumerate(zip(digits(at), columns, strict=True)):
        test_digits = np.rint(mnist.x_test[mnist.y_test == label] * 255)
        assert (test_digits == shown).all(axis=(1, 2)).any(), f"this is no test digit {label}"
        assert column["name"] == f"test digit {label}"


def test_the_digits_name_the_network_that_the_page_sends(open_page, conv_32):
    at = open_page("start")
    card, file = load_graph("conv-32")
    (sent,) = [each.proto.bytes for each in at.get("bidi_component") if each.proto.bytes]
    assert rows(at)["network"] == sent[:NAME_LENGTH].decode().strip() == card.graph
    assert sent[NAME_LENGTH:] == file


def test_ones_own_drawing_is_the_last_column(open_page, conv_32):
    at = open_page("start")
    assert "drawing" not in at.header[0].value
    ink = np.zeros((56, 56), np.float32)
    ink[10:40, 20:25] = 1
    at.session_state[state.DRAWN] = ink
    at.run()
    assert not at.exception
    assert "your drawing" in at.header[0].value
    *_, last = rows(at)["columns"]
    assert len(digits(at)) == 11
    assert last["name"] == "your drawing"
    np.testing.assert_array_equal(digits(at)[-1], np.rint(to_mnist_form(ink).image * 255))


def test_figures_are_those_of_the_card(open_page, conv_32):
    _, card = conv_32
    at = open_page("start")
    numbers, error, pca_error = at.metric
    assert numbers.value == "784 → 32"
    assert error.value == f"{card.test.squared_error:.2f}"
    assert pca_error.value == f"{card.test.pca_squared_error:.2f}"
    assert at.sidebar.caption[-1].value.count(f"{card.parameters:,}") == 1


def test_the_button_brings_ten_other_digits(open_page, put):
    put("conv-32")
    at = open_page("start")
    before = digits(at)
    at.button[0].click().run()
    assert not at.exception
    assert len(digits(at)) == 10
    assert (digits(at) != before).any(axis=(1, 2)).all()


def test_choosing_another_model_changes_the_network_and_not_the_digits(open_page, put):
    put("conv-32"), put(OWN)
    at = open_page("start")
    before, network = digits(at), rows(at)["network"]
    at.sidebar.selectbox(key="model").select(OWN).run()
    assert not at.exception
    assert at.metric[0].value == "784 → 4"
    assert at.metric[1].value == f"{store.read_card(OWN).test.squared_error:.2f}"
    assert rows(at)["network"] == store.read_card(OWN).graph != network
    np.testing.assert_array_equal(digits(at), before)


def test_without_the_data_the_rest_of_the_page_stands(
    open_page, conv_32, monkeypatch, tmp_path, forget_data
):
    monkeypatch.setattr("ae.data.MNIST_PATH", tmp_path / "mnist.npz")
    at = open_page("start")
    assert len(at.error) == 1
    assert len(at.metric) == 3


def test_a_link_shows_the_digits_of_its_random_seed(open_page, conv_32):
    at = open_page("start")
    at.number_input(key="draw").set_value(2).run()
    assert rows(open_page("start", draw="2"))["columns"] == rows(at)["columns"]
    assert rows(open_page("start"))["columns"] != rows(at)["columns"]
