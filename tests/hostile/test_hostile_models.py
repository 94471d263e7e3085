""".keras files and model folders from untrusted sources."""

from __future__ import annotations

import dataclasses
import io
import json
import os
import shutil

import h5py
import numpy as np
import pytest
from mutators import MARKUP, extra_memory, long_directory, mutated, parts_of, zipped

from ae import store
from ae.analysis.evaluation import Figures
from ae.config import MOST_PARAMETERS, TrainingConfig
from ae.errors import ModelError
from ae.store import export_script, hdf5_worker, keras_file

DAMAGED = "Its weights cannot be read: the file is damaged."
NOT_NUMBERS = "Expected at most 16,000,000 weights, all of them numbers."
ELSEWHERE = "Its weights are links to other places than the file itself."


@pytest.fixture(scope="module")
def good(tiny_model, tmp_path_factory) -> bytes:
    path = tmp_path_factory.mktemp("model") / store.MODEL_FILE
    tiny_model.save(path)
    return path.read_bytes()


@pytest.fixture
def folder(good, models_folder, tiny_config, tiny_model):
    """A good model in the folder."""
    (models_folder / "mine").mkdir()
    (models_folder / "mine" / store.MODEL_FILE).write_bytes(good)
    figures = Figures(3, 5.0, 5 / 784, 1.0, 0.5, {"7": 5.0}, {"50": 4.5}, 4.0)
    card = store.ModelCard(
        *("mine", tiny_config, TrainingConfig(), tiny_model.parameters, len(good)),
        *("MNIST", "0" * 64, 3, 1.5, "here", {"python": "3"}),
        figures,
    )
    store.write_card(card)
    assert [card.name for card in store.list_models()] == ["mine"]
    return models_folder / "mine"


def test_a_thousand_damaged_configs_are_refused_or_name_only_plain_layers(good, monkeypatch):
    monkeypatch.setattr(
        hdf5_worker, "rewritten", lambda content, most: content
    )  # it starts a process, which is tested below
    parts = parts_of(good)
    refused = 0
    for config in mutated(parts["config.json"], 1000):
        try:
            kept = keras_file.check(zipped(parts | {"config.json": config}))
        except ModelError:
            refused += 1
        else:
            names = set(_class_names(json.loads(parts_of(kept)["config.json"])))
            assert names <= set().union(*keras_file._CLASSES.values())
    assert refused > 700


def _class_names(value):
    if isinstance(value, dict):
        if "class_name" in value:
            yield value["class_name"]
        value = list(value.values())
    for item in value if isinstance(value, list) else ():
        yield from _class_names(item)


def test_damaged_weights_are_refused_or_are_plain_arrays(good, monkeypatch):
    # HDF5 crashes on some and loops forever on others: it runs in another process.
    monkeypatch.setattr(hdf5_worker, "_SECONDS", 3)
    content = parts_of(good)["model.weights.h5"]
    told = set()
    for damaged in mutated(content[:4096], 100, seed=3):
        try:
            file = io.BytesIO(hdf5_worker.rewritten(damaged + content[4096:], MOST_PARAMETERS))
        except hdf5_worker.WeightsError as error:
            told.add(str(error))
        else:
            assert all(array.dtype.kind in "fiu" for array in _arrays(file).values())
    assert DAMAGED in told
    assert told <= {DAMAGED, NOT_NUMBERS, ELSEWHERE}


def _arrays(file) -> dict[str, np.ndarray]:
    found: dict = {}
    with h5py.File(file) as opened:
        opened.visititems(
            lambda name, item: found.update({name: item[()]} if hasattr(item, "dtype") else {})
        )
    return found


def test_a_process_that_dies_over_weights_is_an_error_with_a_reason(monkeypatch):
    monkeypatch.setattr(hdf5_worker, "_LARGEST_PROCESS", 1 << 20)  # too little to start
    monkeypatch.setattr(hdf5_worker.sys, "executable", shutil.which("false"))
    with pytest.raises(hdf5_worker.WeightsError, match="damaged"):
        hdf5_worker.rewritten(b"any", MOST_PARAMETERS)


def test_texts_among_the_weights_are_refused():
    file = io.BytesIO()
    with h5py.File(file, "w") as opened:
        opened["words"] = np.array([b"abc"])
    with pytest.raises(hdf5_worker.WeightsError) as told:
        hdf5_worker.rewritten(file.getvalue(), MOST_PARAMETERS)
    assert str(told.value) == NOT_NUMBERS


