"""Draw: what the pad is given for the ink that it sent."""

import base64
import json

import numpy as np
import pytest
from looks import OWN
from test_all_pages import weights_of_noise

from ae import store
from ae.analysis import metrics
from ae.data.drawing import to_mnist_form
from ae.ui import cache


def ink_of(pixels: np.ndarray, number: int = 1) -> dict:
    """The state of the component in a browser where this is drawn."""
    return {"ink": {"number": number, "pixels": base64.b64encode(pixels.tobytes()).decode()}}


def given(at) -> dict:
    """What the page gives to the pad."""
    data = [json.loads(component.proto.json)[0] for component in at.get("bidi_component")]
    return next(each for each in data if "pictures" in each)


def picture(shown: dict) -> np.ndarray:
    return np.frombuffer(base64.b64decode(shown["pixels"]), np.uint8).reshape(28, 28)


@pytest.fixture
def seven() -> np.ndarray:
    """A seven in the upper left, grey at its edges: uint8 (56, 56)."""
    pixels = np.zeros((56, 56), np.uint8)
    pixels[6:10, 5:30] = 255
    for row in range(10, 36):
        pixels[row, 30 - row // 2 : 33 - row // 2] = (120, 255, 120)
    return pixels


def draw(at, pixels, number=1):
    at.session_state["pad"] = ink_of(pixels, number)
    at.run()
    assert not at.exception
    return given(at)


def test_without_ink_there_is_nothing_to_show(open_page, conv_32):
    data = given(open_page("draw"))
    assert data["pictures"] == []
    assert data["message"] == ""
    assert data["number"] == 0


def test_ink_is_brought_to_mnist_form_and_rebuilt(open_page, conv_32, seven):
    model, card = conv_32
    data = draw(open_page("draw"), seven, number=41)
    form = to_mnist_form(seven / 255).image
    reconstruction = model.reconstruct(form[None])
    error = metrics.squared_error(form[None], reconstruction)[0]
    sees, rebuilt = data["pictures"]
    assert (sees["label"], rebuilt["label"]) == ("Network input", "Reconstruction")
    np.testing.assert_allclose(picture(sees), form * 255, atol=1)
    np.testing.assert_allclose(picture(rebuilt), reconstruction[0] * 255, atol=1)
    assert f"{error:.1f}" in rebuilt["caption"]
    assert f"Squared error {error:.1f}" in data["message"]
    assert f"{card.test.squared_error:.1f}" in data["message"]
    assert data["number"] == 41, "the pad sends newer ink only after its number has come back"


@pytest.mark.parametrize("step", ["crop", "scale", "centre"])
def test_a_step_that_is_switched_off_is_left_out(open_page, conv_32, seven, step):
    at = open_page("draw")
    before = picture(draw(at, seven)["pictures"][0])
    at.toggle(key=step).set_value(False).run()
    assert not at.exception
    after = picture(given(at)["pictures"][0])
    np.testing.assert_allclose(
        after, to_mnist_form(seven / 255, **{step: False}).image * 255, atol=1
    )
    assert not np.array_equal(before, after)


def test_choosing_another_model_changes_the_reconstruction_alone(open_page, put, seven):
    put("conv-32"), put(OWN)
    at = open_page("draw")
    before = draw(at, seven)["pictures"]
    at.sidebar.selectbox(key="model").select(OWN).run()
    assert not at.exception
    after = given(at)["pictures"]
    assert picture(before[0]).tolist() == picture(after[0]).tolist()
    expected = store.load(OWN).reconstruct(to_mnist_form(seven / 255).image[None])[0]
    np.testing.assert_allclose(picture(after[1]), expected * 255, atol=1)
    assert "Latent vector: 4 values" in [each.value for each in at.header]


FAST, *SLOW = sorted(store.SHIPPED, key=lambda name: name != "linear-32")


@pytest.mark.parametrize("name", [FAST, *(pytest.param(n, marks=pytest.mark.slow) for n in SLOW)])
def test_every_shipped_model_is_drawn_with(open_page, ship, seven, name):
    ship(name)
    at = open_page("draw")
    shown = draw(at, seven)
    assert not at.error
    form = to_mnist_form(seven / 255).image
    output = cache.model(name).reconstruct(form[None])
    error = metrics.squared_error(form[None], output)[0]
    np.testing.assert_allclose(
        picture(shown["pictures"][1]), 255 * np.clip(output[0], 0, 1), atol=1
    )
    assert f"Squared error {error:.1f}" in shown["message"], "of the output as it is"
    assert ("below 0 or above 1" in shown["message"]) == (name == "linear-32")
    at.button(key="sample_3").click().run()
    assert not at.exception


def test_a_model_that_does_not_load_is_reported_and_the_pad_stays(open_page, ship, models_folder):
    ship("conv-2")
    weights_of_noise(models_folder / "conv-2")
    at = open_page("draw")
    assert given(at)["pictures"] == []
    assert any("conv-2" in error.value for error in at.error)


def test_empty_ink_is_no_digit_and_is_answered(open_page, conv_32):
    data = draw(open_page("draw"), np.zeros((56, 56), np.uint8), number=7)
    assert data["pictures"] == []
    assert data["message"] == ""
    assert data["number"] == 7


JUNK = [
    None,
    "ink",
    {"ink": None},
    {"ink": {"number": 1, "pixels": "AAAA"}},
    {"ink": {"number": 1, "pixels": "no base64!"}},
    {"ink": {"number": -1, "pixels": ink_of(np.full((56, 56), 255, np.uint8))["ink"]["pixels"]}},
    {"ink": {"number": "1", "pixels": ["x"]}},
]


def test_junk_from_the_browser_is_as_no_ink(open_page, conv_32):
    at = open_page("draw")
    for junk in JUNK:
        at.session_state["pad"] = junk
        at.run()
        assert not at.exception
        assert not at.error
        assert given(at)["pictures"] == []


def test_each_press_puts_another_test_digit_into_the_pad(open_page, conv_32, mnist):
    at = open_page("draw")
    assert given(at)["load"] is None
    (button,) = [button for button in at.button if "test digit" in button.label]
    loads = []
    for _ in range(2):
        button.click().run()
        assert not at.exception
        loads.append(given(at)["load"])
        (button,) = [button for button in at.button if "test digit" in button.label]
    assert loads[0]["nonce"] != loads[1]["nonce"]
    for load in loads:
        enlarged = np.frombuffer(base64.b64decode(load["pixels"]), np.uint8).reshape(56, 56)
        digit = enlarged[::2, ::2]
        assert (np.rint(mnist.x_test * 255) == digit).all(axis=(1, 2)).any()
    assert loads[0]["pixels"] != loads[1]["pixels"]
