"""The first minute: from the command to the first page, from page to page, and the memory.

python -m tests.bench.start        (a minute; starts the app itself, wants a Chromium)
"""

import contextlib
import os
import shutil
import statistics
import time
from pathlib import Path

from playwright.sync_api import Browser, Page, expect, sync_playwright

from tests.bench.app import App, running

_ROUNDS = 3
_TURNS = 7  # to each page
_PAGES = (
    *("Draw", "Reconstruct", "Denoise", "Latent space", "Generate", "Compress", "Train"),
    "Start",
)
# Watched from within: Playwright looks 100, 250, then 500 ms after its last look.
_TURN = """(name) => new Promise((done) => {
  const title = () => document.querySelector("h1")?.textContent;
  const before = title(), began = performance.now();
  let shown = null;
  const observer = new MutationObserver(() => {
    if (shown === null && title() && title() !== before) shown = performance.now() - began;
    const state = document.querySelector("[data-testid=stApp]").dataset.testScriptState;
    if (shown === null || state !== "notRunning") return;
    observer.disconnect();
    const whole = () => done([shown, performance.now() - began]);
    requestAnimationFrame(() => requestAnimationFrame(whole));
  });
  observer.observe(document.body, {
    subtree: true, childList: true, characterData: true,
    attributeFilter: ["data-test-script-state"],
  });
  const links = document.querySelectorAll("[data-testid=stSidebarNav] a");
  [...links].find((link) => link.textContent.trim().endsWith(name)).click();
})"""


def main() -> None:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=os.environ.get("AE_CHROMIUM") or shutil.which("chromium"),
            args=["--no-sandbox", "--disable-background-networking", "--disable-sync"],
        )
        browser.new_page().close()
        starts, wholes = [], []
        for _ in range(_ROUNDS):  # the first warms the disk
            began = time.perf_counter()
            with running(wait=False) as app:
                page, early = first_page(browser, app)
                starts.append(time.perf_counter() - began)
                rest(page)
                wholes.append(time.perf_counter() - began)
                page.close()
        told, told_whole = (
            ", ".join(f"{seconds:.2f} s" for seconds in each) for each in (starts, wholes)
        )
        print(f"command to Start, all but its ten digits: {told} (target: 4 s, warm)")
        print(f"with its ten digits, for which TensorFlow is loaded: {told_whole}")
        print(f"TensorFlow loaded when Start stood: {'yes' if early else 'no'}")
        with running() as app:
            switches(browser, app)
        browser.close()
    print(f"load of the machine: {os.getloadavg()[0]:.1f} on {os.cpu_count()} processors")


def first_page(browser: Browser, app: App) -> tuple[Page, bool]:
    """Start, as soon as it can be read and left; whether TensorFlow's library is loaded by then."""
    page = browser.new_page(viewport={"width": 1280, "height": 1000})
    end = time.monotonic() + 60
    while True:
        with contextlib.suppress(Exception):  # nobody listens yet
            page.goto(app.url)
            break
        if time.monotonic() > end:
            raise RuntimeError(app.log.read_text())
        time.sleep(0.05)
    expect(page.get_by_role("heading", level=1)).to_be_visible(timeout=60_000)
    expect(page.get_by_role("link", name="Train one from a button")).to_be_visible(timeout=60_000)
    return page, "tensorflow_framework" in Path(f"/proc/{app.pid}/maps").read_text()


def switches(browser: Browser, app: App) -> None:
    """Turn to every page again and again: the first time computes what later ones find."""
    page, _ = first_page(browser, app)
    rest(page)
    print(f"Start: {app.memory():.0f} MB")
    seconds = {}
    for visit in range(1 + _TURNS):
        for name in _PAGES:
            shown, whole = turn(page, name)
            if visit == 0:
                print(f"{name}, first visit: whole after {whole:.2f} s, {app.memory():.0f} MB")
            else:
                seconds.setdefault(name, []).append((shown, whole))
    for name, pairs in seconds.items():
        shown, whole = (1000 * statistics.median(each) for each in zip(*pairs, strict=True))
        print(f"to {name}: title after {shown:.0f} ms, whole after {whole:.0f} ms (target: 500 ms)")
    print(f"after all visits: {app.memory():.0f} MB")


def turn(page: Page, name: str) -> tuple[float, float]:
    """Click on a page's name; seconds until its title stands, and until all of it is painted."""
    page.get_by_role("link", name=name, exact=True).wait_for()
    shown, whole = page.evaluate(_TURN, name)
    return shown / 1000, whole / 1000


def rest(page: Page) -> None:
    """Until no script runs: the page has its title, so one has begun."""
    expect(page.get_by_test_id("stApp")).to_have_attribute(
        "data-test-script-state", "notRunning", timeout=120_000
    )


if __name__ == "__main__":
    main()
