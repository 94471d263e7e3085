"""Compress by mouse: what is sent and received stands first; the drawing is that of all pages."""

import pytest
from pad_driver import BAR, SEVEN, Pad
from playwright.sync_api import Page, expect

SLOW = 120_000  # the first look at a page computes what the later ones find done


def settled(page: Page) -> None:
    expect(page.get_by_test_id("stApp")).to_have_attribute(
        "data-test-script-state", "notRunning", timeout=SLOW
    )


@pytest.mark.parametrize(("width", "height"), [(1280, 800), (390, 844)])
def test_pictures_and_controls_stand_in_the_first_screen(app, new_context, width, height):
    page = new_context(viewport={"width": width, "height": height}).new_page()
    page.goto(app.address("compress"))
    rows = page.get_by_role("row")
    received = rows.filter(has=page.get_by_text("Received", exact=True))
    expect(received.get_by_role("img")).to_have_count(10, timeout=SLOW)
    settled(page)
    pictures, bits = received.bounding_box(), page.locator(".st-key-bits").bounding_box()
    assert pictures["y"] + pictures["height"] <= bits["y"], "the pictures come first"
    assert bits["y"] + bits["height"] <= height, "what it changes is seen without scrolling"


def test_the_digit_drawn_on_draw_is_sent(app, page, watched, quiet_log):
    pad = Pad(page)
    page.goto(app.address("draw"))
    pad.draw(SEVEN)
    page.get_by_role("link", name="Compress").first.click(delay=80)  # as a hand does
    expect(page.get_by_role("heading", level=1)).to_contain_text("send less data")
    page.get_by_text("My drawing", exact=True).click()
    pad.expect_ink("1 stroke")
    expect(page.get_by_role("img", name="Original: digit 10")).to_have_count(0, timeout=SLOW)
    compared = page.get_by_role("img", name="Original: digit 1", exact=True)
    expect(compared).to_be_visible(timeout=SLOW)
    settled(page)
    before = compared.get_attribute("src")
    pad.draw(BAR)
    pad.expect_ink("2 strokes")
    expect(compared).not_to_have_attribute("src", before, timeout=SLOW)  # when the pen rests
    assert watched.errors == []
