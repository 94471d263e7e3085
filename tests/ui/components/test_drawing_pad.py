"""What the pad's Python half takes from the browser, and what it refuses."""

from __future__ import annotations

import base64

import numpy as np
import pytest
import streamlit
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from ae.data.drawing import to_mnist_form
from ae.ui.components import base, drawing_pad
from ae.ui.components.drawing_pad import Ink, Load, read_ink

GOOD_PIXELS = base64.b64encode(bytes(56 * 56)).decode()

junk = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.binary(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=5,
)
# junk in the right places: what a check that looks at one thing only would let by
near_misses = st.fixed_dictionaries(
    {"ink": junk | st.fixed_dictionaries({"number": junk, "pixels": junk | st.just(GOOD_PIXELS)})}
)


def read(state: object):
    """read_ink with `state` as the component's state."""
    streamlit.session_state["pad"] = state
    return read_ink("pad")


@given(junk | near_misses)
def test_junk_gives_no_ink_and_no_exception(state):
    ink = read(state)
    if ink is not None:  # hypothesis may stumble upon a number that is right
        assert state["ink"] == {"number": ink.number, "pixels": GOOD_PIXELS}


@given(hnp.arrays(np.uint8, (56, 56)), st.integers(1, base.MAX_NUMBER))
def test_good_ink_comes_through_exactly(pixels, number):
    encoded = base64.b64encode(pixels.tobytes()).decode()
    ink = read({"ink": {"number": number, "pixels": encoded}})
    assert ink.number == number
    assert ink.image.dtype == np.float32
    np.testing.assert_array_equal(np.rint(ink.image * 255), pixels)
    assert 0 <= ink.image.min() <= ink.image.max() <= 1


@pytest.mark.parametrize(
    "ink",
    [
        {"number": True, "pixels": GOOD_PIXELS},
        {"number": 1.0, "pixels": GOOD_PIXELS},
        {"number": 0, "pixels": GOOD_PIXELS},
        {"number": 2**53, "pixels": GOOD_PIXELS},
        {"number": 1, "pixels": GOOD_PIXELS[:-4]},
        {"number": 1, "pixels": GOOD_PIXELS + "AAAA"},
        {"number": 1, "pixels": GOOD_PIXELS[:-1] + "!"},
        {"number": 1, "pixels": "é" + GOOD_PIXELS[1:]},
        {"number": 1, "pixels": GOOD_PIXELS.encode()},
        {"number": 1},
        {},
    ],
)
def test_nearly_good_ink_is_refused(ink):
    assert read({"ink": ink}) is None


def floats(values) -> str:
    return base64.b64encode(np.asarray(values, "<f4").tobytes()).decode()


def with_made(**made) -> Ink | None:
    return read({"ink": {"number": 1, "pixels": GOOD_PIXELS} | made})


@given(hnp.arrays(np.float32, 3, elements=st.floats(-9, 9, width=32)))
def test_what_the_network_has_made_comes_with_the_ink(z):
    output = np.linspace(-1, 2, 784, dtype=np.float32)
    made = with_made(network="abc", z=floats(z), output=floats(output)).made
    assert made.network == "abc"
    np.testing.assert_array_equal(made.z, z)
    np.testing.assert_array_equal(made.output, output.reshape(28, 28))


@pytest.mark.parametrize(
    "wrong",
    [
        {"network": 7},
        {"z": None},
        {"z": ""},
        {"z": floats(np.zeros(4097))},
        {"z": floats([np.nan])},
        {"z": floats([np.inf])},
        {"z": floats([1])[:-1]},
        {"z": "AAAA"},
        {"z": [1.0]},
        {"output": floats(np.zeros(783))},
        {"output": floats(np.full(784, np.inf))},
        {"output": 1},
    ],
)
def test_what_no_network_makes_is_left_out_and_the_ink_stays(wrong):
    right = {"network": "abc", "z": floats([1]), "output": floats(np.zeros(784))}
    assert with_made(**right).made is not None
    ink = with_made(**right | wrong)
    assert ink.made is None
    assert ink.number == 1


@given(junk, junk, junk)
def test_junk_in_what_the_network_has_made_raises_nothing(network, z, output):
    assert with_made(network=network, z=z, output=output) is not None


def test_no_state_is_no_ink():
    assert read_ink("a pad that was never mounted") is None


@given(hnp.arrays(np.uint8, (28, 28)))
def test_a_loaded_picture_is_enlarged_without_loss(pixels):
    sent = base64.b64decode(base.encode(drawing_pad._enlarge(pixels / 255)))
    enlarged = np.frombuffer(sent, np.uint8).reshape(56, 56)
    np.testing.assert_array_equal(enlarged[::2, ::2], pixels)
    np.testing.assert_array_equal(enlarged[1::2, 1::2], pixels)


def test_a_loaded_digit_arrives_as_the_digit():
    digit = np.zeros((28, 28))
    digit[4:24, 11:17] = np.random.default_rng(0).integers(1, 256, (20, 6)) / 255
    digit = to_mnist_form(digit).image  # centred as MNIST is
    sent = base64.b64decode(base.encode(drawing_pad._enlarge(digit)))
    ink = np.frombuffer(sent, np.uint8).reshape(56, 56) / 255
    np.testing.assert_allclose(to_mnist_form(ink).image, digit, atol=0.5 / 255 + 1e-6)


@pytest.mark.parametrize(
    ("image", "message"),
    [
        (np.zeros((14, 14)), r"shape \(28, 28\).*Received: \(14, 14\)"),
        (np.full((28, 28), 255), r"\[0, 1\].*from 255 to 255"),
        (np.full((28, 28), -1.0), r"\[0, 1\].*from -1 to -1"),
        (np.full((28, 28), np.nan), r"\[0, 1\].*nan"),
    ],
)
def test_a_picture_of_wrong_form_is_refused(image, message):
    with pytest.raises(ValueError, match="image must have"):
        Load("1", image)


@given(hnp.arrays(np.uint8, (56, 56)))
def test_the_noise_pens_layer_comes_beside_the_ink(pixels):
    encoded = base64.b64encode(pixels.tobytes()).decode()
    ink = read({"ink": {"number": 1, "pixels": GOOD_PIXELS, "noise": encoded}})
    assert not ink.image.any()
    assert ink.noise.dtype == np.float32
    np.testing.assert_array_equal(np.rint(ink.noise * 255), pixels)


@given(junk)
def test_junk_in_the_noise_is_refused_with_the_ink(noise):
    ink = read({"ink": {"number": 1, "pixels": GOOD_PIXELS, "noise": noise}})
    assert ink is None or (noise is None and ink.noise is None)
