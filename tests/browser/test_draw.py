"""Draw beyond the pen: the bars of the latent vector, the closer looks, pictures and downloads."""

from __future__ import annotations

import base64
import io
import json
import re
import shutil
from pathlib import Path

import numpy as np
import pytest
from pad_driver import BAR, SEVEN, Pad, expect_pixels_to_change, has_ink, pixels
from PIL import Image
from playwright.sync_api import Locator, Page, expect

from ae import store
from ae.system.files import write_json

REPOSITORY = Path(__file__).parents[2]


def open_drawn(page: Page, app, query: str = "") -> Pad:
    """The page with a seven on the pad, the closer look made for it."""
    page.goto(app.address("draw", query))
    pad = Pad(page)
    pad.expect_ink("empty")
    expect(first_bar(page)).to_be_visible()
    pad.draw(SEVEN)
    expect(page.get_by_role("heading", name="Download")).to_be_visible()
    return pad


def first_bar(page: Page) -> Locator:
    return page.get_by_role("slider", name="z 1", exact=True)


def decoded(page: Page) -> Locator:
    return page.get_by_label(re.compile(r"^Decoder output\. "))


def png(ink: np.ndarray) -> bytes:
    """Ink, float (h, w), as a PNG, dark on light."""
    file = io.BytesIO()
    Image.fromarray(np.rint(255 * (1 - ink)).astype(np.uint8)).save(file, "PNG")
    return file.getvalue()


def one() -> np.ndarray:
    ink = np.zeros((300, 200))
    ink[40:260, 90:115] = 1
    return ink


def test_a_bar_is_moved_by_keys_and_taken_back(app, page, watched, quiet_log):
    pad = open_drawn(page, app)
    own, rebuilt = pixels(decoded(page)), pixels(pad.reconstruction)
    reset = page.get_by_role("button", name="Reset latent values")
    expect(reset).to_have_attribute("aria-disabled", "true")
    first_bar(page).focus()
    expect(page.get_by_label(re.compile("^The pixels that z1 changes"))).to_be_visible()
    before = float(first_bar(page).input_value())
    for _ in range(10):
        page.keyboard.press("ArrowUp")
    assert float(first_bar(page).input_value()) == pytest.approx(before + 1, abs=0.11)
    expect_pixels_to_change(decoded(page), own)
    assert pixels(pad.reconstruction) == rebuilt, "the drawing's own reconstruction stays"
    page.keyboard.press("ArrowRight")
    expect(page.get_by_role("slider", name="z 2", exact=True)).to_be_focused()
    moved = pixels(decoded(page))
    reset.click()
    expect(reset).to_have_attribute("aria-disabled", "true")
    expect_pixels_to_change(decoded(page), moved)
    assert pixels(decoded(page)) == own
    assert watched.errors == []


def test_the_decoded_picture_follows_the_mouse_on_a_bar(app, page, watched, quiet_log):
    open_drawn(page, app)
    own = pixels(decoded(page))
    first_bar(page).scroll_into_view_if_needed()
    box = first_bar(page).bounding_box()
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + 3, steps=10)
    expect_pixels_to_change(decoded(page), own)  # and the button is still pressed
    page.mouse.up()
    assert float(first_bar(page).input_value()) > 2
    assert watched.errors == []


def test_a_new_stroke_starts_from_its_own_latent_vector(app, page, watched, quiet_log):
    pad = open_drawn(page, app)
    first_bar(page).focus()
    page.keyboard.press("End")
    expect(first_bar(page)).to_have_value("3")
    pad.draw(BAR)
    expect(first_bar(page)).not_to_have_value("3")
    reset = page.get_by_role("button", name="Reset latent values")
    expect(reset).to_have_attribute("aria-disabled", "true")
    assert watched.errors == []


def test_a_step_that_is_switched_off_changes_the_network_input(app, page, watched, quiet_log):
    pad = open_drawn(page, app)
    seen = pixels(pad.seen)
    ink = pixels(pad.canvas)
    page.get_by_text("Crop to the ink").click()
    expect_pixels_to_change(pad.seen, seen)
    assert pixels(pad.canvas) == ink, "strokes survive a rerun of the whole page"
    page.get_by_text("Crop to the ink").click()
    expect(page.get_by_role("switch", name="Crop to the ink")).to_be_checked()
    assert watched.errors == []


