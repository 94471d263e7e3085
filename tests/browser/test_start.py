"""Start in a real browser: digits at once, and below them what the network makes of them."""

from __future__ import annotations

import base64
import re
import shutil
from collections.abc import Iterator

import numpy as np
import pytest
from pad_driver import SEVEN, Pad
from playwright.sync_api import Locator, Page, expect
from script_driver import mount

from ae import store
from ae.analysis import metrics
from ae.system.files import REPOSITORY

# A network that keeps every pixel, and paints each half as bright.
HALF = """() => {
  const run = (factor) => ({ run: (values) => values.map((value) => factor * value) });
  aeLab.networks.set("half", { encoder: run(1), decoder: run(0.5), latent_dim: 784 });
  aeLab.events.dispatchEvent(new CustomEvent("network", { detail: "half" }));
}"""


@pytest.fixture
def linear(app) -> Iterator[None]:
    """A second model in the app's folder for one test."""
    folder = app.models / "linear-32"
    shutil.copytree(REPOSITORY / "models" / "linear-32", folder)
    yield
    shutil.rmtree(folder)


def pixels(canvas: Locator) -> np.ndarray:
    """What a canvas of 28 × 28 shows in grey: uint8 (28, 28)."""
    values = canvas.evaluate(
        """canvas => [...canvas.getContext("2d").getImageData(0, 0, 28, 28).data]
          .filter((_, i) => i % 4 === 0)"""
    )
    return np.array(values, np.uint8).reshape(28, 28)


def reconstructions(page: Page) -> Locator:
    return page.get_by_role("img", name=re.compile(r"^Reconstruction of .* error \d"))


def test_each_reconstruction_is_the_models_and_its_error_stands_below(
    app, page, tensorflow, watched, quiet_log
):
    page.goto(app.address())
    expect(reconstructions(page)).to_have_count(10)
    originals = page.get_by_role("img", name=re.compile("^Test digit"))
    images = np.stack([pixels(canvas) for canvas in originals.all()]).astype(np.float32) / 255
    assert len(images) == 10
    expected = store.load("conv-32").reconstruct(images)
    errors = metrics.squared_error(images, expected)
    below = page.locator(".error").all_text_contents()
    for canvas, output, error, text in zip(
        reconstructions(page).all(), expected, errors, below, strict=True
    ):
        assert np.abs(pixels(canvas) - 255 * output).max() <= 1
        assert abs(float(text) - error) <= 0.051
        assert canvas.get_attribute("aria-label").endswith(f"squared error {text}")
    # The network in small: a digit has flowed through it, once.
    name = "The network: test digit 2, from the image to the reconstruction"
    row = page.get_by_role("group", name=name)
    first, last = row.locator("canvas").first, row.locator("canvas").last
    image = (pixels(first).astype(np.float32) / 255)[None]
    output = store.load("conv-32").reconstruct(image)
    assert np.abs(pixels(last) - 255 * output[0]).max() <= 1.5
    error = metrics.squared_error(image, output)[0]
    words = f"784 pixels → 32 values → 784 pixels, squared error {error:.1f}"
    expect(page.get_by_text(words)).to_be_visible()
    moving = "figure => getComputedStyle(figure).animationName"
    assert row.locator("figure").first.evaluate(moving) == "arrive"
    page.emulate_media(reduced_motion="reduce")
    assert row.locator("figure").first.evaluate(moving) == "none"
    assert watched.errors == []


def test_ones_own_drawing_is_reconstructed_beside_the_test_digits(app, page, watched, quiet_log):
    page.goto(app.address("draw"))
    pad = Pad(page)
    pad.expect_ink("empty")
    expect(page.get_by_role("slider", name="z 1", exact=True)).to_be_visible()
    pad.put_pen_down(SEVEN)
    pad.lift_pen()
    expect(page.get_by_role("heading", name="Download")).to_be_visible()
    seen = pixels(pad.seen)
    error = re.search(r"error ([\d.]+)", pad.reconstruction.get_attribute("aria-label"))[1]
    page.get_by_role("link", name="Start", exact=True).click()
    expect(reconstructions(page)).to_have_count(11)
    np.testing.assert_allclose(
        pixels(page.get_by_label("Your drawing", exact=True)), seen, atol=2, rtol=0
    )
    own = page.get_by_label(re.compile("^Reconstruction of your drawing"))
    told = re.search(r"error ([\d.]+)", own.get_attribute("aria-label"))[1]
    assert abs(float(told) - float(error)) <= 0.11
    assert watched.errors == []


def test_another_model_makes_other_reconstructions_of_the_same_digits(
    app, page, linear, watched, quiet_log
):
    page.goto(app.address())
    expect(reconstructions(page)).to_have_count(10)
    digit, before = (
        pixels(page.get_by_label("Test digit 3", exact=True)),
        pixels(reconstructions(page).nth(3)),
    )
    page.get_by_role("combobox", name=re.compile("^Model")).click()
    page.get_by_role("option", name=re.compile("^linear-32")).click()
    expect(page.get_by_text("linear-32 did not see")).to_be_visible()
    expect(reconstructions(page)).to_have_count(10)
    assert np.array_equal(pixels(page.get_by_label("Test digit 3", exact=True)), digit)
    assert not np.array_equal(pixels(reconstructions(page).nth(3)), before)
    assert watched.errors == []


def test_digits_are_there_before_the_network(page):
    element = mount(page, "digit_rows")
    levels = np.arange(784, dtype=np.uint16).astype(np.uint8).reshape(28, 28)
    column = {"pixels": base64.b64encode(levels.tobytes()).decode(), "head": "3", "name": "a three"}
    element.evaluate("(it, data) => it.give(data)", {"network": "half", "columns": [column] * 3})
    np.testing.assert_array_equal(pixels(page.get_by_label("A three", exact=True).first), levels)
    expect(page.get_by_label("Reconstruction of a three, not there yet")).to_have_count(3)
    assert page.locator(".error").all_text_contents() == ["…"] * 3
    page.evaluate(HALF)
    expect(reconstructions(page)).to_have_count(3)
    assert np.abs(pixels(reconstructions(page).last) - levels / 2).max() <= 0.5
    error = ((levels / 2 / 255) ** 2).sum()
    assert page.locator(".error").all_text_contents() == [f"{error:.1f}"] * 3


def test_a_network_that_cannot_be_used_is_told(page):
    element = mount(page, "digit_rows")
    column = {"pixels": base64.b64encode(bytes(784)).decode(), "head": "3", "name": "a three"}
    page.evaluate("aeLab.networks.set('bad', { failure: 'it is too large.' })")
    element.evaluate("(it, data) => it.give(data)", {"network": "bad", "columns": [column]})
    expect(page.get_by_role("status")).to_contain_text("cannot be used in this browser")
    expect(page.get_by_role("status")).to_contain_text("it is too large.")