def test_plain_weights_are_unchanged(good):
    content = parts_of(good)["model.weights.h5"]
    before, after = (
        _arrays(io.BytesIO(f)) for f in (content, hdf5_worker.rewritten(content, MOST_PARAMETERS))
    )
    assert before.keys() == after.keys()
    assert all(np.array_equal(before[name], after[name]) for name in before)


def test_a_thousand_damaged_cards_are_not_listed_or_are_complete(folder):
    text = (folder / store.CARD_FILE).read_bytes()
    listed = 0
    for damaged in mutated(text, 1000):
        (folder / store.CARD_FILE).write_bytes(damaged)
        for card in store.list_models():
            listed += 1
            shown = (card.test.squared_error, card.test.pca_squared_error, card.test.psnr)
            assert np.isfinite([*shown, card.test.ssim]).all()
            compile(export_script.script(card), "script", "exec")
    assert listed < 800


def test_texts_of_a_card_run_no_code_in_its_script(folder):
    card = store.read_card("mine")
    for words in ('"""\nimport os; os.abort()\n"""', "\\", "{0.__class__}", *MARKUP):
        changed = dataclasses.replace(
            card, data=words, machine=words, data_sha256=words, versions={"keras": words}
        )
        script = export_script.script(changed)
        assert "os.abort" not in script.split('"""')[2]
        assert script.count('"""') == export_script.script(card).count('"""')


def test_a_layer_that_is_not_plain_is_not_loaded_from_the_folder_either(folder, good):
    parts = parts_of(good)
    config = parts["config.json"].replace(b'"Conv2D"', b'"Lambda"', 1)
    assert config != parts["config.json"]
    (folder / store.MODEL_FILE).write_bytes(zipped(parts | {"config.json": config}))
    with pytest.raises(ModelError, match="Lambda"):
        store.load("mine")


@pytest.mark.parametrize("file", [store.CARD_FILE, store.MODEL_FILE])
@pytest.mark.parametrize("target", ["outside", "itself", "/dev/zero", "/etc/passwd", "pipe"])
def test_links_and_pipes_in_the_folder_are_refused(folder, tmp_path, file, target):
    path = folder / file
    outside = tmp_path / "outside"
    shutil.move(path, outside)
    if target == "pipe":
        os.mkfifo(path)
    else:
        path.symlink_to({"outside": outside, "itself": path}.get(target, target))
    assert store.list_models() == []
    with pytest.raises(ModelError, match="mine"):
        store.load("mine")


def test_a_linked_folder_is_not_listed(folder, tmp_path):
    shutil.move(folder, tmp_path / "elsewhere")
    folder.symlink_to(tmp_path / "elsewhere")
    assert store.list_models() == []


def test_bombs_take_no_memory(good, tmp_path):
    parts, zeros = parts_of(good), bytes(300 << 20)
    bombs = [zipped(parts | {name: zeros}) for name in ("config.json", "model.weights.h5")]
    for number, bomb in enumerate([*bombs, long_directory()]):
        (tmp_path / f"{number}.keras").write_bytes(bomb)
    attack = f"""
for path in sorted(pathlib.Path({str(tmp_path)!r}).glob("*.keras")):
    refused(keras_file.check, path.read_bytes())
"""
    assert extra_memory("import pathlib\nfrom ae.store import keras_file", attack) < 150


@pytest.mark.parametrize("name", MARKUP)
def test_no_markup_is_a_name(models_folder, name):
    for ask in (store.check_name, store.read_card, store.load, store.remove):
        with pytest.raises(ModelError, match="Received"):
            ask(name)
    with pytest.raises(ModelError, match="Received"), store.new_folder(name):
        pass
    assert os.listdir(models_folder) == []


def test_of_two_who_make_one_folder_one_succeeds(models_folder):
    second = store.new_folder("mine")
    (second.__enter__() / "b").touch()
    with store.new_folder("mine") as first:
        (first / "a").touch()
    with pytest.raises(ModelError, match="already"):
        second.__exit__(None, None, None)
    assert os.listdir(models_folder) == ["mine"]
    assert os.listdir(models_folder / "mine") == ["a"]
