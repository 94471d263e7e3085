"""Denoise by mouse and keys: noise chosen, scribbled, removed; one drawing on all pages."""

import re
from pathlib import Path

from pad_driver import SEVEN, Pad, expect_pixels_to_change, pixels
from playwright.sync_api import Locator, Page, expect

SCRIBBLE = [(0.2, 0.35), (0.8, 0.6), (0.2, 0.7)]
SLOW = 120_000  # the first look at a page computes what the later ones find done


def digit(page: Page, row: str) -> Locator:
    """The first digit of a row of pictures."""
    pictures = page.get_by_test_id("stMain").get_by_role("img", name=re.compile(f"^{row}: "))
    return pictures.first


def settled(page: Page) -> None:
    expect(page.get_by_test_id("stApp")).to_have_attribute(
        "data-test-script-state", "notRunning", timeout=SLOW
    )


def expect_other_picture(picture: Locator, old: str | None) -> None:
    expect(picture).not_to_have_attribute("src", old or "", timeout=SLOW)


def test_other_noise_gives_other_pictures_and_another_table(app, page, watched, quiet_log):
    page.goto(app.address("denoise"))
    download_table = page.get_by_role("button", name="Download this table (CSV)")
    expect(download_table).to_be_visible(timeout=SLOW)
    settled(page)
    first = digit(page, "Noisy").get_attribute("src")
    clean = digit(page, "Clean").get_attribute("src")
    page.get_by_role("radio", name="Salt and pepper").click()
    expect_other_picture(digit(page, "Noisy"), first)
    settled(page)
    second = digit(page, "Noisy").get_attribute("src")
    page.get_by_role("slider", name=re.compile("^Noise strength")).press("ArrowRight")
    expect_other_picture(digit(page, "Noisy"), second)
    settled(page)
    assert digit(page, "Clean").get_attribute("src") == clean, "the digits stay"
    expect(page).to_have_url(re.compile(r"strength=0\.45"))
    expect(page).to_have_url(re.compile(r"noise=Salt"))
    expect(download_table).to_be_visible()
    with page.expect_download() as download:
        download_table.click()
    table = Path(download.value.path()).read_text()
    assert table.count("salt_and_pepper,0.45,") == 5
    assert watched.errors == []


def test_the_effect_of_the_noise_is_seen_beside_its_controls(app, new_context, watched):
    page = new_context(viewport={"width": 1280, "height": 800}).new_page()
    page.goto(app.address("denoise"))
    expect(digit(page, "Clean")).to_be_visible(timeout=SLOW)
    for row in ("Noisy", "conv-32", "Clean"):
        expect(digit(page, row)).to_be_in_viewport(ratio=1)
    for control in ("noise", "strength", "noise_seed"):
        expect(page.locator(f".st-key-{control}")).to_be_in_viewport(ratio=1)
    assert watched.errors == []


def test_the_noise_pen_is_denoised_live(app, page, watched, quiet_log):
    page.goto(app.address("denoise", "noisy=My+drawing&strength=0.0"))
    pad = Pad(page)
    expect(pad.canvas).to_be_visible(timeout=SLOW)
    pad.expect_ink("empty")
    settled(page)
    pad.draw(SEVEN)
    noisy = pad.results.get_by_label(re.compile("^Noisy"))
    expect(noisy).to_have_accessible_name("Noisy: 58.9 dB")  # nothing but the digit
    drawn, denoised = pixels(pad.canvas), pad.results.get_by_label(re.compile("^conv-32"))
    before = pixels(noisy), pixels(denoised)
    pad.button("Noise pen").click()
    expect(pad.button("Noise pen")).to_have_attribute("aria-pressed", "true")
    pad.put_pen_down(SCRIBBLE)
    expect_pixels_to_change(noisy, before[0])  # and the button is still pressed
    expect_pixels_to_change(denoised, before[1])
    pad.lift_pen()
    pad.settled()
    pad.expect_ink("2 strokes")
    assert pixels(pad.canvas) == drawn, "the digit itself is as it was"
    expect(noisy).not_to_have_accessible_name("Noisy: 58.9 dB")
    expect(digit(page, "PCA")).to_be_visible(timeout=SLOW)  # the rows follow when the pen rests
    pad.button("Undo").click()
    expect(noisy).to_have_accessible_name("Noisy: 58.9 dB")
    assert watched.errors == []


def test_the_noise_pen_starts_with_the_drawing_and_leaves_it_as_it_is(
    app, page, watched, quiet_log
):
    """Draw and Denoise show one drawing; scribbles are Denoise's alone."""
    page.goto(app.address("draw"))
    pad = Pad(page)
    expect(pad.canvas).to_be_visible(timeout=SLOW)
    settled(page)
    pad.draw(SEVEN)
    drawn = pixels(pad.canvas)
    page.get_by_role("link", name="Denoise").click()
    page.get_by_role("radio", name="My drawing").click()
    expect(pad.results.get_by_label(re.compile("^Noisy"))).to_be_visible(timeout=SLOW)
    pad.expect_ink("1 stroke")
    assert pixels(pad.canvas) == drawn
    settled(page)
    pad.button("Noise pen").click()
    pad.draw(SCRIBBLE)
    pad.expect_ink("2 strokes")
    page.get_by_role("link", name="Draw").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("What happens")
    expect(pad.canvas).to_be_visible(timeout=SLOW)
    pad.expect_ink("1 stroke")
    assert pixels(pad.canvas) == drawn
    pad.button("Undo").click()
    pad.expect_ink("empty")
    assert watched.errors == []


def test_a_test_digit_on_the_noise_pens_pad_is_the_drawing_of_all_pages(
    app, page, watched, quiet_log
):
    page.goto(app.address("draw"))
    pad = Pad(page)
    expect(pad.canvas).to_be_visible(timeout=SLOW)
    settled(page)
    page.get_by_role("button", name="Use a test digit", exact=True).click()
    pad.expect_ink("a picture and 0 strokes")
    before = pixels(pad.canvas)
    page.get_by_role("link", name="Denoise").click()
    page.get_by_role("radio", name="My drawing").click()
    expect(pad.canvas).to_be_visible(timeout=SLOW)
    settled(page)
    page.get_by_role("button", name="Use a test digit", exact=True).click()
    expect_pixels_to_change(pad.canvas, before)
    settled(page)
    after = pixels(pad.canvas)
    page.get_by_role("link", name="Draw").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("What happens")
    expect(pad.canvas).to_be_visible(timeout=SLOW)
    pad.expect_ink("a picture and 0 strokes")
    settled(page)
    assert pixels(pad.canvas) == after, "the digit chosen last, not the one before it"
    assert watched.errors == []
