"""The maps' JavaScript by itself: places, latent vectors, what is given to a page, colours."""

from __future__ import annotations

import io
import re
import tomllib
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import JSHandle, Page, expect
from script_driver import Script, mount

from ae.analysis.projection import Embedding, Plane
from ae.imaging import to_base64
from ae.ui.components import base
from ae.ui.train.form import duration
from ae.ui.words import a_digit

REPOSITORY = Path(__file__).parents[2]
THEMES = tomllib.loads((REPOSITORY / ".streamlit/config.toml").read_text())["theme"]
FRAME = [[-2.0, 6.0], [100.0, 300.0]]
rng = np.random.default_rng(0)
MAP = {
    "token": "a map of one digit, a 7",
    "points": to_base64(np.full(4, 32768, "<u2")),
    "facts": to_base64(np.array([7, 100], np.uint8)),
    "frame": FRAME,
    "names": ["z1", "z2"],
    "title": "Latent vectors",
    "alt": "Map",
    "otherTitle": "Pixels",
    "otherAlt": "Other map",
    "start": {"at": None, "digit": None, "area": None},
    "digits": "digits",
    "columns": 100,
    "network": "network",
    "vectors": "vectors",
    "plane": None,
    "hints": {"walk": ""},
    "byPreservation": False,
    "own": None,
}


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


@pytest.mark.parametrize(
    ("ends", "values"),
    [
        ([-2.1, 6.3], [-2, 0, 2, 4, 6]),
        ([-0.31, 0.29], [-0.3, -0.2, -0.1, 0, 0.1, 0.2]),
        ([100, 300], [100, 150, 200, 250, 300]),
    ],
)
def test_an_axis_has_round_values(script, ends, values):
    assert script("latent_map", "roundValues")("roundValues", *ends) == pytest.approx(values)


def test_the_nearest_digits_are_the_nearest(script):
    points = rng.integers(0, 65536, (500, 4))
    latent_map = script("latent_map", "nearestTo")
    for x, y in rng.uniform(0, 1, (20, 2)).tolist():
        found = latent_map.run(
            "module.nearestTo(Uint16Array.from(given[0]), given[1], 5)",
            points.ravel().tolist(),
            [x, y],
        )
        squares = ((points[:, :2] / 65535 - [x, y]) ** 2).sum(axis=1)
        nearest = np.argsort(squares)[:5]
        assert [each["index"] for each in found] == nearest.tolist()
        assert [each["square"] for each in found] == pytest.approx(squares[nearest])


@pytest.mark.parametrize("latent_dim", [1, 2, 3, 32])
def test_a_place_of_a_plane_has_the_latent_vector_that_python_gives_it(script, latent_dim):
    plane = Plane.of(rng.normal(3, 2, (50, latent_dim)).astype(np.float32))
    given = {"origin": plane.origin.tolist(), "axes": plane.axes.tolist()}
    latent_map = script("latent_map", "onPlane", "exactUnitsOf")
    for part in rng.uniform(0, 1, (10, 2)).tolist():
        units = latent_map("exactUnitsOf", FRAME, part)
        (expected,) = plane.codes(np.array([units]))
        assert latent_map("onPlane", given, units) == pytest.approx(expected, rel=1e-4, abs=1e-4)


def test_a_place_of_an_embedding_has_the_latent_vector_that_python_gives_it(script):
    points = rng.integers(0, 65536, (500, 4))
    z = rng.normal(0, 3, (500, 7)).astype(np.float32)
    parts = points[:, :2] / 65535
    embedding = Embedding(z, 120 * parts - 60)  # a frame from -60 to 60
    latent_map = script("latent_map", "between", "nearestTo")
    own, places = parts[17:18], rng.uniform(0, 1, (20, 2))
    for place in np.concatenate([own, own + 1e-4, places]):
        found = latent_map.run(
            """[...module.between(
              Float32Array.from(given[0]), 7,
              module.nearestTo(Uint16Array.from(given[1]), given[2], 5),
            )]""",
            z.ravel().tolist(),
            points.ravel().tolist(),
            place.tolist(),
        )
        (expected,) = embedding.codes(120 * place[None] - 60)
        assert found == pytest.approx(expected, rel=1e-3, abs=1e-3)
        if (place == own).all():
            assert found == pytest.approx(z[17], rel=1e-5), "a digit's place has its own"


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


# --- what is given to a page ---

GIVE = "(it, bytes) => it.give(Uint8Array.from(bytes))"
REMOVE = "it => { it.host.remove(); it.cleanup(); }"


def sheet(grey: int) -> bytes:
    """A sheet of one digit, all of one grey, as a PNG."""
    file = io.BytesIO()
    Image.new("L", (28, 28), grey).save(file, "PNG")
    return file.getvalue()


def named(name: str, content: bytes) -> list[int]:
    return list(base.named(name, content))


def give(element: JSHandle, name: str) -> None:
    element.evaluate(GIVE, named(name, sheet(100)))


