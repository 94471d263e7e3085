"""The noise matrix is written by its command, read back, and refused if it has another form."""

import json

import numpy as np
import pytest

from ae.__main__ import main
from ae.errors import DataError
from ae.training import noise_matrix
from ae.training.noise_matrix import COLUMNS, ROWS, read_matrix


def figures() -> dict:
    """A file of the right form, with two seeds."""
    from ae.config import ModelConfig, TrainingConfig

    return {
        "model": ModelConfig().to_dict(),
        "training": TrainingConfig(epochs=3, noise_strength=0.6).to_dict(),
        "test": {"strength": 0.4, "images": 1000, "seed": 0},
        "tested_on": list(COLUMNS),
        "do_nothing": [10.0] * len(COLUMNS),
        "models": [
            {"trained_on": row, "seed": seed, "psnr": [20.0 + i + seed] * len(COLUMNS)}
            for seed in (5, 7)
            for i, row in enumerate(ROWS)
        ],
        "versions": {"numpy": "2"},
        "machine": "here",
        "seconds": 90,
    }


def written(tmp_path, values):
    path = tmp_path / "matrix.json"
    path.write_text(values if isinstance(values, str) else json.dumps(values))
    return path


def test_the_command_writes_what_can_be_read(tmp_path, tensorflow, small_npz, capsys):
    path = tmp_path / "matrix.json"
    words = ["--data", str(small_npz), "--epochs", "1", "--seeds", "3", "--test-images", "20"]
    assert main(["noise-matrix", *words, "-o", str(path)]) == 0
    told = capsys.readouterr().out
    assert told.count("trained on") == len(ROWS)
    matrix = read_matrix(path)
    assert matrix.psnr.shape == (len(ROWS), 1, len(COLUMNS))
    assert matrix.seeds == (3,)
    assert (matrix.epochs, matrix.test_images, matrix.test_strength) == (1, 20, 0.4)
    assert matrix.do_nothing[0] == pytest.approx(58.9, abs=0.1)
    assert (matrix.do_nothing[1:] < 40).all()


def test_rows_columns_and_seeds_are_where_they_belong(tmp_path):
    matrix = read_matrix(written(tmp_path, figures()))
    assert matrix.seeds == (5, 7)
    np.testing.assert_allclose(matrix.mean[:, 0], 26 + np.arange(len(ROWS)))
    assert matrix.seed_range == 2


def without(key):
    values = figures()
    del values[key]
    return values


BAD = [
    "",
    "[]",
    "nothing",
    *({} | without(key) for key in figures()),
    figures() | {"tested_on": ["none"]},
    figures() | {"do_nothing": [1.0]},
    figures() | {"do_nothing": [None] * len(COLUMNS)},
    figures() | {"models": []},
    figures() | {"models": figures()["models"][1:]},
    figures() | {"models": figures()["models"] * 2},
    figures() | {"models": "x"},
    figures() | {"seconds": "long"},
    figures() | {"versions": 3},
]


@pytest.mark.parametrize("values", BAD)
def test_a_damaged_file_is_refused_with_what_to_do(tmp_path, values):
    with pytest.raises(DataError, match=r"noise-matrix writes.*Run the command again"):
        read_matrix(written(tmp_path, values))


def test_a_missing_file_is_refused_with_the_command(tmp_path):
    with pytest.raises(DataError, match="Run: python -m ae noise-matrix"):
        read_matrix(tmp_path / "none.json")


def test_the_shipped_matrix_can_be_read_if_there_is_one():
    if noise_matrix.MATRIX_PATH.exists():
        assert read_matrix().test_images >= 1000


@pytest.mark.parametrize("words", [["--seeds", "a"], ["--test-strength", "2"], ["--epochs", "0"]])
def test_impossible_settings_are_refused_in_one_line(words, capsys, tmp_path):
    output = ["-o", str(tmp_path / "m.json")]
    if words[0] == "--seeds":  # argparse ends the process itself
        with pytest.raises(SystemExit) as ended:
            main(["noise-matrix", *words, *output])
        assert ended.value.code == 2
    else:
        assert main(["noise-matrix", *words, *output]) == 2
    assert len(capsys.readouterr().err.splitlines()) == 1
