"""Every model that git ships is as good as its card says, and opens without this package."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from ae import store
from ae.data import MNIST_SHA256
from ae.evaluation import agree, evaluate
from ae.store import SHIPPED

pytestmark = pytest.mark.usefixtures("tensorflow", "_shipped_folder")

LOAD_WITHOUT_US = """
import importlib.util, sys
assert importlib.util.find_spec("ae") is None, "ae can be imported here"
import numpy as np
import keras
model = keras.saving.load_model(sys.argv[1])
np.save(sys.argv[3], model.predict(np.load(sys.argv[2]), verbose=0))
"""


@pytest.fixture
def _shipped_folder(monkeypatch):
    monkeypatch.delenv("AE_MODELS", raising=False)


def test_all_shipped_models_are_listed_first_and_in_order():
    assert tuple(card.name for card in store.list_models())[: len(SHIPPED)] == SHIPPED


@pytest.mark.parametrize("name", SHIPPED)
def test_card_is_reproduced_from_the_data(name, mnist, mnist_pca):
    card = store.read_card(name)
    assert card.data_sha256 == MNIST_SHA256
    linear = card.model.kind == "linear"
    figures = evaluate(store.load(name), mnist, mnist_pca, linear=linear)
    assert agree(figures, card.test, tolerance=1e-3), (figures, card.test)


@pytest.mark.parametrize("name", SHIPPED)
def test_card_states_the_model(name):
    card, model = store.read_card(name), store.load(name)
    assert card.parameters == model.parameters
    assert card.model.latent_dim == card.test["latent_dim"] == model.latent_dim
    assert card.bytes == (store.models_folder() / name / store.MODEL_FILE).stat().st_size


@pytest.mark.parametrize("name", SHIPPED)
def test_history_ends_with_the_last_step(name):
    from ae import runs

    card, history = store.read_card(name), runs.read_history(name)
    assert history[-1].step == history[-1].steps == card.steps
    assert history[-1].squared_error < history[0].squared_error


@pytest.mark.parametrize("name", SHIPPED)
def test_model_loads_without_this_package(name, tmp_path, mnist):
    digits = mnist.x_test[:50]
    np.save(tmp_path / "digits.npy", digits)
    file = store.models_folder() / name / store.MODEL_FILE
    words = [str(Path(file).absolute()), str(tmp_path / "digits.npy"), str(tmp_path / "out.npy")]
    # -I: neither the working directory nor PYTHONPATH is searched.
    subprocess.run([sys.executable, "-I", "-c", LOAD_WITHOUT_US, *words], cwd=tmp_path, check=True)
    expected = store.load(name).reconstruct(digits)
    np.testing.assert_allclose(np.load(tmp_path / "out.npy"), expected, atol=1e-5)


def test_conv_32_has_a_test_error_of_at_most_2_2():
    assert store.read_card("conv-32").test["squared_error"] <= 2.2


@pytest.mark.parametrize(
    ("name", "share"), [("conv-2", 0.65), ("conv-16", 0.25), ("conv-32", 0.25)]
)
def test_convolutional_models_leave_at_most_this_share_of_the_error_of_pca(name, share):
    test = store.read_card(name).test
    assert test["squared_error"] <= share * test["pca_squared_error"]


def test_linear_32_is_as_good_as_pca_and_spans_its_subspace():
    test = store.read_card("linear-32").test
    assert test["squared_error"] <= 1.01 * test["pca_squared_error"]
    assert max(test["principal_angles"]) < 5
