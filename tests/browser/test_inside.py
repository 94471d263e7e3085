"""Inside: each layer's block shows what Keras computes there, while the pen moves."""

from __future__ import annotations

import re

import numpy as np
import pytest
from pad_driver import BAR, SEVEN, Pad, expect_pixels_to_change, pixels
from playwright.sync_api import Locator, Page, expect

from ae import store
from ae.imaging import BRIGHTER, DARKER, UNCHANGED

MODEL = "conv-32"


@pytest.fixture(scope="module")
def model(app, tensorflow):
    return store.load(app.models / MODEL / "model.keras")


def open_page(page: Page, app) -> Pad:
    page.goto(app.address("inside", f"model={MODEL}"))
    pad = Pad(page)
    pad.expect_ink("empty")
    expect(block(page, "conv2d")).to_be_visible()
    return pad


def row(page: Page) -> Locator:
    return page.get_by_role("group", name=re.compile("^The network, from the image"))


def block(page: Page, title: str) -> Locator:
    return row(page).locator("figure").filter(has=page.get_by_text(title, exact=True))


def picture(canvas: Locator) -> np.ndarray:
    """What a canvas shows: float (height, width, 4), values in [0, 1]."""
    shown = canvas.evaluate(
        """canvas => {
          const { width, height } = canvas;
          const { data } = canvas.getContext("2d").getImageData(0, 0, width, height);
          return [height, width, [...data]];
        }"""
    )
    height, width, data = shown
    return np.float64(data).reshape(height, width, 4) / 255


def test_blocks_say_what_keras_says_of_the_layers(app, page, model, watched, quiet_log):
    open_page(page, app)
    for layer in model.encoder.layers:
        if layer.name.startswith(("conv2d", "max_pooling2d")):
            facts = block(page, layer.name).locator(".facts")
            expect(facts).to_contain_text(type(layer).__name__)
            expect(facts).to_contain_text(" × ".join(map(str, layer.output.shape[1:])))
            count = layer.count_params()
            expect(facts).to_contain_text(f"{count:,} parameters" if count else "no parameters")
    refinements = store.read_card(MODEL).model.refinements
    headings = row(page).locator(".heading")
    expect(headings).to_have_count(3 + refinements)
    expect(headings.filter(has_text="Correction")).to_have_count(refinements)
    assert watched.errors == []


def test_a_block_shows_the_strongest_maps_of_what_keras_computes(
    app, page, model, watched, quiet_log
):
    import keras

    open_page(page, app).draw(SEVEN)
    canvas = block(page, "conv2d").locator("canvas")
    expect(canvas).to_have_accessible_name(re.compile("^conv2d: its strongest feature maps"))
    image = picture(block(page, "Image").locator("canvas"))[..., 0]
    part = keras.Model(model.encoder.input, model.encoder.get_layer("conv2d").output)
    maps = part(image[None].astype(np.float32)).numpy()[0]
    best = np.sort(np.argsort(-np.abs(maps).mean(axis=(0, 1)))[:4])
    names = ", ".join(str(index + 1) for index in best)
    expect(canvas).to_have_accessible_name(
        f"conv2d: its strongest feature maps, {names} of {maps.shape[-1]}"
    )
    level = (maps[..., best] / np.abs(maps[..., best]).max())[..., None]
    expected = UNCHANGED + np.abs(level) * (np.where(level < 0, DARKER, BRIGHTER) - UNCHANGED)
    shown = picture(canvas)[..., :3]
    for place in range(4):
        top, left = 29 * (place // 2), 29 * (place % 2)
        got = shown[top : top + 28, left : left + 28]
        np.testing.assert_allclose(got, expected[..., place, :], atol=4 / 255)
    assert watched.errors == []


def test_all_blocks_follow_the_pen_and_are_empty_without_ink(app, page, watched, quiet_log):
    pad = open_page(page, app)
    canvases = [block(page, title).locator("canvas") for title in ("conv2d", "Reconstruction")]
    empty = [pixels(canvas) for canvas in canvases]
    pad.put_pen_down(SEVEN)
    for canvas, before in zip(canvases, empty, strict=True):
        expect_pixels_to_change(canvas, before)  # and the button is still pressed
    pad.lift_pen()
    pad.settled()
    seven = [pixels(canvas) for canvas in canvases]
    pad.draw(BAR)
    for canvas, before in zip(canvases, seven, strict=True):
        expect_pixels_to_change(canvas, before)
    pad.button("Clear").click()
    expect(canvases[0]).to_have_accessible_name("conv2d: nothing drawn yet")
    assert [pixels(canvas) for canvas in canvases] == empty
    assert watched.errors == []


def test_layers_stand_under_one_another_on_a_phone(app, new_context, watched, quiet_log):
    page = new_context(viewport={"width": 390, "height": 800}).new_page()
    open_page(page, app)
    places = (
        row(page)
        .locator("figure")
        .evaluate_all("figures => figures.map((figure) => figure.getBoundingClientRect().top)")
    )
    assert places == sorted(set(places))
    wide, seen = row(page).evaluate("row => [row.scrollWidth, row.clientWidth]")
    assert wide == seen
    assert watched.errors == []
