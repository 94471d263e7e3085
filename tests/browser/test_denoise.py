"""Denoise by mouse and keys: noise chosen, scribbled, removed; one drawing on all pages."""

import re
from pathlib import Path

import numpy as np
from pad_driver import SEVEN, Pad, expect_pixels_to_change, pixels
from playwright.sync_api import Locator, Page, expect

from ae import store
from ae.analysis.denoising import restored_psnr
from ae.data.noise import corrupt
from ae.imaging import to_bytes

SCRIBBLE = [(0.2, 0.35), (0.8, 0.6), (0.2, 0.7)]
PRESS = 80  # milliseconds: a hand's click; what is pressed gives the pad time to send its ink
SLOW = 120_000  # the first look at a page computes what the later ones find done


def digit(page: Page, row: str) -> Locator:
    """The first digit of a row of pictures."""
    return page.locator(".rows").get_by_role("img", name=re.compile(f"^{row}: ")).first


def label(page: Page, row: str) -> Locator:
    """What is written beside a row of pictures."""
    return page.locator(".row").filter(has=page.get_by_text(row, exact=True)).locator(".label")


def slider(page: Page) -> Locator:
    return page.get_by_role("slider", name="Noise strength")


def grey(canvas: Locator) -> np.ndarray:
    """What a canvas of 28 × 28 shows: int (28, 28)."""
    values = canvas.evaluate(
        """canvas => [...canvas.getContext("2d").getImageData(0, 0, 28, 28).data]
          .filter((_, i) => i % 4 === 0)"""
    )
    return np.array(values, int).reshape(28, 28)


def up_to_date(page: Page) -> None:
    """Wait until the networks have restored the newest noise."""
    expect(page.locator(".rows")).to_have_attribute("aria-busy", "false")


def settled(page: Page) -> None:
    expect(page.get_by_test_id("stApp")).to_have_attribute(
        "data-test-script-state", "notRunning", timeout=SLOW
    )


def test_other_noise_gives_other_pictures_and_another_table(app, page, watched, quiet_log):
    page.goto(app.address("denoise"))
    download_table = page.get_by_role("button", name="Download this table (CSV)")
    expect(download_table).to_be_visible(timeout=SLOW)
    settled(page)
    up_to_date(page)
    first, clean = pixels(digit(page, "Noisy")), pixels(digit(page, "Clean"))
    page.get_by_role("radio", name="Salt and pepper").click()
    expect_pixels_to_change(digit(page, "Noisy"), first)
    settled(page)
    second = pixels(digit(page, "Noisy"))
    slider(page).press("ArrowRight")
    expect_pixels_to_change(digit(page, "Noisy"), second)
    expect(page).to_have_url(re.compile(r"strength=0\.45"))
    settled(page)
    assert pixels(digit(page, "Clean")) == clean, "the digits stay"
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
    for control in ("noise", "noise_seed"):
        expect(page.locator(f".st-key-{control}")).to_be_in_viewport(ratio=1)
    expect(slider(page)).to_be_in_viewport(ratio=1)
    assert watched.errors == []


def test_the_pictures_follow_the_slider_and_python_follows_when_it_is_released(
    app, page, mnist, watched, quiet_log
):
    sent = []
    page.on("websocket", lambda socket: socket.on("framesent", lambda data: sent.append(data)))
    page.goto(app.address("denoise"))
    expect(digit(page, "conv-32")).to_have_attribute("data-painted", "true", timeout=SLOW)
    settled(page)
    images = mnist.x_test
    clean = images[np.random.default_rng(0).permutation(len(images))[:10]]
    model = store.load("conv-32")

    def expect_what_python_makes_of(strength: float) -> None:
        """Pictures equal but for one grey level, and the mean PSNR of each row."""
        up_to_date(page)
        noisy = corrupt(clean, "gaussian", strength, np.random.default_rng(0))
        restored = np.clip(model.reconstruct(noisy), 0, 1)
        for row, pictures in (("Noisy", noisy), ("conv-32", restored)):
            shown = grey(digit(page, row))
            np.testing.assert_allclose(shown, to_bytes(pictures[0]).astype(int), atol=1)
            psnr = restored_psnr(clean, pictures).mean()
            expect(label(page, row)).to_contain_text(f"{psnr:.1f} dB")

    expect_what_python_makes_of(0.4)
    median, before = grey(digit(page, "Median 3×3")), len(sent)
    box = slider(page).bounding_box()
    middle = box["y"] + box["height"] / 2
    page.mouse.move(box["x"] + 0.4 * box["width"], middle)
    page.mouse.down()
    page.mouse.move(box["x"] + 0.9 * box["width"], middle, steps=10)
    page.wait_for_timeout(600)  # held still, but held
    expect(slider(page)).to_have_attribute("aria-valuetext", re.compile(r"^0\.[89]"))
    strength = float(slider(page).get_attribute("aria-valuetext"))
    expect_what_python_makes_of(strength)
    for row in ("Median 3×3", "Gaussian blur"):
        expect(label(page, row)).to_contain_text("not yet updated")
    np.testing.assert_array_equal(grey(digit(page, "Median 3×3")), median)
    assert sent[before:] == [], "nothing is sent while the slider is held"
    assert "strength" not in page.url
    page.mouse.up()
    expect(page).to_have_url(re.compile(f"strength={strength:g}"))
    for row in ("Median 3×3", "Gaussian blur"):
        expect(label(page, row).get_by_text("not yet updated")).to_be_hidden()
    assert (grey(digit(page, "Median 3×3")) != median).any()
    expect_what_python_makes_of(strength)
    assert watched.errors == []


