"""How quickly the Draw page, or Inside, answers the pen, measured in a real browser.

python -m tests.bench.pen [--throttle 4] [--page inside]   (two minutes; starts the app itself)

A pointer event's time runs from its time stamp to the end of the frame in which the picture of that
ink was painted: to the next task, or to the next frame if that begins earlier. A frame is missed
if the next one comes more than half a frame late while the pen is down. Beside the page stands a
bare canvas, measured right before it with the same strokes, which shows 28 × 28 pixels that nothing
was computed for. Both come a second time with the processor slowed down for the browser, as on a
phone.
"""

from __future__ import annotations

import argparse
import asyncio
import math
import statistics
from dataclasses import dataclass, field

from playwright.async_api import Browser, CDPSession, Page, async_playwright, expect

from tests.bench.app import running
from tests.bench.chromium import LAUNCH, show_table

STROKES = 12
MOVES = 100  # in a stroke
MOVE_SECONDS = 0.008  # from one event to the next, as a mouse of 125 Hz sends them
REST_SECONDS = 1.0  # after a stroke: Python hears of the ink meanwhile
FRAME_MS = 1000 / 60

BARE = """
<canvas class="ink" role="img" aria-label="Drawing area" width="560" height="560"></canvas>
<div class="results" data-number="0"><canvas width="28" height="28"></canvas></div>
<script>
const ink = document.querySelector(".ink"), context = ink.getContext("2d");
const results = document.querySelector(".results");
const picture = results.firstChild.getContext("2d"), image = new ImageData(28, 28);
let frame = 0, number = 0;
const look = () => {
  frame = 0;
  picture.putImageData(image, 0, 0);
  results.dataset.number = ++number;
};
ink.addEventListener("pointermove", (event) => {
  if (!event.buttons) return;
  context.fillRect(event.offsetX, event.offsetY, 9, 9);
  frame ||= requestAnimationFrame(look);
});
</script>"""

# A microtask of the frame sees that the picture is new; a message's task follows its painting.
WATCH = """() => {
  const all = (root) => [...root.querySelectorAll("*")].flatMap((element) =>
    element.shadowRoot ? [element, ...all(element.shadowRoot)] : [element]);
  const elements = all(document);
  const canvas = elements.find((element) => element.matches("canvas.ink"));
  const results = elements.find((element) => element.matches(".results"));
  const seen = (window.seen = { waiting: [], latencies: [], shown: 0, frames: [], isDown: false });
  canvas.addEventListener("pointerdown", () => (seen.isDown = true), true);
  canvas.addEventListener("pointerup", () => (seen.isDown = false), true);
  canvas.addEventListener("pointermove", (event) => {
    if (!event.buttons) return;
    const events = event.getCoalescedEvents();
    seen.waiting.push(...(events.length ? events : [event]).map(({ timeStamp }) => timeStamp));
  }, true);
  const { port1, port2 } = new MessageChannel();
  const painting = [];
  const painted = () => {
    const now = performance.now();
    seen.latencies.push(...painting.splice(0).map((moment) => now - moment));
  };
  port2.onmessage = painted;
  new MutationObserver(() => {
    if (!seen.isDown) return seen.waiting.splice(0);
    seen.shown++;
    painting.push(...seen.waiting.splice(0));
    port1.postMessage(0);
  }).observe(results, { attributes: true, attributeFilter: ["data-number"] });
  let last = null;
  const frame = (now) => {
    painted();
    if (seen.isDown && last !== null) seen.frames.push(now - last);
    last = seen.isDown ? now : null;
    requestAnimationFrame(frame);
  };
  requestAnimationFrame(frame);
}"""


@dataclass
class Traffic:
    """What has gone over the websocket. while_down : messages to the server, the pen being down."""

    sent: int = 0
    received: int = 0
    while_down: int = 0
    is_down: bool = field(default=False, repr=False)

    def watch(self, page: Page) -> None:
        def to_server(data: str | bytes) -> None:
            self.sent += len(data)
            self.while_down += self.is_down

        def from_server(data: str | bytes) -> None:
            self.received += len(data)

        def listen(socket) -> None:
            socket.on("framesent", to_server)
            socket.on("framereceived", from_server)

        page.on("websocket", listen)


