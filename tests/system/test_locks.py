"""Locks between processes, which the system releases when their holder dies."""

from __future__ import annotations

import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from ae.system import locks

ASK = """
import sys
from ae.system import locks
print("ready", flush=True)
while True:
    locks.is_held(sys.argv[1])
"""
HOLD = """
import sys
from ae.system import locks
with locks.held(sys.argv[1]) as locked:
    print(locked, flush=True)
    sys.stdin.read()
"""


def process_of(source: str, path: Path) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", source, str(path)],
        cwd=Path(locks.__file__).parents[2],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )


@pytest.fixture
def holder(tmp_path):
    """Another process that holds the lock on tmp_path/"lock" until it ends."""
    with process_of(HOLD, tmp_path / "lock") as process:
        assert process.stdout.readline() == "True\n"
        yield process
        process.kill()


def test_free_lock_is_taken_and_given_back(tmp_path):
    with locks.held(tmp_path / "lock") as locked:
        assert locked
        assert locks.is_held(tmp_path / "lock")
    assert not locks.is_held(tmp_path / "lock")


def test_lock_is_given_back_after_an_error(tmp_path):
    with pytest.raises(RuntimeError), locks.held(tmp_path / "lock"):
        raise RuntimeError
    assert not locks.is_held(tmp_path / "lock")


def test_lock_of_another_process_is_not_taken(tmp_path, holder):
    with locks.held(tmp_path / "lock") as locked:
        assert not locked
    assert locks.is_held(tmp_path / "lock")  # leaving the block did not free it


def test_lock_is_released_when_its_holder_is_killed(tmp_path, holder):
    holder.kill()
    holder.wait()
    assert not locks.is_held(tmp_path / "lock")


def test_waiting_ends_when_the_lock_is_free(tmp_path, holder):
    calls = []

    def wait():
        calls.append(len(calls))
        if len(calls) == 3:
            holder.kill()
            holder.wait()
        return True

    with locks.held(tmp_path / "lock", wait) as locked:
        assert locked
    assert len(calls) == 3


def test_waiting_can_be_given_up(tmp_path, holder):
    answers = iter([True, True, False])
    with locks.held(tmp_path / "lock", lambda: next(answers)) as locked:
        assert not locked
    assert next(answers, None) is None


def test_asking_makes_no_file(tmp_path):
    assert not locks.is_held(tmp_path / "lock")
    assert not (tmp_path / "lock").exists()


def test_asking_does_not_change_the_answer(tmp_path):
    with locks.held(tmp_path / "lock"):
        pass
    assert [locks.is_held(tmp_path / "lock") for _ in range(3)] == [False] * 3


def test_asking_never_keeps_a_lock_from_being_taken(tmp_path):
    path = tmp_path / "lock"
    path.touch()
    with process_of(ASK, path) as process:
        assert process.stdout.readline() == "ready\n"
        taken = []
        for _ in range(3000):
            with locks.held(path) as locked:
                taken.append(locked)
        process.kill()
    assert all(taken)


def test_asking_in_the_holders_process_does_not_release_the_lock(tmp_path):
    """Closing a file would release every lock that the process holds on it."""
    path, stop = tmp_path / "lock", threading.Event()

    def ask():
        while not stop.is_set():
            locks.is_held(path)

    asking = threading.Thread(target=ask)
    asking.start()
    with locks.held(path) as locked:
        assert locked
        with locks.held(path) as again:
            assert not again
        with process_of(HOLD, path) as other:
            assert other.stdout.readline() == "False\n"
            other.kill()
        assert locks.is_held(path)
    stop.set()
    asking.join()


def test_of_many_threads_one_at_a_time_holds_the_lock(tmp_path):
    inside, most = [], []

    def work(number: int):
        with locks.held(tmp_path / "lock", lambda: True) as locked:
            assert locked
            inside.append(number)
            most.append(len(inside))
            inside.remove(number)

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(work, range(200)))
    assert most == [1] * 200
