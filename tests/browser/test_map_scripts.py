"""The maps' JavaScript by itself: places, pictures from sheets, colours and the error's curve."""

from __future__ import annotations

import base64
import io
import re
import tomllib
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import JSHandle, Page
from script_driver import Script, mount

REPOSITORY = Path(__file__).parents[2]
THEMES = tomllib.loads((REPOSITORY / ".streamlit/config.toml").read_text())["theme"]
FRAME = [[-2.0, 6.0], [100.0, 300.0]]
rng = np.random.default_rng(0)


@pytest.fixture
def blank(new_context) -> Page:
    return new_context().new_page()


@pytest.fixture
def script(blank) -> Callable[..., Script]:
    return lambda component, *names: Script(blank, component, *names)


def test_places_go_to_units_of_the_frame_and_back(script):
    latent_map = script("latent_map", "partsOf", "unitsOf")
    assert latent_map("unitsOf", FRAME, [0.25, 1]) == [0, 300]
    for place in rng.uniform(0, 1, (20, 2)).tolist():
        units = latent_map("unitsOf", FRAME, place)
        assert latent_map("partsOf", FRAME, units) == pytest.approx(place, abs=1e-4)


def test_the_nearest_point_is_the_nearest(script):
    points = rng.integers(0, 65536, (500, 4))
    latent_map = script("latent_map", "nearestTo")
    for x, y in rng.uniform(0, 1, (20, 2)).tolist():
        found = latent_map.run(
            "module.nearestTo(Uint16Array.from(given[0]), given[1])",
            points.ravel().tolist(),
            [x, y],
        )
        distances = np.linalg.norm(points[:, :2] / 65535 - [x, y], axis=1)
        assert found["index"] == distances.argmin()
        assert [found["x"], found["y"]] == (points[found["index"], :2] / 65535).tolist()


@pytest.mark.parametrize("length", [2, 40, 41, 1000])
def test_a_lasso_is_thinned_to_the_corners_that_python_takes(script, length):
    path = rng.uniform(0, 1, (length, 2)).tolist()
    thinned = script("latent_map", "thinned")("thinned", path, 40)
    assert len(thinned) == min(length, 40)
    assert (thinned[0], thinned[-1]) == (path[0], path[-1])
    places = [path.index(each) for each in thinned]
    assert places == sorted(set(places))


def test_a_pointer_beyond_the_map_is_on_its_edge(script):
    box = {"left": 0, "top": 0, "width": 100, "height": 100}
    latent_map = script("latent_map", "placeIn")
    assert latent_map("placeIn", box, {"clientX": 25, "clientY": 25}) == [0.25, 0.75]
    assert latent_map("placeIn", box, {"clientX": -5, "clientY": 130}) == [0, 0]


def test_a_picture_between_four_is_weighted_by_how_near_they_are(script):
    side = 5
    values = rng.uniform(0, 1, (side, side))  # from the upper left, as on the sheet
    latent_map = script("latent_map", "corners")
    for x, y in [(0, 0), (1, 1), (0.5, 0.5), *rng.uniform(0, 1, (10, 2)).tolist()]:
        found = latent_map("corners", side, [x, y])
        assert sum(each["weight"] for each in found) == pytest.approx(1)
        blended = sum(each["weight"] * values.ravel()[each["index"]] for each in found)
        column, row = x * (side - 1), (1 - y) * (side - 1)
        along = [np.interp(column, range(side), line) for line in values]
        assert blended == pytest.approx(np.interp(row, range(side), along))


# --- sheets ---


def sheet(grey: int) -> str:
    """A sheet of one digit, all of one grey, as base64 of a PNG."""
    file = io.BytesIO()
    Image.new("L", (28, 28), grey).save(file, "PNG")
    return base64.b64encode(file.getvalue()).decode()


def give(element: JSHandle, name: str) -> None:
    element.evaluate("(it, data) => it.give(data)", {"name": name, "png": sheet(100)})


def expect_sheets(page: Page, *names: str) -> None:
    page.wait_for_function(
        "names => [...aeSheets.keys()].sort().join() === names", arg=",".join(sorted(names))
    )


def test_a_sheet_is_there_as_long_as_the_element_that_brought_it(blank):
    digits, others = mount(blank, "sprites"), mount(blank, "sprites")
    give(digits, "digits")
    expect_sheets(blank, "digits")
    for number in range(10):  # ten changes of the model
        give(others, f"model {number}")
        expect_sheets(blank, "digits", f"model {number}")
    others.evaluate("it => { it.host.remove(); it.cleanup(); }")
    expect_sheets(blank, "digits")


def test_a_sheet_that_two_elements_bring_outlives_the_first(blank):
    first, second = mount(blank, "sprites"), mount(blank, "sprites")
    give(first, "digits")
    expect_sheets(blank, "digits")
    blank.evaluate("addEventListener('ae-sheet', () => { globalThis.again = true; })")
    give(second, "digits")
    blank.wait_for_function("globalThis.again")
    first.evaluate("it => { it.host.remove(); it.cleanup(); }")
    blank.evaluate("() => new Promise((done) => setTimeout(done, 10))")
    assert blank.evaluate("aeSheets.get('digits').width") == 28


def test_a_sheet_that_comes_too_late_takes_no_place(blank):
    element = mount(blank, "sprites")
    element.evaluate(
        "(it, [old, now]) => { it.give(old); it.give(now); }",
        [{"name": "old", "png": sheet(1)}, {"name": "now", "png": sheet(2)}],
    )
    expect_sheets(blank, "now")
    blank.evaluate("() => new Promise((done) => setTimeout(done, 50))")
    expect_sheets(blank, "now")


