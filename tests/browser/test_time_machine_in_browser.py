"""The time machine in a browser: what moves the slider moves everything, and asks nobody."""

from __future__ import annotations

import re

import pytest
from pad_driver import BAR, SEVEN, Pad, pixels
from playwright.sync_api import Page, expect

from ae.config import ModelConfig, TrainingConfig
from ae.runs import Settings, worker

NAME = "filmed-4"


@pytest.fixture(scope="module")
def filmed(app, tensorflow, small_npz) -> str:
    """Name of a run in the app's folder that has ended and has a film."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("AE_MODELS", str(app.models))
        worker.execute(
            NAME,
            Settings(
                ModelConfig(latent_dim=4, filters=(4, 8), decoder_filters=(8, 4)),
                TrainingConfig(epochs=3, batch_size=20, validation_images=0),
                str(small_npz),
            ),
        )
    return NAME


def open_film(page: Page, app, filmed: str):
    """The page with the film, at its last moment: its slider."""
    page.goto(app.address("train", f"run={filmed}"))
    slider = page.get_by_role("slider", name="Snapshot", exact=True)
    expect(slider).to_have_attribute("aria-valuetext", re.compile("^Step 45, "))
    # Until it is measured, the page asks for it each second.
    expect(page.get_by_text("as measured just now")).to_be_attached()
    expect(page.get_by_test_id("stApp")).to_have_attribute("data-test-script-state", "notRunning")
    return slider


def test_pictures_follow_the_slider_while_it_is_dragged_and_nothing_is_sent(
    app, page, filmed, watched, quiet_log
):
    sent = []
    page.on(
        "websocket", lambda socket: socket.on("framesent", lambda payload: sent.append(payload))
    )
    slider = open_film(page, app, filmed)
    digit = page.get_by_role("img", name=re.compile("^Test digit no. 3 above its reconstruction"))
    chart = page.get_by_role("img", name=re.compile("^Latent map of 500 test digits"))
    before = len(sent)
    assert before, "the socket is watched"
    slider.scroll_into_view_if_needed()
    box = slider.bounding_box()
    middle = box["y"] + box["height"] / 2
    page.mouse.move(box["x"] + box["width"] - 8, middle)
    page.mouse.down()
    looks, steps = [], []
    for part in (0.7, 0.4, 0.02):  # the button is down all the while
        page.mouse.move(box["x"] + part * box["width"], middle)
        expect(digit).not_to_have_attribute("aria-label", steps[-1] if steps else "")
        if part == 0.02:
            expect(slider).to_have_attribute("aria-valuetext", re.compile("^Step 0, "))
        expect(digit).to_have_count(1)
        page.evaluate("() => new Promise((done) => requestAnimationFrame(() => setTimeout(done)))")
        steps.append(digit.get_attribute("aria-label"))
        looks.append([c.evaluate("canvas => canvas.toDataURL()") for c in (digit, chart)])
    assert len(set(steps)) == 3
    for one, other in ((0, 1), (1, 2), (0, 2)):
        assert all(a != b for a, b in zip(looks[one], looks[other], strict=True))
    page.mouse.up()
    assert len(sent) == before, "nothing is told to the server"
    assert watched.errors == []


def test_keys_move_it_and_it_plays_when_asked_to_the_end(app, page, filmed, watched, quiet_log):
    slider = open_film(page, app, filmed)
    slider.focus()
    page.keyboard.press("Home")
    expect(slider).to_have_attribute("aria-valuetext", re.compile("^Step 0, "))
    page.keyboard.press("End")
    for _ in range(3):
        page.keyboard.press("ArrowLeft")
    expect(slider).not_to_have_attribute("aria-valuetext", re.compile("^Step (0|45), "))
    curve = page.get_by_role("img", name=re.compile(r"^Squared error over \d+ snapshots"))
    expect(curve).to_have_attribute("aria-label", re.compile(r"PCA\(4\) \d"))
    page.get_by_role("button", name="Play").click()
    expect(slider).to_have_attribute("aria-valuetext", re.compile("^Step 45, "))
    expect(page.get_by_role("button", name="Play", exact=True)).to_be_visible()
    assert watched.errors == []


def test_a_digit_is_drawn_while_the_slider_goes_through_the_training(
    app, page, filmed, watched, quiet_log
):
    slider = open_film(page, app, filmed)
    page.get_by_text("Draw a digit and move the slider").click()
    pad = Pad(page)
    pad.expect_ink("empty")
    pad.draw(SEVEN)
    expect(pad.message).to_contain_text("at step 45.")
    expect(pad.reconstruction).to_be_visible()
    expect(page.get_by_role("img", name=re.compile("^Your drawing above its"))).to_be_visible()
    settled = page.get_by_test_id("stApp")
    expect(settled).to_have_attribute("data-test-script-state", "notRunning")
    last = pixels(pad.reconstruction)
    slider.focus()
    page.keyboard.press("Home")
    expect(pad.message).to_contain_text("at step 0.")
    first = pixels(pad.reconstruction)
    assert first != last
    kernels = []
    for key in ("End", "Home"):  # the layers are those of the snapshot, too
        page.keyboard.press(key)
        closer = page.get_by_role("group", name="Look closer at one layer")
        table = closer.get_by_role("table", name="Kernel")
        expect(closer.locator(".kind")).to_have_text("Conv2D, output 28 × 28 × 4, 40 parameters.")
        expect(pad.message).to_contain_text("at step 0." if key == "Home" else "at step 45.")
        page.wait_for_timeout(500)  # a value is told of when the pen has rested
        kernels.append(table.inner_text())
    assert kernels[0] != kernels[1], "kernels grow with the training"
    pad.put_pen_down(BAR)
    assert pixels(pad.reconstruction) != first, "the network of the first step follows the pen"
    pad.lift_pen()
    pad.expect_ink("2 strokes")
    assert watched.errors == []