async def main(throttle: float, shown: str) -> None:
    with running() as app:
        async with async_playwright() as playwright:
            browser = await playwright.chromium.launch(**LAUNCH)
            columns = {}
            for slowed, words in ((1, ""), (throttle, f", {throttle:g}× slower")):
                for name, path in (("bare canvas", "bare"), (shown, shown)):
                    columns[name + words] = await measured(browser, app.url, path, slowed)
            await browser.close()
    show_table(
        ("", *columns),
        [[row, *(column[row] for column in columns.values())] for row in columns[shown]],
    )


async def measured(browser: Browser, url: str, path: str, throttle: float) -> dict[str, str]:
    """The strokes on one of the two pages: figures in words."""
    page = await browser.new_page(viewport={"width": 1280, "height": 1000})
    traffic = Traffic()
    traffic.watch(page)
    # From the app's own address: the browser tells a page of no address less about its events.
    await page.route("**/bare", lambda route: route.fulfill(body=BARE, content_type="text/html"))
    await page.goto(f"{url}/{path}")
    if path != "bare":
        await expect(page.get_by_label("z 1", exact=True)).to_be_visible(timeout=120_000)
        await expect(page.get_by_test_id("stApp")).to_have_attribute(
            "data-test-script-state", "notRunning", timeout=120_000
        )
    session = await page.context.new_cdp_session(page)
    await session.send("Emulation.setCPUThrottlingRate", {"rate": throttle})
    await stroke(page, session, 0, traffic)  # the browser compiles what runs often
    await page.evaluate(WATCH)
    traffic.sent = traffic.received = traffic.while_down = 0
    for number in range(STROKES):
        await stroke(page, session, number, traffic)
    seen = await page.evaluate("seen")
    await page.close()
    return in_words(seen, traffic)


async def stroke(page: Page, session: CDPSession, number: int, traffic: Traffic) -> None:
    """Draw one wave. Events are sent when their time has come, whether or not the page keeps up."""
    box = await page.get_by_label("Drawing area").bounding_box()
    side = box["width"]
    left, top = box["x"] + 0.1 * side, box["y"] + (0.1 + 0.04 * number) * side

    def send(kind: str, i: int) -> asyncio.Task:
        event = {"type": kind, "button": "left", "buttons": 1, "clickCount": 1}
        place = {"x": left + 0.7 * side * i / MOVES, "y": top + 0.06 * side * math.sin(i / 8)}
        return asyncio.create_task(session.send("Input.dispatchMouseEvent", event | place))

    await page.mouse.move(left, top)
    traffic.is_down = True
    sent = [send("mousePressed", 0)]
    began = asyncio.get_running_loop().time()
    for i in range(MOVES):
        sent.append(send("mouseMoved", i))
        until = began + MOVE_SECONDS * (i + 1)
        await asyncio.sleep(max(0, until - asyncio.get_running_loop().time()))
    await asyncio.gather(*sent)
    traffic.is_down = False
    await send("mouseReleased", MOVES)
    await asyncio.sleep(REST_SECONDS)


def in_words(seen: dict, traffic: Traffic) -> dict[str, str]:
    latencies, frames = sorted(seen["latencies"]), seen["frames"]
    p90 = latencies[math.ceil(0.9 * len(latencies)) - 1]
    seconds = sum(frames) / 1000
    missed = sum(max(0, round(each / FRAME_MS) - 1) for each in frames)
    return {
        "pointer event to painted picture, median": f"{statistics.median(latencies):.1f} ms",
        "90 % within": f"{p90:.1f} ms",
        "pictures a second": f"{seen['shown'] / seconds:.1f}",
        "frames missed": f"{missed} of {len(frames) + missed}",
        "messages to the server, pen down": f"{traffic.while_down}",
        "bytes to the server, a stroke": f"{traffic.sent / STROKES:,.0f}",
        "bytes from the server, a stroke": f"{traffic.received / STROKES:,.0f}",
    }


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--throttle", type=float, default=4)
    parser.add_argument("--page", choices=["draw", "inside"], default="draw")
    arguments = parser.parse_args()
    asyncio.run(main(arguments.throttle, arguments.page))
