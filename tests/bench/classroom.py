"""A class that draws at once: how long each update takes, and whether it is one's own.

python -m tests.bench.classroom [--pupils 30] [--seconds 120] [--training]

Each pupil is a Streamlit session of its own over a websocket, and draws what nobody else draws.
The pen is down for a second and up for half a second, again and again. While it is down there is
one update in flight and the newest ink goes next, as in the pad's own script; after it is up the
pad says that it rests, and the page looks closer. An answer is right if it has the number of the
update, shows the pupil's own ink in MNIST form, byte for byte, and the reconstruction that the
model makes of it in this process, to one grey level. An update's time is from its sending to the
arrival of its answer; the time that this process takes to draw and to check is in it.
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
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from ae import store
from ae.data.drawing import to_mnist_form
from ae.system import tensorflow_import
from tests.bench.app import REPOSITORY, App, running
from tests.bench.visitor import Component, Visitor, visiting

TARGET = 0.5  # seconds
_SIDE = 56
_DRAWINGS, _MOMENTS = 2, 24  # of each pupil; of each drawing
_STROKE, _LIFTED, _REST = 1.0, 0.5, 0.25  # seconds: pen down, pen up, until the pad says so
_SCREEN = 1 / 60  # seconds from a browser's frame to the next
_PATIENCE = 30.0


@dataclass(frozen=True)
class Moment:
    """A drawing at one moment: what the pad sends, and what has to come back."""

    sent: str
    form: str
    reconstruction: np.ndarray
    token: str


@dataclass
class Pupil:
    """One who draws. seconds : of each update. wrong : what came back and should not have."""

    drawings: list[list[Moment]]
    seconds: list[float] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)
    bars: int = 0
    received: int = 0
    _number: int = 0
    _moment: Moment | None = None
    _answered: asyncio.Event = field(default_factory=asyncio.Event)

    async def draw(self, url: str, opened: asyncio.Barrier, seconds: float, late: float) -> None:
        """Open the page, wait for the others, and draw for so long, beginning a little late."""
        async with visiting(url, "draw", self._check) as visitor:
            await opened.wait()
            end = time.perf_counter() + seconds
            before = visitor.received
            await asyncio.sleep(late)
            count = 0
            while time.perf_counter() < end:
                await self._stroke(visitor, self.drawings[count % len(self.drawings)])
                await asyncio.sleep(_REST)
                await visitor.trigger("pad", "rest", self._number)
                await asyncio.sleep(_LIFTED - _REST)
                count += 1
            self.received = visitor.received - before
            self.wrong += visitor.errors

    async def _stroke(self, visitor: Visitor, moments: list[Moment]) -> None:
        began = time.perf_counter()
        last = None
        while last != len(moments) - 1:
            drawn = (time.perf_counter() - began) / _STROKE
            now = min(int(drawn * len(moments)), len(moments) - 1)
            if now != last:
                await self._update(visitor, moments[now])
                last = now
            await asyncio.sleep(_SCREEN)

    async def _update(self, visitor: Visitor, moment: Moment) -> None:
        self._number += 1
        self._moment = moment
        self._answered.clear()
        ink = {"number": self._number, "loaded": None, "pixels": moment.sent}
        began = time.perf_counter()
        await visitor.set_state("pad", {"ink": ink})
        try:
            await asyncio.wait_for(self._answered.wait(), _PATIENCE)
        except TimeoutError:
            self.wrong.append(f"no answer to update {self._number} within {_PATIENCE:.0f} s")
        self.seconds.append(time.perf_counter() - began)

    def _check(self, key: str, component: Component) -> None:
        data = component.data
        if key == "pad" and self._moment is not None:
            self._check_pictures(data)
        elif key == "code_bars":
            self.bars += 1
            own = {moment.token for moments in self.drawings for moment in moments}
            if data["token"] not in own | {f"{store.DEFAULT_MODEL}:mean"}:
                self.wrong.append(f"the bars show another's code, {data['token']}")

    def _check_pictures(self, data: dict) -> None:
        number, pictures = data["number"], data["pictures"]
        if number > self._number or len(pictures) != 2:
            self.wrong.append(f"{len(pictures)} pictures, for update {number} of {self._number}")
        elif number == self._number:
            shown = np.frombuffer(base64.b64decode(pictures[1]["pixels"]), np.uint8)
            if pictures[0]["pixels"] != self._moment.form:
                self.wrong.append(f"update {number} shows another's ink")
            elif np.abs(shown / 255 - self._moment.reconstruction).max() > 1.01 / 255:
                self.wrong.append(f"update {number} shows another's reconstruction")
            self._answered.set()


def pupils(count: int) -> list[Pupil]:
    """So many pupils, of whom no two ever draw the same."""
    tensorflow_import.import_tensorflow()
    model = store.load()
    rng = np.random.default_rng(0)
    inks = np.array([_ink(rng) for _ in range(count * _DRAWINGS)])
    inks = inks.reshape(-1, _SIDE, _SIDE)
    forms = np.array([to_mnist_form(ink.astype(np.float32) / 255).image for ink in inks])
    moments = [
        Moment(
            base64.b64encode(ink.tobytes()).decode(),
            base64.b64encode(np.rint(form * 255).astype(np.uint8).tobytes()).decode(),
            reconstruction.ravel(),
            f"{store.DEFAULT_MODEL}:{zlib.crc32(form.tobytes()):08x}",
        )
        for ink, form, reconstruction in zip(inks, forms, model.reconstruct(forms), strict=True)
    ]
    drawings = [moments[i : i + _MOMENTS] for i in range(0, len(moments), _MOMENTS)]
    class_ = [Pupil(drawings[i::count]) for i in range(count)]
    forms = [{moment.form for part in pupil.drawings for moment in part} for pupil in class_]
    if len(set().union(*forms)) != sum(map(len, forms)):
        raise AssertionError("Two pupils draw the same.")
    return class_


def _ink(rng: np.random.Generator) -> np.ndarray:
    """A stroke as it grows: uint8 (moments, 56, 56)."""
    t = np.linspace(0, 1, 3 * _MOMENTS)[:, None]
    waves = rng.uniform(-1, 1, (3, 2)) / np.arange(1, 4)[:, None]
    path = sum(np.sin((k + 1) * np.pi * t + rng.uniform(0, 6, 2)) * waves[k] for k in range(3))
    path = _SIDE / 2 + path * rng.uniform(12, 18) / max(np.abs(path).max(), 0.2)
    grid = np.stack(np.mgrid[:_SIDE, :_SIDE], axis=-1)
    distance = np.linalg.norm(grid - path[:, None, None], axis=-1)
    touched = np.minimum.accumulate(distance, axis=0)[2::3]
    return np.rint(np.clip(rng.uniform(2, 3.5) - touched, 0, 1) * 255).astype(np.uint8)


@dataclass(frozen=True)
class Found:
    """What a class has met. seconds : of every update, sorted. opening : until all pages stood."""

    seconds: np.ndarray
    wrong: list[str]
    bars: int
    received: int
    opening: float
    lasted: float


async def lesson(url: str, class_: list[Pupil], seconds: float) -> Found:
    """Let them all draw for so long."""
    opened = asyncio.Barrier(len(class_) + 1)
    began = time.perf_counter()
    step = (_STROKE + _LIFTED) / len(class_)
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
        sum(pupil.bars for pupil in class_),
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


def report(found: Found, app: App | None, used: float) -> None:
    seconds = found.seconds
    p50, p95, p99 = (1000 * seconds[int(share * (len(seconds) - 1))] for share in (0.5, 0.95, 0.99))
    print(f"all pages stood after {found.opening:.1f} s")
    print(f"updates: {len(seconds):,}, {len(seconds) / found.lasted:.1f} a second")
    print(
        f"within {1000 * TARGET:.0f} ms: {(seconds <= TARGET).mean():.2%} (target: 95 %); "
        f"median {p50:.0f} ms, 95 % {p95:.0f} ms, 99 % {p99:.0f} ms, "
        f"longest {1000 * seconds[-1]:.0f} ms"
    )
    print(f"updates of the bars: {found.bars:,}")
    print(f"received: {found.received / found.lasted / 1e6:.2f} MB/s")
    print(f"wrong answers and errors: {len(found.wrong)} {found.wrong[:5]}")
    own = resource.getrusage(resource.RUSAGE_SELF)
    print(f"processor of this process: {own.ru_utime + own.ru_stime:.0f} s in all")
    if app is not None:
        print(
            f"processor of the app: {used / found.lasted:.0%} of one, "
            f"{1000 * used / len(seconds):.1f} ms an update; memory {app.memory():.0f} MB; "
            f"lines on exceptions in its log: {app.faults()}"
        )
    print(f"load of the machine: {os.getloadavg()[0]:.1f} on {os.cpu_count()} processors")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--pupils", type=int, default=30, choices=range(1, 201), metavar="N")
    parser.add_argument("--seconds", type=float, default=120, metavar="S", help="at most 600")
    parser.add_argument("--training", action="store_true", help="while one run trains")
    options = parser.parse_args()
    seconds = min(options.seconds, 600)
    class_ = pupils(options.pupils)
    with tempfile.TemporaryDirectory() as folder, contextlib.ExitStack() as stack:
        models = Path(folder, "models")
        shutil.copytree(store.models_folder() / store.DEFAULT_MODEL, models / store.DEFAULT_MODEL)
        app = stack.enter_context(running(AE_MODELS=str(models)))
        asyncio.run(lesson(app.url, pupils(1), 1))  # the first drawing loads the network
        if options.training:
            stack.enter_context(training(models))
        before = app.cpu_seconds()
        found = asyncio.run(lesson(app.url, class_, seconds))
        report(found, app, app.cpu_seconds() - before)
        return 1 if found.wrong or app.faults() else 0


if __name__ == "__main__":
    sys.exit(main())
