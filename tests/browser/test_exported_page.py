"""A model as one HTML file: opened from a disk, without a network, on a phone."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, expect

from ae.__main__ import main
from ae.store import export_page

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def file(tmp_path_factory):
    path = tmp_path_factory.mktemp("page") / "digits.html"
    assert main(["export", "conv-32", "-o", str(path)]) == 0
    assert path.stat().st_size <= export_page.LARGEST_PAGE
    return path


@pytest.fixture
def phone(browser: Browser, file):
    context = browser.new_context(
        viewport={"width": 390, "height": 800}, has_touch=True, is_mobile=True, offline=True
    )
    page = context.new_page()
    faults, asked = [], []
    page.on("pageerror", lambda fault: faults.append(fault))
    page.on("request", lambda request: asked.append(request.url))
    page.goto(file.as_uri())
    yield page
    assert not faults
    assert asked == [file.as_uri()]  # nothing but the file itself
    context.close()


def ink_of(page, canvas: str) -> float:
    """The mean grey of a canvas, from 0 to 255."""
    return page.locator(canvas).evaluate(
        "(c) => { const p = c.getContext('2d').getImageData(0, 0, c.width, c.height).data;"
        " let sum = 0; for (let i = 0; i < p.length; i += 4) sum += p[i];"
        " return 4 * sum / p.length; }"
    )


def draw_a_three(page, with_finger: bool) -> None:
    page.locator(".ink").scroll_into_view_if_needed()
    box = page.locator(".ink").bounding_box()
    places = ((0.3, 0.25), (0.65, 0.25), (0.45, 0.5), (0.65, 0.65), (0.4, 0.85))
    (first, *others) = [
        (box["x"] + x * box["width"], box["y"] + y * box["height"]) for x, y in places
    ]
    if with_finger:
        session = page.context.new_cdp_session(page)
        for kind, points in [
            ("touchStart", [first]),
            *[("touchMove", [place]) for place in others],
            ("touchEnd", []),
        ]:
            touched = {"type": kind, "touchPoints": [{"x": x, "y": y} for x, y in points]}
            session.send("Input.dispatchTouchEvent", touched)
        return
    page.mouse.move(*first)
    page.mouse.down()
    for place in others:
        page.mouse.move(*place, steps=8)
    page.mouse.up()


@pytest.mark.parametrize("with_finger", [False, True])
def test_a_drawing_is_reconstructed_without_a_network_and_a_bar_changes_it(phone, with_finger):
    width = phone.evaluate("document.documentElement.scrollWidth")
    assert width <= 390  # nothing sticks out
    message = phone.locator(".message")
    expect(message).to_have_text("Draw a digit.")
    draw_a_three(phone, with_finger)
    expect(message).to_contain_text("Squared error")
    phone.wait_for_timeout(200)  # the last frame
    error = float(message.inner_text().split()[2].rstrip("."))
    assert 0 < error < 15
    assert ink_of(phone, ".output") == pytest.approx(ink_of(phone, ".input"), rel=0.2)
    before = ink_of(phone, ".output")
    bar = phone.get_by_label("z1", exact=True)
    bar.focus()
    bar.press("End")
    assert ink_of(phone, ".output") != before
    phone.get_by_role("button", name="Reset latent values").click()
    assert ink_of(phone, ".output") == before
    phone.get_by_role("button", name="Undo").click()
    expect(message).to_have_text("Draw a digit.")


def test_keys_draw_too(phone):
    phone.locator(".ink").focus()
    phone.keyboard.press("Space")
    for _ in range(12):
        phone.keyboard.press("ArrowDown")
    expect(phone.locator(".message")).to_contain_text("Squared error")
    phone.get_by_role("button", name="Clear").click()
    expect(phone.locator(".ink")).to_have_attribute("aria-label", "Drawing area, empty")


def test_the_page_says_what_the_card_says(phone):
    from ae import store

    card = store.read_card("conv-32")
    facts = phone.get_by_label("Facts")
    expect(facts).to_contain_text(f"{card.test.squared_error:.2f} on the test images")
    expect(facts).to_contain_text(f"{card.parameters:,}")
