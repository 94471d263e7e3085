"""Latent space in a browser: hover, choose, walk, play and download."""

from __future__ import annotations

import csv
import io
import re
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Locator, Page, expect

pytestmark = pytest.mark.usefixtures("measured")


def open_map(page: Page, app, query: str = "points=1000") -> Locator:
    """The Latent space page, its map drawn and its sheets of pictures there."""
    page.goto(app.address("latent", query))
    expect(page.get_by_test_id("stTable")).to_be_visible()
    settled(page)
    # three sheets: the digits, their reconstructions, and the walk
    page.wait_for_function(
        "globalThis.aeSheets && [...aeSheets.values()].filter(Boolean).length > 2"
    )
    return page.get_by_label(re.compile("^Map of the codes of"))


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
    shown = [page.locator(f".{name} canvas") for name in ("here", "nearest", "reconstruction")]
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


def test_a_click_a_box_and_a_key_choose_and_a_copied_address_shows_the_same(
    app, page, new_context, watched, quiet_log
):
    chart = open_map(page, app)
    point_at(page, chart, 0.4, 0.45)
    page.mouse.down()
    page.mouse.up()
    expect(page.get_by_role("heading", name="The place you chose")).to_be_visible()
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
    expect(page.get_by_role("heading", name="The place you chose")).to_be_visible()
    told = area.inner_text()

    other = new_context().new_page()
    other.goto(page.url)
    expect(other.get_by_role("heading", name="The place you chose")).to_be_visible()
    expect(other.get_by_role("heading", name="digits in the area")).to_have_text(told)
    assert watched.errors == []


def test_the_map_can_be_taken_away(app, page, watched, quiet_log):
    open_map(page, app)
    rows = list(csv.DictReader(io.StringIO(download(page, "The map as CSV").decode())))
    assert len(rows) == 1000
    assert {"digit", "class", "x", "y"} <= set(rows[0])
    assert watched.errors == []


def test_a_film_is_moved_by_keys_and_taken_away(app, page, watched, quiet_log):
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
    film = picture_in(download(page, "Film as GIF"))
    assert film.n_frames == 64
    assert watched.errors == []


@pytest.mark.parametrize("view", ["Grid", "Traversal"])
def test_a_view_can_be_taken_away_as_one_picture(app, page, watched, quiet_log, view):
    page.goto(app.address("latent", f"view={view}"))
    expect(page.get_by_test_id("stMain").get_by_role("img").first).to_be_visible()
    settled(page)
    picture = picture_in(download(page, f"{view} as PNG"))
    assert min(picture.size) > 200
    assert np.asarray(picture.convert("L")).std() > 10, "there are digits on it"
    assert watched.errors == []
