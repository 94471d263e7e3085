"""Several who draw at once, each in a session of their own on the real app."""

import asyncio
import dataclasses
import re
import urllib.request
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.bench import classroom
from tests.bench.app import running


@pytest.fixture(scope="module")
def app():
    with running(AE_LOG="WARNING") as app:
        yield app


def attend(url: str, class_: list[classroom.Pupil], seconds: float) -> classroom.Found:
    """The lesson, on a thread of its own: Playwright's loop may run on this one."""
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(lambda: asyncio.run(classroom.lesson(url, class_, seconds))).result()


def test_everybody_gets_the_closer_look_at_their_own_ink(app, tensorflow):
    found = attend(app.url, classroom.pupils(4), 9)
    assert found.wrong == []
    assert app.faults() == []
    assert len(found.seconds) >= 4


def test_the_check_of_the_class_finds_anothers_ink(app, tensorflow):
    class_ = classroom.pupils(2)
    for part in ("ink", "reconstruction"):
        first, second = (pupil.drawings[0] for pupil in class_)
        mixed = [
            dataclasses.replace(first, **{part: getattr(second, part)}),
            dataclasses.replace(second, **{part: getattr(first, part)}),
        ]
        crossed = [classroom.Pupil([drawing]) for drawing in mixed]
        found = attend(app.url, crossed, 0.5)
        assert any(f"another's {part}" in text for text in found.wrong)


def test_the_app_starts_without_a_warning(app):
    assert not re.search(r"warning|deprecat|error", app.log.read_text(), re.IGNORECASE)


def test_a_proxy_can_ask_whether_the_app_is_well(app):
    with urllib.request.urlopen(f"{app.url}/_stcore/health", timeout=10) as answer:
        assert (answer.status, answer.read()) == (200, b"ok")