@pytest.mark.parametrize(
    ("look", "what"),
    [
        ("Is it a digit?", r"[\d,]+ of the 10,000 test digits have a lower one"),
        ("Nearest training digits", "All 60,000 training digits were searched"),
        ("Comparison with PCA", r"PCA, 32 components"),
    ],
)
def test_a_closer_look_follows_when_the_pen_rests(app, page, watched, quiet_log, look, what):
    pad = open_drawn(page, app, f"look={look}")
    main = page.get_by_test_id("stMain")
    expect(main.get_by_text(re.compile(what)).first).to_be_visible(timeout=60_000)
    before = main.inner_text()
    pad.draw(BAR)
    page.wait_for_function(
        "([main, before]) => main.innerText !== before", arg=[main.element_handle(), before]
    )
    pad.expect_ink("2 strokes")
    assert watched.errors == []


def test_a_test_digit_of_a_class_needs_no_mouse(app, page, watched, quiet_log):
    page.goto(app.address("draw"))
    pad = Pad(page)
    expect(first_bar(page)).to_be_visible()
    page.get_by_role("button", name="7", exact=True).focus()
    page.keyboard.press("Enter")
    pad.expect_ink("a picture and 0 strokes")
    expect(pad.message).to_contain_text("Squared error")
    assert watched.errors == []


def test_a_picture_file_becomes_ink(app, page, watched, quiet_log):
    page.goto(app.address("draw"))
    pad = Pad(page)
    expect(first_bar(page)).to_be_visible()
    page.get_by_role("button", name="Use a picture").click()
    upload = page.locator("input[type=file]")
    upload.set_input_files({"name": "one.png", "mimeType": "image/png", "buffer": png(one())})
    pad.expect_ink("a picture and 0 strokes")
    pad.settled()
    assert has_ink(pad.seen)
    upload.set_input_files({"name": "no.png", "mimeType": "image/png", "buffer": b"no picture"})
    expect(page.get_by_text("must be a PNG, JPEG, WebP or BMP file")).to_be_visible()
    pad.expect_ink("a picture and 0 strokes")
    assert watched.errors == []


def test_a_pasted_picture_becomes_ink(app, page, watched, quiet_log):
    page.goto(app.address("draw"))
    pad = Pad(page)
    expect(first_bar(page)).to_be_visible()
    page.evaluate(
        """base64 => {
          const bytes = Uint8Array.from(atob(base64), (char) => char.charCodeAt(0));
          const data = new DataTransfer();
          data.items.add(new File([bytes], "one.png", { type: "image/png" }));
          document.dispatchEvent(new ClipboardEvent("paste", { clipboardData: data }));
        }""",
        base64.b64encode(png(one())).decode(),
    )
    pad.expect_ink("a picture and 0 strokes")
    pad.settled()
    assert has_ink(pad.seen)
    assert watched.errors == []


def test_a_link_restores_the_drawing_and_the_settings(app, page, new_context, watched, quiet_log):
    pad = open_drawn(page, app)
    seen = pixels(pad.seen)
    page.get_by_text("Centre by the centre of mass").click()
    expect(page).to_have_url(re.compile("centre=false"))
    expect_pixels_to_change(pad.seen, seen)
    expect(page.get_by_test_id("stApp")).to_have_attribute("data-test-script-state", "notRunning")
    page.get_by_text("Is it a digit?").click()
    expect(
        page.get_by_text(re.compile("of the 10,000 test digits have a lower one"))
    ).to_be_visible(timeout=60_000)
    page.get_by_role("button", name="Link to this page").click()
    shown = page.get_by_test_id("stCode")
    expect(shown).to_contain_text("look=Is")
    expect(shown).to_contain_text("centre=false")
    link = shown.inner_text().strip()
    assert len(link) <= 2000
    page.get_by_label(re.compile("^Task to show")).fill("Draw a *bar* through it.")
    page.get_by_label(re.compile("^Task to show")).press("Enter")
    expect(shown).to_contain_text("task=")
    page.get_by_text("Hide the sidebar").click()
    expect(shown).to_contain_text("hide=sidebar")
    lesson = shown.inner_text().strip()
    page.get_by_role("button", name="Close", exact=True).click()
    expect(shown).not_to_be_visible()
    pad.settled()
    seen = pixels(pad.seen)

    other = new_context().new_page()
    other.goto(link)
    theirs = Pad(other)
    theirs.expect_ink("a picture and 0 strokes")
    expect(
        other.get_by_text(re.compile("of the 10,000 test digits have a lower one"))
    ).to_be_visible(timeout=60_000)
    theirs.settled()
    assert pixels(theirs.seen) == seen
    assert "ink=" not in other.url
    expect(other.get_by_test_id("stSidebar")).to_be_visible()

    other.goto(lesson)
    expect(other.get_by_text("Draw a *bar* through it.")).to_be_visible()
    theirs.expect_ink("a picture and 0 strokes")
    expect(other.get_by_test_id("stSidebar")).not_to_be_visible()

    other.goto(link[:-40])
    expect(other.get_by_text("The drawing in this link could not be read")).to_be_visible()
    theirs.expect_ink("empty")
    assert watched.errors == []


