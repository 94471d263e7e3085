"""Train: what the page says of a run in each of its states, and what it refuses to start."""

import csv
import dataclasses
import json
import os
import re
import time

import pytest
from looks import OWN

from ae import runs, store
from ae.config import ModelConfig, TrainingConfig
from ae.runs import control, cost
from ae.system import locks
from ae.system.files import write_json
from ae.training import snapshots
from ae.training.progress import Record
from ae.ui import cache, state
from ae.ui.train.form import label_of

NAME = "my-conv-8"


def record(step: int, error: float, validation_error: float | None = None) -> Record:
    return Record(
        step=step,
        steps=2000,
        epoch=step / 1000,
        seconds=step / 100,
        squared_error=error,
        kl_loss=None,
        validation_error=validation_error,
        learning_rate=0.004,
        images_per_second=6400.0,
    )


HISTORY = [record(500, 20.5), record(1000, 9.25, 8.75), record(1500, 6.125)]


def headings(at) -> list[str]:
    """Those of runs: the other parts of the page have headings of their own."""
    others = ("Time machine", "Compare training runs", "Import a Keras model", "How ")
    return [each.value for each in at.header if not each.value.startswith(others)]


@pytest.fixture
def run(models_folder):
    """run(state) makes the folder of a run that stands there, as its process would."""

    def run(state: str, message: str = "", history=(), name: str = NAME):
        folder = models_folder / name
        folder.mkdir(exist_ok=True)
        configs = ModelConfig(latent_dim=8), TrainingConfig(epochs=2)
        write_json(
            folder / runs.RUN_FILE,
            {"model": configs[0].to_dict(), "training": configs[1].to_dict(), "data": None},
        )
        rows = [dataclasses.asdict(row) for row in history]
        if rows:
            with (folder / store.HISTORY_FILE).open("w", newline="") as file:
                writer = csv.DictWriter(file, rows[0])
                writer.writeheader()
                writer.writerows(
                    {key: "" if value is None else value for key, value in row.items()}
                    for row in rows
                )
        status = runs.Status(state, message, rows[-1] if rows else None)
        write_json(folder / runs.STATUS_FILE, status.to_dict())
        (folder / runs.ALIVE_FILE).touch()
        return folder

    return run


@pytest.fixture
def alive(models_folder):
    """The process of the run lives: a lock on its file is held."""
    (models_folder / NAME).mkdir()
    with locks.held(models_folder / NAME / runs.ALIVE_FILE) as mine:
        assert mine
        yield


@pytest.fixture(autouse=True)
def _measured(monkeypatch):
    """What a training costs is measured in a process of its own, which has a test of its own."""
    monkeypatch.setattr(cost, "measure_in_own_process", lambda *_: cost.Cost(210_881, 1000.0, 5.0))
    cache._costs.clear()
    yield
    cache._costs.clear()


@pytest.fixture
def started(monkeypatch) -> list:
    """The commands of the processes that the page has started; none really is."""
    commands = []

    class Process:
        def __init__(self, command, **options):
            commands.append(command)

        def poll(self):
            return None

        def wait(self):
            return 0

    monkeypatch.setattr(control.subprocess, "Popen", Process)
    monkeypatch.setattr(control, "_children", [])
    return commands


def button(at, label: str):
    found = [button for button in at.button if button.label == label]
    return found[0] if found else None


def name_field(at):
    return at.text_input(key=state.RUN_NAME)


def charts(at):
    return at.get("arrow_vega_lite_chart") + at.get("vega_lite_chart")


def test_without_a_run_there_is_the_form_alone(open_page, put):
    put("conv-32")
    at = open_page("train")
    assert button(at, "Train")
    assert not button(at, "Stop")
    assert not headings(at)
    assert not at.image
    # How the chosen model was trained.
    assert "How conv-32 was trained" in [each.value for each in at.header]
    assert len(charts(at)) == 2


