"""Inside: each layer's block shows what Keras computes there, while the pen moves."""

from __future__ import annotations

import re

import numpy as np
import pytest
from pad_driver import BAR, SEVEN, Pad, expect_pixels_to_change, pixels
from playwright.sync_api import Locator, Page, expect

from ae import store
from ae.imaging import BRIGHTER, DARKER, UNCHANGED

MODEL = "conv-32"


@pytest.fixture(scope="module")
def model(app, tensorflow):
    return store.load(app.models / MODEL / "model.keras")


def open_page(page: Page, app) -> Pad:
    page.goto(app.address("inside", f"model={MODEL}"))
    pad = Pad(page)
    pad.expect_ink("a picture and 0 strokes")  # a test digit, until somebody draws
    expect(block(page, "conv2d")).to_be_visible()
    return pad


def row(page: Page) -> Locator:
    return page.get_by_role("group", name=re.compile("^The network, from the image"))


def block(page: Page, title: str) -> Locator:
    return row(page).locator("figure").filter(has=page.get_by_text(title, exact=True))


def shown(page: Page, title: str) -> Locator:
    """What a block shows, not what it would show without changes."""
    return block(page, title).locator("canvas:not(.twin)")


def picture(canvas: Locator) -> np.ndarray:
    """What a canvas shows: float (height, width, 4), values in [0, 1]."""
    height, width, data = canvas.evaluate(
        """canvas => {
          const { width, height } = canvas;
          const { data } = canvas.getContext("2d").getImageData(0, 0, width, height);
          return [height, width, [...data]];
        }"""
    )
    return np.float64(data).reshape(height, width, 4) / 255


def test_blocks_say_what_keras_says_of_the_layers(app, page, model, watched, quiet_log):
    open_page(page, app)
    for layer in model.encoder.layers:
        if layer.name.startswith(("conv2d", "max_pooling2d")):
            facts = block(page, layer.name).locator(".facts")
            expect(facts).to_contain_text(type(layer).__name__)
            expect(facts).to_contain_text(" × ".join(map(str, layer.output.shape[1:])))
            count = layer.count_params()
            expect(facts).to_contain_text(f"{count:,} parameters" if count else "no parameters")
    refinements = store.read_card(MODEL).model.refinements
    headings = row(page).locator(".heading")
    expect(headings).to_have_count(3 + refinements)
    expect(headings.filter(has_text="Correction")).to_have_count(refinements)
    assert watched.errors == []


