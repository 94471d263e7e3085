"""The first minute: from the command to the first page, the memory, and each page's first visit.

python -m tests.bench.start [PAGE ...]        (four minutes; starts the app, wants a Chromium)

Beside the app stands a bare page of Streamlit, measured right before it: what no app can be faster
or smaller than. Beside the first visit of a page, by default of every page, stands the import of
TensorFlow in a process of its own. Times are taken within the page, at the frame that shows what
is waited for.
"""

import math
import statistics
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from playwright.sync_api import Browser, Page, expect, sync_playwright

from tests.bench.app import App, running, wait_for
from tests.bench.chromium import LAUNCH, show_table

ROUNDS = 4  # the first one warms the disk and does not count
PAGES = ("Draw", "Inside", "Reconstruct", "Latent space", "Denoise", "Generate", "Anomalies")
PAGES += ("Compress", "Train")
BARE = "tests/bench/bare_app.py"
PATIENCE_MS = 120_000
NO_PICTURE_MS = 3000  # so long after its script a page is given to show a picture or a chart

# In each frame it looks for the title, for ten reconstructions, for the end of the script and for
# a picture or chart, and notes the first time of each: epoch milliseconds.
WATCH = """
addEventListener("DOMContentLoaded", () => {
  const seen = (window.seen = {});
  window.before = null; // the title of the page that is left
  const all = (root) => [...root.querySelectorAll("*")].flatMap((element) =>
    element.shadowRoot ? [element, ...all(element.shadowRoot)] : [element]);
  const isPicture = (element) => element.matches("img, canvas, svg.marks")
    && element.dataset.painted !== "false" && element.getBoundingClientRect().width >= 28;
  const look = () => {
    requestAnimationFrame(look);
    const title = document.querySelector("[data-testid=stMain] h1")?.textContent;
    if (!title || title === window.before) return;
    seen.title ??= Date.now();
    const app = document.querySelector("[data-testid=stApp]");
    if (app.dataset.testScriptState === "notRunning") seen.ended ??= Date.now();
    else seen.ended = undefined;
    if (seen.ended && seen.picture && seen.ten) return;
    const main = all(document.querySelector("[data-testid=stMain]"));
    if (main.some(isPicture)) seen.picture ??= Date.now();
    const painted = main.filter((element) => element.matches(".reconstruction[data-painted=true]"));
    if (painted.length >= 10) seen.ten ??= Date.now();
  };
  look();
});
"""


def main(pages: Sequence[str]) -> None:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(**LAUNCH)
        bare_seconds, bare_memory = [], []
        titles, tens, memory, drawn = [], [], [], []
        for _ in range(ROUNDS):
            seconds, megabytes = bare(browser)
            bare_seconds.append(seconds)
            bare_memory.append(megabytes)
            for figures, figure in zip((titles, tens, memory, drawn), start(browser), strict=True):
                figures.append(figure)
        show_table(
            ("from the command, or memory", "the app", "a bare page", "target"),
            (
                ("first paint of Start", several(titles, "s"), several(bare_seconds, "s"), ""),
                ("its ten reconstructions", several(tens, "s"), "", "4 s"),
                ("memory after Start", several(memory, "MB"), several(bare_memory, "MB"), ""),
                ("after Start and Draw with a drawing", several(drawn, "MB"), "", "350 MB"),
            ),
        )
        show_table(
            (
                "first visit, from Start",
                *("script ended", "picture or chart", "memory", "TensorFlow's import"),
            ),
            [(name, *visit(browser, name), tensorflow_import()) for name in pages],
        )
        browser.close()


def several(figures: list[float], unit: str) -> str:
    """The median, and the range, of all but the first."""
    counted = figures[1:]
    digits = 2 if unit == "s" else 0
    median, least, most = (
        f"{figure:.{digits}f}"
        for figure in (statistics.median(counted), min(counted), max(counted))
    )
    return f"{median} {unit} ({least} to {most})"


