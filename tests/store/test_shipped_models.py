"""Every shipped model is as good as its card says, and can be loaded without this package."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest

from ae import runs, store
from ae.analysis.densities import GaussianPerClass, neighbour_classifier
from ae.analysis.evaluation import agree, evaluate
from ae.analysis.metrics import frechet_distance, psnr, squared_error
from ae.data import MNIST_SHA256
from ae.data.noise import corrupt
from ae.nn.flow import FlowSamples
from ae.store import SHIPPED, flows
from ae.training import snapshots
from ae.training.overfitting import overfitting

pytestmark = pytest.mark.usefixtures("tensorflow", "_shipped_folder")

LOAD_WITHOUT_THIS_PACKAGE = """
import importlib.util, sys
assert importlib.util.find_spec("ae") is None, "ae can be imported here"
import numpy as np
import keras
digits, folder, *names = sys.argv[1:]
outputs = {}
for name in names:
    model = keras.saving.load_model(f"{folder}/{name}/model.keras")
    output = model.predict(np.load(digits), verbose=0)
    outputs[name] = output[0] if len(model.outputs) > 1 else output  # a VAE gives z_log_var, too
np.savez(digits + ".npz", **outputs)
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
    assert card.model.latent_dim == card.test.latent_dim == model.latent_dim
    assert card.bytes == (store.models_folder() / name / store.MODEL_FILE).stat().st_size


@pytest.mark.parametrize("name", SHIPPED)
def test_history_ends_with_the_last_step(name):
    card, history = store.read_card(name), runs.read_history(name)
    assert history[-1].step == history[-1].steps == card.steps
    assert history[-1].squared_error < history[0].squared_error


def test_models_load_without_this_package(tmp_path, mnist):
    digits, path = mnist.x_test[:50], tmp_path / "digits.npy"
    np.save(path, digits)
    words = [str(path), str(store.models_folder().absolute()), *SHIPPED]
    # -I: neither the working directory nor PYTHONPATH is searched.
    subprocess.run(
        [sys.executable, "-I", "-c", LOAD_WITHOUT_THIS_PACKAGE, *words], cwd=tmp_path, check=True
    )
    outputs = np.load(f"{path}.npz")
    for name in SHIPPED:
        expected = store.load(name).reconstruct(digits)
        np.testing.assert_allclose(outputs[name], expected, atol=1e-5, err_msg=name)


def test_conv_32_has_a_test_error_of_at_most_1_8():
    assert store.read_card("conv-32").test.squared_error <= 1.8


@pytest.mark.parametrize("name", ["conv-2", "conv-32", "overfit-32"])
def test_snapshots_can_be_shown_and_take_at_most_3_megabytes(name, mnist):
    paths = snapshots.paths(store.models_folder() / name)
    assert sum(path.stat().st_size for path in paths) <= 3_000_000
    card, digits = store.read_card(name), mnist.x_test[:300]
    projector = snapshots.SnapshotModel(card.model)
    frames = [snapshots.read(path) for path in paths]
    assert len(frames) >= 8
    assert (frames[0].step, frames[-1].step) == (0, card.steps)
    errors = [squared_error(digits, projector.run(each, digits)[1]).mean() for each in frames]
    assert errors[-1] < 0.2 * errors[0]
    mine = squared_error(digits, store.load(name).reconstruct(digits)).mean()
    assert errors[-1] == pytest.approx(mine, rel=0.03)


def test_conv_64_is_better_than_conv_32():
    smaller, larger = (store.read_card(name).test for name in ("conv-32", "conv-64"))
    assert larger.squared_error < smaller.squared_error


def test_overfit_32_over_fits_before_ones_eyes():
    found = overfitting(runs.read_history("overfit-32"))
    assert found is not None
    assert found.last.validation_error > 1.05 * found.best.validation_error
    assert found.last.squared_error < 0.1 * found.last.validation_error


def test_textbook_32_is_between_conv_32_and_pca():
    best, first = (store.read_card(name).test for name in ("conv-32", "textbook-32"))
    assert 2 * best.squared_error < first.squared_error < first.pca_squared_error


def test_a_1_has_the_lowest_error_although_without_1_has_never_seen_one():
    card = store.read_card("without-1")
    assert card.training is not None
    assert card.training.leave_out == (1,)
    by_class = card.test.squared_error_by_class
    assert min(by_class, key=by_class.__getitem__) == "1"


