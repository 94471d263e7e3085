"""Runs that are paused, killed, resumed and removed, and ten that are started at once."""

from __future__ import annotations

import errno
import shutil
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import numpy as np
import pytest

from ae import runs, store
from ae.config import TrainingConfig
from ae.errors import ModelError
from ae.runs import Settings, Status, control, turns, worker
from ae.store import folder as models
from ae.system import locks
from ae.training import checkpoint, snapshots

REPOSITORY = Path(__file__).parents[2]
# Long enough to be interrupted at any time, and short enough to end: 1,500 steps.
LONG = TrainingConfig(epochs=50, batch_size=10, validation_images=0)


pytestmark = pytest.mark.usefixtures("no_run_is_left")


def listed() -> list[str]:
    return [card.name for card in store.list_models()]


def assert_whole_history(name: str) -> None:
    """The history has every row that an uninterrupted run has, once and in order."""
    history = runs.read_history(name)
    steps = [record.step for record in history]
    assert steps == sorted(set(steps))
    assert steps[-1] == history[-1].steps
    # A pause may fall between two rows: the distance between rows stays the same.
    assert max(np.diff([0, *steps])) <= history[-1].steps / 400 + 1
    seconds = [record.seconds for record in history]
    assert seconds == sorted(seconds)


def test_paused_run_lets_the_next_one_train_and_ends_like_one_without_a_pause(
    tiny_config, small_npz, reaches, wait_until
):
    control.start("mine", tiny_config, LONG, small_npz)
    wait_until(lambda: runs.read_history("mine"))
    control.request_pause("mine")
    assert reaches("mine", "paused").record is not None
    assert listed() == []
    with pytest.raises(ModelError, match="is paused"):
        control.start("mine", tiny_config, LONG, small_npz)
    taken = checkpoint.read(store.models_folder() / "mine" / runs.CHECKPOINT_FILE).step
    assert 0 < taken < 1500

    control.start("whole", tiny_config, LONG, small_npz)
    control.resume("mine")
    reaches("whole", "done")
    reaches("mine", "done")
    assert listed() == ["mine", "whole"]
    assert_whole_history("mine")
    mine, whole = (store.load(name).encoder.get_weights() for name in ("mine", "whole"))
    for one, other in zip(mine, whole, strict=True):
        np.testing.assert_array_equal(one, other)
    folder = store.models_folder() / "mine"
    assert not (folder / runs.CHECKPOINT_FILE).exists()
    assert not (folder / snapshots.NOW_FILE).exists()
    assert [snapshots.read(path).step for path in snapshots.paths(folder)][-1] == 1500


@pytest.mark.timeout(400)
def test_run_killed_at_random_moments_is_never_a_partial_model_and_can_be_resumed(
    tiny_config, small_npz, reaches, wait_until
):
    rng = np.random.default_rng(0)
    control.start("mine", tiny_config, LONG, small_npz)
    for _ in range(3):
        process = control._children[-1]
        wait_until(lambda: runs.read_status("mine").state != "starting")
        time.sleep(rng.uniform(0, 4))
        process.send_signal(signal.SIGKILL)
        process.wait()
        if runs.read_status("mine").state == "done":
            break
        assert runs.read_status("mine").state == "failed"
        assert listed() == []
        control.resume("mine")
    reaches("mine", "done")
    assert listed() == ["mine"]
    assert_whole_history("mine")
    assert store.load("mine").latent_dim == 3


APP = """
import sys, time
from ae.runs import control
from ae.config import ModelConfig, TrainingConfig
model, training, data = sys.argv[1:]
model, training = ModelConfig.from_json(model), TrainingConfig.from_json(training)
control.start("mine", model, training, data, or_next=True)
print("started", flush=True)
time.sleep(600)
"""


def test_run_outlives_the_app_that_started_it(tiny_config, small_npz, reaches, wait_until):
    words = [sys.executable, "-c", APP, tiny_config.to_json(), LONG.to_json(), str(small_npz)]
    with subprocess.Popen(words, cwd=REPOSITORY, stdout=subprocess.PIPE) as app:
        assert app.stdout.readline() == b"started\n"
        wait_until(lambda: runs.read_history("mine"))
        app.kill()
    assert runs.read_status("mine").going_on
    reaches("mine", "done")
    assert_whole_history("mine")
    assert listed() == ["mine"]