def test_a_run_that_starts_can_be_stopped(open_page, run, alive):
    folder = run("starting")
    at = open_page("train")
    assert headings(at) == [f"{NAME} is starting"]
    assert not (folder / runs.STOP_FILE).exists()
    button(at, "Stop").click().run()
    assert not at.exception
    assert (folder / runs.STOP_FILE).exists()


def test_a_run_that_waits_says_for_what(open_page, run, alive):
    run("waiting", "1 run comes first: other.")
    at = open_page("train")
    assert headings(at) == [f"{NAME} is waiting for its turn"]
    assert [info.value for info in at.info] == ["1 run comes first: other."]
    assert button(at, "Stop")
    assert not charts(at)


def test_a_training_run_shows_its_newest_figures(open_page, run, alive):
    run("training", history=HISTORY)
    at = open_page("train")
    assert headings(at) == [f"{NAME} is training"]
    (progress,) = at.get("progress")
    assert progress.value == 75
    assert "1,500 of 2,000" in progress.text
    assert "5 s left" in progress.text  # 500 steps at 100 a second
    assert "6,400 images per second" in progress.text
    error, kept_aside, rate = at.metric
    assert error.value == "6.12"
    assert kept_aside.value == "8.75"
    assert rate.value == "0.004"
    assert len(charts(at)) == 2
    assert button(at, "Stop")
    assert not at.success


def test_a_run_whose_files_are_from_the_future_is_shown_as_any(open_page, run, models_folder):
    # The clock was set back by an hour while it trained.
    folder = run("training", history=HISTORY)
    soon = time.time() + 3600
    for path in folder.iterdir():
        os.utime(path, (soon, soon))
    with locks.held(folder / runs.ALIVE_FILE):
        at = open_page("train")
        assert headings(at) == [f"{NAME} is training"]
        (progress,) = at.get("progress")
        assert progress.proto.value == 75
        assert progress.proto.text == "Step 1,500 of 2,000, about 5 s left, 6,400 images per second"
        assert button(at, "Stop")
    at.run()
    assert not at.exception
    assert headings(at) == [f"{NAME} has failed"]
    assert button(at, "Resume")


def test_a_half_written_row_of_the_history_is_left_out(open_page, run, alive):
    folder = run("training", history=HISTORY)
    with (folder / store.HISTORY_FILE).open("a") as file:
        file.write("1600,2000,1.6,16")
    at = open_page("train")
    assert at.metric[0].value == "6.12"


def test_a_run_that_saves_says_what_it_does(open_page, run, alive):
    run("saving", history=[*HISTORY, record(2000, 5.5, 5.25)])
    at = open_page("train")
    assert headings(at) == [f"{NAME} is being measured and saved"]
    (progress,) = at.get("progress")
    assert progress.value == 100
    assert "saving" in progress.text
    assert not at.success


def test_a_finished_run_shows_its_result_and_is_in_the_list(open_page, put):
    put("conv-32"), put(OWN)
    at = open_page("train", run=OWN)
    assert headings(at) == [f"{OWN} is trained"]
    (success,) = at.success
    assert f"{store.read_card(OWN).test.squared_error:.2f}" in success.value
    assert OWN in at.sidebar.selectbox(key="model").options[1]
    assert not button(at, "Stop")
    assert len(charts(at)) == 2


def test_a_stopped_run_with_a_model_shows_its_result(open_page, put, models_folder):
    folder = put(OWN)
    status = json.loads((folder / runs.STATUS_FILE).read_text())
    write_json(folder / runs.STATUS_FILE, status | {"state": "stopped"})
    at = open_page("train")
    assert headings(at) == [f"{OWN} was stopped"]
    assert len(at.success) == 1


def test_a_run_stopped_before_its_first_step_has_no_result(open_page, run):
    run("stopped", "Stopped before its first step.")
    at = open_page("train")
    assert headings(at) == [f"{NAME} was stopped"]
    assert [info.value for info in at.info] == ["Stopped before its first step."]
    assert not at.success
    assert not button(at, "Stop")