def test_a_block_shows_the_strongest_maps_of_what_keras_computes(
    app, page, model, watched, quiet_log
):
    import keras

    open_page(page, app).draw(SEVEN)
    canvas = shown(page, "conv2d")
    expect(canvas).to_have_accessible_name(re.compile("^conv2d: its strongest feature maps"))
    image = picture(shown(page, "Image"))[..., 0]
    part = keras.Model(model.encoder.input, model.encoder.get_layer("conv2d").output)
    maps = part(image[None].astype(np.float32)).numpy()[0]
    best = np.sort(np.argsort(-np.abs(maps).mean(axis=(0, 1)))[:4])
    names = ", ".join(str(index + 1) for index in best)
    expect(canvas).to_have_accessible_name(
        f"conv2d: its strongest feature maps, {names} of {maps.shape[-1]}"
    )
    level = (maps[..., best] / np.abs(maps[..., best]).max())[..., None]
    expected = UNCHANGED + np.abs(level) * (np.where(level < 0, DARKER, BRIGHTER) - UNCHANGED)
    colours = picture(canvas)[..., :3]
    for place in range(4):
        top, left = 29 * (place // 2), 29 * (place % 2)
        got = colours[top : top + 28, left : left + 28]
        np.testing.assert_allclose(got, expected[..., place, :], atol=4 / 255)
    assert watched.errors == []


def test_all_blocks_follow_the_pen_and_are_empty_without_ink(app, page, watched, quiet_log):
    pad = open_page(page, app)
    canvases = [shown(page, title) for title in ("conv2d", "Reconstruction")]
    expect(canvases[0]).to_have_accessible_name(re.compile("strongest feature maps"))
    pad.button("Clear").click()
    expect(canvases[0]).to_have_accessible_name("conv2d: nothing drawn yet")
    empty = [pixels(canvas) for canvas in canvases]
    pad.put_pen_down(SEVEN)
    for canvas, before in zip(canvases, empty, strict=True):
        expect_pixels_to_change(canvas, before)  # and the button is still pressed
    pad.lift_pen()
    pad.settled()
    seven = [pixels(canvas) for canvas in canvases]
    pad.draw(BAR)
    for canvas, before in zip(canvases, seven, strict=True):
        expect_pixels_to_change(canvas, before)
    pad.button("Clear").click()
    expect(canvases[0]).to_have_accessible_name("conv2d: nothing drawn yet")
    assert [pixels(canvas) for canvas in canvases] == empty
    assert watched.errors == []


def test_layers_stand_under_one_another_on_a_phone(app, new_context, watched, quiet_log):
    page = new_context(viewport={"width": 390, "height": 800}).new_page()
    open_page(page, app)
    places = (
        row(page)
        .locator("figure")
        .evaluate_all("figures => figures.map((figure) => figure.getBoundingClientRect().top)")
    )
    assert places == sorted(set(places))
    wide, seen = row(page).evaluate("row => [row.scrollWidth, row.clientWidth]")
    assert wide == seen
    Pad(page).draw(SEVEN)
    look_at(page, "Reconstruction")
    width = "element => [element.scrollWidth, element.clientWidth]"
    wide, seen = closer(page).evaluate(width)
    assert wide == seen
    assert watched.errors == []


def closer(page: Page) -> Locator:
    return page.get_by_role("group", name="Look closer at one layer")


def look_at(page: Page, title: str) -> Locator:
    """The account of a value, when the layer has been chosen in the list."""
    closer(page).get_by_label("Look closer at").select_option(label=title)
    expect(closer(page).locator(".account p").last).to_be_visible()
    return closer(page).locator(".account")


def layer_of_z() -> str:
    """What the dense layer is called that gives z: it may be corrected later."""
    return "z before correction" if store.read_card(MODEL).model.refinements else "z"


def marked(page: Page) -> tuple[int, int, float]:
    """Row and column from 0, and the value, that the large picture says are marked."""
    words = closer(page).locator("canvas.large").get_attribute("aria-label")
    row, column, value = re.search(r"row (\d+), column (\d+), (\S+)\. ", words).groups()
    return int(row) - 1, int(column) - 1, real(value)


def real(text: str) -> float:
    return float(text.replace("−", "-"))


def table(account: Locator, caption: str) -> np.ndarray:
    rows = account.locator("table").filter(has_text=caption).locator("tr")
    return np.array([[real(cell) for cell in row.split("\t")] for row in rows.all_inner_texts()])


def test_one_layer_is_told_in_the_numbers_of_keras(app, page, model, watched, quiet_log):
    import keras

    open_page(page, app).draw(SEVEN)
    layer, transpose = (model.encoder.get_layer("conv2d"), model.decoder.get_layer("pixels"))
    account = look_at(page, "conv2d")
    image = picture(shown(page, "Image"))[..., 0].astype(np.float32)
    maps = keras.Model(model.encoder.input, layer.output)(image[None]).numpy()[0]
    closer(page).get_by_role("button", name=re.compile("^Map 3,")).click()
    large = closer(page).locator("canvas.large")
    large.press("ArrowUp")
    row, column, value = marked(page)
    assert value == pytest.approx(maps[row, column, 2], abs=0.006)
    large.press("ArrowLeft")
    assert marked(page)[:2] == (row, column - 1)
    large.press("ArrowRight")
    kernel = layer.kernel.numpy()[:, :, 0, 2]
    patch = np.pad(image, 1)[row : row + 3, column : column + 3]
    np.testing.assert_allclose(table(account, "Patch"), patch, atol=0.006)
    np.testing.assert_allclose(table(account, "Kernel"), kernel, atol=0.006)
    np.testing.assert_allclose(table(account, "Products"), patch * kernel, atol=0.006)
    total = (patch * kernel).sum() + layer.bias.numpy()[2]
    said = re.search(r"this is (\S+)\. .*\((\S+)\) = (\S+)\.$", account.inner_text())
    assert real(said[1]) == pytest.approx(total, abs=0.006)
    assert real(said[3]) == pytest.approx(maps[row, column, 2], abs=0.006)
    # by strength
    closer(page).get_by_label("Order of the maps").select_option("strongest first")
    places = (
        closer(page)
        .locator("button.map")
        .evaluate_all("buttons => buttons.map((button) => Number(button.style.order))")
    )
    assert list(np.argsort(places)) == list(np.argsort(-np.abs(maps).mean(axis=(0, 1))))
    # what of four won, and what a value paints
    account = look_at(page, "max_pooling2d")
    window = table(account, "Window")
    assert window.max() == pytest.approx(marked(page)[2], abs=0.006)
    assert real(account.locator("td.winner").inner_text()) == window.max()
    account = look_at(page, "Reconstruction")
    value = marked(page)[2]
    painted, kernel = table(account, "Painted patch"), table(account, "Kernel")
    assert kernel.shape == transpose.kernel.shape[:2]
    assert (
        np.abs(kernel - transpose.kernel.numpy()[:, :, 0].transpose(2, 0, 1)).max(axis=(1, 2)).min()
        < 0.006
    )
    np.testing.assert_allclose(painted, value * kernel, atol=0.01 + 0.006 * abs(value))
    account = look_at(page, layer_of_z())
    above, below, bias, total = map(real, re.findall(r"(−?\d+\.\d+)", account.inner_text())[:4])
    assert above + below + bias == pytest.approx(total, abs=0.02)
    shown_value = re.search(r"value \d+, (\S+)\. ", large.get_attribute("aria-label"))[1]
    assert real(shown_value) == total
    assert watched.errors == []


def test_a_map_that_is_switched_off_changes_the_reconstruction_and_the_link(
    app, page, tensorflow, watched, quiet_log, tmp_path
):
    import keras

    pad = open_page(page, app)
    pad.draw(SEVEN)
    look_at(page, "conv2d")
    image = picture(shown(page, "Image"))[..., 0].astype(np.float32)
    before = pixels(shown(page, "max_pooling2d"))
    closer(page).get_by_role("button", name=re.compile("^Map 8,")).click()
    off = closer(page).get_by_role("button", name="Switch off")
    off.click()
    expect_pixels_to_change(shown(page, "max_pooling2d"), before)
    without = store.load(app.models / MODEL / "model.keras")
    layer = without.encoder.get_layer("conv2d")
    layer.set_weights(
        [weights * (np.arange(weights.shape[-1]) != 7) for weights in layer.get_weights()]
    )
    part = keras.Model(without.encoder.input, layer.output)
    assert not part(image[None]).numpy()[..., 7].any()
    compared = page.get_by_role("group", name="With your changes, and without")
    changed = compared.locator("figure").filter(has_text="With your changes")
    error = ((without.reconstruct(image[None])[0] - image) ** 2).sum()
    assert real(changed.locator("p").inner_text().split()[2].strip(",")) == pytest.approx(
        error, abs=0.06
    )
    twin = block(page, "max_pooling2d").locator("canvas.twin")
    expect(twin).to_have_accessible_name(re.compile("without your changes$"))
    # The files.
    with page.expect_download() as download:
        closer(page).get_by_role("button", name=re.compile("^Download all activations")).click()
    download.value.save_as(tmp_path / "activations.npz")
    with np.load(tmp_path / "activations.npz") as arrays:
        np.testing.assert_allclose(arrays["image"], image, atol=0.5 / 255 + 1e-6)
        maps = part(arrays["image"][None]).numpy()[0]
        np.testing.assert_allclose(arrays["encoder-conv2d"], maps, atol=1e-5)
    with page.expect_download() as download:
        closer(page).get_by_role("button", name="Download the maps (PNG)").click()
    assert download.value.suggested_filename == "conv2d.png"
    # The link.
    expect(page).to_have_url(re.compile(r"feature=8.*changes=encoder%2Fconv2d%2F8%2F0"))
    page.reload()
    pad.expect_ink("1 stroke")
    expect(closer(page).get_by_role("button", name="Switch on")).to_have_attribute(
        "aria-pressed", "true"
    )
    expect(changed).to_be_visible()
    closer(page).get_by_role("button", name="Undo all changes").click()
    expect(changed).to_be_hidden()
    expect(page).not_to_have_url(re.compile("changes="))
    # Noise: the same for every picture, and seen in the image.
    clean = pixels(shown(page, "Image"))
    closer(page).get_by_label("Noise on the image").fill("0.4")
    expect_pixels_to_change(shown(page, "Image"), clean)
    expect(changed).to_be_visible()
    closer(page).get_by_role("button", name="Undo all changes").click()
    # A moved latent value: both errors stand beside the pad, too.
    page.get_by_role("slider", name="z 1", exact=True).fill("3")
    expect(changed).to_be_visible()
    words = re.compile(r"^Squared error (\d+\.\d) with your changes, (\d+\.\d) without them\.$")
    expect(pad.message).to_have_text(words)
    errors = [figure.split()[2] for figure in compared.locator("p").all_inner_texts()[:2]]
    assert errors == list(words.match(pad.message.inner_text()).groups())[::-1]
    closer(page).get_by_role("button", name="Undo all changes").click()
    expect(changed).to_be_hidden()
    expect(page.get_by_role("slider", name="z 1", exact=True)).not_to_have_value("3")
    # A value that is switched off is no longer the strongest one, and stays the marked one.
    look_at(page, "z")
    closer(page).get_by_role("button", name="Switch off").click()
    expect(changed).to_be_visible()
    closer(page).get_by_role("button", name="Switch on").click()
    expect(changed).to_be_hidden()
    assert watched.errors == []
