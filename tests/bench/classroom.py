"""A class that draws at once: how soon each gets the closer look, and whether it is one's own.

python -m tests.bench.classroom [--pupils 200] [--seconds 120] [--training]

Each pupil is a Streamlit session of its own over a websocket, and draws what nobody else draws.
While the pen is down nothing is sent: the network runs in the browser. When it has rested the pad
sends the ink and what the network has made of it, as a browser does, and the page looks closer. An
answer is right if it shows the pupil's own ink and reconstruction, byte for byte. Its time is from
the sending to the arrival of the pictures; the time that this process takes to check is in it. A
pupil draws for three seconds and looks for five.
"""

from __future__ import annotations

import argparse
import asyncio
import base64
import contextlib
import os
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from ae import imaging, store
from ae.data.drawing import to_mnist_form
from ae.store.graphs import load_graph
from ae.system import tensorflow_import
from tests.bench.app import REPOSITORY, App, running
from tests.bench.visitor import Visitor, visiting

TARGET = 1.0  # second, for 95 % of the closer looks
_SIDE = 56
_DRAWINGS = 3  # of each pupil, again and again
_DRAWING, _LOOKING = 3.0, 5.0  # seconds
_PATIENCE = 30.0
_SHOWN = 120  # pixels of a picture in the closer look


@dataclass(frozen=True)
class Drawing:
    """A drawing: what the pad sends, and the pictures that have to come back, as data URIs."""

    sent: dict[str, str]
    ink: str
    reconstruction: str


@dataclass
class Pupil:
    """One who draws. seconds : of each look. wrong : what came back and should not have."""

    drawings: list[Drawing]
    seconds: list[float] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)
    received: int = 0
    _number: int = 0
    _drawing: Drawing | None = None
    _answered: asyncio.Event = field(default_factory=asyncio.Event)

    async def draw(self, url: str, opened: asyncio.Barrier, seconds: float, late: float) -> None:
        """Open the page, wait for the others, and draw for so long, beginning a little late."""
        async with visiting(url, "draw", on_pictures=self._check) as visitor:
            await opened.wait()
            end = time.perf_counter() + seconds
            before = visitor.received
            await asyncio.sleep(late)
            while time.perf_counter() < end:
                await asyncio.sleep(min(_DRAWING, seconds / 4))
                await self._rest(visitor, self.drawings[self._number % len(self.drawings)])
                await asyncio.sleep(min(_LOOKING, seconds / 4))
            self.received = visitor.received - before
            self.wrong += visitor.errors

    async def _rest(self, visitor: Visitor, drawing: Drawing) -> None:
        self._number += 1
        self._drawing = drawing
        self._answered.clear()
        began = time.perf_counter()
        ink = {"number": self._number, "loaded": None} | drawing.sent
        await visitor.set_state("pad", {"ink": ink})
        try:
            await asyncio.wait_for(self._answered.wait(), _PATIENCE)
        except TimeoutError:
            self.wrong.append(f"no closer look at {self._number} within {_PATIENCE:.0f} s")
        self.seconds.append(time.perf_counter() - began)

    def _check(self, pictures: list[str]) -> None:
        if self._drawing is None or self._answered.is_set():
            return
        if pictures[0] != self._drawing.ink:
            self.wrong.append(f"the look at {self._number} shows another's ink")
        elif pictures[-1] != self._drawing.reconstruction:
            self.wrong.append(f"the look at {self._number} shows another's reconstruction")
        self._answered.set()


def pupils(count: int) -> list[Pupil]:
    """So many pupils, of whom no two ever draw the same."""
    tensorflow_import.import_tensorflow()
    model, (card, _) = store.load(), load_graph(store.DEFAULT_MODEL)
    rng = np.random.default_rng(0)
    inks = np.array([_ink(rng) for _ in range(count * _DRAWINGS)])
    forms = [to_mnist_form(ink.astype(np.float32) / 255) for ink in inks]
    z, outputs = model.encode_and_reconstruct(np.array([form.image for form in forms]))
    drawings = [
        Drawing(
            {
                "pixels": base64.b64encode(ink.tobytes()).decode(),
                "network": str(card.graph),
                "z": base64.b64encode(z[i].astype("<f4").tobytes()).decode(),
                "output": base64.b64encode(outputs[i].astype("<f4").tobytes()).decode(),
            },
            imaging.data_uri(imaging.framed(forms[i].ink, _SHOWN, 2)),
            imaging.data_uri(imaging.framed(np.clip(outputs[i], 0, 1), _SHOWN, 4)),
        )
        for i, ink in enumerate(inks)
    ]
    if len({each.ink for each in drawings}) != len(drawings):
        raise AssertionError("Two pupils draw the same.")
    return [Pupil(drawings[i::count]) for i in range(count)]


