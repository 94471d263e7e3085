"""Denoise by mouse and keys: noise chosen, scribbled, removed."""

import re
from pathlib import Path

from pad_driver import SEVEN, Pad, expect_pixels_to_change, pixels
from playwright.sync_api import Locator, Page, expect

SCRIBBLE = [(0.2, 0.35), (0.8, 0.6), (0.2, 0.7)]
SLOW = 120_000  # the first look at a page computes what the later ones find done


def strip(page: Page, name: str) -> Locator:
    return page.get_by_test_id("stMain").get_by_role("img", name=re.compile(f"^{name}"))


def settled(page: Page) -> None:
    expect(page.get_by_test_id("stApp")).to_have_attribute(
        "data-test-script-state", "notRunning", timeout=SLOW
    )


def expect_source_to_change(picture: Locator, old: str) -> None:
    expect(picture).to_have_count(1)
    expect(picture).not_to_have_attribute("src", old, timeout=SLOW)


def test_other_noise_gives_other_pictures_and_another_table(app, page, watched, quiet_log):
    page.goto(app.address("denoise"))
    expect(page.get_by_role("button", name="This table")).to_be_visible(timeout=SLOW)
    settled(page)
    first = strip(page, "Noisy").get_attribute("src")
    clean = strip(page, "Clean").get_attribute("src")
    page.get_by_role("radio", name="Salt and pepper").click()
    expect_source_to_change(strip(page, "Noisy"), first)
    settled(page)
    second = strip(page, "Noisy").get_attribute("src")
    page.get_by_role("slider", name=re.compile("^Strength")).press("ArrowRight")
    expect_source_to_change(strip(page, "Noisy"), second)
    settled(page)
    assert strip(page, "Clean").get_attribute("src") == clean, "the digits stay"
    expect(page).to_have_url(re.compile(r"strength=0\.45"))
    expect(page).to_have_url(re.compile(r"noise=Salt"))
    expect(page.get_by_role("button", name="This table")).to_be_visible()
    with page.expect_download() as download:
        page.get_by_role("button", name="This table").click()
    table = Path(download.value.path()).read_text()
    assert table.count("salt_and_pepper,0.45,") == 5
    assert watched.errors == []


def test_the_noise_pen_is_cleaned_live(app, page, watched, quiet_log):
    page.goto(app.address("denoise", "noisy=My+drawing&strength=0.0"))
    pad = Pad(page)
    expect(pad.canvas).to_be_visible(timeout=SLOW)
    pad.expect_ink("empty")
    settled(page)
    pad.draw(SEVEN)
    noisy = pad.results.get_by_label(re.compile("^Noisy"))
    expect(noisy).to_have_accessible_name("Noisy: 58.9 dB")  # nothing but the digit
    drawn, cleaned = pixels(pad.canvas), pad.results.get_by_label(re.compile("^conv-32"))
    before = pixels(noisy), pixels(cleaned)
    pad.button("Noise pen").click()
    expect(pad.button("Noise pen")).to_have_attribute("aria-pressed", "true")
    pad.put_pen_down(SCRIBBLE)
    expect_pixels_to_change(noisy, before[0])  # and the button is still pressed
    expect_pixels_to_change(cleaned, before[1])
    pad.lift_pen()
    pad.settled()
    pad.expect_ink("2 strokes")
    assert pixels(pad.canvas) == drawn, "the digit itself is as it was"
    expect(noisy).not_to_have_accessible_name("Noisy: 58.9 dB")
    expect(strip(page, "PCA")).to_be_visible(timeout=SLOW)  # the rows follow when the pen rests
    pad.button("Undo").click()
    expect(noisy).to_have_accessible_name("Noisy: 58.9 dB")
    assert watched.errors == []
