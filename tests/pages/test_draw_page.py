"""Draw: what the pad is given, and what the page makes of the ink that has come to rest."""

import base64
import json

import numpy as np
import pytest
from looks import OWN

from ae import store
from ae.data.drawing import to_mnist_form
from ae.store.graphs import load_graph
from ae.ui.components.base import NAME_LENGTH


def ink_of(pixels: np.ndarray, number: int = 1, name: str = "", **steps: bool) -> dict:
    """The state of the component in a browser where this is drawn.

    name : of the model that the page has; without one, its network has not arrived yet.
    """
    ink = {"number": number, "pixels": base64.b64encode(pixels.tobytes()).decode()}
    image = to_mnist_form(pixels / 255, **steps).image
    if name and image.any():
        card, _ = load_graph(name)
        z, output = store.load(name).encode_and_reconstruct(image[None])
        ink |= {"network": card.graph, "z": floats(z), "output": floats(output)}
    return {"ink": ink}


def floats(values: np.ndarray) -> str:
    return base64.b64encode(values.astype("<f4").tobytes()).decode()


def components(at) -> list[dict]:
    """What the page gives to its components, but for the networks."""
    return [json.loads(each.proto.json)[0] for each in at.get("bidi_component") if each.proto.json]


def networks(at) -> dict[str, bytes]:
    """The networks that the page gives to the browser, by their names."""
    sent = [each.proto.bytes for each in at.get("bidi_component") if each.proto.bytes]
    return {data[:NAME_LENGTH].decode().strip(): data[NAME_LENGTH:] for data in sent}


def given(at) -> dict:
    """What the page gives to the pad."""
    return next(each for each in components(at) if "noise_pen" in each)


@pytest.fixture
def seven() -> np.ndarray:
    """A seven in the upper left, grey at its edges: uint8 (56, 56)."""
    pixels = np.zeros((56, 56), np.uint8)
    pixels[6:10, 5:30] = 255
    for row in range(10, 36):
        pixels[row, 30 - row // 2 : 33 - row // 2] = (120, 255, 120)
    return pixels


def hints(at) -> list[str]:
    return [each.value for each in at.caption if "Draw a digit first" in each.value]


def test_the_pad_is_given_its_network_and_what_ranks_a_drawing(open_page, conv_32):
    at = open_page("draw")
    card, file = load_graph("conv-32")
    work = given(at)["work"]
    assert work["network"] == card.graph
    assert networks(at)[card.graph] == file
    assert work["pca"] in networks(at)
    assert work["mean"] == card.test.squared_error
    assert work["percentiles"][50] == card.test.squared_error_percentiles["50"]
    assert len(work["percentiles"]) == 101
    assert work["percentiles"] == sorted(work["percentiles"])
    assert hints(at)


def test_choosing_another_model_gives_the_pad_another_network(open_page, put, seven):
    put("conv-32"), put(OWN)
    at = open_page("draw")
    at.session_state["pad"] = ink_of(seven, name="conv-32")
    at.run()
    assert not hints(at)
    before = given(at)["work"]
    at.sidebar.selectbox(key="model").select(OWN).run()
    assert not at.exception
    after = given(at)["work"]
    assert before["network"] != after["network"]
    assert after["network"] in networks(at)
    assert after["pca"] != before["pca"], "as many components as the model has dimensions"
    assert "Latent vector: 4 values" in [each.value for each in at.header]
    assert hints(at), "what the other model has made is not shown as this one's"
    at.session_state["pad"] = ink_of(seven, name=OWN)
    at.run()
    assert not hints(at)


@pytest.mark.parametrize("step", ["crop", "scale", "centre"])
def test_a_step_that_is_switched_off_is_told_to_the_pad(open_page, conv_32, seven, step):
    at = open_page("draw")
    at.session_state["pad"] = ink_of(seven, name="conv-32")
    at.run()
    assert given(at)["steps"] == {"crop": True, "scale": True, "centre": True}
    at.toggle(key=step).set_value(False).run()
    assert not at.exception
    assert given(at)["steps"] == {"crop": True, "scale": True, "centre": True} | {step: False}


def test_a_model_without_a_graph_gets_one(open_page, ship, models_folder):
    ship("conv-16")
    graph = models_folder / "conv-16" / store.GRAPH_FILE
    file = graph.read_bytes()
    graph.unlink()
    at = open_page("draw")
    assert networks(at)[given(at)["work"]["network"]] == file
    assert graph.read_bytes() == file
    assert not at.error


def test_ink_that_no_network_has_seen_yet_is_kept(open_page, conv_32, seven):
    at = open_page("draw")
    at.session_state["pad"] = ink_of(seven)
    at.run()
    assert not at.exception
    assert hints(at)


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
        assert hints(at)


def test_a_latent_vector_of_another_length_is_as_none(open_page, conv_32, seven):
    at = open_page("draw")
    state = ink_of(seven, name="conv-32")
    state["ink"]["z"] = floats(np.zeros(31))
    at.session_state["pad"] = state
    at.run()
    assert not at.exception
    assert hints(at)


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
