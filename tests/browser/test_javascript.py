"""The components' JavaScript by itself: what it computes, and when it plays, sends and ends."""

from __future__ import annotations

import base64
import math
from collections.abc import Callable

import numpy as np
import pytest
from playwright.sync_api import Page
from script_driver import NAMES, Script, mount

rng = np.random.default_rng(0)


@pytest.fixture
def blank(new_context) -> Page:
    return new_context().new_page()


@pytest.fixture
def script(blank) -> Callable[..., Script]:
    """script("latent_map", "thinned") loads that component and gives a way to call `thinned`."""
    return lambda component, *names: Script(blank, component, *names)


def test_a_component_leaves_no_name_on_the_page(blank):
    own = "() => Object.getOwnPropertyNames(globalThis)"
    before = set(blank.evaluate(own))
    for name in NAMES:
        Script(blank, name, "component")
    # shared on purpose: there the components of a page meet
    assert set(blank.evaluate(own)) - before == {"aeLab"}


def test_a_component_ends_once_and_only_when_it_has_left_the_page(blank):
    element = mount(
        blank,
        "animation",
        """const log = (globalThis.log = []);
        export default component({
          mount: () => log.push("mount"),
          receive: (view, data) => log.push(data),
          dismiss: () => log.push("dismiss"),
        });""",
    )
    settle = "() => new Promise((done) => setTimeout(done, 10))"
    element.evaluate("it => { it.give('one'); const old = it.cleanup; it.give('two'); old(); }")
    blank.evaluate(settle)
    assert blank.evaluate("log") == ["mount", "one", "two"], "a superseded call has been cleaned up"
    element.evaluate("it => { it.host.remove(); it.cleanup(); it.cleanup(); }")
    blank.evaluate(settle)
    assert blank.evaluate("log") == ["mount", "one", "two", "dismiss"]


@pytest.mark.parametrize("channels", [1, 3])
def test_bytes_become_pixels(script, channels):
    values = rng.integers(0, 256, (28, 28, channels), dtype=np.uint8)
    shown = script("animation", "imageOf", "bytesOf").run(
        "[...module.imageOf(module.bytesOf(given[0]), 28).data]",
        base64.b64encode(values.tobytes()).decode(),
    )
    pixels = np.array(shown).reshape(28, 28, 4)
    np.testing.assert_array_equal(pixels[..., :3], np.broadcast_to(values, (28, 28, 3)))
    assert (pixels[..., 3] == 255).all()


def test_bytes_are_sent_as_base64(script):
    values = rng.integers(0, 256, 10_000, dtype=np.uint8)
    text = script("drawing_pad", "base64Of").run(
        "module.base64Of(Uint8Array.from(given[0]))", values.tolist()
    )
    assert base64.b64decode(text) == values.tobytes()


# --- the player ---

PLAYER = """([module, options]) => {
  const make = (tag) => document.body.appendChild(document.createElement(tag));
  const slider = Object.assign(make("input"), { type: "range", min: 0, max: 3, value: 0 });
  globalThis.button = make("button");
  globalThis.slider = slider;
  globalThis.shown = [];
  globalThis.player = new module.Player({
    slider, button, show: () => shown.push(Number(slider.value)), frameMs: 100, ...options,
  });
}"""


def stop_the_clock(page: Page) -> None:
    page.clock.install(time=0)
    page.clock.pause_at(1000)


def player(page: Page, **options) -> None:
    stop_the_clock(page)
    module = Script(page, "animation", "Player").module
    page.evaluate(PLAYER, [module, options])


def play_for(page: Page, milliseconds: int) -> list[int]:
    page.evaluate("shown.length = 0")
    page.clock.run_for(milliseconds)
    return page.evaluate("shown")


def test_a_player_moves_only_when_asked_and_ends_at_the_last_frame(blank):
    player(blank)
    assert play_for(blank, 1000) == []
    blank.evaluate("button.click()")
    assert play_for(blank, 250) == [1, 2]
    assert blank.evaluate("button.textContent") == "Pause"
    assert play_for(blank, 1000) == [3]
    assert blank.evaluate("button.textContent") == "Play"
    blank.evaluate("button.click()")
    assert blank.evaluate("slider.value") == "0", "from the end it begins anew"


def test_a_player_that_bounces_goes_there_and_back_until_it_is_stopped(blank):
    player(blank, bounces=True)
    blank.evaluate("button.click()")
    assert play_for(blank, 800) == [1, 2, 3, 2, 1, 0, 1, 2]
    blank.evaluate("button.click()")
    assert play_for(blank, 1000) == []


def test_a_hand_on_the_slider_stops_the_player(blank):
    player(blank, bounces=True)
    blank.evaluate("button.click()")
    blank.evaluate("slider.value = 1; slider.dispatchEvent(new Event('input'))")
    assert play_for(blank, 1000) == []
    assert blank.evaluate("slider.value") == "1"


def test_a_player_is_slower_for_whoever_wants_less_motion(new_context):
    page = new_context(reduced_motion="reduce").new_page()
    player(page)
    page.evaluate("button.click()")
    assert play_for(page, 299) == []
    assert play_for(page, 2) == [1]