def test_the_downloads_hold_what_is_shown(app, page, watched, quiet_log):
    open_drawn(page, app)
    found = {}
    for name in ("pictures (PNG)", "input (PNG)", "latent vector (CSV)"):
        with page.expect_download() as download:
            page.get_by_role("button", name=f"Download the {name}").click()
        found[name] = download.value.path().read_bytes()
    assert Image.open(io.BytesIO(found["input (PNG)"])).size == (28, 28)
    assert Image.open(io.BytesIO(found["pictures (PNG)"])).height == 280
    assert len(found["latent vector (CSV)"].decode().splitlines()) == 33
    assert watched.errors == []


def test_strokes_and_bars_survive_a_change_of_theme(app, page, watched, quiet_log):
    pad = open_drawn(page, app)
    mine, rebuilt = pixels(pad.canvas), pixels(pad.reconstruction)
    page.emulate_media(color_scheme="dark")
    app_element = page.get_by_test_id("stApp")
    expect(app_element).to_have_css("background-color", "rgb(15, 20, 28)")
    pad.draw(BAR)
    pad.button("Undo").click()
    pad.settled()
    assert pixels(pad.canvas) == mine
    assert pixels(pad.reconstruction) == rebuilt
    first_bar(page).focus()
    page.keyboard.press("End")
    expect(first_bar(page)).to_have_value("3")
    page.emulate_media(color_scheme="light")
    expect(app_element).to_have_css("background-color", "rgb(255, 255, 255)")
    expect(first_bar(page)).to_have_value("3")
    assert watched.errors == []


def test_the_message_is_not_read_aloud_at_every_frame(app, page, watched, quiet_log):
    pad = open_drawn(page, app)
    expect(pad.message).to_contain_text("Squared error")
    assert pad.message.get_attribute("aria-live") == "polite"
    pad.message.evaluate(
        """element => {
          window.spoken = [];
          new MutationObserver(() => window.spoken.push(element.textContent))
            .observe(element, { childList: true });
        }"""
    )
    first = pixels(pad.reconstruction)
    pad.put_pen_down(BAR)
    expect_pixels_to_change(pad.reconstruction, first)
    assert page.evaluate("spoken") == []
    pad.lift_pen()
    page.wait_for_function("spoken.length > 0")
    assert len(page.evaluate("spoken")) == 1
    assert watched.errors == []


@pytest.fixture
def add_model(app):
    """add_model("linear-32", "mine") lists a shipped model under a name while a test runs."""
    added = []

    def add(shipped: str, name: str = "") -> str:
        folder = app.models / (name or shipped)
        folder.mkdir()
        added.append(folder)
        for file in (store.MODEL_FILE, store.CARD_FILE, store.GRAPH_FILE):
            shutil.copy2(REPOSITORY / "models" / shipped / file, folder / file)
        card = json.loads((folder / store.CARD_FILE).read_text())
        write_json(folder / store.CARD_FILE, card | {"name": folder.name})
        return folder.name

    yield add
    for folder in added:
        shutil.rmtree(folder)


@pytest.fixture
def conv_2(add_model):
    """A model with two latent dimensions."""
    return add_model("conv-2")


def test_a_linear_model_whose_output_leaves_the_range_is_drawn_with(
    app, page, add_model, watched, quiet_log
):
    name = add_model("linear-32")
    page.goto(app.address("draw", f"model={name}"))
    pad = Pad(page)
    expect(first_bar(page)).to_be_visible()
    pad.draw(SEVEN)
    assert has_ink(pad.reconstruction)
    expect(pad.message).to_contain_text("below 0 or above 1")
    before = pixels(pad.reconstruction)
    page.get_by_role("button", name="3", exact=True).click()
    expect_pixels_to_change(pad.reconstruction, before)
    pad.expect_ink("a picture and 0 strokes")
    expect(page.get_by_text("encountered an error")).to_have_count(0)
    assert watched.errors == []


