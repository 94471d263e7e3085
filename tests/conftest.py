"""What the tests share: real data in two sizes, tiny networks, a models folder of their own."""

from __future__ import annotations

import time
from pathlib import Path

import hypothesis
import numpy as np
import pytest
from hypothesis import strategies as st
from strategies import model_configs, training_configs

from ae import runs, store
from ae.analysis.evaluation import Figures
from ae.config import ModelConfig, TrainingConfig
from ae.data import Dataset, load_data, load_mnist
from ae.nn.autoencoder import Autoencoder
from ae.nn.pca import PCA
from ae.runs import Status, control
from ae.system import tensorflow_import

hypothesis.settings.register_profile("tests", deadline=None, max_examples=50)
hypothesis.settings.load_profile("tests")


# What is not run while one works: by folder or by module, relative to this folder.
MARKS = {
    "browser": ("browser",),
    "process": (
        *(
            "bench",
            "cli/test_cli.py",
            "runs/test_control.py",
            "runs/test_flow_runs.py",
            "store/test_export_script.py",
        ),
        *("system/test_locks.py", "system/test_malloc.py", "training/test_distributed.py"),
    ),
    "slow": ("hostile", "pages", "store/test_shipped_models.py", "training/test_fit.py"),
}
# One page shows in the quick tests whether pages run at all.
QUICK = ("pages/test_start_page.py",)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Give the tests of a folder or a module its mark."""
    for item in items:
        path = item.path.relative_to(Path(__file__).parent).as_posix()
        for mark, places in MARKS.items():
            if path.startswith(places) and path not in QUICK:
                item.add_marker(mark)


st.register_type_strategy(ModelConfig, model_configs())
st.register_type_strategy(TrainingConfig, training_configs())


@pytest.fixture(scope="session")
def mnist() -> Dataset:
    return load_mnist()


@pytest.fixture(scope="session")
def mnist_pca(mnist) -> PCA:
    """PCA of all 60,000 training images, 64 components."""
    return PCA.fit(mnist.x_train, 64)


@pytest.fixture(scope="session")
def small_npz(tmp_path_factory, mnist) -> Path:
    """An .npz of MNIST's first 300 training and 100 test images."""

    def pixels(images):
        return np.rint(images * 255).astype(np.uint8)

    path = tmp_path_factory.mktemp("data") / "small.npz"
    np.savez(
        path,
        x_train=pixels(mnist.x_train[:300]),
        y_train=mnist.y_train[:300],
        x_test=pixels(mnist.x_test[:100]),
        y_test=mnist.y_test[:100],
    )
    return path


@pytest.fixture(scope="session")
def small_data(small_npz) -> Dataset:
    return load_data(small_npz)


@pytest.fixture(scope="session")
def tensorflow():
    """TensorFlow, imported without its greeting. Tests of networks ask for it first."""
    tensorflow_import.import_tensorflow()
    import tensorflow

    return tensorflow


@pytest.fixture(scope="session")
def tiny_config() -> ModelConfig:
    return ModelConfig(latent_dim=3, filters=(2, 3), decoder_filters=(3, 2), decoder_kernel=3)


@pytest.fixture(scope="session")
def tiny_model(tensorflow, tiny_config) -> Autoencoder:
    """An untrained network: its figures are poor, its behaviour is that of any other."""
    import keras

    from ae.nn import networks

    keras.utils.set_random_seed(1)
    return Autoencoder(*networks.build(tiny_config))


@pytest.fixture
def models_folder(tmp_path, monkeypatch) -> Path:
    """An empty models folder, in use by this process and its children for one test."""
    folder = tmp_path / "models"
    folder.mkdir()
    monkeypatch.setenv("AE_MODELS", str(folder))
    return folder


@pytest.fixture
def mine(models_folder, tiny_model, tiny_config) -> Path:
    """The folder of a model called "mine" in the models folder: untrained, its figures invented."""
    (models_folder / "mine").mkdir()
    path = models_folder / "mine" / store.MODEL_FILE
    tiny_model.save(path)
    figures = Figures(3, 5.0, 5 / 784, 1.0, 0.5, {"7": 5.0}, {"50": 4.5}, 4.0)
    card = store.ModelCard(
        *("mine", tiny_config, TrainingConfig(), tiny_model.parameters, path.stat().st_size),
        *("MNIST", "0" * 64, 3, 1.5, "here", {"python": "3"}),
        figures,
    )
    store.write_card(card)
    return path.parent


@pytest.fixture(scope="session")
def wait_until():
    """A function that waits until ``condition()`` is true, and fails if it stays false."""

    def wait(condition, seconds: float = 240):
        end = time.monotonic() + seconds
        while not (result := condition()):
            assert time.monotonic() < end, f"not reached within {seconds} s"
            time.sleep(0.05)
        return result

    return wait


@pytest.fixture
def no_run_is_left(models_folder):
    """Training processes that a test has started end with it."""
    yield
    for child in control._children:
        child.kill()
        child.wait()
    control._children.clear()


@pytest.fixture
def reaches(wait_until):
    """A function that waits until a run is in one of the states and returns its status."""

    def wait(name: str, *states: str) -> Status:
        def there():
            status = runs.read_status(name)
            if status.state not in states and not status.going_on:
                pytest.fail(f"{name} is {status}\n{runs.read_log(name)}")
            return status if status.state in states else None

        return wait_until(there)

    return wait
