"""The pad and the bars by themselves: networks that come late, change or are damaged."""

from __future__ import annotations

import base64
import re

import numpy as np
import pytest
from pad_driver import SEVEN, Pad, has_ink, pixels
from playwright.sync_api import Page, expect
from script_driver import mount

from ae.data.drawing import to_mnist_form
from ae.nn.graph import linear_graph
from ae.nn.pca import PCA

GIVE = """(element, [name, text]) => {
  const file = Uint8Array.from(atob(text), (char) => char.charCodeAt(0));
  const name48 = new TextEncoder().encode(name.padEnd(48));
  element.give(new Uint8Array([...name48, ...file]));
}"""
STEPS = {"crop": True, "scale": True, "centre": True}


@pytest.fixture
def blank(new_context) -> Page:
    return new_context().new_page()


class Parts:
    """A pad and its bars on a blank page, and what gives them networks."""

    def __init__(self, page: Page):
        self.page, self.pad = page, Pad(page)
        self._pad, self._bars = mount(page, "drawing_pad"), mount(page, "code_bars")
        self._networks = {}

    def show(self, network: str, latent_dim: int) -> None:
        work = {
            "kind": "reconstruct",
            "network": network,
            "pca": "none",
            "mean": 20.0,
            "percentiles": [float(each) for each in range(101)],
        }
        pad = {"name": "d", "work": work, "steps": STEPS, "noise_pen": False, "load": None}
        self._pad.evaluate("(element, data) => element.give(data)", pad)
        bars = {
            "network": network,
            "drawing": "d",
            "mean": [0.5] * latent_dim,
            "deviation": [2.0] * latent_dim,
            "reach": 3,
            "hint": "",
            "map": None,
        }
        self._bars.evaluate("(element, data) => element.give(data)", bars)

    def send(self, name: str, file: bytes) -> None:
        element = self._networks.setdefault(name, mount(self.page, "network"))
        element.evaluate(GIVE, [name, base64.b64encode(file).decode()])

    def told(self) -> list[dict]:
        """What has been sent to Python of the ink."""
        return [value for name, value in self._pad.evaluate("it => it.sent") if name == "ink"]


@pytest.fixture
def parts(blank) -> Parts:
    return Parts(blank)


def floats(text: str) -> np.ndarray:
    return np.frombuffer(base64.b64decode(text), "<f4")


@pytest.fixture(scope="module")
def pcas(mnist_pca) -> dict[str, tuple[PCA, bytes]]:
    chosen = {f"pca-{k}": mnist_pca.truncate(k) for k in (4, 12)}
    return {name: (pca, linear_graph(pca).to_bytes()) for name, pca in chosen.items()}


def test_the_pad_draws_at_once_and_the_reconstruction_follows(parts, pcas):
    pca, file = pcas["pca-4"]
    parts.show("pca-4", 4)
    parts.pad.draw(SEVEN)
    parts.pad.expect_ink("1 stroke")
    assert has_ink(parts.pad.seen), "what needs no network is shown"
    expect(parts.pad.reconstruction).to_have_count(0)
    parts.page.wait_for_function("it => it.sent.length === 1", arg=parts._pad)
    assert "z" not in parts.told()[0]

    parts.send("pca-4", file)
    expect(parts.pad.reconstruction).to_be_visible()
    expect(parts.pad.message).to_contain_text("Squared error")
    parts.page.wait_for_function("it => it.sent.length === 2", arg=parts._pad)
    told = parts.told()[1]
    ink = np.frombuffer(base64.b64decode(told["pixels"]), np.uint8).reshape(56, 56) / 255
    image = to_mnist_form(ink).image[None]
    np.testing.assert_allclose(floats(told["z"]), pca.encode(image)[0], atol=0.02)
    expected = pca.decode(pca.encode(image))[0].ravel()
    np.testing.assert_allclose(floats(told["output"]), expected, atol=0.01)
    first = parts.page.get_by_role("slider", name="z 1", exact=True)
    position = (pca.encode(image)[0, 0] - 0.5) / 2
    assert float(first.input_value()) == pytest.approx(np.clip(position, -3, 3), abs=0.06)


def test_a_model_that_changes_in_mid_stroke_takes_over_with_the_pen_down(parts, pcas):
    for name, (_, file) in pcas.items():
        parts.send(name, file)
    parts.show("pca-4", 4)
    parts.pad.put_pen_down(SEVEN)
    expect(parts.pad.reconstruction).to_be_visible()
    before = pixels(parts.pad.reconstruction)
    parts.show("pca-12", 12)
    parts.pad.settled()
    assert pixels(parts.pad.reconstruction) != before
    sliders = parts.page.get_by_role("slider")
    expect(sliders).to_have_count(12)
    now = pixels(parts.pad.canvas)
    (x, y), *_ = parts.pad.places([(0.2, 0.9)])
    parts.page.mouse.move(x, y, steps=4)
    parts.pad.settled()
    assert pixels(parts.pad.canvas) != now, "the stroke goes on"
    parts.pad.lift_pen()
    parts.pad.expect_ink("1 stroke")
    assert parts.told() == [], "nothing is sent while the pen is down"
    parts.page.wait_for_function("it => it.sent.length === 1", arg=parts._pad)
    assert len(floats(parts.told()[0]["z"])) == 12


def test_a_network_that_cannot_be_read_is_a_sentence_beside_the_pad(parts, pcas):
    parts.show("pca-4", 4)
    parts.send("pca-4", pcas["pca-4"][1][:-40])
    parts.pad.draw(SEVEN)
    expect(parts.pad.message).to_contain_text(
        re.compile("cannot be used in this browser: .*cut off")
    )
    assert has_ink(parts.pad.canvas)


def test_a_page_in_the_background_tells_what_the_network_made_of_the_newest_ink(parts, pcas):
    parts.send("pca-4", pcas["pca-4"][1])
    parts.show("pca-4", 4)
    parts.page.evaluate("globalThis.requestAnimationFrame = () => 1")  # no frame is painted
    parts.pad.put_pen_down(SEVEN)
    parts.pad.lift_pen()
    parts.page.wait_for_function("it => it.sent.length === 1", arg=parts._pad, polling=50)
    assert len(floats(parts.told()[0]["z"])) == 4