def expect_sheets(page: Page, *names: str) -> None:
    page.wait_for_function(
        "names => [...aeLab.sheets.keys()].sort().join() === names", arg=",".join(sorted(names))
    )


def test_a_sheet_is_there_as_long_as_the_element_that_brought_it(blank):
    digits, others = mount(blank, "sprites"), mount(blank, "sprites")
    give(digits, "digits")
    expect_sheets(blank, "digits")
    for number in range(10):
        give(others, f"others {number}")
        expect_sheets(blank, "digits", f"others {number}")
    others.evaluate(REMOVE)
    expect_sheets(blank, "digits")


def test_a_sheet_that_two_elements_bring_outlives_the_first(blank):
    first, second = mount(blank, "sprites"), mount(blank, "sprites")
    give(first, "digits")
    expect_sheets(blank, "digits")
    blank.evaluate("aeLab.events.addEventListener('sheet', () => { globalThis.again = true; })")
    give(second, "digits")
    blank.wait_for_function("globalThis.again")
    first.evaluate(REMOVE)
    blank.evaluate("() => new Promise((done) => setTimeout(done, 10))")
    assert blank.evaluate("aeLab.sheets.get('digits').width") == 28


def test_a_sheet_that_comes_too_late_takes_no_place(blank):
    element = mount(blank, "sprites")
    element.evaluate(
        f"(it, [old, now]) => {{ const give = {GIVE}; give(it, old); give(it, now); }}",
        [named("old", sheet(1)), named("now", sheet(2))],
    )
    expect_sheets(blank, "now")
    blank.evaluate("() => new Promise((done) => setTimeout(done, 50))")
    expect_sheets(blank, "now")


def test_latent_vectors_arrive_as_they_are(blank):
    z = rng.normal(0, 100, (3, 5)).astype(np.float32)
    name = f"{'f' * 32}:10000"  # longer than that of a network
    element = mount(blank, "latent_vectors")
    element.evaluate(GIVE, named(name, z.tobytes()))
    blank.wait_for_function("name => aeLab.vectors.has(name)", arg=name)
    found = blank.evaluate("name => [...aeLab.vectors.get(name)]", name)
    np.testing.assert_array_equal(np.array(found, np.float32).reshape(3, 5), z)
    assert Script(blank, "latent_map", "vectorAt").run(
        "[...module.vectorAt(Float32Array.from(given[0]), 5, 1)]", found
    ) == pytest.approx(z[1])


def test_a_network_that_the_browser_cannot_read_is_told_on_the_map(blank):
    network = mount(blank, "network")
    network.evaluate(GIVE, named("broken", b"no graph"))
    blank.wait_for_function("aeLab.networks.has('broken')")
    latent_map = mount(blank, "latent_map")
    latent_map.evaluate("(it, data) => it.give(data)", MAP | {"network": "broken"})
    told = blank.get_by_text("The model cannot be used in this browser")
    expect(told).to_be_visible()
    expect(blank.get_by_text("no picture")).to_have_count(3)
    network.evaluate(GIVE, named("other", b"no graph"))
    latent_map.evaluate("(it, data) => it.give(data)", MAP | {"network": "on its way"})
    expect(told).to_be_hidden()
    expect(blank.get_by_text("loading the picture")).to_have_count(3)


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
    view = {"data": data, "labels": [7] * 500}
    time_machine = script("time_machine", "inWords")
    assert time_machine("inWords", view, 1) == (
        "Step 1,500, epoch 1.5, after 12 s. Squared error of 500 test digits 3.46; PCA(4) 37.56"
    )
    assert time_machine("inWords", view, 0) == (
        "Step 0, epoch 0. Squared error of 500 test digits not a number; PCA(4) 37.56"
    )


@pytest.mark.parametrize("seconds", [0, 1.4, 99, 101, 1813.2, 5999, 9000])
def test_a_time_is_said_in_the_browser_as_python_says_it(script, seconds):
    assert script("time_machine", "duration")("duration", seconds) == duration(seconds)


@pytest.mark.parametrize(
    ("position", "words"),
    [
        (0, "z2 = 5.00, at the mean of the test digits"),
        (-0.04, "z2 = 4.92, at the mean of the test digits"),
        (1.5, "z2 = 8.00, 1.5 standard deviations (SD) above the mean of the test digits"),
        (-0.5, "z2 = 4.00, 0.5 standard deviations (SD) below the mean of the test digits"),
    ],
)
def test_a_bar_says_how_far_it_is_from_the_mean(script, position, words):
    bars = script("code_bars", "inWords")
    found = bars.run(
        """module.inWords({
          data: { mean: [0, 5], deviation: [1, 2] }, z: [0, given[0]], changes: new Map(),
        }, 1)""",
        position,
    )
    assert found == words


def test_an_8_has_its_own_article(script):
    latent_map = script("latent_map", "aDigit")
    assert [latent_map("aDigit", label) for label in range(10)] == [
        a_digit(label) for label in range(10)
    ]
