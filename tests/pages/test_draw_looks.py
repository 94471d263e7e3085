"""Draw beyond the pad: bars, closer looks, samples and links, without a browser."""

from __future__ import annotations

import base64
import json
from urllib.parse import parse_qs, urlsplit

import numpy as np
import pytest
from looks import OWN
from test_draw_page import given, ink_of

from ae.data.drawing import to_mnist_form
from ae.data.ink_text import pack_ink, unpack_ink
from ae.ui.components.drawing_pad import INK_SIDE

LOOKS = ("The way in", "Is this a digit?", "Nearest real digits", "The duel with PCA")


def bars(at) -> dict:
    """What the page gives to the code bars."""
    data = [json.loads(component.proto.json)[0] for component in at.get("bidi_component")]
    return next(each for each in data if "reach" in each)


def pixels_of(figure: dict, channels: int) -> np.ndarray:
    return np.frombuffer(base64.b64decode(figure["pixels"]), np.uint8).reshape(28, 28, channels)


@pytest.fixture
def seven(mnist) -> np.ndarray:
    """The test set's first seven as it is on the pad: uint8 (56, 56)."""
    digit = np.rint(mnist.x_test[0] * 255).astype(np.uint8)
    return digit.repeat(2, axis=0).repeat(2, axis=1)


def opened(open_page, seven, **address):
    at = open_page("draw", **address)
    at.session_state["pad"] = ink_of(seven)
    at.run()
    assert not at.exception
    return at


@pytest.mark.parametrize("look", LOOKS)
def test_every_look_works_with_and_without_ink(open_page, put, seven, look):
    put(OWN)
    at = open_page("draw", model=OWN, look=look)
    assert at.segmented_control(key="look").value == look
    hints = [text.value for text in at.caption if "Draw a digit first" in text.value]
    assert len(hints) == 1
    at.session_state["pad"] = ink_of(seven)
    at.run()
    assert not at.exception
    assert not at.info
    assert not at.error


def test_the_bars_show_the_code_in_standard_deviations(open_page, conv_32, mnist, seven):
    model, _ = conv_32
    data = bars(opened(open_page, seven))
    z = model.encode(mnist.x_test)
    expected = (z[0] - z.mean(axis=0)) / z.std(axis=0)
    np.testing.assert_allclose(data["z"], expected, atol=0.01)
    assert data["changes"] == []


def test_a_moved_bar_is_decoded_and_its_pixels_are_shown(open_page, conv_32, mnist, seven):
    model, _ = conv_32
    at = opened(open_page, seven)
    before = bars(at)
    edit = {"number": 5, "token": before["token"], "changes": [[3, 2.5]], "touched": 3}
    at.session_state["code_bars"] = {"edit": edit}
    at.run()
    after = bars(at)
    z = model.encode(to_mnist_form(seven / 255).image[None])
    z[0, 3] = before["mean"][3] + 2.5 * before["spread"][3]
    expected = np.rint(255 * model.decode(z)[0])
    np.testing.assert_allclose(pixels_of(after["decoded"], 3)[..., 0] >= expected - 2, True)
    assert pixels_of(after["moved"], 3).any()
    assert after["number"] == 5
    assert after["changes"] == [[3, 2.5]]
    at.session_state["code_bars"] = {"edit": edit | {"token": "another code", "number": 6}}
    at.run()
    assert bars(at)["decoded"] == before["decoded"]
    assert bars(at)["number"] == 6


def test_a_sample_is_of_the_class_that_was_asked_for(open_page, conv_32, mnist):
    at = open_page("draw")
    at.button(key="sample_4").click().run()
    pixels = base64.b64decode(given(at)["load"]["pixels"])
    digit = np.frombuffer(pixels, np.uint8).reshape(INK_SIDE, INK_SIDE)[::2, ::2]
    found = (np.rint(mnist.x_test * 255) == digit).all(axis=(1, 2))
    assert set(mnist.y_test[found]) == {4}


def test_a_load_is_not_sent_again_once_it_has_arrived(open_page, conv_32, seven):
    at = open_page("draw")
    at.button(key="sample_4").click().run()
    load = given(at)["load"]
    state = ink_of(seven)
    state["ink"]["loaded"] = load["nonce"]
    at.session_state["pad"] = state
    at.run()
    assert given(at)["load"] is None


def test_the_link_restores_the_drawing_and_the_settings(open_page, conv_32, seven):
    at = opened(open_page, seven, look="Is this a digit?", crop="false")
    at.button(key="link_button").click().run()
    (link,) = [code.value for code in at.code]
    assert len(link) <= 2000
    address = parse_qs(urlsplit(link).query)
    assert address["look"] == ["Is this a digit?"]
    assert address["crop"] == ["false"]
    assert address["model"] == ["conv-32"]
    np.testing.assert_array_equal(np.rint(unpack_ink(address["ink"][0]) * 255), seven)


def test_ink_in_the_address_is_put_into_the_pad_once(open_page, conv_32, seven):
    at = open_page("draw", ink=pack_ink(seven / 255))
    pixels = base64.b64decode(given(at)["load"]["pixels"])
    np.testing.assert_array_equal(np.frombuffer(pixels, np.uint8).reshape(56, 56), seven)
    assert "ink" not in at.query_params


@pytest.mark.parametrize("text", ["", "8", "8AAAA", "9" * 5000, "💥", "<script>"])
def test_a_bad_link_is_a_quiet_note(open_page, conv_32, text):
    at = open_page("draw", ink=text)
    assert given(at)["load"] is None
    assert any("link could not be read" in caption.value for caption in at.caption)
    assert not at.error


def test_a_switched_off_step_counts_although_its_switch_is_not_shown(open_page, conv_32, seven):
    at = opened(open_page, seven, look="Is this a digit?", centre="false", scale="false")
    seen = np.frombuffer(base64.b64decode(given(at)["pictures"][0]["pixels"]), np.uint8)
    expected = to_mnist_form(seven / 255, centre=False, scale=False).image
    np.testing.assert_allclose(seen.reshape(28, 28), expected * 255, atol=1)