def test_the_models_take_at_most_45_megabytes():
    files = store.models_folder().rglob("*")
    shipped = [path for path in files if path.is_file() and {*path.parts} & {*SHIPPED}]
    assert 0 < sum(path.stat().st_size for path in shipped) <= 45_000_000


@pytest.mark.parametrize(
    ("kind", "strength"), [("gaussian", 0.5), ("salt_and_pepper", 0.3), ("masking", 9 / 28)]
)
def test_denoise_32_gains_a_decibel_at_strong_noise(kind, strength, mnist, mnist_pca):
    """Only changed digits count: a black square on black pixels leaves nothing to remove."""
    clean = mnist.x_test[:2000]
    noisy = corrupt(clean, kind, strength, np.random.default_rng(0))
    changed = (noisy != clean).any(axis=(1, 2))
    clean, noisy = clean[changed], noisy[changed]

    def quality(images):
        return psnr(clean, np.clip(images, 0, 1)).mean()

    others = {
        "nothing": quality(noisy),
        "PCA-32": quality(mnist_pca.truncate(32).reconstruct(noisy)),
        "conv-32": quality(store.load("conv-32").reconstruct(noisy)),
    }
    mine = quality(store.load("denoise-32").reconstruct(noisy))
    assert mine >= max(others.values()) + 1, others


@pytest.mark.parametrize("name", ["vae-2", "vae-16"])
def test_a_vaes_z_log_var_gives_the_kl_loss_that_its_training_ended_with(name, mnist):
    model = store.load(name)
    assert model.z_log_var is not None
    images = mnist.x_test[:1000]
    z_mean, z_log_var = model.encode(images), model.z_log_var(images).numpy()
    kl_loss = 0.5 * (z_mean**2 + np.exp(z_log_var) - z_log_var - 1).sum(axis=1).mean()
    assert kl_loss == pytest.approx(runs.read_history(name)[-1].kl_loss, rel=0.05)


@pytest.mark.parametrize("name", ["vae-2", "vae-16"])
def test_a_vae_keeps_the_prior_and_shows_its_two_losses(name, mnist):
    last = runs.read_history(name)[-1]
    assert last.kl_loss > 1
    z_mean = store.load(name).encode(mnist.x_test)
    assert np.abs(z_mean.mean(axis=0)).max() < 0.5
    assert (z_mean.var(axis=0) < 2).all()


@pytest.mark.parametrize(
    ("name", "share"), [("conv-2", 0.65), ("conv-4", 0.5), ("conv-16", 0.25), ("conv-32", 0.25)]
)
def test_convolutional_models_leave_at_most_this_share_of_the_error_of_pca(name, share):
    test = store.read_card(name).test
    assert test.squared_error <= share * test.pca_squared_error


def test_linear_32_is_as_good_as_pca_and_spans_its_subspace():
    test = store.read_card("linear-32").test
    assert test.squared_error <= 1.01 * test.pca_squared_error
    assert max(test.principal_angles) < 5


def test_flows_give_digits_of_the_class_that_is_asked_for(mnist, mnist_pca):
    """Judged by the 5 nearest training digits in 40 principal components.

    The judge errs on some two in a hundred real digits. And they are nearer to test digits than
    those of a Gaussian for each class.
    """
    with_flow = [card.name for card in store.list_models() if card.flow is not None]
    assert "conv-32" in with_flow
    pca = mnist_pca.truncate(40)
    judge = neighbour_classifier(pca.encode(mnist.x_train), mnist.y_train)
    labels = np.arange(1000) % 10
    for name in with_flow:
        assert (store.models_folder() / name / flows.FLOW_FILE).stat().st_size <= 3_000_000
        flow, model = flows.load_flow(name), store.load(name)
        noise = np.random.default_rng(0).standard_normal((len(labels), flow.latent_dim))
        test = model.encode(mnist.x_test)

        def digits(z, model=model):
            return np.clip(model.decode(z), 0, 1)

        def distance(source, model=model, test=test):
            z = source.sample(1000, np.random.default_rng(0))
            return frechet_distance(model.encode(digits(z)), test)

        for guidance, share in ((1.0, 0.95), (1.5, 0.99)):
            z = flow.latent(flow.follow(noise, labels, guidance=guidance)[-1])
            assert np.mean(judge(pca.encode(digits(z))) == labels) >= share
        z = model.encode(mnist.x_train[:10_000])
        gaussians = GaussianPerClass.fit(z, mnist.y_train[:10_000])
        assert distance(FlowSamples(flow)) < 0.8 * distance(gaussians)
