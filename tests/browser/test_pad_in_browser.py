"""A digit is drawn, and rebuilt while it is being drawn."""

import re

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
