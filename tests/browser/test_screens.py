"""Every page on a desk and on a phone, light and dark: fits, and has a name for everything."""

import re
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.usefixtures("measured")

TITLES = {
    "": "What is an autoencoder?",
    "draw": "What happens to my digit?",
    "inside": "What does each layer see?",
    "reconstruct": "How good is it, and where does it fail?",
    "denoise": "Can it remove noise?",
    "latent": "The latent space",
    "generate": "Can it invent digits?",
    "anomalies": "Does it notice what does not belong?",
    "compress": "Is it a way to send less data?",
    "train": "Can I train one, and see it learn?",
}

# What has no accessible name although a person can see or use it. Shadow roots are looked into.
NAMELESS = """() => {
  const found = [];
  const visible = (element) => element.getClientRects().length > 0;
  const textOf = (root, ids) =>
    (ids || "").split(/\\s+/)
      .map((id) => id && root.getElementById(id)?.textContent).join("").trim();
  const named = (element, root) =>
    element.getAttribute("aria-label")?.trim() ||
    textOf(root, element.getAttribute("aria-labelledby")) ||
    element.getAttribute("title")?.trim() ||
    element.textContent.trim() ||
    [...(element.labels || [])].some((label) => label.textContent.trim()) ||
    element.querySelector("img[alt]:not([alt=''])");
  const look = (root) => {
    for (const image of root.querySelectorAll("img, [role=img]")) {
      const hidden = image.closest("[aria-hidden=true]");
      const name = image.getAttribute("alt")?.trim() || image.getAttribute("aria-label")?.trim();
      if (visible(image) && !hidden && !name) found.push(image.outerHTML.slice(0, 300));
    }
    const controls = "button, a[href], input, select, textarea, [role=button], [role=combobox], " +
      "[role=slider], [role=switch], [role=tab]";
    for (const control of root.querySelectorAll(controls)) {
      const hidden = control.closest("[aria-hidden=true]") || control.type === "hidden";
      if (visible(control) && !hidden && !named(control, root)) {
        found.push(control.outerHTML.slice(0, 300));
      }
    }
    for (const { shadowRoot } of root.querySelectorAll("*")) if (shadowRoot) look(shadowRoot);
  };
  look(document);
  return found;
}"""

# What reaches beyond the right edge of the window, and is not inside something that scrolls.
TOO_WIDE = """() => {
  const width = document.documentElement.clientWidth;
  const scrolls = (element) => {
    for (let e = element; e; e = e.parentElement) {
      const clips = ["auto", "scroll"].includes(getComputedStyle(e).overflowX);
      const fits = e.getBoundingClientRect().right <= width + 1;
      if (clips && fits && e.scrollWidth > e.clientWidth) return true;
    }
    return false;
  };
  const main = document.querySelector("[data-testid=stMain]");
  const found = [];
  if (main.scrollWidth > main.clientWidth + 1) found.push(`main scrolls: ${main.scrollWidth}`);
  for (const element of main.querySelectorAll("*")) {
    const box = element.getBoundingClientRect();
    if (box.width > 1 && box.right > width + 1 && !scrolls(element)) {
      found.push(`${Math.round(box.right)}: ${element.outerHTML.slice(0, 200)}`);
    }
  }
  return found;
}"""


def open_settled(page: Page, app, path: str) -> None:
    page.goto(app.address(path))
    expect(page.get_by_role("heading", level=1)).to_have_text(TITLES[path])
    expect(page.get_by_test_id("stApp")).to_have_attribute("data-test-script-state", "notRunning")
    if path in ("", "reconstruct"):
        expect(page.get_by_test_id("stMain").get_by_role("img").first).to_be_visible()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_page_fits_a_phone(app, new_context, watched, quiet_log, scheme):
    context = new_context(
        viewport={"width": 390, "height": 844}, color_scheme=scheme, has_touch=True
    )
    page = context.new_page()
    for path in TITLES:
        open_settled(page, app, path)
        background = page.get_by_test_id("stApp").evaluate(
            "app => getComputedStyle(app).backgroundColor"
        )
        brightness = sum(map(int, re.findall(r"\d+", background)[:3])) / 3
        assert (brightness < 100) == (scheme == "dark"), f"{path}: the background is {background}"
        assert page.evaluate(TOO_WIDE) == [], f"{path} in {scheme}"
        assert page.evaluate(NAMELESS) == [], f"{path} in {scheme}"
    assert watched.errors == []


def test_nothing_is_nameless_and_nothing_is_asked_of_another_machine(app, page, watched, quiet_log):
    for path in TITLES:
        open_settled(page, app, path)
        assert page.evaluate(NAMELESS) == [], path
    addresses = [urlsplit(url) for url in watched.requests]
    asked = {url.hostname for url in addresses if url.scheme not in ("data", "blob")}
    assert asked == {"localhost"}
    assert watched.errors == []


def test_start_leads_to_the_other_pages(app, page, watched, quiet_log):
    open_settled(page, app, "")
    links = page.get_by_test_id("stMain").get_by_test_id("stPageLink").get_by_role("link")
    count = len(TITLES)  # one for each other page, and a second one to Draw beside the digits
    expect(links).to_have_count(count)
    reached = set()
    for number in range(count):
        links.nth(number).click()
        expect(page.get_by_role("heading", level=1)).not_to_have_text(TITLES[""])
        reached.add(page.get_by_role("heading", level=1).text_content())
        page.go_back()
        expect(page.get_by_role("heading", level=1)).to_have_text(TITLES[""])
    assert reached == set(TITLES.values()) - {TITLES[""]}
    assert watched.errors == []


def test_a_copied_address_shows_the_same_digits(app, page, new_context, watched, quiet_log):
    open_settled(page, app, "reconstruct")
    page.get_by_role("radio", name="Worst").or_(page.get_by_role("button", name="Worst")).click()
    expect(page).to_have_url(re.compile("show=Worst"))
    expect(page.get_by_test_id("stApp")).to_have_attribute("data-test-script-state", "notRunning")
    page.locator(".st-key-digit").get_by_role("combobox").click()
    page.get_by_role("option", name="3", exact=True).click()
    three = re.compile(r"^Original: test digit no\. \d+ \(a 3\)$")
    pictures = page.get_by_test_id("stMain").get_by_role("img", name=three)
    expect(pictures).to_have_count(10)
    shown = [picture.get_attribute("alt") for picture in pictures.all()]
    other = new_context().new_page()
    other.goto(page.url)
    copied = other.get_by_test_id("stMain").get_by_role("img", name=three)
    expect(copied).to_have_count(10)
    assert [picture.get_attribute("alt") for picture in copied.all()] == shown
    assert watched.errors == []


def test_an_address_that_controls_fail_on_opens_its_page(app, page, watched, quiet_log):
    for address, title in (
        ("generate?dice=1e999", "Can it invent"),
        ("draw?look=", "What happens"),
    ):
        page.goto(app.address(address))
        expect(page.get_by_role("heading", level=1)).to_contain_text(title)
        expect(page.get_by_text("Ignored in the link")).to_be_visible()
    assert watched.errors == []
