"""The components on a page: pictures that arrive, a phone's screen, fingers and keys."""

from __future__ import annotations

import re
import shutil
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from pad_driver import SEVEN, Pad
from playwright.sync_api import Locator, Page, expect

from ae import store

REPOSITORY = Path(__file__).parents[2]
OTHERS = ("conv-2", "conv-4", "conv-8")
HEADER = 60  # pixels that Streamlit's bar covers at the top of a phone

# Controls that a finger may miss: less than 24 pixels wide or high (WCAG 2.2, 2.5.8). What is
# unseen has a label that is the target.
SMALL_TARGETS = """() => {
  const found = [];
  for (const { shadowRoot } of document.querySelectorAll("*")) {
    if (!shadowRoot?.querySelector("section")) continue;
    for (const control of shadowRoot.querySelectorAll("button, input, label, [tabindex='0']")) {
      if (control.matches(".unseen") || control.getClientRects().length === 0) continue;
      const { width, height } = control.getBoundingClientRect();
      if (Math.min(width, height) < 23.9) {
        found.push(`${Math.round(width)} × ${Math.round(height)}: ${control.outerHTML}`);
      }
    }
  }
  return found;
}"""

# Controls that look the same with the focus as without it.
RINGLESS = """() => {
  const found = [];
  for (const { shadowRoot } of document.querySelectorAll("*")) {
    if (!shadowRoot?.querySelector("section")) continue;
    for (const control of shadowRoot.querySelectorAll("button, input, [tabindex='0']")) {
      if (control.getClientRects().length === 0 || control.tabIndex < 0) continue;
      control.focus({ focusVisible: true });
      const seen = control.matches(".unseen") ? control.closest("label") : control;
      const { outlineStyle, outlineWidth } = getComputedStyle(seen);
      if (outlineStyle === "none" || parseFloat(outlineWidth) < 2) found.push(control.outerHTML);
    }
  }
  return found;
}"""


def settled(page: Page) -> None:
    expect(page.get_by_test_id("stApp")).to_have_attribute("data-test-script-state", "notRunning")


# --- the map's pictures ---


@pytest.fixture(scope="module")
def other_models(app) -> Iterator[None]:
    """Models to change to, in the list for as long as these tests run."""
    for name in OTHERS:
        shutil.copytree(REPOSITORY / "models" / name, app.models / name)
    yield
    for name in OTHERS:
        shutil.rmtree(app.models / name)


def picture(canvas: Locator) -> np.ndarray:
    """What a canvas of 28 × 28 shows in grey: uint8 (28, 28)."""
    values = canvas.evaluate(
        """canvas => [...canvas.getContext("2d").getImageData(0, 0, 28, 28).data]
          .filter((_, i) => i % 4 === 0)"""
    )
    return np.array(values, np.uint8).reshape(28, 28)


def assert_shows(canvas: Locator, expected: np.ndarray, tolerance: float, what: str) -> None:
    """A canvas shows an image, values in [0, 1], to within so many of 255 grey levels."""
    expect(canvas).to_have_attribute("data-painted", "true")
    shown = picture(canvas)
    assert shown.max() > 128, f"{what} is black"
    assert np.abs(shown - 255 * np.clip(expected, 0, 1)).max() <= tolerance, what


