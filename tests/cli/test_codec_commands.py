"""encode and decode from the command line, with the shipped model."""

import re

import numpy as np
import pytest

from ae.__main__ import main
from ae.analysis.metrics import squared_error
from ae.compression import codec


@pytest.fixture
def encoded(tmp_path, tensorflow, small_npz, capsys):
    path = tmp_path / "digits.aez"
    words = ["--data", str(small_npz), "--bits", "6"]
    assert main(["encode", str(small_npz), "-o", str(path), *words]) == 0
    return path, capsys.readouterr().out


def test_digits_go_out_and_come_back(encoded, tmp_path, small_data, capsys):
    path, told = encoded
    assert main(["decode", str(path), "-o", str(tmp_path / "back.npz")]) == 0
    assert "100 images reconstructed by conv-32" in capsys.readouterr().out
    with np.load(tmp_path / "back.npz") as back:
        rebuilt = back["images"].astype(np.float32) / 255
    error = squared_error(small_data.x_test, rebuilt).mean()
    assert error <= 2.6
    # The printed figures are measured before rounding to whole grey levels.
    assert float(re.search(r"squared error (\d+\.\d+)", told)[1]) == pytest.approx(error, abs=0.02)
    assert "100 images" in told
    assert "78,400 bytes raw" in told
    assert f"{path.stat().st_size:,} now" in told
    header = len(codec.Header(0, bytes(16), _quantizer(path)).to_bytes()) + 4
    assert (path.stat().st_size - header) / 100 <= 26


def _quantizer(path):
    with path.open("rb") as file:
        return codec.read_header(file).quantizer


def test_a_damaged_file_leaves_nothing(encoded, tmp_path, capsys):
    path, _ = encoded
    data = bytearray(path.read_bytes())
    data[-20] ^= 1
    path.write_bytes(data)
    for target in ("back.npz", "back"):
        assert main(["decode", str(path), "-o", str(tmp_path / target)]) == 2
        assert capsys.readouterr().err.count("\n") == 1
    assert [file.name for file in tmp_path.iterdir()] == ["digits.aez"]


def test_a_file_of_a_missing_model_is_refused(encoded, tmp_path, monkeypatch, capsys):
    path, _ = encoded
    monkeypatch.setenv("AE_MODELS", str(tmp_path / "none"))
    assert main(["decode", str(path), "-o", str(tmp_path / "back.npz")]) == 2
    assert "No model here has it" in capsys.readouterr().err


def test_a_missing_input_is_reported_at_once(tmp_path, capsys):
    assert main(["encode", str(tmp_path / "x.npz"), "-o", str(tmp_path / "x.aez")]) == 2
    assert "There is no file or folder" in capsys.readouterr().err
    assert main(["decode", str(tmp_path / "x.aez"), "-o", str(tmp_path / "x.npz")]) == 1
    assert "x.aez" in capsys.readouterr().err
    assert not list(tmp_path.iterdir())
