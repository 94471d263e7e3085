"""Reconstruct by mouse: the pictures come first, and follow every choice."""

import re

import pytest
from playwright.sync_api import Locator, Page, expect

SLOW = 120_000  # the first look at a page computes what the later ones find done


def originals(page: Page) -> Locator:
    return page.get_by_role("img", name=re.compile("^Original: test digit"))


def row(page: Page, label: str) -> Locator:
    """The rows of pictures with this label."""
    return page.get_by_role("row").filter(has=page.get_by_text(label, exact=True))


def settled(page: Page) -> None:
    expect(page.get_by_test_id("stApp")).to_have_attribute(
        "data-test-script-state", "notRunning", timeout=SLOW
    )


def open_page(page: Page, app, query: str = "") -> None:
    page.goto(app.address("reconstruct", query))
    expect(originals(page)).to_have_count(10, timeout=SLOW)
    settled(page)


@pytest.mark.parametrize(("width", "height"), [(1280, 800), (390, 844)])
def test_pictures_and_controls_stand_in_the_first_screen(app, new_context, width, height):
    page = new_context(viewport={"width": width, "height": height}).new_page()
    open_page(page, app)
    pictures = page.get_by_role("row").last.bounding_box()
    choice = page.locator(".st-key-show").bounding_box()
    seed = page.locator(".st-key-shuffle").bounding_box()
    assert pictures["y"] + pictures["height"] <= choice["y"], "the pictures come first"
    assert seed["y"] + seed["height"] <= height, "what it changes is seen without scrolling"


@pytest.mark.parametrize("width", [1280, 800, 390])
def test_the_numbers_stand_under_their_pictures_in_one_line(app, new_context, width):
    page = new_context(viewport={"width": width, "height": 844}).new_page()
    open_page(page, app, "show=Worst")
    for label in ("Reconstruction", "PCA"):
        cells = row(page, label).get_by_role("cell")
        for cell in cells.all():
            number = cell.locator(".number")
            assert re.fullmatch(r"\d+(\.\d+)?", number.inner_text())
            fits = "e => e.scrollWidth <= e.clientWidth && e.clientHeight < 24"
            assert number.evaluate(fits), f"{number.inner_text()} at {width} pixels"


def test_a_bar_of_the_histogram_shows_its_digits(app, page, watched, quiet_log):
    open_page(page, app)
    chart = page.locator(".st-key-error_histogram").locator("canvas, svg.marks")
    chart.scroll_into_view_if_needed()
    box = chart.bounding_box()
    chart.click(position={"x": box["width"] * 0.75, "y": box["height"] * 0.4})
    near = page.get_by_role("spinbutton", name="Squared error")
    expect(near).to_be_visible(timeout=SLOW)
    settled(page)
    expect(page).to_have_url(re.compile("show=By"))
    expect(page).to_have_url(re.compile(r"near=\d"))
    expect(originals(page)).to_have_count(10)
    shown = row(page, "Reconstruction").locator(".number").first.inner_text()
    assert abs(float(shown) - float(near.input_value())) < 0.2
    assert watched.errors == []