def _ink(rng: np.random.Generator) -> np.ndarray:
    """A stroke: uint8 (56, 56)."""
    t = np.linspace(0, 1, 72)[:, None]
    waves = rng.uniform(-1, 1, (3, 2)) / np.arange(1, 4)[:, None]
    path = sum(np.sin((k + 1) * np.pi * t + rng.uniform(0, 6, 2)) * waves[k] for k in range(3))
    path = _SIDE / 2 + path * rng.uniform(12, 18) / max(np.abs(path).max(), 0.2)
    grid = np.stack(np.mgrid[:_SIDE, :_SIDE], axis=-1)
    distance = np.linalg.norm(grid - path[:, None, None], axis=-1).min(axis=0)
    return np.rint(np.clip(rng.uniform(2, 3.5) - distance, 0, 1) * 255).astype(np.uint8)


@dataclass(frozen=True)
class Found:
    """What a class has met. seconds : of every look, sorted. opening : until all pages stood."""

    seconds: np.ndarray
    wrong: list[str]
    received: int
    opening: float
    lasted: float


async def lesson(url: str, class_: list[Pupil], seconds: float) -> Found:
    """Let them all draw for so long."""
    opened = asyncio.Barrier(len(class_) + 1)
    began = time.perf_counter()
    step = (_DRAWING + _LOOKING) / len(class_)
    drawing = asyncio.gather(
        *(pupil.draw(url, opened, seconds, i * step) for i, pupil in enumerate(class_))
    )
    waiting = asyncio.ensure_future(opened.wait())
    await asyncio.wait([drawing, waiting], return_when=asyncio.FIRST_COMPLETED)
    opening = time.perf_counter() - began
    await drawing
    return Found(
        np.sort([second for pupil in class_ for second in pupil.seconds]),
        [text for pupil in class_ for text in pupil.wrong],
        sum(pupil.received for pupil in class_),
        opening,
        time.perf_counter() - began - opening,
    )


@contextlib.contextmanager
def training(models: Path) -> Iterator[None]:
    """While one run trains, at the low priority at which the app starts it."""
    words = ["train", "--name", "meanwhile", "--epochs", "1000", "--low-priority"]
    with (models / "training.txt").open("w+") as output:
        run = subprocess.Popen(
            [sys.executable, "-m", "ae", *words],
            cwd=REPOSITORY,
            env=os.environ | {"AE_MODELS": str(models)},
            stdout=output,
            stderr=subprocess.STDOUT,
        )
        try:
            while "images/s" not in Path(output.name).read_text():
                if run.poll() is not None:
                    raise RuntimeError(Path(output.name).read_text())
                time.sleep(0.2)
            yield
        finally:
            run.send_signal(signal.SIGTERM)
            try:
                run.wait(30)
            except subprocess.TimeoutExpired:
                run.kill()


def report(found: Found, app: App, used: float) -> None:
    seconds = found.seconds
    p50, p95, p99 = (1000 * seconds[int(share * (len(seconds) - 1))] for share in (0.5, 0.95, 0.99))
    print(f"all pages stood after {found.opening:.1f} s")
    print(f"closer looks: {len(seconds):,}, {len(seconds) / found.lasted:.1f} a second")
    print(
        f"median {p50:.0f} ms, 95 % {p95:.0f} ms (target: {1000 * TARGET:.0f}), 99 % {p99:.0f} ms, "
        f"longest {1000 * seconds[-1]:.0f} ms"
    )
    print(f"received: {found.received / found.lasted / 1e6:.2f} MB/s")
    print(f"wrong answers and errors: {len(found.wrong)} {found.wrong[:5]}")
    own = resource.getrusage(resource.RUSAGE_SELF)
    print(f"processor of this process: {own.ru_utime + own.ru_stime:.0f} s in all")
    print(
        f"processor of the app: {used / found.lasted:.0%} of one, "
        f"{1000 * used / len(seconds):.1f} ms a look; memory {app.memory():.0f} MB; "
        f"lines on exceptions in its log: {app.faults()}"
    )
    print(f"load of the machine: {os.getloadavg()[0]:.1f} on {os.cpu_count()} processors")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--pupils", type=int, default=200, choices=range(1, 501), metavar="N")
    parser.add_argument("--seconds", type=float, default=120, metavar="S", help="at most 600")
    parser.add_argument("--training", action="store_true", help="while one run trains")
    options = parser.parse_args()
    seconds = min(options.seconds, 600)
    class_ = pupils(options.pupils)
    with tempfile.TemporaryDirectory() as folder, contextlib.ExitStack() as stack:
        models = Path(folder, "models")
        shutil.copytree(store.models_folder() / store.DEFAULT_MODEL, models / store.DEFAULT_MODEL)
        app = stack.enter_context(running(AE_MODELS=str(models)))
        asyncio.run(lesson(app.url, pupils(1), 1))  # the first visit fits PCA
        if options.training:
            stack.enter_context(training(models))
        before = app.cpu_seconds()
        found = asyncio.run(lesson(app.url, class_, seconds))
        report(found, app, app.cpu_seconds() - before)
        return 1 if found.wrong or app.faults() else 0


if __name__ == "__main__":
    sys.exit(main())
