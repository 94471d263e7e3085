"""The components' scripts in a blank page: no server, and no Streamlit in the browser."""

from __future__ import annotations

import functools
import importlib.util
import sys
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import JSHandle, Page

from ae.ui.components import base

COMPONENTS = Path(base.__file__).parent
NAMES = sorted(path.parent.name for path in COMPONENTS.glob("*/*.html"))

# Streamlit's part: a shadow root with the sheets and the HTML, and a call for each new data.
_MOUNT = """async ([html, css, script]) => {
  const module = await import(URL.createObjectURL(new Blob([script], { type: "text/javascript" })));
  const host = document.body.appendChild(document.createElement("div"));
  const parentElement = host.attachShadow({ mode: "open" });
  parentElement.innerHTML = `<style>${css}</style>${html}`;
  const mounted = { host, parentElement, sent: [], module };
  const send = (name, value) => mounted.sent.push([name, value]);
  const toPython = { setStateValue: send, setTriggerValue: send };
  mounted.give = (given) => {
    const data = given instanceof Uint8Array ? given : [given];
    mounted.cleanup = module.default({ data, parentElement, ...toPython });
  };
  return mounted;
}"""


@functools.cache
def sources(name: str) -> tuple[str, str, str]:
    """HTML, CSS and JavaScript that a component's package gives to Streamlit."""
    given: dict[str, str] = {}
    path = COMPONENTS / name / "__init__.py"
    spec = importlib.util.spec_from_file_location(f"registered_{name}", path)
    module = importlib.util.module_from_spec(spec)
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(sys.modules, spec.name, module)
        patch.setattr(base.v2, "component", lambda name, **texts: given.update(texts))
        spec.loader.exec_module(module)
    return given["html"], given["css"], given["js"]


class Script:
    """A component's module, with some of its names called from here."""

    def __init__(self, page: Page, component: str, *names: str):
        text = f"{sources(component)[2]}\nexport {{ {', '.join(names)} }};"
        self.module: JSHandle = page.evaluate_handle(
            "text => import(URL.createObjectURL(new Blob([text], { type: 'text/javascript' })))",
            text,
        )

    def __call__(self, name: str, *arguments: Any) -> Any:
        return self.run(f"module.{name}(...given)", *arguments)

    def run(self, expression: str, *given: Any) -> Any:
        """The value of an expression of ``module`` and ``given``."""
        return self.module.evaluate(f"(module, given) => {expression}", list(given))


def mount(page: Page, component: str, script: str = "") -> JSHandle:
    """A component's element. ``script`` takes the place of its own, after the shared part."""
    html, css, js = sources(component)
    if script:
        js = f"{(COMPONENTS / 'base.js').read_text()}\n{script}"
    return page.evaluate_handle(_MOUNT, [html, css, js])