def bare(browser: Browser) -> tuple[float, float]:
    """Seconds from the command to the first paint of a bare page, and its memory."""
    began = time.time()
    with running(wait=False, script=BARE) as app:
        page = opened(browser, app)
        seconds = seen(page, "title") - began
        seen(page, "ended")
        return seconds, closed(page, app)


def start(browser: Browser) -> tuple[float, float, float, float]:
    """Seconds to the first paint and to ten reconstructions; memory then, and after a drawing."""
    began = time.time()
    with running(wait=False) as app:
        page = opened(browser, app)
        title, ten = seen(page, "title") - began, seen(page, "ten") - began
        seen(page, "ended")
        memory = app.memory()
        turn(page, "Draw")
        draw(page)
        if tensorflow_is_loaded(app):
            raise AssertionError("Start or Draw has imported TensorFlow.")
        return title, ten, memory, closed(page, app)


def visit(browser: Browser, name: str) -> tuple[str, str, str]:
    """The first visit of a page in a fresh server, in words."""
    with running() as app:
        page = opened(browser, app)
        seen(page, "ten")
        seen(page, "ended")
        began = turn(page, name)
        ended = seen(page, "ended") - began
        pictured = seen(page, "picture", NO_PICTURE_MS) - began
        ended = seen(page, "ended") - began  # a fragment may have run meanwhile
        memory = closed(page, app)
    return (
        f"{ended:.2f} s",
        "none" if math.isnan(pictured) else f"{pictured:.2f} s",
        f"{memory:.0f} MB",
    )


def opened(browser: Browser, app: App) -> Page:
    page = browser.new_page(viewport={"width": 1280, "height": 1000})
    page.add_init_script(WATCH)
    wait_for(app)
    page.goto(app.url)
    return page


def closed(page: Page, app: App) -> float:
    """Close the page. Returns the memory of the app at that time."""
    memory = app.memory()
    page.close()
    return memory


def seen(page: Page, what: str, milliseconds: float = PATIENCE_MS) -> float:
    """When something was first seen, as ``time.time`` has it; NaN if it was not in that time."""
    found = page.evaluate(
        """([what, patience]) => new Promise((done) => {
          const end = performance.now() + patience;
          const look = () => {
            if (seen[what] || performance.now() > end) done(seen[what] ?? null);
            else requestAnimationFrame(look);
          };
          look();
        })""",
        [what, milliseconds],
    )
    if found is None and milliseconds == PATIENCE_MS:
        raise RuntimeError(f"The page at {page.url} has not shown: {what}.")
    return math.nan if found is None else found / 1000


def turn(page: Page, name: str) -> float:
    """Click on a page's name in the sidebar. Returns the time of the click."""
    page.get_by_role("link", name=name, exact=True).wait_for()
    return (
        page.evaluate(
            """(name) => {
              before = document.querySelector("[data-testid=stMain] h1").textContent;
              for (const key of Object.keys(seen)) delete seen[key];
              const links = document.querySelectorAll("[data-testid=stSidebar] a");
              [...links].find((link) => link.textContent.trim().endsWith(name)).click();
              return Date.now();
            }""",
            name,
        )
        / 1000
    )


def draw(page: Page) -> None:
    """Draw a line, and wait until the page has looked closer."""
    box = page.get_by_label("Drawing area").bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"]
    page.mouse.move(x, y + box["height"] / 4)
    page.mouse.down()
    page.mouse.move(x + 30, y + box["height"] / 2, steps=10)
    page.mouse.up()
    expect(page.get_by_role("heading", name="Download")).to_be_visible(timeout=PATIENCE_MS)
    seen(page, "ended")


def tensorflow_import() -> str:
    began = time.perf_counter()
    subprocess.run(
        [sys.executable, "-c", "import tensorflow"], stderr=subprocess.DEVNULL, check=True
    )
    return f"{time.perf_counter() - began:.2f} s"


def tensorflow_is_loaded(app: App) -> bool:
    return "tensorflow_framework" in Path(f"/proc/{app.pid}/maps").read_text()


if __name__ == "__main__":
    main(sys.argv[1:] or PAGES)