def test_a_failed_run_says_why_and_shows_its_log(open_page, run):
    folder = run("failed", "The error is no longer a number at step 12.", HISTORY)
    (folder / runs.LOG_FILE).write_text("step 11\nstep 12\n")
    at = open_page("train")
    assert headings(at) == [f"{NAME} has failed"]
    assert [error.value for error in at.error] == ["The error is no longer a number at step 12."]
    assert any(code.value.rstrip() == "step 11\nstep 12" for code in at.code)
    assert not at.success


def test_a_run_whose_process_has_died_has_failed(open_page, run):
    run("training", history=HISTORY)  # and nobody holds the lock
    at = open_page("train")
    assert headings(at) == [f"{NAME} has failed"]
    assert len(at.error) == 1
    assert not at.get("progress")
    assert not button(at, "Stop")


def test_a_link_shows_its_run_and_else_the_one_that_goes_on(open_page, run, alive):
    run("training", history=HISTORY)
    run("stopped", "Stopped before its first step.", name="newer")
    assert headings(open_page("train")) == [f"{NAME} is training"]
    assert headings(open_page("train", run="newer")) == ["newer was stopped"]


@pytest.mark.parametrize("name", ["no-such-run", "../x", ""])
def test_a_link_to_no_run_leaves_a_page_that_works(open_page, put, name):
    put("conv-32")
    at = open_page("train", run=name)
    assert button(at, "Train")
    assert not headings(at)


@pytest.mark.parametrize(
    "file", [runs.STATUS_FILE, runs.RUN_FILE, store.HISTORY_FILE, snapshots.NOW_FILE]
)
def test_a_damaged_file_of_a_run_is_no_traceback(open_page, run, alive, file):
    folder = run("training", history=HISTORY)
    at = open_page("train")
    for content in (b"", b"[]", b"{", b"7", b"\x00\xff\x93NUMPY"):
        (folder / file).write_bytes(content)
        at.run()
        assert not at.exception, content
        assert button(at, "Train")


def test_train_starts_what_the_form_says(open_page, put, started, models_folder):
    put("conv-32")
    at = open_page("train")
    for field in at.number_input:
        value = {"latent_dim": 5, "Epochs": 2, "Seed": 7}.get(field.label)
        if value is not None:
            field.set_value(value)
    at.run()
    assert name_field(at).placeholder == "my-conv-5", "suggested, and used where nothing is typed"
    button(at, "Train").click().run()
    assert not at.exception
    (command,) = started
    for option, value in {
        "--name": "my-conv-5", "--latent-dim": "5", "--epochs": "2", "--seed": "7",
    }.items():  # fmt: skip
        assert command[command.index(option) + 1] == value
    assert headings(at) == ["my-conv-5 is starting"]
    assert at.query_params["run"] == "my-conv-5"
    assert name_field(at).placeholder == "my-conv-5-2", "the next name is a free one"


def test_a_typed_name_is_taken_and_leaves_an_empty_field(open_page, put, started):
    put("conv-32")
    at = open_page("train")
    name_field(at).set_value("mine").run()
    button(at, "Train").click().run()
    (command,) = started
    assert command[command.index("--name") + 1] == "mine"
    assert name_field(at).value == ""


def test_what_is_typed_in_the_moment_of_the_press_is_used(open_page, put, started):
    put("conv-32")
    at = open_page("train")
    name_field(at).set_value("mine")
    next(field for field in at.number_input if field.label == "latent_dim").set_value(5)
    button(at, "Train").click().run()  # all three in one message
    (command,) = started
    assert command[command.index("--name") + 1] == "mine"
    assert command[command.index("--latent-dim") + 1] == "5"


@pytest.mark.parametrize("filters", ["16, x", "0, 64"])
def test_a_press_on_settings_that_cannot_be_starts_nothing_then_or_later(
    open_page, put, started, filters
):
    put("conv-32")
    at = open_page("train")
    field = next(field for field in at.text_input if field.label == "Filters")
    field.set_value(filters)
    button(at, "Train").click().run()
    assert at.error
    next(field for field in at.text_input if field.label == "Filters").set_value("16, 64").run()
    assert button(at, "Train")
    assert not at.error
    assert not started


