"""Latent space in a browser: point, choose, walk, play and download."""

from __future__ import annotations

import csv
import io
import re
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Locator, Page, expect

from ae import store
from ae.analysis.projection import Embedding, Plane

PICTURES = ("here", "nearest", "reconstruction")
pytestmark = pytest.mark.usefixtures("measured")


def open_map(page: Page, app, query: str = "") -> Locator:
    """The Latent space page, its map drawn and its pictures there."""
    page.goto(app.address("latent", query))
    expect(page.get_by_test_id("stTable")).to_be_visible()
    settled(page)
    for name in PICTURES:
        expect(page.locator(f".{name} canvas")).to_have_attribute("data-painted", "true")
    return page.get_by_label(re.compile("^Map of the latent vectors of"))


@pytest.fixture(scope="module")
def codes(mnist) -> np.ndarray:
    return store.load("conv-32").encode(mnist.x_test)


def settled(page: Page) -> None:
    expect(page.get_by_test_id("stApp")).to_have_attribute("data-test-script-state", "notRunning")


def pixels(canvas: Locator) -> str:
    return canvas.evaluate("canvas => canvas.toDataURL()")


def point_at(page: Page, chart: Locator, x: float, y: float) -> None:
    """Move the mouse to a part of the map, from its upper left."""
    chart.scroll_into_view_if_needed()
    box = chart.bounding_box()
    page.mouse.move(box["x"] + x * box["width"], box["y"] + y * box["height"])


def expect_address(page: Page, key: str) -> str:
    """Wait until the address has a value under ``key``, and return it."""
    found = page.wait_for_function("key => new URLSearchParams(location.search).get(key)", arg=key)
    return found.json_value()


def download(page: Page, name: str) -> bytes:
    with page.expect_download() as started:
        page.get_by_role("button", name=name).click()
    return Path(started.value.path()).read_bytes()


def picture_in(file: bytes) -> Image.Image:
    return Image.open(io.BytesIO(file))


def test_the_pictures_follow_the_mouse_without_an_answer_of_the_server(
    app, page, watched, quiet_log
):
    chart = open_map(page, app)
    shown = [page.locator(f".{name} canvas") for name in PICTURES]
    point_at(page, chart, 0.45, 0.45)
    for canvas in shown:
        expect(canvas).to_have_attribute("data-painted", "true")
    before = [pixels(canvas) for canvas in shown]
    page.context.set_offline(True)  # whatever comes now was there already
    point_at(page, chart, 0.15, 0.35)
    page.wait_for_function(
        "([canvas, before]) => canvas.toDataURL() !== before",
        arg=[shown[0].element_handle(), before[0]],
    )
    assert all(pixels(canvas) != old for canvas, old in zip(shown, before, strict=True))
    assert "here=" not in page.url, "a place that nobody has chosen is not told to the server"


@pytest.mark.parametrize("kind", ["t-SNE", "PCA"])
def test_what_is_decoded_at_a_place_is_what_python_decodes_there(
    app, page, codes, watched, quiet_log, kind
):
    chart = open_map(page, app, f"map={kind}&points=1000")
    rows = csv.DictReader(io.StringIO(download(page, "Download the map").decode()))
    places = np.array([[row["x"], row["y"]] for row in rows], float)
    space = Embedding(codes[:2000], places) if kind == "t-SNE" else Plane.of(codes)
    point_at(page, chart, 0.4, 0.45)
    page.mouse.down()
    page.mouse.up()
    at = [float(value) for value in expect_address(page, "here").split(",")]
    expected = store.load("conv-32").decode(space.codes(np.array([at])))[0]
    shown = page.locator(".here canvas").evaluate(
        """canvas => [...canvas.getContext("2d").getImageData(0, 0, 28, 28).data]
          .filter((_, i) => i % 4 === 0)"""
    )
    assert np.abs(np.reshape(shown, (28, 28)) - 255 * expected).max() <= 3
    assert watched.errors == []


@pytest.mark.parametrize("size", [(1280, 800), (390, 844)])
def test_the_map_and_what_is_decoded_stand_in_the_first_screen_before_anything_is_pointed_at(
    app, new_context, watched, quiet_log, size
):
    page = new_context(viewport={"width": size[0], "height": size[1]}).new_page()
    chart = open_map(page, app)
    shown = [page.locator(f".{name} canvas") for name in PICTURES]
    for canvas in (chart, *shown):
        expect(canvas).to_be_in_viewport(ratio=0.95)
    for canvas in shown:
        expect(canvas).to_have_attribute("data-painted", "true")
    assert watched.errors == []