def test_the_nearest_digits_of_a_part_are_shown_while_the_rest_is_encoded(
    app, page, add_model, watched, quiet_log
):
    name = add_model("conv-32", "unencoded-32")
    page.goto(app.address("draw", f"model={name}&look=Nearest training digits"))
    pad = Pad(page)
    expect(first_bar(page)).to_be_visible()
    pad.draw(SEVEN)
    by_latent_vector = page.get_by_role("img", name=re.compile("^Nearest by latent vector"))
    part = page.get_by_text(re.compile(r"[\d,]+ of 60,000 training digits searched"))
    expect(part).to_be_visible()
    expect(by_latent_vector).to_have_count(5)
    expect(part).to_be_visible()
    before = part.inner_text()
    expect(part).not_to_have_text(before)  # it goes on by itself
    all_of_them = page.get_by_text("All 60,000 training digits were searched.")
    expect(all_of_them).to_have_count(2, timeout=300_000)  # on two busy cores
    expect(by_latent_vector).to_have_count(5)
    expect(part).to_have_count(0)
    assert watched.errors == []


@pytest.mark.parametrize("size", [(1280, 800), (390, 844)])
def test_pad_and_reconstruction_are_on_the_first_screen(app, new_context, watched, quiet_log, size):
    width, height = size
    page = new_context(viewport={"width": width, "height": height}).new_page()
    pad = open_drawn(page, app)
    page.evaluate("document.querySelector('[data-testid=stMain]').scrollTo(0, 0)")
    seen = [pad.canvas, pad.reconstruction, *([first_bar(page)] if width > 1000 else [])]
    for place in seen:
        box = place.bounding_box()
        assert box["y"] >= 0
        assert box["y"] + box["height"] <= height
        assert box["x"] + box["width"] <= width
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert watched.errors == []


def test_strokes_survive_the_choice_of_another_model(app, page, conv_2, watched, quiet_log):
    pad = open_drawn(page, app)
    mine, rebuilt = pixels(pad.canvas), pixels(pad.reconstruction)
    page.get_by_role("combobox", name="Model").click()
    page.get_by_role("option", name=conv_2).click()
    expect(page.get_by_role("heading", name="Latent vector: 2 values")).to_be_visible()
    expect_pixels_to_change(pad.reconstruction, rebuilt)
    pad.settled()
    pad.expect_ink("1 stroke")
    assert pixels(pad.canvas) == mine
    assert watched.errors == []


def test_two_latent_values_are_moved_on_a_map(app, page, conv_2, watched, quiet_log):
    page.goto(app.address("draw", f"model={conv_2}"))
    pad = Pad(page)
    pad.expect_ink("empty")
    code_map = page.get_by_label(re.compile("^Latent map"))
    expect(code_map).to_be_visible()
    pad.draw(SEVEN)
    expect(page.get_by_role("heading", name="Download")).to_be_visible()
    own, rebuilt = pixels(decoded(page)), pixels(pad.reconstruction)
    code_map.scroll_into_view_if_needed()
    box = code_map.bounding_box()
    page.mouse.move(box["x"] + 0.2 * box["width"], box["y"] + 0.3 * box["height"])
    page.mouse.down()
    expect_pixels_to_change(decoded(page), own)
    pressed = pixels(decoded(page))
    page.mouse.move(box["x"] + 0.8 * box["width"], box["y"] + 0.7 * box["height"], steps=8)
    expect_pixels_to_change(decoded(page), pressed)
    page.mouse.up()
    name = code_map.get_attribute("aria-label")
    code_map.focus()
    page.keyboard.press("ArrowLeft")
    expect(code_map).not_to_have_attribute("aria-label", name)
    assert pixels(pad.reconstruction) == rebuilt, "the drawing's own reconstruction stays"
    page.get_by_role("button", name="Reset latent values").click()
    page.wait_for_function(
        "([canvas, own]) => canvas.toDataURL() === own", arg=[decoded(page).element_handle(), own]
    )
    assert watched.errors == []


def test_a_pen_draws_and_its_reconstruction_follows(app, page, watched, quiet_log):
    pad = open_drawn(page, app)
    before = pixels(pad.reconstruction)
    device = page.context.new_cdp_session(page)

    def pen(kind: str, place: tuple[float, float], buttons: int) -> None:
        x, y = place
        at = {"x": x, "y": y, "button": "left", "buttons": buttons, "clickCount": 1}
        device.send("Input.dispatchMouseEvent", {"type": kind, "pointerType": "pen", **at})

    start, end = pad.places(BAR)
    pen("mousePressed", start, 1)
    for part in (0.25, 0.5, 0.75, 1):
        pen("mouseMoved", (start[0] + part * (end[0] - start[0]), start[1]), 1)
    expect_pixels_to_change(pad.reconstruction, before)
    pen("mouseReleased", end, 0)
    pad.settled()
    pad.expect_ink("2 strokes")
    assert watched.errors == []
