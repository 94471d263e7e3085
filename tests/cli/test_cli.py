"""The command line: what it prints, its exit status, and the files that it writes."""

from __future__ import annotations

import errno
import json
import os
import shlex
import shutil
import signal
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from hypothesis import given

from ae import __main__, store
from ae.cli.training import _configs
from ae.config import ModelConfig, TrainingConfig
from ae.runs import control

REPOSITORY = Path(__file__).parents[2]
TINY = ["--latent-dim", "2", "--filters", "2,2", "--decoder-filters", "2,2"]
TINY += ["--batch-size", "50", "--validation-images", "0"]

pytestmark = pytest.mark.usefixtures("models_folder")


def command(*words) -> list[str]:
    return [sys.executable, "-m", "ae", *map(str, words)]


def ae(*words) -> subprocess.CompletedProcess:
    return subprocess.run(
        command(*words), cwd=REPOSITORY, capture_output=True, text=True, timeout=200
    )


@pytest.mark.parametrize("words", [(), ("train",), ("evaluate",)])
def test_help_explains_every_option(words):
    result = ae(*words, "--help")
    assert result.returncode == 0
    assert result.stderr == ""
    for line in result.stdout.splitlines():
        assert not line.rstrip().endswith("None")
    for option in {"train": ("--name", "--latent-dim", "--seed"), "evaluate": ("--json",)}.get(
        words[0] if words else "", ("train", "evaluate")
    ):
        assert option in result.stdout


@given(...)
def test_the_arguments_of_two_configs_give_them_back(model: ModelConfig, training: TrainingConfig):
    """As the Train page shows it: typed into a shell."""
    words = " ".join(["train", "--name", "x", *control.arguments(model, training)])
    options = __main__._parser().parse_args(shlex.split(words))
    assert _configs(options) == (model, training)


def test_the_former_name_of_an_option_is_accepted_and_not_shown(capsys):
    options = __main__._parser().parse_args(["train", "--name", "x", "--plain-epochs", "2"])
    assert _configs(options)[1].unaugmented_final_epochs == 2
    with pytest.raises(SystemExit):
        __main__.main(["train", "--help"])
    assert "plain-epochs" not in capsys.readouterr().out


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (OSError(errno.ENOSPC, "No space left on device"), "The disk is full. Free some space"),
        (PermissionError(errno.EACCES, "Permission denied", "a.npz"), "Permission denied: a.npz."),
    ],
)
def test_a_file_error_is_reported_without_errno(monkeypatch, capsys, error, told):
    def fail(name):
        raise error

    monkeypatch.setattr(store, "read_card", fail)
    assert __main__.main(["evaluate", "mine"]) == 1
    message = capsys.readouterr().err
    assert message.startswith(f"python -m ae: {told}")
    assert "Errno" not in message


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ((), "COMMAND"),
        (("paint",), "paint"),
        (("train",), "--name"),
        (("train", "--name", "../out"), "../out"),
        (("train", "--name", "x", "--colour", "red"), "--colour"),
        (("train", "--name", "x", "--latent-dim", "0"), "latent_dim=0"),
        (("train", "--name", "x", "--latent-dim", "two"), "two"),
        (("train", "--name", "x", "--learning-rate", "nan"), "learning_rate=nan"),
        (("train", "--name", "x", "--filters", "a,b"), "32,64"),
        (("train", "--name", "x", "--preset", "huge"), "huge"),
        (("train", "--name", "x", "--noise", "snow"), "snow"),
        (("train", "--name", "x", "--data", "missing.npz"), "missing.npz"),
        (("train", "--name", "x", "--data", "README.md"), "README.md"),
        (("train", "--name", "x", "--like", "nobody"), "nobody"),
        (("evaluate",), "name"),
        (("evaluate", "nobody"), "There is no model 'nobody'"),
        (("evaluate", "../models/conv-32"), "letters"),
    ],
)
def test_wrong_arguments_end_with_status_2_and_one_clear_line(words, told, models_folder):
    result = ae(*words)
    assert result.returncode == 2
    assert result.stdout == ""
    assert len(result.stderr.splitlines()) == 1
    assert told in result.stderr
    assert store.list_models() == []


def test_train_then_evaluate(small_npz):
    trained = ae("train", "--name", "tiny", "--epochs", "2", "--data", small_npz, *TINY)
    assert trained.returncode == 0, trained.stderr
    assert trained.stderr == ""
    progress = [line for line in trained.stdout.splitlines() if line.startswith("epoch")]
    assert len(progress) == 12
    for word in ("of 2", "error", "images/s", "s left"):
        assert word in progress[-1]
    assert trained.stdout.splitlines()[-1].startswith("tiny: squared error")

    # The name is now in use.
    again = ae("train", "--name", "tiny", "--data", small_npz, *TINY)
    assert again.returncode == 2
    assert len(again.stderr.splitlines()) == 1
    assert "already" in again.stderr

    evaluated = ae("evaluate", "tiny", "--data", small_npz, "--json")
    assert evaluated.returncode == 0
    assert evaluated.stderr == ""
    figures = json.loads(evaluated.stdout)
    card = store.read_card("tiny")
    assert figures["name"] == "tiny"
    assert figures["latent_dim"] == 2
    assert figures["parameters"] == card.parameters
    assert figures["matches_card"] is True
    for key in ("squared_error", "mse", "psnr", "ssim", "pca_squared_error"):
        assert figures[key] == pytest.approx(getattr(card.test, key), rel=1e-3)
    assert figures["mse"] == pytest.approx(figures["squared_error"] / 784)

    # A card with other figures than the model has is detected.
    values = card.to_dict()
    values["test"]["squared_error"] = 1.0
    (store.models_folder() / "tiny" / store.CARD_FILE).write_text(json.dumps(values))
    denied = ae("evaluate", "tiny", "--data", small_npz)
    assert denied.returncode == 1
    assert "something else" in denied.stdout


