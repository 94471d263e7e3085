"""Train: the film of a run looked through, and runs compared."""

from __future__ import annotations

import json
import shutil

import numpy as np
import pytest
from looks import OWN

from ae import runs, store
from ae.data.ink_text import pack_ink
from ae.training import snapshots
from ae.ui import drawing
from ae.ui.components import time_machine
from ae.ui.train import time_machine_view


@pytest.fixture
def given(monkeypatch) -> dict[str, dict]:
    """What the components of time machines were given, by their keys."""
    mounted = {}
    monkeypatch.setattr(
        time_machine, "_component", lambda key, data: mounted.__setitem__(key, data)
    )
    return mounted


def unfinished(folder) -> None:
    """Make of a finished run one that was paused before its end."""
    for file in (store.CARD_FILE, store.MODEL_FILE):
        (folder / file).unlink()
    runs.write_status(folder, runs.Status("paused"))


def subheaders(at) -> list[str]:
    return [each.value for each in at.header]


def test_a_film_shows_every_frame_of_its_run(open_page, put, given):
    folder = put(OWN)
    at = open_page("train", run=OWN)
    assert any("Time machine" in each for each in subheaders(at))
    frames = [snapshots.read(path) for path in snapshots.paths(folder)]
    data = given["film"]
    assert data["steps"] == [frame.step for frame in frames]
    assert len(data["errors"]) == len(data["shares"]) == len(frames)
    assert data["own"] is None
    assert json.dumps(data, allow_nan=False)
    assert data["pca"]["name"] == "PCA(4)"


def test_the_last_frame_is_what_the_model_makes_of_the_digits(open_page, put, given, mnist):
    put(OWN)
    open_page("train", run=OWN)
    model = store.load(OWN)
    images = mnist.x_test[:500]
    errors = np.square(images - model.reconstruct(images)).sum(axis=(1, 2))
    # 8 bits a weight and 11 make not quite the same network.
    assert given["film"]["errors"][-1] == pytest.approx(errors.mean(), rel=0.02)


def test_ones_own_drawing_is_seen_at_every_moment(open_page, put, given):
    put(OWN)
    ink = np.zeros((56, 56), np.float32)
    ink[10:46, 26:30] = 1
    at = open_page("train", run=OWN, ink=pack_ink(ink))
    data = given["film"]
    assert len(data["own"]["errors"]) == len(data["steps"])
    assert not [link for link in at.get("page_link") if "Draw a digit" in link.proto.label]


def test_a_paused_run_shows_its_film_so_far(open_page, put, given):
    folder = put(OWN)
    unfinished(folder)
    for path in snapshots.paths(folder)[4:]:
        path.unlink()
    open_page("train", run=OWN)
    assert len(given["film"]["steps"]) == 4


def test_a_shipped_model_with_a_film_and_no_run_shows_it(open_page, put, given):
    folder = put(OWN)
    for file in (runs.RUN_FILE, runs.STATUS_FILE):
        (folder / file).unlink()
    open_page("train", run=OWN)
    assert given["film"]["title"] == f"Training of {OWN}"


def test_a_damaged_frame_is_left_out(open_page, put, given):
    folder = put(OWN)
    paths = snapshots.paths(folder)
    paths[1].write_bytes(b"PK\3\4 and nothing more")
    open_page("train", run=OWN)
    assert len(given["film"]["steps"]) == len(paths) - 1


def test_without_a_film_the_page_says_that_there_is_none(open_page, put, given):
    shutil.rmtree(put(OWN) / snapshots.FOLDER)
    at = open_page("train", run=OWN)
    assert not any("Time machine" in each for each in subheaders(at))
    assert any(f"There are no snapshots of the training of {OWN}" in c.value for c in at.caption)
    assert not given


def test_runs_are_compared_by_curves_settings_and_digits(open_page, put, shown):
    put("conv-32")
    unfinished(put(OWN))
    at = open_page("train", runs=["conv-32", OWN])
    assert "Compare training runs" in subheaders(at)
    table = at.table[-1].value.set_index("setting")
    assert list(table.loc["latent_dim"]) == ["32", "4"]
    assert table.loc["state", OWN] == "paused"
    assert table.loc["parameters", OWN] == "–"
    assert "activation" not in table.index, "it is the same in both"
    assert any("by conv-32" in text and OWN in text for row in shown for text in row.alt)


def test_one_run_alone_is_not_compared(open_page, put, shown):
    put("conv-32")
    put(OWN)
    at = open_page("train", runs=["conv-32"])
    assert not at.table
    assert any("Choose at least two" in each.value for each in at.caption)


def test_a_run_as_it_stands_is_one_moment(open_page, put, given, monkeypatch):
    folder = put(OWN)
    shutil.copy(snapshots.paths(folder)[-1], folder / snapshots.NOW_FILE)
    monkeypatch.setattr(drawing, "image", lambda: None)
    time_machine_view.show_now(OWN)
    assert len(given["now"]["steps"]) == 1
    assert given["now"]["title"] == f"{OWN} now"


def test_a_link_names_all_compared_runs(open_page, put):
    put("conv-32")
    put(OWN)
    at = open_page("train", runs=["conv-32", OWN])
    next(each for each in at.button if each.label == "Link to this page").click().run()
    (link,) = [each.value for each in at.code if "runs=" in each.value]
    assert f"runs=conv-32&runs={OWN}" in link