def test_a_click_a_box_and_a_key_choose_and_a_copied_address_shows_the_same(
    app, page, new_context, watched, quiet_log
):
    chart = open_map(page, app)
    point_at(page, chart, 0.4, 0.45)
    page.mouse.down()
    page.mouse.up()
    expect(page.get_by_role("heading", name="The chosen place")).to_be_visible()
    first = expect_address(page, "here")
    settled(page)

    page.get_by_role("button", name="Box", exact=True).click()
    expect(page.get_by_role("button", name="Box", exact=True)).to_have_attribute(
        "aria-pressed", "true"
    )
    point_at(page, chart, 0.3, 0.3)
    page.mouse.down()
    point_at(page, chart, 0.5, 0.5)
    page.mouse.up()
    area = page.get_by_role("heading", name="digits in the area")
    expect(area).to_be_visible()
    expect_address(page, "area")
    settled(page)

    page.get_by_role("button", name="Walk", exact=True).click()
    chart.focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")
    page.wait_for_function(
        "old => new URLSearchParams(location.search).get('here') !== old", arg=first
    )
    settled(page)
    expect(page.get_by_role("heading", name="The chosen place")).to_be_visible()
    said = area.inner_text()

    other = new_context().new_page()
    other.goto(page.url)
    expect(other.get_by_role("heading", name="The chosen place")).to_be_visible()
    expect(other.get_by_role("heading", name="digits in the area")).to_have_text(said)
    assert watched.errors == []


@pytest.mark.parametrize(("query", "count"), [("", 2000), ("map=PCA&points=1000", 1000)])
def test_the_map_can_be_downloaded(app, page, watched, quiet_log, query, count):
    open_map(page, app, query)
    rows = list(csv.DictReader(io.StringIO(download(page, "Download the map").decode())))
    assert len(rows) == count
    assert {"digit", "class", "x", "y"} <= set(rows[0])
    assert watched.errors == []


def test_an_animation_is_moved_by_keys_and_downloaded(app, page, watched, quiet_log):
    page.goto(app.address("latent", "view=Paths"))
    expect(page.get_by_test_id("stTable")).to_be_visible()
    settled(page)
    slider = page.get_by_role("slider", name="Frame", exact=True)
    frame = page.get_by_label(re.compile("^Spherical: frame"))
    expect(frame).to_have_attribute("aria-label", "Spherical: frame 1 of 33")
    first = pixels(frame)
    slider.focus()
    page.keyboard.press("End")
    expect(frame).to_have_attribute("aria-label", "Spherical: frame 33 of 33")
    assert pixels(frame) != first
    animation = picture_in(download(page, "Download the animation"))
    assert animation.n_frames == 64
    assert watched.errors == []


@pytest.mark.parametrize("view", ["Grid", "Traversal"])
def test_a_view_can_be_downloaded_as_one_picture(app, page, watched, quiet_log, view):
    page.goto(app.address("latent", f"view={view}"))
    expect(page.get_by_test_id("stMain").get_by_role("img").first).to_be_visible()
    settled(page)
    picture = picture_in(download(page, f"Download the {view.lower()} (PNG)"))
    assert min(picture.size) > 200
    assert np.asarray(picture.convert("L")).std() > 10, "there are digits on it"
    assert watched.errors == []


def test_a_digit_is_chosen_by_class_and_picture_and_the_address_has_its_position(
    app, page, mnist, new_context, watched, quiet_log
):
    page.goto(app.address("latent", "view=Paths&from=11&to=3"))
    settled(page)
    field = page.get_by_role("button", name=re.compile("^From:"))
    expect(field).to_have_text(re.compile(f"a {mnist.y_test[11]}"))
    field.click()
    page.get_by_role("radiogroup", name="Class").get_by_role("radio", name="7", exact=True).click()
    seven = int(np.flatnonzero(mnist.y_test == 7)[3])
    page.get_by_role("radio", name=f"Test digit {seven}", exact=True).click()
    expect(field).to_have_text(re.compile("a 7"))
    page.wait_for_function(
        "position => new URLSearchParams(location.search).get('from') === position", arg=str(seven)
    )
    page.keyboard.press("Escape")
    passed = page.get_by_role("img", name=re.compile("^Test digit")).filter(visible=True)
    expect(passed.first).to_have_attribute("alt", f"Test digit {seven}")

    other = new_context().new_page()
    other.goto(page.url)
    expect(other.get_by_role("button", name=re.compile("^From:"))).to_have_text(re.compile("a 7"))
    assert watched.errors == []
