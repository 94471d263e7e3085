"""detect from the command line: scores and verdicts as CSV."""

from __future__ import annotations

import csv
import io

import numpy as np
import pytest

from ae import store
from ae.__main__ import main
from ae.analysis import metrics


@pytest.fixture
def mixed_npz(tmp_path, small_data):
    """20 test digits, then 10 images of noise."""
    noise = np.random.default_rng(0).integers(0, 256, (10, 28, 28))
    digits = np.rint(small_data.x_test[:20] * 255)
    np.savez(tmp_path / "mixed.npz", images=np.concatenate([digits, noise]).astype(np.uint8))
    return tmp_path / "mixed.npz"


def rows_of(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text)))


def test_noise_is_odd_and_digits_are_normal(tensorflow, mixed_npz, small_npz, tmp_path, capsys):
    out = tmp_path / "scores.csv"
    words = ["--data", str(small_npz), "--max-false-alarms", "0.02", "-o", str(out)]
    assert main(["detect", "linear-32", str(mixed_npz), *words]) == 0
    rows = rows_of(out.read_text())
    assert [row["image"] for row in rows] == [str(i) for i in range(30)]
    assert all(row["verdict"] == "odd" for row in rows[20:])
    assert sum(row["verdict"] == "odd" for row in rows[:20]) <= 2
    for row in rows:
        is_odd = float(row["score"]) > float(row["threshold"])
        assert row["verdict"] == ("odd" if is_odd else "normal")
        assert row["threshold_origin"] == "at most 2 % of 100 test images of small are above it"
    told = capsys.readouterr().out
    odd = sum(row["verdict"] == "odd" for row in rows)
    assert told.startswith(f"{odd} of 30 images count as odd: combined above ")
    assert told.count("\n") == 1


def test_scores_are_those_of_the_model(tensorflow, mixed_npz, small_npz, small_data, capsys):
    words = ["--data", str(small_npz), "--score", "error", "--max-false-alarms", "0"]
    assert main(["detect", "linear-32", str(mixed_npz), *words]) == 0
    told = capsys.readouterr()
    rows = rows_of(told.out)
    model = store.load("linear-32")
    errors = metrics.squared_error(small_data.x_test, model.reconstruct(small_data.x_test))
    found = [float(row["score"]) for row in rows[:20]]
    np.testing.assert_allclose(found, errors[:20], rtol=1e-4)
    assert float(rows[0]["threshold"]) == pytest.approx(errors.max(), rel=1e-4)
    assert "images count as odd" in told.err


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--max-false-alarms", "1"], "from 0 to below 1"),
        (["--max-false-alarms", "nan"], "from 0 to below 1"),
        (["--score", "elbo"], "keeps no variances"),
    ],
)
def test_settings_that_cannot_be_are_refused(
    tensorflow, mixed_npz, small_npz, tmp_path, capsys, words, said
):
    out = tmp_path / "scores.csv"
    data = ["--data", str(small_npz), "-o", str(out)]
    assert main(["detect", "linear-32", str(mixed_npz), *data, *words]) == 2
    told = capsys.readouterr().err
    assert said in told
    assert told.count("\n") == 1
    assert not out.exists()


def test_a_missing_model_or_file_is_reported(mixed_npz, tmp_path, capsys):
    assert main(["detect", "no-such", str(mixed_npz)]) == 2
    assert "There is no model 'no-such'" in capsys.readouterr().err
    assert main(["detect", "linear-32", str(tmp_path / "x.npz")]) == 2
    assert "There is no file or folder" in capsys.readouterr().err
