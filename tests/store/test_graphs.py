"""The graph beside a model: read as it is, or made anew where it is missing or another one."""

from __future__ import annotations

import dataclasses
import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from ae import store
from ae.analysis.evaluation import agree
from ae.nn.graph import graph_of
from ae.store import SHIPPED
from ae.store.graphs import load_graph
from ae.system.files import write_json

REPOSITORY = Path(__file__).parents[2]
NAME = "linear-32"
WITHOUT_TENSORFLOW = f"""
import sys
from ae.store.graphs import load_graph
load_graph("{NAME}")
assert not {{"tensorflow", "keras"}} & set(sys.modules)
"""


@pytest.fixture
def shipped(models_folder) -> Path:
    """A folder of somebody's own, with a shipped model in it."""
    return Path(shutil.copytree(REPOSITORY / "models" / NAME, models_folder / NAME))


@pytest.mark.usefixtures("tensorflow")
@pytest.mark.parametrize("name", SHIPPED)
def test_the_graph_of_a_shipped_model_is_that_of_its_network(monkeypatch, name):
    monkeypatch.delenv("AE_MODELS", raising=False)
    path = store.models_folder() / name / store.GRAPH_FILE
    before = path.read_bytes()
    card, file = load_graph(name)
    assert file == before == graph_of(store.load(name)).to_bytes()
    assert card == store.read_card(name)


def test_a_graph_is_read_without_tensorflow(shipped):
    subprocess.run([sys.executable, "-c", WITHOUT_TENSORFLOW], check=True, cwd=REPOSITORY)


def lose(folder: Path) -> None:
    (folder / store.GRAPH_FILE).unlink()


def cut(folder: Path) -> None:
    path = folder / store.GRAPH_FILE
    path.write_bytes(path.read_bytes()[:-4])


def exchange(folder: Path) -> None:
    shutil.copy(REPOSITORY / "models/conv-16" / store.GRAPH_FILE, folder / store.GRAPH_FILE)


@pytest.mark.usefixtures("tensorflow")
@pytest.mark.parametrize("harm", [lose, cut, exchange])
def test_a_graph_that_is_not_the_models_is_made_anew(shipped, harm):
    card, file = load_graph(NAME)
    harm(shipped)
    assert load_graph(NAME) == (card, file)
    assert (shipped / store.GRAPH_FILE).read_bytes() == file


@pytest.mark.usefixtures("tensorflow")
def test_the_card_of_an_earlier_version_gets_what_it_lacks(shipped):
    complete, file = load_graph(NAME)
    lose(shipped)
    values = json.loads((shipped / store.CARD_FILE).read_text())
    del values["graph"], values["test"]["latent_means"]
    del values["test"]["latent_standard_deviations"]
    median = values["test"]["squared_error_percentiles"]["50"]
    values["test"]["squared_error_percentiles"] = {"50": median}
    write_json(shipped / store.CARD_FILE, values)
    assert store.read_card(NAME).graph is None

    card, again = load_graph(NAME)
    assert again == file
    assert agree(complete.test, card.test)
    assert dataclasses.replace(card, test=complete.test) == complete
    assert store.read_card(NAME) == card, "it is kept"


@pytest.mark.usefixtures("tensorflow")
def test_in_a_folder_that_cannot_be_written_the_graph_is_made_and_not_kept(shipped, monkeypatch):
    card, file = load_graph(NAME)
    lose(shipped)

    def refuse(path):
        raise PermissionError(13, "Permission denied", str(path))

    monkeypatch.setattr("ae.store.graphs.replacing", refuse)
    assert load_graph(NAME) == (card, file)
    assert not (shipped / store.GRAPH_FILE).exists()
