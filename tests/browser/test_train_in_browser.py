"""Training from the button: it goes on beside everything else, ends, or is stopped."""

import json
import re
import time

import pytest
from pad_driver import SEVEN, Pad
from playwright.sync_api import Page, expect

from ae import runs

# Start-up of TensorFlow, an epoch and the test figures, on two cores that do other work too.
TRAINING_MS = 240_000
STARTING_MS = 60_000


def start_run(page: Page, app, name: str, epochs: int) -> None:
    page.goto(app.address("train"))
    fill(page, "latent_dim", "2")
    page.get_by_text("All other settings").click()
    fill(page, "Epochs", str(epochs))
    # As people do it: the field is left by pressing the button.
    page.get_by_label("Name of the new model", exact=True).fill(name)
    page.get_by_role("button", name="Train", exact=True).click()
    expect(heading(page, name)).to_be_visible()
    # The chosen model's curve has made room: what is the first chart now is the run's.
    expect(page.get_by_role("heading", name="How conv-32 was trained")).to_have_count(0)


def fill(page: Page, label: str, value: str) -> None:
    """Fill a field, and wait until the page has taken it up."""
    field = page.get_by_label(label, exact=True)
    field.fill(value)
    field.press("Enter")
    expect(page.get_by_test_id("stApp")).to_have_attribute("data-test-script-state", "notRunning")
    expect(field).to_have_value(value)


def heading(page: Page, name: str, state: str = ""):
    return page.get_by_role("heading", name=re.compile(f"^{name} .*{state}"))


def stop_button(page: Page):
    """The page's own: Streamlit shows one in its header while a script runs."""
    return page.get_by_test_id("stMain").get_by_role("button", name="Stop", exact=True)


def choose_model(page: Page, name: str) -> None:
    picker = page.get_by_test_id("stSidebar").get_by_role("combobox")
    picker.click()
    page.get_by_role("option", name=re.compile(f"^{name}")).click()


@pytest.mark.timeout(400)
def test_a_model_is_trained_from_the_button(app, page, new_context, watched, quiet_log, stop_runs):
    name = "pressed-2"
    start_run(page, app, name, epochs=1)
    expect(heading(page, name, "training")).to_be_visible(timeout=STARTING_MS)
    expect(page.get_by_role("progressbar")).to_be_visible()
    expect(page.get_by_test_id("stVegaLiteChart").first).to_be_visible(timeout=STARTING_MS)

    # The app stays usable: somebody else draws meanwhile, and sees it in time.
    other = new_context().new_page()
    other.goto(app.address("draw"))
    pad = Pad(other)
    pad.expect_ink("empty")
    pad.draw(SEVEN)
    expect(pad.message).to_contain_text("Squared error")
    assert status_of(app, name)["state"] in ("training", "saving"), "it drew after the training"

    page.reload()  # a refreshed tab loses nothing
    expect(heading(page, name)).to_be_visible()
    expect(stop_button(page)).to_be_visible()

    expect(heading(page, name, "trained")).to_be_visible(timeout=TRAINING_MS)
    expect(page.get_by_text("on the 10,000 test digits")).to_be_visible()
    expect(page.get_by_role("progressbar")).to_have_count(0)
    expect(stop_button(page)).to_have_count(0)

    sidebar = page.get_by_test_id("stSidebar")
    for link, title in (
        ("See its worst reconstructions", "where does it fail"),
        ("Walk through its latent space", "latent"),
        ("Draw with this model", "my digit"),
    ):
        page.get_by_role("link", name=link).click()
        expect(page.get_by_role("heading", level=1)).to_contain_text(title)
        expect(sidebar).to_contain_text("Trained here: convolutional, 2 latent dimensions")
        if "worst" in link:
            expect(page.get_by_role("radio", name="Worst")).to_be_checked()
        if "Draw" not in link:
            sidebar.get_by_role("link", name="Train").click()
            expect(heading(page, name, "trained")).to_be_visible()
            expect(sidebar).to_contain_text("Trained here: convolutional, 2 latent dimensions")
    pad = Pad(page)
    pad.expect_ink("empty")
    pad.draw(SEVEN)
    expect(pad.message).to_contain_text("Squared error")
    assert watched.errors == []


@pytest.mark.timeout(300)
def test_a_run_is_paused_and_goes_on_and_its_chart_does_not_flicker(
    app, page, watched, quiet_log, stop_runs
):
    name = "paused-2"
    start_run(page, app, name, epochs=20)
    chart = page.get_by_test_id("stVegaLiteChart").first.locator("svg, canvas").first
    expect(chart).to_be_visible(timeout=STARTING_MS)
    mark = "element => { element.dataset.drawn = 'once' }"
    chart.evaluate(mark)
    progress = page.get_by_role("progressbar")
    before = progress.get_attribute("aria-valuenow")
    expect(page.get_by_text(re.compile(r"^Step .* images per second"))).to_be_visible()
    expect(progress).not_to_have_attribute("aria-valuenow", before)
    assert chart.get_attribute("data-drawn") == "once", "it was drawn anew"

    page.get_by_test_id("stMain").get_by_role("button", name="Pause", exact=True).click()
    expect(heading(page, name, "paused")).to_be_visible(timeout=STARTING_MS)
    rows = len((app.models / name / "history.csv").read_text().splitlines())
    page.get_by_role("button", name="Resume", exact=True).click()
    expect(heading(page, name, "training")).to_be_visible(timeout=STARTING_MS)
    expect(page.get_by_text("Time machine").first).to_be_visible()
    assert len((app.models / name / "history.csv").read_text().splitlines()) >= rows
    assert watched.errors == []


@pytest.mark.timeout(200)
def test_stop_ends_a_run_within_seconds(app, page, watched, quiet_log, stop_runs):
    name = "stopped-2"
    start_run(page, app, name, epochs=200)
    expect(heading(page, name, "training")).to_be_visible(timeout=STARTING_MS)
    expect(page.get_by_role("progressbar")).to_be_visible(timeout=STARTING_MS)
    stop_button(page).click()
    pressed = time.monotonic()
    expect(heading(page, name, "(saved|stopped)")).to_be_visible(timeout=10_000)
    assert time.monotonic() - pressed < 10
    # Then it is measured on the test digits and saved.
    expect(heading(page, name, "stopped")).to_be_visible(timeout=STARTING_MS)
    expect(page.get_by_text("on the 10,000 test digits")).to_be_visible()
    choose_model(page, name)
    expect(page.get_by_test_id("stSidebar")).to_contain_text("2 latent dimensions")
    assert watched.errors == []


def status_of(app, name: str) -> dict:
    """What the files of a run say, past the page."""
    try:
        return json.loads((app.models / name / runs.STATUS_FILE).read_text())
    except OSError:
        return {}
