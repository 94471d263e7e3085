"""The exported script of a card trains the same network without this package."""

import json
import os
import subprocess
import sys

import numpy as np
import pytest

from ae import store, training
from ae.config import ModelConfig, TrainingConfig
from ae.nn.autoencoder import Autoencoder
from ae.store import export_script

SMALL = {"latent_dim": 3, "filters": (2, 3), "decoder_filters": (3, 2), "decoder_kernel": 3}
SHORT = {"epochs": 1, "batch_size": 50, "validation_images": 50, "seed": 7}


def card_of(model: ModelConfig, config: TrainingConfig) -> store.ModelCard:
    return store.ModelCard(
        name="again",
        model=model,
        training=config,
        parameters=1,
        bytes=1,
        data="MNIST",
        data_sha256="0" * 64,
        steps=5,
        seconds=1.0,
        machine="a machine",
        versions={"python": "3.11", "tensorflow": "2.21", "keras": "3.15", "numpy": "2"},
        test=store.read_card("conv-32").test,
    )


@pytest.mark.parametrize(
    ("model", "config"),
    [
        (ModelConfig(**SMALL, hidden=(5,)), TrainingConfig(**SHORT, optimizer="adam")),
        (
            ModelConfig(**SMALL),
            TrainingConfig(
                **SHORT | {"epochs": 3, "training_images": 150, "patience": 1},
                shift=1,
                rotation=5.0,
                scaling=0.1,
                noise="mixture",
                noise_strength=0.3,
            ),
        ),
        (ModelConfig(**SMALL, refinements=1, refinement_filters=(2, 3)), TrainingConfig(**SHORT)),
        (
            ModelConfig(kind="linear", latent_dim=3),
            TrainingConfig(**SHORT, warmup=0.0, leave_out=(4, 9)),
        ),
        (
            ModelConfig(kind="vae", **SMALL),
            TrainingConfig(**SHORT, loss="binary_crossentropy", kl_weight=0.5),
        ),
    ],
    ids=["conv", "augmented and noisy", "refined", "linear", "vae"],
)
def test_the_script_trains_the_same_network(
    tmp_path, tensorflow, small_npz, small_data, model, config
):
    (tmp_path / "again.py").write_text(
        export_script.script(card_of(model, config)), encoding="utf-8"
    )
    environment = {key: value for key, value in os.environ.items() if key != "PYTHONPATH"}
    hidden = "import importlib.util, sys; sys.exit(importlib.util.find_spec('ae') is not None)"
    for words in (["-c", hidden], ["again.py", str(small_npz), "again.keras"]):
        result = subprocess.run(
            [sys.executable, *words], cwd=tmp_path, env=environment, capture_output=True, text=True
        )
        assert result.returncode == 0, result.stderr[-3000:]
    again = Autoencoder.load(tmp_path / "again.keras")
    original = training.train(model, config, small_data)
    before = training.train(model, TrainingConfig(**SHORT | {"seed": 8}), small_data)
    images = small_data.x_test
    np.testing.assert_allclose(again.encode(images), original.encode(images), atol=1e-4)
    np.testing.assert_allclose(again.reconstruct(images), original.reconstruct(images), atol=1e-4)
    # and that means something: another seed gives another network
    assert np.abs(again.encode(images) - before.encode(images)).max() > 1e-2


def test_the_script_says_what_the_card_says():
    card = store.read_card("conv-32")
    text = export_script.script(card)
    compile(text, "conv-32.py", "exec")
    assert f"squared error {card.test.squared_error:.3f}" in text
    assert card.data_sha256 in text
    assert "import ae" not in text
    assert "from ae" not in text
    # The script leaves out what the settings do not use.
    training = card.training
    moved = training.shift or training.rotation or training.scaling
    assert ("augment(" in text) == bool(moved)
    assert "corrupt(" not in text
    assert "Sampling" not in text


def test_the_notebook_trains_the_model_and_measures_it(tmp_path, tensorflow, small_npz):
    card = card_of(ModelConfig(**SMALL), TrainingConfig(**SHORT, noise="gaussian"))
    notebook = json.loads(export_script.notebook(card))
    assert (notebook["nbformat"], notebook["nbformat_minor"]) == (4, 4)
    kinds = [cell["cell_type"] for cell in notebook["cells"]]
    assert kinds == ["markdown", *["markdown", "code"] * 5]  # a text before each piece of code
    cells = ["".join(c["source"]) for c in notebook["cells"] if c["cell_type"] == "code"]
    assert "DATA = None" in cells[3]
    cells[3] = cells[3].replace("DATA = None", f"DATA = {str(small_npz)!r}")
    # As a notebook does it: cell by cell, in one namespace.
    runner = "import json, sys\nspace = {}\nfor cell in json.load(sys.stdin): exec(cell, space)"
    result = subprocess.run(
        [sys.executable, "-c", runner],
        input=json.dumps(cells),
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert result.returncode == 0, result.stderr[-3000:]
    error = float(result.stdout.split("squared error")[-1])
    assert 0 < error < 300
    assert Autoencoder.load(tmp_path / "model.keras").latent_dim == 3