@pytest.mark.parametrize("name", ["../x", " ", "two words", "ünïcode"])
def test_an_illegal_name_starts_nothing(open_page, put, started, models_folder, name):
    put("conv-32")
    at = open_page("train")
    name_field(at).set_value(name).run()
    button(at, "Train").click().run()
    assert not at.exception
    (error,) = at.error
    assert "name" in error.value
    assert not started
    assert [path.name for path in models_folder.iterdir()] == ["conv-32"]
    assert not (models_folder.parent / "x").exists()


def test_a_name_in_use_starts_nothing(open_page, put, started, models_folder):
    folder = put("conv-32")
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    at = open_page("train")
    name_field(at).set_value("conv-32").run()
    button(at, "Train").click().run()
    assert not at.exception
    (error,) = at.error
    assert "conv-32" in error.value
    assert not started
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before
    at.run()
    assert not at.error, "it is said once"


def test_the_name_of_a_run_that_goes_on_starts_nothing(open_page, run, alive, started):
    run("training", history=HISTORY)
    at = open_page("train")
    name_field(at).set_value(NAME).run()
    button(at, "Train").click().run()
    assert not at.exception
    assert NAME in at.error[0].value
    assert not started
    assert headings(at) == [f"{NAME} is training"]


def captions(at) -> str:
    return " ".join(each.value for each in at.caption)


def test_the_cost_is_told_before_pressing(open_page, put, wait_until):
    put("conv-32")
    at = open_page("train")
    wait_until(lambda: all(future.done() for future in cache._costs.values()))
    at.run()
    # 2 epochs of 55,000 images at 1,000 a second, and 5 seconds to start
    assert "210,881 parameters, about **2 min** on this machine" in captions(at)


def test_beside_a_run_no_cost_is_measured(open_page, run, alive):
    run("training", history=HISTORY)
    at = open_page("train")
    assert "estimated when no other run is active" in captions(at)
    assert not cache._costs


def test_settings_that_cannot_be_are_refused_in_a_sentence(open_page, put, started):
    put("conv-32")
    at = open_page("train")
    next(field for field in at.text_input if field.label == "Filters").set_value("16, many").run()
    assert [error.value for error in at.error] == [
        "Filters must be whole numbers with commas between, as in 32, 64. Received: '16, many'."
    ]
    assert not button(at, "Train")
    next(field for field in at.text_input if field.label == "Filters").set_value("16, 0").run()
    assert "filters must be a tuple" in at.error[0].value
    assert not started


def test_every_setting_of_the_configs_can_be_set(open_page, put):
    put("conv-32")
    at = open_page("train")
    labels = {each.label for each in [*at.number_input, *at.text_input, *at.selectbox]}
    names = {field.name for config in (ModelConfig, TrainingConfig)
             for field in dataclasses.fields(config)}  # fmt: skip
    assert {label_of(name) for name in names} <= labels


def test_a_run_that_over_fits_says_since_when_and_how_far_the_errors_part(open_page, run):
    run("stopped", history=[record(500, 20.5, 21), record(1000, 9.25, 12), record(2000, 3.5, 15)])
    text = next(each.value for each in open_page("train").markdown if "Over-fitting" in each.value)
    assert text.startswith("**Over-fitting since epoch")
    assert "rose from 12.00 to 15.00" in text
    assert "fell from 9.25 to 3.50" in text
    assert "**11.50**" in text


def test_a_setting_without_effect_is_off_and_stands_in_nobodys_way(open_page, put):
    put("conv-32")
    at = open_page("train", preset="Best")
    stopping = label_of("patience")  # the preset has no validation images

    def off() -> set[str]:
        fields = [*at.number_input, *at.text_input, *at.selectbox]
        return {field.label for field in fields if field.disabled} - {stopping}

    def choose(label: str, value: object) -> None:
        next(box for box in at.selectbox if box.label == label).set_value(value).run()

    assert off() == {"KL weight", "Noise strength"}
    choose("Training noise", "gaussian")
    assert off() == {"KL weight"}
    choose("Kind", "vae")  # the preset has refinements, which only a convolutional network can have
    assert off() == {"Refinements", "Refinement filters"}
    assert not at.error
    choose("Kind", "linear")
    assert {"Filters", "Activation", "KL weight"} <= off()
    assert not at.error


