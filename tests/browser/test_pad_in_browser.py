"""A digit is drawn, and rebuilt while it is being drawn."""

import re

import pytest
from pad_driver import BAR, SEVEN, Pad, expect_pixels_to_change, has_ink, pixels
from playwright.sync_api import Page, expect


def open_pad(page: Page, app) -> Pad:
    page.goto(app.address("draw"))
    pad = Pad(page)
    pad.expect_ink("empty")
    return pad


def error_in(text: str) -> float:
    return float(re.search(r"[Ee]rror (\d+\.\d)", text)[1])


def test_the_reconstruction_follows_the_pen(app, page, watched, quiet_log):
    pad = open_pad(page, app)
    # What stands outside the fragment: a rerun of the page would mount it anew or mark it stale.
    page.get_by_role("heading", level=1).evaluate("heading => { heading.mark = 'the first' }")

    pad.put_pen_down(SEVEN[:2])
    expect(pad.reconstruction).to_be_visible()
    early = pixels(pad.reconstruction)
    assert has_ink(pad.reconstruction)
    for x, y in pad.places(SEVEN[2:]):
        page.mouse.move(x, y, steps=8)
    expect_pixels_to_change(pad.reconstruction, early)  # and the pen is still down
    assert pad.message.text_content() == "", "nothing is read aloud while the pen is down"
    pad.lift_pen()
    pad.settled()
    expect(pad.message).to_contain_text("Squared error")
    told = error_in(pad.message.text_content())
    assert told == error_in(pad.reconstruction.get_attribute("aria-label"))
    assert 0 < told < 100

    assert page.get_by_role("heading", level=1).evaluate("heading => heading.mark") == "the first"
    assert watched.errors == []


def test_undo_redo_and_clear(app, page, watched, quiet_log):
    pad = open_pad(page, app)
    for name in ("Undo", "Redo", "Clear"):
        expect(pad.button(name)).to_have_attribute("aria-disabled", "true")
    pad.draw(SEVEN)
    pad.expect_ink("1 stroke")
    one = pixels(pad.canvas), pixels(pad.reconstruction)
    pad.draw(BAR)
    pad.expect_ink("2 strokes")
    two = pixels(pad.canvas), pixels(pad.reconstruction)
    assert one[0] != two[0]
    assert one[1] != two[1]

    def now() -> tuple[str, str]:
        pad.settled()
        return pixels(pad.canvas), pixels(pad.reconstruction)

    pad.button("Undo").click()
    pad.expect_ink("1 stroke")
    assert now() == one
    pad.button("Redo").click()
    pad.expect_ink("2 strokes")
    assert now() == two
    expect(pad.button("Redo")).to_have_attribute("aria-disabled", "true")

    pad.button("Clear").click()
    pad.expect_ink("empty")
    pad.settled()
    expect(pad.results.locator("figure")).to_have_count(0)
    expect(pad.message).to_have_text("")
    assert not has_ink(pad.canvas)
    pad.button("Undo").click()
    pad.expect_ink("2 strokes")
    assert now() == two, "a cleared drawing can be brought back"
    assert watched.errors == []


def test_the_eraser_takes_ink_away(app, page, watched):
    pad = open_pad(page, app)
    pad.draw(SEVEN)
    before = pixels(pad.canvas)
    pad.button("Eraser").click()
    expect(pad.button("Eraser")).to_have_attribute("aria-pressed", "true")
    for _ in range(2):
        pad.draw(SEVEN)
    assert pixels(pad.canvas) != before
    assert watched.errors == []


def test_a_finger_draws_and_does_not_scroll(app, new_context, watched, quiet_log):
    context = new_context(viewport={"width": 390, "height": 600}, has_touch=True, is_mobile=True)
    page = context.new_page()
    pad = open_pad(page, app)
    places = pad.places([(0.5, 0.15 + 0.05 * step) for step in range(15)])
    top = pad.canvas.bounding_box()["y"]
    session = context.new_cdp_session(page)

    def touch(kind: str, *points) -> None:
        session.send(
            "Input.dispatchTouchEvent",
            {"type": kind, "touchPoints": [{"x": x, "y": y, "id": 0} for x, y in points]},
        )

    touch("touchStart", places[-1])
    for place in reversed(places[:-1]):
        touch("touchMove", place)
    expect(pad.reconstruction).to_be_visible()
    touch("touchEnd")
    pad.settled()
    pad.expect_ink("1 stroke")
    assert has_ink(pad.canvas)
    expect(pad.message).to_contain_text("Squared error")
    assert pad.canvas.bounding_box()["y"] == top, "the page has scrolled under the finger"
    assert watched.errors == []


