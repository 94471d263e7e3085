"""The drawing pad as a person meets it: by what is written on it, and by the mouse."""

from __future__ import annotations

import re
import time

from playwright.sync_api import Locator, Page, expect

# A seven, in fractions of the canvas.
SEVEN = [(0.25, 0.2), (0.75, 0.2), (0.6, 0.5), (0.45, 0.85)]
# A bar to put through it.
BAR = [(0.3, 0.55), (0.7, 0.55)]
TWO_FRAMES = """() => new Promise(
  (done) => requestAnimationFrame(() => requestAnimationFrame(done))
)"""


class Pad:
    """The pad of a page. Locators pierce its shadow root; document.querySelector does not."""

    def __init__(self, page: Page):
        self.page = page
        self.canvas = page.get_by_label(re.compile("^Drawing area"))
        self.results = page.locator(".results")
        self.reconstruction = self.results.get_by_label(re.compile("^Reconstruction"))
        self.seen = self.results.get_by_label(re.compile("^Network input"))
        self.message = page.locator(".message")

    def button(self, name: str) -> Locator:
        return self.page.get_by_role("button", name=name, exact=True)

    def expect_ink(self, words: str) -> None:
        expect(self.canvas).to_have_accessible_name(f"Drawing area, {words}")

    def settled(self) -> None:
        """Wait until the frame has been painted that shows the results of the newest ink."""
        self.page.evaluate(TWO_FRAMES)

    def places(self, points) -> list[tuple[float, float]]:
        """Points in fractions of the canvas -> points of the window."""
        self.canvas.scroll_into_view_if_needed()
        box = self.canvas.bounding_box()
        return [(box["x"] + x * box["width"], box["y"] + y * box["height"]) for x, y in points]

    def put_pen_down(self, points) -> None:
        """Draw with the mouse and leave its button pressed."""
        (x, y), *others = self.places(points)
        self.page.mouse.move(x, y)
        self.page.mouse.down()
        for x, y in others:
            self.page.mouse.move(x, y, steps=8)

    def lift_pen(self) -> None:
        self.page.mouse.up()

    def draw(self, points) -> None:
        self.put_pen_down(points)
        self.lift_pen()
        self.settled()


def pixels(canvas: Locator) -> str:
    """What a canvas shows, as a string to compare."""
    return canvas.evaluate("canvas => canvas.toDataURL()")


def expect_pixels_to_change(canvas: Locator, old: str) -> None:
    """Wait until the canvas, or the one that has taken its place, shows something else."""
    end = time.monotonic() + 60
    while pixels(canvas) == old:
        assert time.monotonic() < end, "the picture stays as it was"
        canvas.page.wait_for_timeout(20)


def has_ink(canvas: Locator) -> bool:
    """Whether anything on the canvas is brighter than black."""
    return canvas.evaluate(
        """canvas => {
          const { data } = canvas.getContext("2d")
            .getImageData(0, 0, canvas.width, canvas.height);
          return data.some((value, i) => i % 4 < 3 && value > 20);
        }"""
    )