# --- the drawing pad ---


def test_the_ink_sent_is_the_mean_of_each_block(script):
    fine = rng.integers(0, 256, (560, 560), dtype=np.uint8)
    text = base64.b64encode(fine.tobytes()).decode()
    pad = script("drawing_pad", "blockMeans", "bytesOf")
    means = pad.run(
        """{
          const grey = module.bytesOf(given[0]), pixels = new Uint8Array(4 * grey.length);
          grey.forEach((value, i) => { pixels[4 * i + 3] = value; });
          return [...module.blockMeans(pixels, 3)];
        }""",
        text,
    )
    expected = fine.reshape(56, 10, 56, 10).mean(axis=(1, 3))
    assert np.abs(np.array(means).reshape(56, 56) - expected).max() <= 0.5


@pytest.mark.parametrize(
    ("kinds", "words"),
    [
        ([], "empty"),
        (["stroke"], "1 stroke"),
        (["stroke", "stroke"], "2 strokes"),
        (["stroke", "clear"], "empty"),
        (["stroke", "picture"], "a picture and 0 strokes"),
        (["picture", "stroke"], "a picture and 1 stroke"),
        (["stroke", "clear", "stroke"], "1 stroke"),
    ],
)
def test_a_drawing_in_words(script, kinds, words):
    marks = [{"kind": kind} for kind in kinds]
    assert script("drawing_pad", "inWords")("inWords", {"drawing": {"marks": marks}}) == words


def test_scribbles_are_seen_by_a_pad_with_a_noise_pen_alone(script):
    marks = [{"kind": "stroke"}, {"kind": "stroke", "scribble": True}]
    pad = script("drawing_pad", "inWords")
    for has_noise_pen, words in ((True, "2 strokes"), (False, "1 stroke")):
        view = {"drawing": {"marks": marks}, "noisePen": has_noise_pen}
        assert pad("inWords", view) == words


def test_a_pointer_is_placed_on_the_canvas_whatever_its_size_on_the_screen(script):
    box = {"left": 10, "top": 20, "width": 280, "height": 140}
    place = script("drawing_pad", "placeIn")("placeIn", box, {"clientX": 80, "clientY": 90})
    assert place == [140, 280]


@pytest.mark.parametrize(
    ("size", "fitted"),
    [((100, 50), [100, 50]), ((1024, 512), [512, 256]), ((5120, 1), [512, 1])],
)
def test_a_pasted_picture_is_scaled_down_and_never_up(script, size, fitted):
    picture = {"width": size[0], "height": size[1]}
    assert script("drawing_pad", "fitted")("fitted", picture) == fitted


# --- bars and the map of two dimensions ---


def test_a_bar_grows_from_the_mean_and_ends_at_the_reach(script):
    bars = script("code_bars", "barHeights")
    assert bars("barHeights", 1.5, -3, 3) == {"low": 50, "high": 75, "was": 0}
    assert bars("barHeights", -9, 0, 3) == {"low": 0, "high": 50, "was": 50}


@pytest.mark.parametrize("count", [1, 2, 8, 16, 32, 64, 256])
def test_every_bar_is_as_wide_as_a_finger_needs_and_rows_are_even(script, count):
    bars = script("code_bars", "columnsFor")
    for width in (320, 358, 700):
        columns = bars("columnsFor", count, width)
        assert width / columns >= 24
        rows = math.ceil(count / columns)
        assert rows == math.ceil(count / (width // 24)), "there are no more rows than it takes"
        assert columns * rows - count < rows, "the last row is shorter by less than a bar a row"


def test_a_place_on_the_map_of_two_dimensions_comes_back(script):
    bars = script("code_bars", "placeOf", "positionsAt")
    x, y = bars("placeOf", [1.5, -2.0], 3, 200)
    box = {"left": 5, "top": 7, "width": 200, "height": 200}
    at = bars("positionsAt", box, {"clientX": x + 5, "clientY": y + 7}, 3)
    assert at == pytest.approx([1.5, -2.0])
    assert bars("placeOf", [3, 3], 3, 200) == [200, 0], "up is up"


@pytest.mark.parametrize(("height", "width", "count"), [(7, 7, 32), (18, 17, 1), (4, 4, 20)])
def test_each_latent_value_has_a_square_of_its_own(script, height, width, count):
    """Where a value is painted, a click finds it; between the maps there is none."""
    run = script("code_bars", "paper", "squareOf", "valueAt").run
    found = run(
        """(() => {
          const [height, width, count] = given;
          const size = height * width * count;
          const plan = { height, width, count };
          const sheet = module.paper(document.createElement("canvas"), plan, count);
          const at = (x, y) => module.valueAt(sheet, x, y, size);
          const places = [...Array(size).keys()].map((index) => module.squareOf(sheet, index));
          return { back: places.map(([x, y]) => at(x + 0.5, y + 0.5)), gap: at(width + 0.5, 0.5) };
        })()""",
        *(height, width, count),
    )
    assert found["back"] == list(range(height * width * count))
    assert found["gap"] is None
