"""Real training processes on a few images: they end, stop, die, wait and fail as documented."""

from __future__ import annotations

import csv
import json
import os
import shutil
import signal
import time
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ae import runs, store
from ae.config import TrainingConfig
from ae.errors import ModelError
from ae.runs import Status, control
from ae.system import locks
from ae.training import snapshots

BRIEF = TrainingConfig(epochs=3, batch_size=50, validation_images=0)
ENDLESS = TrainingConfig(epochs=1000, batch_size=2, validation_images=0)


pytestmark = pytest.mark.usefixtures("no_run_is_left")


@pytest.fixture
def start(models_folder, tiny_config, small_npz):
    """A function that starts a run and returns its process."""

    def start(name, training=BRIEF, data=small_npz):
        control.start(name, tiny_config, training, data)
        return control._children[-1]

    return start


def listed() -> list[str]:
    return [card.name for card in store.list_models()]


def test_run_ends_with_a_listed_model_and_its_history(start, reaches, tiny_config, small_data):
    process = start("mine")
    assert runs.read_status("mine").going_on
    assert listed() == []
    status = reaches("mine", "done")
    assert process.wait(30) == 0
    assert listed() == ["mine"]

    card = store.read_card("mine")
    settings = runs.read_settings("mine")
    assert (card.model, card.training) == (settings.model, settings.training)
    assert (settings.model, settings.training) == (tiny_config, BRIEF)
    assert card.data == "small"
    assert card.data_sha256 == small_data.sha256
    assert card.steps == 18

    history = runs.read_history("mine")
    assert [record.step for record in history] == list(range(1, 19))
    assert status.record == vars(history[-1])
    seconds = [record.seconds for record in history]
    assert seconds == sorted(seconds)

    frames = [snapshots.read(path) for path in snapshots.paths(store.models_folder() / "mine")]
    assert [frame.step for frame in frames] == snapshots.plan(18, card.parameters)
    assert store.load("mine").reconstruct(small_data.x_test).shape == (100, 28, 28)


def test_stopped_run_ends_soon_with_a_usable_model(start, reaches, wait_until, small_data):
    process = start("mine", ENDLESS)
    wait_until(lambda: runs.read_history("mine"))
    control.request_stop("mine")
    # A second for the step, more for measuring the model on a busy machine.
    reaches("mine", "saving", "stopped")
    reaches("mine", "stopped")
    assert process.wait(30) == 0
    assert listed() == ["mine"]
    assert 0 < store.read_card("mine").steps < 150_000
    assert store.load("mine").encode(small_data.x_test).shape == (100, 3)


def test_run_that_is_stopped_while_it_starts_never_trains(start, reaches):
    process = start("mine", ENDLESS)
    control.request_stop("mine")
    reaches("mine", "stopped")
    assert process.wait(30) == 0
    assert listed() == []
    assert runs.read_history("mine") == []


def test_killed_run_has_failed_and_its_name_is_free_again(start, reaches, wait_until):
    process = start("mine", ENDLESS)
    wait_until(lambda: runs.read_history("mine"))
    process.send_signal(signal.SIGKILL)
    process.wait()
    status = runs.read_status("mine")
    assert status.state == "failed"
    assert "exited unexpectedly" in status.message
    assert listed() == []
    start("mine")
    reaches("mine", "done")
    assert listed() == ["mine"]
    assert len(runs.read_history("mine")) == 18  # without rows of the dead run


def test_second_run_waits_for_the_first_and_then_trains(start, reaches, wait_until):
    start("first", ENDLESS)
    wait_until(lambda: runs.read_history("first"))
    start("second")
    assert reaches("second", "waiting").message == "1 run comes first: first."
    assert runs.run_to_show() in ("first", "second")
    assert runs.read_history("second") == []
    control.request_stop("first")
    reaches("second", "done")
    assert listed() == ["first", "second"]
    assert runs.read_status("first").state == "stopped"


def test_waiting_run_can_be_stopped(start, reaches, models_folder):
    with locks.held(models_folder / runs.TRAINING_LOCK):
        process = start("mine")
        reaches("mine", "waiting")
        control.request_stop("mine")
        reaches("mine", "stopped")
        assert process.wait(30) == 0
    assert listed() == []


def test_name_of_an_active_run_is_refused(start, models_folder):
    folder = models_folder / "mine"
    folder.mkdir()
    with (
        locks.held(folder / runs.ALIVE_FILE),
        pytest.raises(ModelError, match=r"'mine' is going on\. Choose another name"),
    ):
        start("mine")


def test_name_of_a_model_is_refused_and_the_model_stays(start, models_folder):
    shipped = Path(store.__file__).parents[2] / "models" / "conv-32"
    shutil.copytree(shipped, models_folder / "conv-32")
    with pytest.raises(ModelError, match="There is a model 'conv-32' already"):
        start("conv-32")
    assert listed() == ["conv-32"]


@pytest.mark.parametrize("name", ["../out", "", "a b", "x" * 61])
def test_illegal_name_starts_nothing(start, models_folder, name):
    with pytest.raises(ModelError, match="Received"):
        start(name)
    assert os.listdir(models_folder) == []


