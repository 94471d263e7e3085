"""What axe-core finds on every page: no serious or critical violation, light and dark."""

from __future__ import annotations

import pytest
from axe_playwright_python.sync_playwright import Axe
from pad_driver import SEVEN, Pad
from playwright.sync_api import expect

PAGES = ("", "draw", "inside", "reconstruct", "latent", "denoise", "generate", "anomalies")
PAGES += ("compress", "train")
GRAVE = ("serious", "critical")


def violations(page) -> list[str]:
    """What axe-core finds: rule, weight and the first element of each."""
    return [
        f"{found['impact']} {found['id']}: {found['nodes'][0]['html'][:200]}"
        for found in Axe().run(page).response["violations"]
        if found["impact"] in GRAVE or found["id"] == "heading-order"
    ]


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("path", PAGES)
def test_no_grave_violation_on_any_page(app, measured, new_context, path, scheme):
    page = new_context(color_scheme=scheme).new_page()
    page.goto(app.address(path))
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    expect(page.get_by_test_id("stApp")).to_have_attribute("data-test-script-state", "notRunning")
    assert violations(page) == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_no_grave_violation_where_a_layer_is_looked_at(app, new_context, scheme):
    page = new_context(color_scheme=scheme).new_page()
    page.goto(app.address("inside", "changes=encoder%2Fconv2d%2F1%2F0"))
    Pad(page).draw(SEVEN)
    expect(page.get_by_role("table", name="Kernel")).to_be_visible()
    expect(page.get_by_role("group", name="With your changes, and without")).to_be_visible()
    expect(page.get_by_test_id("stApp")).to_have_attribute("data-test-script-state", "notRunning")
    assert violations(page) == []


def test_a_violation_would_be_found(new_context):
    page = new_context().new_page()
    page.set_content("<html lang=en><title>x</title><h1>x</h1><h3>y</h3><img src='data:,'>")
    found = " ".join(violations(page))
    assert "image-alt" in found
    assert "heading-order" in found