def test_two_apps_on_one_folder_give_two_runs_that_train_one_after_the_other(
    tiny_config, small_npz, wait_until
):
    brief = TrainingConfig(epochs=1, batch_size=100, validation_images=0)
    words = [sys.executable, "-c", APP, tiny_config.to_json(), brief.to_json(), str(small_npz)]
    apps = [
        subprocess.Popen(words, cwd=REPOSITORY, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        for _ in range(2)
    ]
    most = 0

    def both_done() -> bool:
        nonlocal most
        states = [runs.read_status(name).state for name in ("mine", "mine-2")]
        most = max(most, sum(state in ("training", "saving") for state in states))
        return states == ["done", "done"]

    try:
        assert [app.stdout.readline() for app in apps] == [b"started\n"] * 2
        wait_until(both_done)
    finally:
        for app in apps:
            app.kill()
            app.communicate()
    assert most <= 1
    assert sorted(listed()) == ["mine", "mine-2"]


@pytest.mark.timeout(500)
def test_four_that_start_at_once_train_one_after_the_other(
    tiny_config, small_npz, reaches, wait_until
):
    brief = TrainingConfig(epochs=1, batch_size=100, validation_images=0)
    names = []

    def press():
        names.append(control.start("mine", tiny_config, brief, small_npz, or_next=True))

    presses = [threading.Thread(target=press) for _ in range(4)]
    for thread in presses:
        thread.start()
    for thread in presses:
        thread.join()
    assert sorted(names) == sorted(["mine", *(f"mine-{i}" for i in range(2, 5))])

    def training() -> list[str]:
        states = {name: runs.read_status(name).state for name in names}
        assert {*states.values()} <= {"starting", "waiting", "training", "saving", "done"}, states
        return [name for name, state in states.items() if state in ("training", "saving")]

    order = []
    while len(listed()) < 4:
        now = training()
        assert len(now) <= 1
        order += [name for name in now if name not in order]
        time.sleep(0.1)
    assert sorted(listed()) == sorted(names)


def test_waiting_run_names_the_runs_before_it(tiny_config, small_npz, reaches, models_folder):
    """The locks of two runs before it say that they are alive."""
    for name in ("first", "second"):
        with turns.registry_lock():
            control.claim(name)
    with (
        locks.held(models_folder / "first" / runs.ALIVE_FILE),
        locks.held(models_folder / "second" / runs.ALIVE_FILE),
    ):
        control.start("third", tiny_config, LONG, small_npz)
        assert reaches("third", "waiting").message == "2 runs come first: first, second."
        control.request_pause("third")
        reaches("third", "paused")


def test_full_disk_is_reported_and_harms_no_other_model(
    tiny_config, small_npz, models_folder, monkeypatch
):
    shutil.copytree(REPOSITORY / "models" / "conv-16", models_folder / "conv-16")

    def no_room(*_):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(models, "write_json", no_room)  # the card is the last thing written
    settings = Settings(
        tiny_config,
        TrainingConfig(epochs=1, batch_size=100, validation_images=0),
        str(small_npz),
    )
    with pytest.raises(OSError, match="No space"):
        worker.execute("mine", settings)
    status = runs.read_status("mine")
    assert status.state == "failed"
    assert status.message == "The disk is full. Make room for it, then resume the run."
    assert listed() == ["conv-16"]
    assert runs.can_resume("mine")
    monkeypatch.undo()


def test_removed_run_is_gone(tiny_config, models_folder):
    (models_folder / "mine").mkdir()
    runs.write_status(models_folder / "mine", Status("failed"))
    control.remove("mine")
    assert list(models_folder.glob("*")) == [models_folder / ".queue.lock"]
    with pytest.raises(ModelError, match="no model 'mine' to remove"):
        control.remove("mine")


def test_shipped_models_and_active_runs_are_not_removed(models_folder):
    for name in ("conv-32", "mine"):
        (models_folder / name).mkdir()
    with pytest.raises(ModelError, match="came with the app"):
        control.remove("conv-32")
    with locks.held(models_folder / "mine" / runs.ALIVE_FILE), pytest.raises(ModelError):
        control.remove("mine")
    assert (models_folder / "conv-32").is_dir()
    assert (models_folder / "mine").is_dir()


@pytest.mark.parametrize("name", ["../out", "", "a b"])
def test_nothing_happens_under_an_illegal_name(models_folder, name):
    for act in (control.remove, control.resume, control.request_stop, control.request_pause):
        with pytest.raises(ModelError, match="Received"):
            act(name)
    assert list(models_folder.iterdir()) == []


def test_only_a_paused_or_failed_run_is_resumed(models_folder):
    with pytest.raises(ModelError, match="no run 'mine'"):
        control.resume("mine")
    (models_folder / "mine").mkdir()
    runs.write_status(models_folder / "mine", Status("done"))
    with pytest.raises(ModelError, match="no run 'mine'"):
        control.resume("mine")


def test_tickets_are_drawn_in_order_and_dead_runs_passed_over(models_folder):
    folders = [models_folder / name for name in ("a", "b", "c")]
    for folder in folders:
        with turns.registry_lock():
            control.claim(folder.name)
    assert turns.ahead("c") == ["a", "b"]
    runs.write_status(folders[0], Status("failed"))
    assert turns.ahead("c") == ["b"]
    turns.leave(folders[1])
    assert turns.ahead("c") == []