def test_a_paused_run_can_be_resumed(open_page, run, started):
    run("paused", history=HISTORY)
    at = open_page("train")
    assert headings(at) == [f"{NAME} is paused"]
    assert not button(at, "Stop")
    button(at, "Resume").click().run()
    assert not at.exception
    (command,) = started
    assert {"--resume", NAME} <= set(command)
    assert headings(at) == [f"{NAME} is starting"]


def test_a_failed_run_can_be_resumed_and_a_finished_one_not(open_page, run, put):
    run("failed", "The disk is full. Make room for it, then resume the run.", HISTORY)
    assert button(open_page("train"), "Resume")
    put(OWN)
    at = open_page("train", run=OWN)
    assert headings(at) == [f"{OWN} is trained"]
    assert not button(at, "Resume")


def test_a_run_that_is_asked_to_pause_says_so(open_page, run, alive):
    folder = run("training", history=HISTORY)
    at = open_page("train")
    button(at, "Pause").click().run()
    assert (folder / runs.PAUSE_FILE).exists()
    assert "The run will pause" in captions(at)
    assert button(at, "Pause").disabled


def test_a_model_is_deleted_after_a_question(open_page, put, models_folder):
    put("conv-32")
    put(OWN)
    at = open_page("train", run=OWN)
    assert any(f"Delete **{OWN}**" in each.value for each in at.markdown)
    assert (models_folder / OWN).exists()
    button(at, "Delete it").click().run()
    assert not at.exception
    assert not (models_folder / OWN).exists()
    assert not headings(at)
    assert at.sidebar.selectbox(key="model").options == ["conv-32: the default"]


def test_settings_are_kept_when_another_page_has_been_looked_at(open_page, put):
    put("conv-32")
    at = open_page("train")
    latent_dim(at).set_value(7).run()
    at.switch_page("ae/ui/pages/start.py").run()
    at.switch_page("ae/ui/pages/train.py").run()
    assert latent_dim(at).value == 7


def latent_dim(at):
    return next(field for field in at.number_input if field.label == "latent_dim")


def test_the_training_time_is_told_alike_everywhere(open_page, put):
    put("conv-32"), put(OWN)
    at = open_page("train", run=OWN, runs=["conv-32", OWN])
    seconds = f"{store.read_card(OWN).seconds:,.0f}"
    assert f"after {seconds} s of training" in at.success[0].value
    table = at.table[-1].value.set_index("setting")
    assert table.loc["seconds of training", OWN] == seconds


def test_the_plan_of_the_network_follows_the_form(open_page, models_folder, tensorflow):
    from ae.nn import networks
    from ae.nn.autoencoder import Autoencoder
    from ae.training import presets

    at = open_page("train")
    for latent_dim in (32, 5):
        at.number_input(key=f"{state.SETTING}quick_latent_dim").set_value(latent_dim).run()
        config = dataclasses.replace(presets.PRESETS["quick"].model, latent_dim=latent_dim)
        model = Autoencoder(*networks.build(config))
        (drawing,) = (each.proto.body for each in at.get("html") if "plan" in each.proto.body)
        drawing = drawing.replace("<wbr>", "")
        for layer in [*model.encoder.layers, *model.decoder.layers]:
            if layer.count_params():
                kind, count = type(layer).__name__, layer.count_params()
                assert re.search(rf"<li>[^L]*{kind}<br>[^L]*<br>{count:,} parameters</li>", drawing)
        assert "z: the bottleneck</p><ol><li>" in drawing
        (caption,) = (each.value for each in at.caption if "before training" in each.value)
        assert f"{model.parameters:,} parameters" in caption
        assert f"{784 / latent_dim:.3g} times fewer" in caption