@pytest.mark.skipif(os.name == "nt", reason="Windows sends no SIGINT to a single process")
def test_ctrl_c_keeps_the_model_as_it_is(small_npz):
    words = ["train", "--name", "tiny", "--epochs", "1000", "--data", small_npz, *TINY]
    with subprocess.Popen(
        command(*words),
        cwd=REPOSITORY,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        while not process.stdout.readline().startswith("epoch"):
            assert process.poll() is None, process.stderr.read()
        process.send_signal(signal.SIGINT)
        output, errors = process.communicate(timeout=60)
    assert process.returncode == 0, errors
    assert "Traceback" not in errors
    assert output.splitlines()[-1].startswith("tiny: squared error")
    assert [card.name for card in store.list_models()] == ["tiny"]
    assert 0 < store.read_card("tiny").steps < 6000


def ae_with(environment: dict[str, str], *words) -> subprocess.CompletedProcess:
    return subprocess.run(
        command(*words),
        cwd=REPOSITORY,
        capture_output=True,
        text=True,
        timeout=200,
        env=os.environ | environment,
    )


def test_the_version_is_that_of_the_project():
    import tomllib

    project = tomllib.loads((REPOSITORY / "pyproject.toml").read_text())["project"]
    result = ae("--version")
    assert (result.returncode, result.stdout) == (0, f"{project['name']} {project['version']}\n")


def test_a_package_in_a_zip_file_says_that_it_runs_from_a_folder(tmp_path):
    packed = tmp_path / "ae.zip"
    with zipfile.ZipFile(packed, "w") as archive:
        for path in (REPOSITORY / "ae").rglob("*.py"):
            archive.write(path, path.relative_to(REPOSITORY))
    result = subprocess.run(
        command("evaluate", "any"),
        cwd=tmp_path,
        env=os.environ | {"PYTHONPATH": str(packed)},
        capture_output=True,
        text=True,
        timeout=200,
    )
    assert result.returncode == 2
    assert (
        result.stderr == f"python -m ae: The package runs from a folder. Unpack {packed} first.\n"
    )


def test_help_is_written_in_a_terminal_of_any_encoding():
    result = ae_with({"PYTHONIOENCODING": "ascii"}, "--help")
    assert (result.returncode, result.stderr) == (0, "")
    assert "28?28" in result.stdout


def test_a_reader_that_goes_away_is_no_failure(models_folder):
    with subprocess.Popen(
        command("train", "--help"), cwd=REPOSITORY, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        process.stdout.close()
        assert process.stderr.read() == b""
        assert process.wait(100) == 0


def test_a_models_folder_may_begin_at_home(tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("AE_MODELS", "~/models")
    assert store.models_folder() == tmp_path / "models"


@pytest.mark.process
@pytest.mark.parametrize(
    ("backend", "settings"),
    [("jax", {}), ("torch", {"image_data_format": "channels_first"}), ("", {"floatx": "float16"})],
)
def test_settings_of_keras_for_other_programs_change_nothing(
    models_folder, small_npz, tmp_path, backend, settings
):
    usual = {"backend": backend or "tensorflow", "floatx": "float32", "epsilon": 1e-7}
    usual["image_data_format"] = "channels_last"
    (tmp_path / "keras.json").write_text(json.dumps(usual | settings))
    environment = {"KERAS_HOME": str(tmp_path)} | ({"KERAS_BACKEND": backend} if backend else {})
    words = ["train", "--name", "mine", "--epochs", 1, "--data", small_npz, *TINY]
    result = ae_with(environment, *words)
    assert result.returncode == 0, result.stderr[-2000:]
    assert store.load("mine").latent_dim == 2


@pytest.mark.process
def test_a_training_whose_terminal_is_closed_keeps_its_model(models_folder, small_npz):
    words = ["train", "--name", "mine", "--epochs", 500, "--data", small_npz, *TINY]
    with subprocess.Popen(
        command(*words), cwd=REPOSITORY, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        assert process.stdout.readline()  # it trains
        process.stdout.close()
        process.send_signal(signal.SIGHUP)
        told = process.stderr.read().decode()
        assert process.wait(200) == 0, told
    assert store.read_card("mine").steps > 0


@pytest.mark.slow
@pytest.mark.parametrize("name", ["conv-2", "conv-32"])
def test_a_litert_file_computes_what_keras_computes(
    models_folder, tensorflow, tmp_path, mnist, name
):
    import numpy as np
    import tensorflow as tf

    shutil.copytree(REPOSITORY / "models" / name, models_folder / name)
    assert __main__.main(["export", name, "-o", str(tmp_path / "model.tflite")]) == 0
    with pytest.warns(UserWarning, match="deprecated"):
        interpreter = tf.lite.Interpreter(str(tmp_path / "model.tflite"))
    interpreter.allocate_tensors()
    (takes,), (gives,) = interpreter.get_input_details(), interpreter.get_output_details()
    expected = store.load(name).reconstruct(mnist.x_test[:5])
    for image, reconstruction in zip(mnist.x_test, expected, strict=False):
        interpreter.set_tensor(takes["index"], image[None])
        interpreter.invoke()
        found = interpreter.get_tensor(gives["index"])[0]
        np.testing.assert_allclose(found, reconstruction, atol=1e-5)
    assert __main__.main(["export", name, "-o", str(tmp_path / "model.txt")]) == 2
    assert __main__.main(["export", "nobody", "-o", str(tmp_path / "a.html")]) == 2
    written = [file.name for file in tmp_path.iterdir() if file.is_file()]
    assert written == ["model.tflite"]