# --- colours ---


def luminance(colour: list[int]) -> float:
    """Relative luminance of an sRGB colour, as WCAG 2.2 defines it."""
    values = np.array(colour) / 255
    linear = np.where(values <= 0.04045, values / 12.92, ((values + 0.055) / 1.055) ** 2.4)
    return float(linear @ [0.2126, 0.7152, 0.0722])


def contrast(one: list[int], other: list[int]) -> float:
    low, high = sorted([luminance(one), luminance(other)])
    return (high + 0.05) / (low + 0.05)


def rgb(page: Page, colour: str) -> list[int]:
    """What a canvas makes of a colour."""
    return page.evaluate(
        """colour => {
          const context = document.createElement("canvas").getContext("2d");
          context.fillStyle = colour;
          context.fillRect(0, 0, 1, 1);
          return [...context.getImageData(0, 0, 1, 1).data].slice(0, 3);
        }""",
        colour,
    )


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_mark_on_a_map_can_be_read(blank, script, scheme):
    ground = rgb(blank, THEMES[scheme]["backgroundColor"])
    marks = script("latent_map", "classColour", "shareColour")
    colours = [marks("classColour", label, scheme == "dark") for label in range(10)]
    assert min(contrast(rgb(blank, colour), ground) for colour in colours) >= 4.5
    assert len({tuple(rgb(blank, colour)) for colour in colours}) == 10
    shares = [rgb(blank, marks("shareColour", percent)) for percent in range(0, 101, 10)]
    assert min(contrast(share, ground) for share in shares) >= 3
    # orange, grey, blue: red goes down and blue goes up all the way
    assert all(a[0] >= b[0] and a[2] <= b[2] for a, b in pairwise(shares))


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_theme_is_read_from_the_page(new_context, scheme):
    page = new_context(color_scheme=scheme).new_page()
    page.set_content(
        f"""<style>:root {{ color-scheme: {scheme};
        --st-text-color: {THEMES[scheme]["textColor"]}; }}</style>"""
    )
    element = mount(page, "latent_map")
    theme = Script(page, "latent_map", "themeOf").module.evaluate(
        "({ themeOf }, it) => themeOf(it.parentElement.querySelector('.plot'))", element
    )
    assert theme["dark"] == (scheme == "dark")
    ground = rgb(page, THEMES[scheme]["backgroundColor"])
    for name in ("text", "own"):
        assert contrast([int(value) for value in re.findall(r"\d+", theme[name])], ground) >= 4.5
    red, green, blue = rgb(page, theme["own"])
    assert green > max(red, blue), "one's own drawing is green, as ae.imaging paints it"


# --- the error's curve ---


def test_the_curve_fills_its_box_and_goes_down_with_the_error(script):
    time_machine = script("time_machine", "curveScale", "BOX")
    errors = [200.0, 60.0, 20.0, None, 8.0]
    xs, ys, ticks, box = time_machine.run(
        """{
          const { x, y, ticks } = module.curveScale(given[0], 13);
          return [given[0].map((_, i) => x(i)), [200, 60, 20, 13, 8].map(y), ticks, module.BOX];
        }""",
        errors,
    )
    assert (xs[0], xs[-1]) == (box["left"], box["right"])
    assert np.ptp(np.diff(xs)) < 1e-9, "snapshots stand at equal distances"
    assert ys == sorted(ys)
    assert box["top"] <= ys[0]
    assert ys[-1] <= box["bottom"]
    assert ticks == [10, 20, 50, 100, 200]
    # equal ratios are equal distances
    assert (ys[1] - ys[0]) / np.log(200 / 60) == pytest.approx((ys[2] - ys[1]) / np.log(60 / 20))


@pytest.mark.parametrize(
    "errors",
    [
        [200, 100, 40, 12, 4, 3],
        [6, 5, 4, 3, 2, 1],
        [11, 11, 10, 10, 2, 1],  # just below the line at its left end
        [15, 15, 15, 15, 2, 1],  # just above it there
        [200, 100, 15, 15, 15, 15],  # and at its right end
    ],
)
def test_the_label_of_pcas_line_does_not_lie_on_the_curve(script, errors):
    time_machine = script("time_machine", "curveScale", "labelPlace", "BOX")
    place, points = time_machine.run(
        """{
          const scale = module.curveScale(given[0], 13);
          const points = given[0].map((error, i) => [scale.x(i), scale.y(error)]);
          return [module.labelPlace(scale, given[0], 13, 40), points];
        }""",
        errors,
    )
    box = (place["x"], place["x"] + 40, place["y"] - 10, place["y"] + 3)  # of the letters
    assert not [p for p in points if box[0] <= p[0] <= box[1] and box[2] <= p[1] <= box[3]]


def test_a_snapshot_in_words_has_units_and_something_to_compare_with(script):
    data = {
        "steps": [0, 1500],
        "epochs": [0, 1.5],
        "seconds": [None, 12.25],
        "errors": [None, 3.456],
        "pca": {"name": "PCA(4)", "error": 37.56},
    }
    time_machine = script("time_machine", "inWords")
    assert time_machine("inWords", data, 1) == (
        "Step 1,500, epoch 1.50, after 12.3 s. Squared error 3.46; PCA(4) 37.56"
    )
    assert time_machine("inWords", data, 0) == (
        "Step 0, epoch 0.00. Squared error not a number; PCA(4) 37.56"
    )