def test_the_strength_is_set_by_keys_and_the_newest_one_stays(app, page, watched, quiet_log):
    page.goto(app.address("denoise", "strength=0.43"))
    expect(digit(page, "conv-32")).to_have_attribute("data-painted", "true", timeout=SLOW)
    expect(slider(page)).to_have_attribute("aria-valuetext", "0.43")
    settled(page)
    slider(page).press("Home")
    expect(label(page, "Noisy")).to_contain_text("58.9 dB")
    expect(page).to_have_url(re.compile("strength=0(&|$)"))
    for _ in range(3):  # while Python is at work for the one before
        slider(page).press("ArrowRight")
        page.wait_for_timeout(350)
    expect(page).to_have_url(re.compile(r"strength=0\.15"))
    settled(page)
    expect(slider(page)).to_have_attribute("aria-valuetext", "0.15")
    expect(slider(page)).to_be_focused()
    page.get_by_role("link", name="Draw").click(delay=PRESS)
    expect(page.get_by_role("heading", level=1)).to_contain_text("What happens")
    page.get_by_role("link", name="Denoise").click(delay=PRESS)
    expect(slider(page)).to_have_attribute("aria-valuetext", "0.15")
    expect(page).to_have_url(re.compile(r"strength=0\.15"))
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
    pad.expect_ink("2 strokes")
    assert pixels(pad.canvas) == drawn, "the digit itself is as it was"
    expect(noisy).not_to_have_accessible_name("Noisy: 58.9 dB")
    expect(digit(page, "Median 3×3")).to_be_visible(timeout=SLOW)  # when the pen has come to rest
    expect(label(page, "Noisy")).not_to_contain_text("58.9 dB")
    pad.button("Undo").click()
    expect(noisy).to_have_accessible_name("Noisy: 58.9 dB")
    slider(page).press("End")
    expect(noisy).not_to_have_accessible_name("Noisy: 58.9 dB")
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
    page.get_by_role("link", name="Denoise").click(delay=PRESS)
    page.get_by_role("radio", name="My drawing").click()
    expect(pad.results.get_by_label(re.compile("^Noisy"))).to_be_visible(timeout=SLOW)
    pad.expect_ink("1 stroke")
    assert pixels(pad.canvas) == drawn
    settled(page)
    pad.button("Noise pen").click()
    pad.draw(SCRIBBLE)
    pad.expect_ink("2 strokes")
    page.get_by_role("link", name="Draw").click(delay=PRESS)
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
    page.get_by_role("link", name="Denoise").click(delay=PRESS)
    page.get_by_role("radio", name="My drawing").click()
    expect(pad.canvas).to_be_visible(timeout=SLOW)
    settled(page)
    page.get_by_role("button", name="Use a test digit", exact=True).click()
    expect_pixels_to_change(pad.canvas, before)
    settled(page)
    after = pixels(pad.canvas)
    page.get_by_role("link", name="Draw").click(delay=PRESS)
    expect(page.get_by_role("heading", level=1)).to_contain_text("What happens")
    expect(pad.canvas).to_be_visible(timeout=SLOW)
    pad.expect_ink("a picture and 0 strokes")
    settled(page)
    assert pixels(pad.canvas) == after, "the digit chosen last, not the one before it"
    assert watched.errors == []
