"""A visitor without a browser: one Streamlit session over the websocket that a browser uses.

It keeps what a browser keeps of the page (the widgets' values, where the pad and the bars are,
the messages that the server may refer back to), and sends what a browser sends.
"""

from __future__ import annotations

import asyncio
import json
import time
from dataclasses import dataclass, field

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.asyncio.client import ClientConnection, connect

_KEPT_RUNS = 2  # Streamlit's global.maxCachedMessageAge


@dataclass
class Component:
    """A mounted component: its widget, and the fragment that it is in."""

    id: str
    fragment: str


@dataclass
class Visitor:
    """One session. Open it with ``async with visiting(url, page) as visitor``.

    components : by the end of their key. errors : exceptions and error boxes that were shown.
    headings : the titles of the page. run_finished : set while no script runs.
    """

    socket: ClientConnection
    url: str
    components: dict[str, Component] = field(default_factory=dict)
    errors: list[str] = field(default_factory=list)
    heading: str = ""
    pages: dict[str, str] = field(default_factory=dict)
    page: str = ""
    idle: asyncio.Event = field(default_factory=asyncio.Event)
    received: int = 0  # bytes
    _values: dict[str, dict] = field(default_factory=dict)
    _kept: dict[str, tuple[ForwardMsg, int]] = field(default_factory=dict)
    _runs: int = 0

    async def open(self, page: str) -> None:
        """Ask for a page as an address line does."""
        self.idle.clear()
        await self._rerun(page_name=page)

    async def turn_to(self, page: str) -> None:
        """Choose a page in the navigation, by its path ("" for the first)."""
        self.idle.clear()
        self.page = self.pages[page]
        self._values = {key: value for key, value in self._values.items() if key.endswith("-model")}
        self.components.clear()
        await self._rerun()

    async def set_state(self, key: str, state: dict) -> None:
        """A component has changed its state: the fragment around it runs."""
        component = self.components[key]
        self._values[component.id] = {"json_value": json.dumps(state, separators=(",", ":"))}
        await self._rerun(fragment_id=component.fragment)

    async def _rerun(self, **fields) -> None:
        message = BackMsg()
        rerun = message.rerun_script
        for name, value in fields.items():
            setattr(rerun, name, value)
        if "page_name" not in fields:
            rerun.page_script_hash = self.page
        for key, value in self._values.items():
            widget = rerun.widget_states.widgets.add(id=key)
            for kind, content in value.items():
                if kind == "string_array_value":
                    widget.string_array_value.data.extend(content)
                else:
                    setattr(widget, kind, content)
        rerun.cached_message_hashes.extend(self._kept)
        rerun.context_info.timezone = "UTC"
        rerun.context_info.locale = "en-US"
        rerun.context_info.url = self.url
        rerun.context_info.color_scheme = "light"
        await self.socket.send(message.SerializeToString())

    async def listen(self, on_pictures=lambda pictures: None) -> None:
        """Take in messages until the socket closes; tell of each row of pictures that is shown."""
        async for frame in self.socket:
            self.received += len(frame)
            message = ForwardMsg.FromString(frame)
            kind = message.WhichOneof("type")
            if kind == "ref_hash":
                path = message.metadata.delta_path
                message = self._kept[message.ref_hash][0]
                message.metadata.delta_path[:] = path
                self._kept[message.hash] = (message, self._runs)
                kind = message.WhichOneof("type")
            elif message.metadata.cacheable:
                self._kept[message.hash] = (message, self._runs)
            if kind == "delta":
                self._take(message.delta, on_pictures)
            elif kind == "navigation":
                self.page = message.navigation.page_script_hash
                self.pages = {
                    "" if page.is_default else page.url_pathname: page.page_script_hash
                    for page in message.navigation.app_pages
                }
            elif kind == "script_finished":
                self._runs += 1
                self._kept = {
                    key: (kept, run)
                    for key, (kept, run) in self._kept.items()
                    if self._runs - run <= _KEPT_RUNS
                }
                if message.script_finished != ForwardMsg.FINISHED_EARLY_FOR_RERUN:
                    self.idle.set()

    def _take(self, delta, on_pictures) -> None:
        if delta.WhichOneof("type") != "new_element":
            return
        element = delta.new_element
        kind = element.WhichOneof("type")
        if kind == "bidi_component":
            parts = element.bidi_component
            key = parts.id.rpartition("-")[2]
            self.components[key] = Component(parts.id, delta.fragment_id)
        elif kind == "imgs":
            on_pictures([each.url for each in element.imgs.imgs])
        elif kind == "exception":
            self.errors.append(element.exception.message)
        elif kind == "alert" and element.alert.format == element.alert.ERROR:
            self.errors.append(element.alert.body)
        elif kind == "heading" and element.heading.tag == "h1":
            self.heading = element.heading.body
        elif kind == "selectbox":
            box = element.selectbox
            self._values.setdefault(box.id, {"string_value": box.options[box.default]})
        elif kind == "checkbox":
            box = element.checkbox
            self._values.setdefault(box.id, {"bool_value": box.default})
        elif kind == "button_group":
            group = element.button_group
            options = group.raw_values or [option.content for option in group.options]
            self._values.setdefault(
                group.id, {"string_array_value": [options[index] for index in group.default]}
            )


class visiting:  # noqa: N801
    """``async with visiting(url, page) as visitor``: the page has been shown."""

    def __init__(self, url: str, page: str, *, on_pictures=lambda pictures: None):
        self.url, self.page, self.on_pictures = url, page, on_pictures

    async def __aenter__(self) -> Visitor:
        address = f"{self.url.replace('http', 'ws', 1)}/_stcore/stream"
        self.socket = await connect(address, subprotocols=["streamlit"], max_size=None)
        visitor = Visitor(self.socket, f"{self.url}/{self.page}")
        self.listening = asyncio.create_task(visitor.listen(self.on_pictures))
        await visitor.open(self.page)
        await wait(visitor.idle, self.listening, 120)
        return visitor

    async def __aexit__(self, *_) -> None:
        await self.socket.close()
        await self.listening


async def wait(event: asyncio.Event, listening: asyncio.Task, seconds: float) -> float:
    """Wait for an event while a task listens, whose failure is this one's. Returns the seconds."""
    began = time.perf_counter()
    waiting = asyncio.create_task(event.wait())
    done, _ = await asyncio.wait(
        [waiting, listening], timeout=seconds, return_when=asyncio.FIRST_COMPLETED
    )
    waiting.cancel()
    if listening in done:
        listening.result()
        raise ConnectionError("The server has closed the connection.")
    if waiting not in done:
        raise TimeoutError(f"Nothing for {seconds} s.")
    return time.perf_counter() - began
