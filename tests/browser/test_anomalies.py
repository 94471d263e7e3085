"""Anomalies in a browser: a drawing gets its verdict, and the histogram its controls beside it."""

import re

from pad_driver import SEVEN, Pad
from playwright.sync_api import expect

SLOW = 120_000  # the first look at a page computes what the later ones find done


def test_what_is_drawn_is_judged_and_kept(app, new_context, watched, quiet_log):
    page = new_context(viewport={"width": 1280, "height": 800}).new_page()
    page.goto(app.address("anomalies", "odd=Drawn+by+you"))
    pad = Pad(page)
    expect(pad.canvas).to_be_visible(timeout=SLOW)
    expect(page.get_by_text("Draw what is no digit")).to_be_visible()
    expect(page.get_by_text("The score and the verdict of your images appear here.")).to_be_visible(
        timeout=SLOW
    )
    yours = page.get_by_role("heading", name=re.compile("^Your images"))
    expect(yours).to_have_count(0)
    pad.draw(SEVEN)
    expect(yours).to_have_text(re.compile(r"^Your images: [01] of 1 counts as odd"))
    page.get_by_role("button", name="Keep this drawing").click()
    expect(page.get_by_text("1 of at most 20 drawings kept.")).to_be_visible()
    expect(pad.seen).to_have_count(0)  # the pad is empty, for the next one
    pad.draw([(0.5, 0.2), (0.5, 0.8)])
    expect(yours).to_have_text(re.compile(r"^Your images: [012] of 2 count as odd"))
    page.get_by_role("radio", name="Shapes").or_(page.get_by_role("button", name="Shapes")).click()
    expect(page.get_by_role("heading", name=re.compile("^Misses"))).to_be_visible(timeout=SLOW)
    page.mouse.wheel(0, -5000)
    for control in ("odd", "score", "alarms"):
        expect(page.locator(f".st-key-{control}")).to_be_in_viewport(ratio=1)
    assert watched.errors == []
