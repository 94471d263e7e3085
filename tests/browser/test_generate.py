"""Generate in a browser: other seeds, files, and the distribution that fits the model."""

import io
import re
import shutil
from pathlib import Path

import numpy as np
import pytest
from pad_driver import SEVEN, Pad
from PIL import Image
from playwright.sync_api import Locator, Page, expect

from ae import store
from ae.store import flows

SHIPPED = Path(__file__).parents[2] / "models"
SLOW = 120_000  # the first look at a page computes what the later ones find done


def new_digits(page: Page) -> Locator:
    return page.get_by_test_id("stMain").get_by_role("img", name=re.compile("^New digit"))


def settled(page: Page) -> None:
    expect(page.get_by_test_id("stApp")).to_have_attribute(
        "data-test-script-state", "notRunning", timeout=SLOW
    )


def picture(canvas: Locator) -> np.ndarray:
    """What a canvas of 28 × 28 shows in grey: uint8 (28, 28)."""
    values = canvas.evaluate(
        """canvas => [...canvas.getContext("2d").getImageData(0, 0, 28, 28).data]
          .filter((_, i) => i % 4 === 0)"""
    )
    return np.array(values, np.uint8).reshape(28, 28)


@pytest.fixture
def vae_2(app):
    """The app has a VAE beside conv-32, for this test."""
    folder = app.models / "vae-2"
    folder.mkdir()
    for file in (store.MODEL_FILE, store.CARD_FILE, store.HISTORY_FILE):
        shutil.copy2(SHIPPED / "vae-2" / file, folder / file)
    yield
    shutil.rmtree(folder)


def test_another_seed_invents_other_digits(app, page, watched, quiet_log):
    page.goto(app.address("generate", "new=5"))
    digits = new_digits(page)
    expect(digits).to_have_count(5, timeout=SLOW)
    settled(page)
    before = digits.first.get_attribute("alt")
    seed = page.get_by_role("spinbutton", name="Random seed")
    seed.fill("7")
    seed.press("Enter")
    expect(digits.first).not_to_have_attribute("alt", before or "")
    settled(page)
    expect(page).to_have_url(re.compile("dice=7"))
    before = digits.first.get_attribute("alt")
    page.get_by_role("button", name="New digits").click(delay=80)
    expect(digits.first).not_to_have_attribute("alt", before or "")
    expect(seed).to_have_value("8")
    settled(page)
    with page.expect_download() as download:
        page.get_by_role("button", name="Download the digits (PNG)").click()
    picture = Image.open(io.BytesIO(Path(download.value.path()).read_bytes()))
    assert picture.size == (5 * 120, 120)
    assert np.asarray(picture.convert("L")).std() > 10, "there are digits on it"
    assert watched.errors == []


def test_the_digits_and_their_controls_are_on_the_first_screen(app, new_context, watched):
    page = new_context(viewport={"width": 1280, "height": 800}).new_page()
    page.goto(app.address("generate"))
    expect(new_digits(page)).to_have_count(10, timeout=SLOW)
    expect(new_digits(page).last).to_be_in_viewport(ratio=1)
    for control in ("density", "temperature", "class", "new", "dice"):
        expect(page.locator(f".st-key-{control}")).to_be_in_viewport(ratio=1)
    assert watched.errors == []


def test_noise_becomes_a_digit_and_a_drawing_becomes_others(app, page, watched, wait_until):
    """What a person sees of a flow: the way of the seed's noise, other classes, and back."""
    page.goto(app.address("generate", "new=5&dice=3&class=5"))
    way = page.get_by_role("group", name="Decoder output at each step").get_by_role("img")
    expect(way).to_have_count(11, timeout=SLOW)
    last = page.get_by_role("img", name="Decoder output at t = 1.00, class 5", exact=True).last
    expect(last).to_be_visible(timeout=SLOW)
    flow, model = flows.load_flow("conv-32"), store.load("conv-32")
    noise = np.random.default_rng(3).standard_normal((3, flow.latent_dim))[2:]
    images = model.decode(flow.latent(flow.follow(noise, np.array([5]))[:, 0]))
    shown = [picture(way.nth(step)) for step in range(11)]
    np.testing.assert_allclose(shown, np.clip(images, 0, 1) * 255, atol=3)
    classes = page.get_by_role("group", name="Class", exact=True)
    classes.get_by_role("button", name="Class 7").click()
    expect(way.last).to_have_accessible_name("Decoder output at t = 1.00, class 7")
    seven = picture(way.last)
    assert np.abs(seven.astype(int) - shown[-1]).max() > 100
    page.get_by_role("application", name=re.compile("^Noise vector")).press("ArrowRight")
    expect(page.get_by_role("application", name=re.compile("at 0.10, 0.00"))).to_be_visible()
    page.get_by_role("slider", name="Time").press("Home")
    expect(page.locator(".now").get_by_role("img")).to_have_accessible_name(re.compile("t = 0.00"))
    Pad(page).draw(SEVEN)
    hand = page.get_by_role("group", name="Your noise vector, forwards with each class")
    expect(hand.get_by_role("img")).to_have_count(11)
    back = hand.get_by_role("img", name="Your digit, there and back")
    seen = page.locator(".results").get_by_label(re.compile("^Reconstruction"))

    def differ(canvas: Locator) -> float:
        return np.abs(picture(canvas).astype(int) - picture(seen)).mean()

    wait_until(lambda: picture(back).any() and differ(back) < 10, 60)  # it comes back as it was
    four = hand.get_by_role("img", name="Your hand, class 4")
    assert differ(four) > 20
    assert watched.errors == []


def test_the_distribution_follows_the_model_until_one_is_chosen(
    app, page, vae_2, watched, quiet_log
):
    def is_checked(name: str) -> None:
        expect(page.get_by_role("radio", name=name)).to_be_checked(timeout=SLOW)

    def choose_model(name: str) -> None:
        settled(page)
        page.get_by_role("combobox", name=re.compile("Model")).click()
        page.get_by_role("option", name=re.compile(f"^{name}")).click()

    page.goto(app.address("generate", "new=5"))
    is_checked("Flow")
    choose_model("vae-2")
    is_checked("Prior N(0, 1)")
    settled(page)
    assert "density" not in page.url, "a default is not in the address"
    page.get_by_role("radio", name="Kernel density").click()
    expect(page).to_have_url(re.compile("density=Kernel"))
    choose_model("conv-32")
    is_checked("Kernel density")
    settled(page)
    expect(page).to_have_url(re.compile("density=Kernel"))
    page.reload()
    is_checked("Kernel density")
    assert watched.errors == []
