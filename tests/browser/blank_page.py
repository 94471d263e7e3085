"""JavaScript modules in a blank page of a real browser: no server, no Streamlit."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
from playwright.sync_api import Browser, JSHandle, Page

from ae.nn import graph
from ae.nn.graph import Graph

ENGINE = Path(graph.__file__).with_name("engine.js")
PRODUCT = ENGINE.with_name("product.js")
IMPORT = """async (source) =>
    import(URL.createObjectURL(new Blob([source], { type: "text/javascript" })))"""
LOAD = "(engine, text) => engine.load(Uint8Array.from(atob(text), (c) => c.charCodeAt(0)))"
RUN = "(graph, [part, inputs]) => inputs.map((input) => Array.from(graph[part].run(input)))"


def imported(page: Page, *paths: Path) -> JSHandle:
    """The module in some files, one after the other, as a component has them."""
    return page.evaluate_handle(
        IMPORT, "\n".join(path.read_text(encoding="utf-8") for path in paths)
    )


class Engine:
    """The engine that computes networks in the page."""

    def __init__(self, page: Page):
        self.module = imported(page, PRODUCT, ENGINE)

    @contextmanager
    def loaded(self, what: Graph | bytes) -> Iterator[JSHandle]:
        """What ``load`` of engine.js makes of a graph or of its file."""
        file = what if isinstance(what, bytes) else what.to_bytes()
        handle = self.module.evaluate_handle(LOAD, base64.b64encode(file).decode())
        try:
            yield handle
        finally:
            handle.dispose()

    def run(self, graph: Graph, part: str, inputs: np.ndarray) -> np.ndarray:
        """The outputs of a part, float64 (n, values), for inputs (n, …)."""
        with self.loaded(graph) as networks:
            return outputs(networks, part, inputs)


def outputs(networks: JSHandle, part: str, inputs: np.ndarray) -> np.ndarray:
    rows = np.asarray(inputs, np.float32).reshape(len(inputs), -1).tolist()
    return np.array(networks.evaluate(RUN, [part, rows]))


@contextmanager
def blank(browser: Browser) -> Iterator[Page]:
    """A page with nothing on it."""
    page = browser.new_page()
    yield page
    page.close()