def test_strokes_survive_a_switch_of_pages(app, page, watched, quiet_log):
    pad = open_pad(page, app)
    pad.draw(SEVEN)
    pad.draw(BAR)
    before = pixels(pad.canvas)
    rebuilt = pixels(pad.reconstruction)
    page.get_by_role("link", name="Reconstruct", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("How good is it")
    expect(pad.canvas).to_have_count(0)
    page.get_by_role("link", name="Draw", exact=True).click()
    pad.expect_ink("2 strokes")
    expect(pad.reconstruction).to_be_visible()
    pad.settled()
    assert pixels(pad.canvas) == before
    assert pixels(pad.reconstruction) == rebuilt
    pad.button("Undo").click()
    pad.expect_ink("1 stroke")
    assert watched.errors == []


def test_a_test_digit_can_be_used_and_undone(app, page, watched, quiet_log):
    pad = open_pad(page, app)
    pad.draw(SEVEN)
    mine = pixels(pad.canvas)
    page.get_by_role("button", name="Use a test digit").click()
    pad.expect_ink("a picture and 0 strokes")
    pad.settled()
    assert pixels(pad.canvas) != mine
    pad.button("Undo").click()
    pad.expect_ink("1 stroke")
    assert pixels(pad.canvas) == mine
    assert watched.errors == []


def test_nothing_is_sent_while_the_pen_is_down(app, page, watched, quiet_log):
    sent = []
    page.on("websocket", lambda socket: socket.on("framesent", lambda frame: sent.append(frame)))
    pad = open_pad(page, app)
    pad.draw(BAR)
    expect(pad.reconstruction).to_be_visible()
    expect(page.get_by_role("heading", name="Download")).to_be_visible()
    assert sent, "the drawing that has come to rest is sent"
    sent.clear()
    pad.put_pen_down(SEVEN)
    before = pixels(pad.reconstruction)
    page.wait_for_timeout(1000)
    for x, y in pad.places([(0.9, 0.9), (0.1, 0.9)]):
        page.mouse.move(x, y, steps=8)
    pad.settled()
    assert pixels(pad.reconstruction) != before
    assert sent == []
    pad.lift_pen()
    pad.page.wait_for_timeout(1000)
    assert sent
    assert watched.errors == []


@pytest.mark.parametrize(
    "screen",
    [
        {"viewport": {"width": 390, "height": 844}, "device_scale_factor": 3},
        {"viewport": {"width": 640, "height": 450}, "device_scale_factor": 2},
    ],
    ids=["a phone with fine pixels", "zoomed to 200 %"],
)
def test_ink_is_where_the_pen_is_on_every_screen(app, new_context, watched, quiet_log, screen):
    page = new_context(**screen).new_page()
    pad = open_pad(page, app)
    pad.draw([(0.2, 0.7), (0.8, 0.7)])
    expect(pad.reconstruction).to_be_visible()
    left, top, right, bottom = ink_bounds(pad)
    thickness = 50 / 560
    assert left == pytest.approx(0.2 - thickness / 2, abs=0.02)
    assert right == pytest.approx(0.8 + thickness / 2, abs=0.02)
    assert top == pytest.approx(0.7 - thickness / 2, abs=0.02)
    assert bottom == pytest.approx(0.7 + thickness / 2, abs=0.02)
    assert watched.errors == []


def ink_bounds(pad: Pad) -> list[float]:
    """Where the ink begins and ends, left, top, right and bottom, as parts of the canvas."""
    return pad.canvas.evaluate(
        """canvas => {
          const { data, width, height } = canvas.getContext("2d").getImageData(0, 0, 560, 560);
          const box = [width, height, 0, 0];
          for (let i = 0; i < width * height; i++) {
            if (data[4 * i] < 128) continue;
            const [x, y] = [i % width, Math.floor(i / width)];
            box[0] = Math.min(box[0], x);
            box[1] = Math.min(box[1], y);
            box[2] = Math.max(box[2], x + 1);
            box[3] = Math.max(box[3], y + 1);
          }
          return box.map((value) => value / width);
        }"""
    )


def test_a_phone_is_turned_round_while_one_draws(app, new_context, watched, quiet_log):
    page = new_context(viewport={"width": 390, "height": 844}).new_page()
    pad = open_pad(page, app)
    pad.draw(BAR)
    expect(pad.reconstruction).to_be_visible()
    before = pixels(pad.canvas)
    page.set_viewport_size({"width": 844, "height": 390})
    pad.settled()
    assert pixels(pad.canvas) == before
    pad.draw([(0.5, 0.2), (0.5, 0.8)])
    pad.expect_ink("2 strokes")
    left, _, right, _ = ink_bounds(pad)
    assert (left + right) / 2 == pytest.approx(0.5, abs=0.02)
    assert watched.errors == []
