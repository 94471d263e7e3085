"""Links inside the app lead where they say, and the sidebar does not stay in the way."""

from __future__ import annotations

import shutil
from itertools import pairwise

import pytest
from playwright.sync_api import expect

from ae.system.files import REPOSITORY

TITLES = {
    "Draw": "What happens to my digit?",
    "Reconstruct": "How good is it, and where does it fail?",
    "Latent space": "The latent space",
    "Denoise": "Can it remove noise?",
    "Generate": "Can it",
    "Compress": "Is it a way to send less data?",
    "Train": "Can I train one, and see it learn?",
}


def picked_model(page):
    return page.get_by_role("combobox", name="Model")


@pytest.fixture
def linear(app):
    """A second model in the app's folder for one test."""
    folder = app.models / "linear-32"
    shutil.copytree(REPOSITORY / "models" / "linear-32", folder)
    yield "linear-32"
    shutil.rmtree(folder)


@pytest.mark.parametrize("title", TITLES)
def test_each_page_opens_from_the_sidebar_with_the_chosen_model(app, linear, page, title):
    page.goto(app.address("", f"model={linear}"))
    sidebar = page.get_by_test_id("stSidebar")
    sidebar.get_by_text(title, exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_contain_text(TITLES[title])
    expect(sidebar).to_contain_text("A linear encoder and a linear decoder")


def test_the_sidebar_of_a_phone_closes_when_a_page_is_chosen(app, new_context):
    page = new_context(viewport={"width": 390, "height": 844}, has_touch=True).new_page()
    page.goto(app.address("train"))
    page.get_by_test_id("stExpandSidebarButton").click()
    link = page.get_by_test_id("stSidebar").get_by_text("Draw", exact=True)
    expect(link).to_be_in_viewport()
    link.click()
    expect(page.get_by_role("heading", level=1)).to_contain_text(TITLES["Draw"])
    expect(link).not_to_be_in_viewport()
    page.get_by_test_id("stExpandSidebarButton").click()
    expect(link).to_be_in_viewport()  # and it can be opened again


def test_the_links_to_the_pages_do_not_overlap(app, page, watched):
    page.goto(app.address())
    links = page.get_by_test_id("stSidebar").get_by_test_id("stPageLink").get_by_role("link")
    expect(links).to_have_count(10)
    boxes = [links.nth(number).bounding_box() for number in range(10)]
    for one, next_one in pairwise(boxes):
        assert one["height"] >= 24, "a finger meets it"
        assert one["y"] + one["height"] <= next_one["y"] + 0.5