def test_damaged_data_fails_with_the_reason(start, wait_until, tmp_path):
    damaged = tmp_path / "damaged.npz"
    damaged.write_bytes(b"PK\3\4 and nothing more")
    process = start("mine", data=damaged)
    wait_until(lambda: runs.read_status("mine").state == "failed")
    assert "damaged.npz must be an .npz file" in runs.read_status("mine").message
    assert process.wait(30) == 2
    assert "Traceback" not in runs.read_log("mine")
    assert listed() == []


# --- reading a run's folder


@pytest.fixture
def folder(models_folder):
    folder = models_folder / "mine"
    folder.mkdir()
    return folder


def test_a_missing_run_has_no_status(models_folder):
    assert runs.read_status("mine") is None
    assert runs.read_settings("mine") is None
    assert runs.read_history("mine") == []
    assert runs.read_log("mine") == ""
    assert runs.list_runs() == []
    assert runs.run_to_show() is None


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text() | st.sampled_from(["{}", "[]", "null", '{"state": []}', "[" * 100_000]))
def test_junk_in_a_runs_files_is_no_run(folder, text):
    for file in (runs.STATUS_FILE, runs.RUN_FILE, store.HISTORY_FILE):
        (folder / file).write_text(text, encoding="utf-8", errors="surrogatepass")
    assert runs.read_status("mine") is None
    assert runs.read_settings("mine") is None
    assert runs.read_history("mine") == []


def test_partial_row_is_left_out(folder):
    fields = ["step", "steps", "epoch", "seconds", "squared_error", "kl_loss", "validation_error"]
    fields += ["learning_rate", "images_per_second"]
    rows = [
        [1, 8, 0.25, 0.1, 50.5, "", "", 0.001, 900],
        [2, 8, 0.5, 0.2, 40.5, 3.5, 41.5, 0.002, 900],
    ]
    with (folder / store.HISTORY_FILE).open("w", newline="") as file:
        csv.writer(file).writerows([fields, *rows])
        file.write("3,8,0.75,0.3,3")
    first, second = runs.read_history("mine")
    assert (first.kl_loss, first.validation_error) == (None, None)
    assert list(vars(second).values()) == rows[1]


@pytest.mark.parametrize("state", runs.GOING_ON)
def test_active_run_without_a_process_has_failed(folder, state):
    runs.write_status(folder, Status(state))
    os.utime(folder / runs.STATUS_FILE, (0, 0))
    assert runs.read_status("mine").state == "failed"
    with locks.held(folder / runs.ALIVE_FILE):
        assert runs.read_status("mine").state == state


TITLES = "step,steps,epoch,seconds,squared_error,kl_loss,validation_error,learning_rate,"
TITLES += "images_per_second\n"


@pytest.mark.parametrize("row", ["1,8,0.2,-0.1,9,,,1,9", f"1,1{'0' * 400},0.2,0.1,9,,,1,9"])
def test_a_row_with_impossible_numbers_is_left_out(folder, row):
    good = "2,8,0.5,0.2,40.5,3.5,41.5,0.002,900"
    (folder / store.HISTORY_FILE).write_text(f"{TITLES}{row}\n{good}\n")
    assert [record.step for record in runs.read_history("mine")] == [2]


@pytest.mark.parametrize("state", runs.GOING_ON)
def test_a_run_from_the_future_is_active_while_its_process_lives(folder, state):
    # The clock was set back by an hour: the files are from the future.
    runs.write_status(folder, Status(state))
    soon = time.time() + 3600
    os.utime(folder / runs.STATUS_FILE, (soon, soon))
    with locks.held(folder / runs.ALIVE_FILE):
        assert runs.read_status("mine").state == state
        assert runs.run_to_show() == "mine"
    # Not even "starting" waits an hour for a process that does not exist.
    assert runs.read_status("mine").state == "failed"
    control.claim("mine")
    assert runs.read_status("mine").state == "starting"


@pytest.mark.parametrize("state", ["done", "stopped", "failed"])
def test_ended_run_stays_as_it_ended(folder, state):
    runs.write_status(folder, Status(state, "why"))
    assert runs.read_status("mine") == Status(state, "why")


def test_runs_are_listed_newest_first_and_an_active_one_is_shown_first(models_folder):
    for age, (name, state) in enumerate({"c": "done", "a": "waiting", "b": "done"}.items()):
        (models_folder / name).mkdir()
        runs.write_status(models_folder / name, Status(state))
        os.utime(models_folder / name / runs.STATUS_FILE, (1000 - age, 1000 - age))
    (models_folder / "no run").mkdir()
    assert runs.list_runs() == ["c", "a", "b"]
    assert runs.run_to_show() == "c"
    with locks.held(models_folder / "a" / runs.ALIVE_FILE):
        assert runs.run_to_show() == "a"


def test_free_name_counts_up(models_folder):
    assert control.free_name("mine") == "mine"
    (models_folder / "mine").mkdir()
    (models_folder / "mine-2").mkdir()
    assert control.free_name("mine") == "mine-3"


def test_unknown_state_is_refused():
    with pytest.raises(ValueError, match="Received: state='asleep'"):
        Status.from_json(json.dumps({"state": "asleep"}))