def test_the_map_shows_pictures_of_the_chosen_model_after_every_change(
    app, page, other_models, measured, mnist, watched, quiet_log
):
    page.goto(app.address("latent", "points=1000"))
    here, nearest, reconstruction = (
        page.locator(f".{name} canvas") for name in ("here", "nearest", "reconstruction")
    )
    for name in ("conv-32", *OTHERS, "conv-32"):
        if page.locator(".main canvas").count():
            page.get_by_role("combobox", name=re.compile("^Model")).click()
            page.get_by_role("option", name=re.compile(rf"^{name}\b")).click()
        expect(page.locator(".main figcaption")).to_contain_text(name)
        settled(page)
        model = store.load(name)
        # at first the place is that of test digit 0, which has its own latent vector on every map
        first = model.reconstruct(mnist.x_test[:1])[0]
        assert_shows(here, first, 2, f"{name}: decoded where digit 0 is")
        assert_shows(reconstruction, first, 2, f"{name}: reconstruction of digit 0")

        chart = page.locator(".main canvas")
        chart.scroll_into_view_if_needed()
        box = chart.bounding_box()
        for part in (0.3, 0.45):
            page.mouse.move(box["x"] + part * box["width"], box["y"] + part * box["height"])
        expect(nearest).not_to_have_attribute("aria-label", re.compile(r"^Test digit no. 0 "))
        number = int(re.search(r"Test digit no. (\d+)", nearest.get_attribute("aria-label"))[1])
        digit = mnist.x_test[number]
        # its sheet has 16 levels of grey, which are 17 apart
        assert_shows(nearest, digit, 9, f"{name}: test digit {number}")
        expected = model.reconstruct(digit[None])[0]
        assert_shows(reconstruction, expected, 2, f"{name}: reconstruction of digit {number}")
    assert watched.errors == []


# --- a phone ---


def phone(new_context, height: int, **options) -> Page:
    size = {"width": 390, "height": height}
    return new_context(viewport=size, has_touch=True, is_mobile=True, **options).new_page()


@pytest.mark.parametrize("height", [844, 664])
def test_on_a_phone_input_and_reconstruction_are_seen_at_once_while_one_draws(
    app, new_context, watched, quiet_log, height
):
    page = phone(new_context, height)
    # code of Streamlit's that may come late: the paper must not wait for it in another place
    page.route(re.compile("/Html.*js"), lambda route: (time.sleep(1), route.continue_()))
    page.goto(app.address("draw"))
    pad = Pad(page)
    pad.expect_ink("empty")
    first = pad.canvas.bounding_box()
    expect(page.get_by_role("slider", name="z 1", exact=True)).to_be_visible()
    page.wait_for_timeout(1500)
    assert pad.canvas.bounding_box() == first, "the paper stays where it came"
    place = page.get_by_role("heading", level=1).bounding_box()
    assert place["y"] < 1.2 * HEADER, "the style has come"
    settled(page)
    pad.canvas.evaluate("canvas => canvas.scrollIntoView({ block: 'end' })")
    before = pad.canvas.bounding_box()
    pad.put_pen_down(SEVEN)
    expect(pad.reconstruction).to_be_visible()
    for picture in (pad.canvas, pad.seen, pad.reconstruction):
        expect(picture).to_be_in_viewport(ratio=1)
        assert picture.bounding_box()["y"] >= HEADER
    assert pad.canvas.bounding_box() == before, "the paper stays where it is under the pen"
    pad.lift_pen()
    assert watched.errors == []


def test_a_finger_meets_every_control(app, new_context, measured, watched, quiet_log):
    page = phone(new_context, 844)
    for address, control in (
        ("draw", page.get_by_role("slider", name="z 32", exact=True)),
        ("latent", page.get_by_role("button", name="Lasso")),
        ("latent?view=Paths", page.get_by_role("slider", name="Frame", exact=True)),
    ):
        page.goto(app.address(address))
        expect(control).to_be_visible()
        settled(page)
        assert page.evaluate(SMALL_TARGETS) == [], address
    assert watched.errors == []


# --- keys ---


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_focus_is_seen_on_every_control(app, new_context, measured, quiet_log, scheme):
    page = new_context(color_scheme=scheme).new_page()
    for address, control in (
        ("draw", page.get_by_role("slider", name="z 32", exact=True)),
        ("latent", page.get_by_role("button", name="Lasso")),
        ("latent?view=Paths", page.get_by_role("slider", name="Frame", exact=True)),
    ):
        page.goto(app.address(address))
        expect(control).to_be_visible()
        settled(page)
        assert page.evaluate(RINGLESS) == [], address
