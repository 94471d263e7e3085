"""How quickly the Draw page answers the pen, measured in a real browser.

python -m tests.bench.pen [ADDRESS]        (half a minute; the app has to run already)

A frame is lost if its ink was sent and its picture never shown. A move counts as shown with the
first picture whose ink was taken after it, so the wait for an update in flight is part of it.
"""

import math
import os
import shutil
import statistics
import sys
import time

from playwright.sync_api import Page, expect, sync_playwright

STROKES = 16
MOVES = 60  # in a stroke
MOVE_MS = 14

WATCH = """() => {
  const root = [...document.querySelectorAll("*")].map((e) => e.shadowRoot)
    .find((root) => root?.querySelector(".results"));
  const results = root.querySelector(".results"), canvas = root.querySelector(".ink");
  const seen = (window.seen = { moves: [], ups: [], sent: [], shown: [] });
  const now = () => performance.now();
  canvas.addEventListener("pointermove", (event) => event.buttons && seen.moves.push(now()), true);
  canvas.addEventListener("pointerup", () => seen.ups.push(now()), true);
  new MutationObserver((changes) => {
    for (const { attributeName } of changes) {
      if (attributeName === "data-sent") seen.sent.push([Number(results.dataset.sent), now()]);
      if (attributeName === "data-number") seen.shown.push([Number(results.dataset.number), now()]);
    }
  }).observe(results, { attributes: true, attributeFilter: ["data-sent", "data-number"] });
}"""


def main(address: str) -> None:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=os.environ.get("AE_CHROMIUM") or shutil.which("chromium"),
            args=["--no-sandbox", "--disable-background-networking", "--disable-sync"],
        )
        page = browser.new_page(viewport={"width": 1280, "height": 1000})
        traffic = {"sent": 0, "received": 0}
        page.on("websocket", lambda socket: count(socket, traffic))
        page.goto(f"{address}/draw")
        expect(page.get_by_label("z 1", exact=True)).to_be_visible(timeout=120_000)
        expect(page.get_by_test_id("stApp")).to_have_attribute(
            "data-test-script-state", "notRunning", timeout=120_000
        )
        stroke(page, 0)  # the first drawing of a server waits for the network
        page.evaluate(WATCH)
        before = dict(traffic)
        rates = [stroke(page, number) for number in range(STROKES)]
        report(page.evaluate("seen"), rates, {key: traffic[key] - before[key] for key in traffic})
        browser.close()


def count(socket, traffic: dict[str, int]) -> None:
    socket.on("framesent", lambda data: traffic.update(sent=traffic["sent"] + len(data)))
    socket.on(
        "framereceived", lambda data: traffic.update(received=traffic["received"] + len(data))
    )


def stroke(page: Page, number: int) -> float:
    """Draw one wave and wait for its picture; return the pictures shown per second meanwhile."""
    box = page.get_by_label("Drawing area").bounding_box()
    top = box["y"] + 40 + 15 * number
    page.mouse.move(box["x"] + 40, top)
    results = page.locator(".results")
    first, began = int(results.get_attribute("data-number")), time.perf_counter()
    page.mouse.down()
    for i in range(MOVES):
        page.mouse.move(box["x"] + 40 + 4 * i, top + 20 * math.sin(i / 5))
        page.wait_for_timeout(MOVE_MS)
    shown = int(results.get_attribute("data-number")) - first
    rate = shown / (time.perf_counter() - began)
    page.mouse.up()
    expect(results).to_have_attribute("aria-busy", "false", timeout=60_000)
    return rate


def report(seen: dict, rates: list[float], traffic: dict[str, int]) -> None:
    shown, sent = dict(seen["shown"]), seen["sent"]
    frames = [(at, shown[number]) for number, at in sent if number in shown]
    print(f"pictures per second while drawing: median {statistics.median(rates):.1f}")
    tell("move to picture", waits(seen["moves"], frames))
    tell("pen up to final picture", [wait_for_last(up, frames) for up in seen["ups"]])
    print(f"frames: {len(sent)} sent, {len(sent) - len(frames)} lost")
    for way in traffic:
        print(f"bytes {way} per update: {traffic[way] / len(sent):,.0f}")
    print(f"load of the machine: {os.getloadavg()[0]:.1f} on {os.cpu_count()} processors")


def waits(moments: list[float], frames: list[tuple[float, float]]) -> list[float]:
    """For each move the time to the first picture whose ink was taken after it."""
    found = []
    for moment in moments:
        pictures = [at for taken, at in frames if taken >= moment]
        if pictures:
            found.append(min(pictures) - moment)
    return found


def wait_for_last(up: float, frames: list[tuple[float, float]]) -> float:
    """Time from the lifting of the pen to the picture of the ink as it was then."""
    taken_last = [at for taken, at in frames if taken <= up]
    in_flight_then = [at for taken, at in frames if up < taken <= max(taken_last, default=up)]
    return max(0.0, max([*taken_last[-1:], *in_flight_then], default=up) - up)


def tell(what: str, milliseconds: list[float]) -> None:
    ordered = sorted(milliseconds)
    p90 = ordered[math.ceil(0.9 * len(ordered)) - 1]
    median = statistics.median(ordered)
    print(f"{what}: median {median:.0f} ms, p90 {p90:.0f} ms (n = {len(ordered)})")


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else "http://localhost:8501")
