"""The real app in a real browser: one server for all tests, one fresh context for each."""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Page,
    expect,
    sync_playwright,
)

from ae import runs, store
from ae.runs import control
from ae.store.flows import FLOW_FILE

REPOSITORY = Path(__file__).parents[2]
NAMES = ("chromium", "chromium-browser", "google-chrome")
START_SECONDS = 60
# At /draw it asks below /draw first, which is a 404, and then at the root.
STREAMLIT_LOOKS_FOR_ITS_SERVER = re.compile(r"/\w+/_stcore/(health|host-config)$")
expect.set_options(timeout=60_000)  # two cores, shared with a training run


def _find_browser() -> str:
    found = os.environ.get("AE_CHROMIUM") or next(filter(None, map(shutil.which, NAMES)), None)
    if found is None:
        reason = (
            f"No browser: looked for the variable AE_CHROMIUM and for {', '.join(NAMES)}. "
            "On Debian: apt-get install chromium."
        )
        (pytest.fail if os.environ.get("CI") else pytest.skip)(reason)
    return found


@dataclass(frozen=True)
class App:
    """The running app: its address, its models folder, and what it has printed."""

    url: str
    models: Path
    log: Path

    def address(self, page: str = "", query: str = "") -> str:
        return f"{self.url}/{page}{'?' * bool(query)}{query}"

    def tracebacks(self) -> list[str]:
        """Lines of the log that tell of an exception."""
        lines = self.log.read_text(errors="replace").splitlines()
        return [line for line in lines if "Traceback" in line or "Error:" in line]


@pytest.fixture(scope="session")
def app(tmp_path_factory, browser) -> Iterator[App]:
    """The app, with a copy of conv-32 that it has loaded and measured."""
    folder = tmp_path_factory.mktemp("app")
    models, log = folder / "models", folder / "log.txt"
    (models / "conv-32").mkdir(parents=True)
    files = (store.MODEL_FILE, store.CARD_FILE, store.HISTORY_FILE, store.GRAPH_FILE, FLOW_FILE)
    for file in files:
        shutil.copy2(REPOSITORY / "models" / "conv-32" / file, models / "conv-32" / file)
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port = listener.getsockname()[1]
    with log.open("wb") as output:
        server = subprocess.Popen(
            [sys.executable, "-m", "streamlit", "run", "app.py", "--server.port", str(port)],
            cwd=REPOSITORY,
            env=os.environ | {"AE_MODELS": str(models)},
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    app = App(f"http://localhost:{port}", models, log)
    try:
        _wait_for(app, server)
        _warm_up(app, browser)
        yield app
    finally:
        _end(server.pid)
        server.wait(10)
        for training in _training_processes(models):
            _end(training)


def _wait_for(app: App, server: subprocess.Popen) -> None:
    end = time.monotonic() + START_SECONDS
    while time.monotonic() < end:
        assert server.poll() is None, f"the app has ended: {app.log.read_text()}"
        with contextlib.suppress(OSError):
            urllib.request.urlopen(f"{app.url}/_stcore/health", timeout=1).close()
            return
        time.sleep(0.1)
    pytest.fail(f"the app does not answer after {START_SECONDS} s: {app.log.read_text()}")


def _warm_up(app: App, browser: Browser) -> None:
    page = browser.new_page()
    page.goto(app.address("reconstruct"))
    # It needs TensorFlow, the model, PCA and the errors of all test digits.
    expect(page.get_by_test_id("stMetric")).to_have_count(3, timeout=120_000)
    page.close()


@pytest.fixture(scope="session")
def measured(app, browser) -> None:
    """The pages that measure all test digits have been seen once: what they found is kept."""
    page = browser.new_page()
    for path in ("latent", "generate", "compress"):
        page.goto(app.address(path))
        expect(page.get_by_test_id("stTable").first).to_be_visible(timeout=120_000)
        expect(page.get_by_test_id("stApp")).to_have_attribute(
            "data-test-script-state", "notRunning", timeout=120_000
        )
    page.close()


def _training_processes(models: Path) -> list[int]:
    """Runs outlive the app, on purpose: these are the ones of this folder."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            environment = (folder / "environ").read_bytes().split(b"\0")
            command = (folder / "cmdline").read_bytes().split(b"\0")
            ours = f"AE_MODELS={models}".encode() in environment
            if ours and command[1:3] == [b"-m", b"ae"]:
                found.append(int(folder.name))
    return found


def _end(leader: int) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.killpg(leader, signal.SIGTERM)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    executable = _find_browser()
    arguments = [
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
        "--no-first-run",
    ]
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        arguments.append("--no-sandbox")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable, args=arguments)
        yield browser
        browser.close()


@dataclass(frozen=True)
class Watched:
    """What must not happen in a page: errors in its console, requests to other machines."""

    errors: list[str]
    requests: list[str]

    def console(self, message: ConsoleMessage) -> None:
        url = message.location["url"]
        if message.type == "error" and not STREAMLIT_LOOKS_FOR_ITS_SERVER.search(url):
            self.errors.append(f"{message.text} {url}")


@pytest.fixture
def watched() -> Watched:
    return Watched([], [])


@pytest.fixture
def new_context(browser, watched, request, tmp_path) -> Iterator[Callable[..., BrowserContext]]:
    """Make contexts that are closed, or photographed if the test has failed, at its end."""
    contexts: list[BrowserContext] = []

    def watch(page: Page) -> None:
        page.on("pageerror", lambda error: watched.errors.append(str(error)))
        page.on("console", lambda message: watched.console(message))
        page.on("request", lambda request: watched.requests.append(request.url))
        page.on("websocket", lambda socket: watched.requests.append(socket.url))

    def new_context(**options) -> BrowserContext:
        context = browser.new_context(**{"viewport": {"width": 1100, "height": 900}} | options)
        context.set_default_timeout(60_000)
        context.on("page", watch)
        contexts.append(context)
        return context

    yield new_context
    failed = getattr(request.node, "failed", False)
    for number, page in enumerate(page for context in contexts for page in context.pages):
        if failed:
            picture = tmp_path / f"failed-{number}.png"
            with contextlib.suppress(Exception):  # the failure that counts is the test's
                page.screenshot(path=picture, full_page=True, timeout=5000)
                print(f"\nScreenshot of {page.url}: {picture}")
    for context in contexts:
        context.close()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item, call):
    report = yield
    if report.when == "call":
        item.failed = report.failed
    return report


@pytest.fixture
def page(new_context) -> Page:
    return new_context().new_page()


@pytest.fixture
def quiet_log(app) -> Iterator[None]:
    """Nothing that looks like an exception gets into the app's log in this test."""
    before = len(app.tracebacks())
    yield
    assert app.tracebacks()[before:] == []


@pytest.fixture
def stop_runs(app) -> Iterator[None]:
    """No run of this test trains on while the next one measures."""
    yield
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("AE_MODELS", str(app.models))
        for name in runs.list_runs():
            control.request_stop(name)
    for training in _training_processes(app.models):
        _end(training)
