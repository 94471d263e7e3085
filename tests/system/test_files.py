"""Files are complete or absent, with the permissions that the umask allows."""

from __future__ import annotations

import json
import os
import stat
import sys
import threading
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ae.system.files import replacing, write_json


def test_file_appears_with_its_content_and_nothing_else(tmp_path):
    with replacing(tmp_path / "a.txt") as temporary:
        temporary.write_text("new")
        assert not (tmp_path / "a.txt").exists()
    assert (tmp_path / "a.txt").read_text() == "new"
    assert os.listdir(tmp_path) == ["a.txt"]


def test_failure_leaves_the_old_file_and_nothing_else(tmp_path):
    (tmp_path / "a.txt").write_text("old")

    def write_half():
        with replacing(tmp_path / "a.txt") as temporary:
            temporary.write_text("new")
            raise RuntimeError("half way")

    with pytest.raises(RuntimeError, match="half way"):
        write_half()
    assert (tmp_path / "a.txt").read_text() == "old"
    assert os.listdir(tmp_path) == ["a.txt"]


def test_temporary_name_is_hidden_beside_the_file_and_keeps_its_suffix(tmp_path):
    with replacing(tmp_path / "model.keras") as temporary:
        assert temporary.parent == tmp_path
        assert temporary.name.startswith(".")
        assert temporary.suffix == ".keras"


def test_missing_folder_is_an_error(tmp_path):
    with pytest.raises(FileNotFoundError), replacing(tmp_path / "none" / "a.txt"):
        pass


def test_file_is_readable_as_the_umask_says(tmp_path):
    before = os.umask(0o027)
    try:
        write_json(tmp_path / "a.json", 1)
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / "a.json").stat().st_mode) == 0o640


def test_writing_leaves_the_umask_of_other_threads_alone(tmp_path):
    """Files that another thread creates meanwhile are as private as the umask makes them."""
    umask, interval = os.umask(0o077), sys.getswitchinterval()
    sys.setswitchinterval(1e-6)  # the threads take turns within a function, not only between two
    stop = threading.Event()

    def write():
        while not stop.is_set():
            write_json(tmp_path / "a.json", 1)

    writers = [threading.Thread(target=write) for _ in range(3)]
    try:
        for writer in writers:
            writer.start()
        modes, end = set(), time.monotonic() + 1.5
        while time.monotonic() < end:
            file = os.open(tmp_path / "b", os.O_CREAT | os.O_WRONLY, 0o666)
            modes.add(stat.S_IMODE(os.fstat(file).st_mode))
            os.close(file)
            os.unlink(tmp_path / "b")
    finally:
        stop.set()
        for writer in writers:
            writer.join()
        sys.setswitchinterval(interval)
        os.umask(umask)
    assert modes == {0o600}


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
        lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
        max_leaves=5,
    )
)
def test_json_is_read_back_equal(tmp_path_factory, value):
    path = tmp_path_factory.getbasetemp() / "value.json"
    write_json(path, value)
    text = path.read_text(encoding="utf-8")
    assert json.loads(text) == value
    assert text.endswith("\n")


def test_reader_never_sees_half_a_file(tmp_path):
    path = tmp_path / "a.json"
    write_json(path, [0] * 5000)
    done = threading.Event()

    def write():
        for number in range(200):
            write_json(path, [number] * 5000)
        done.set()

    writer = threading.Thread(target=write)
    writer.start()
    while not done.is_set():
        values = json.loads(path.read_text(encoding="utf-8"))
        assert len(values) == 5000
        assert len(set(values)) == 1
    writer.join()
