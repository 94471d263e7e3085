"""What all sessions share: data, models, and what was computed from them once.

Nothing that is returned here may be changed: every thread gets the same object.
"""

from __future__ import annotations

import dataclasses
import threading
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

import numpy as np
import streamlit as st

from ae import runs, store
from ae.analysis import metrics
from ae.compression import rate_distortion
from ae.compression.quantizer import Calibration, measure
from ae.compression.rate_distortion import Point
from ae.config import PIXELS, ModelConfig, TrainingConfig
from ae.data import MNIST_SHA256, Dataset, load_mnist_half, unit
from ae.nn.autoencoder import Autoencoder
from ae.nn.graph import linear_graph
from ae.nn.pca import PCA
from ae.runs import cost as cost_of
from ae.store import ModelCard
from ae.store.graphs import load_graph
from ae.system import tensorflow_import
from ae.training.progress import Record


class _Mnist(Dataset):
    """MNIST whose training half, 188 MB, is loaded when a page first asks for it."""

    def __init__(self) -> None:
        images, labels = load_mnist_half("test")
        # The dataclass is frozen.
        vars(self).update(name="MNIST", sha256=MNIST_SHA256, x_test=unit(images), y_test=labels)

    @property
    def x_train(self) -> np.ndarray:
        return _training_half()[0]

    @property
    def y_train(self) -> np.ndarray:
        return _training_half()[1]


@st.cache_resource(show_spinner=False)
def mnist() -> Dataset:
    """MNIST. Raises DataError."""
    return _Mnist()


@st.cache_resource(show_spinner=False)
def _training_half() -> tuple[np.ndarray, np.ndarray]:
    images, labels = load_mnist_half("train")
    return unit(images), labels


@st.cache_resource(show_spinner=False)
def pca(k: int = PIXELS) -> PCA:
    """PCA of the training images with k components; of more than 784, all there are."""
    if k != PIXELS:
        return pca().truncate(min(k, PIXELS))
    return PCA.fit(load_mnist_half("train")[0], k)  # which are not kept


def model(name: str) -> Autoencoder:
    """The model of that name, loaded anew if its file has changed. Raises ModelError."""
    return _model(name, version(name))


def network(name: str) -> tuple[ModelCard, bytes]:
    """The card of the model of that name, and the file of its graph. Raises ModelError."""
    return _network(name, version(name))


def pca_name(k: int) -> str:
    """Name of the network that PCA with k components is, see ``send_network``."""
    return f"pca-{k}"


@st.cache_resource(max_entries=16, show_spinner=False)
def pca_network(k: int) -> bytes:
    """The file of the graph of PCA with k components, 1 to 784."""
    return linear_graph(pca(k)).to_bytes()


def errors(name: str) -> np.ndarray:
    """Squared error of each of the 10,000 test images: float64 (10000,)."""
    return _errors(name, version(name))


def test_codes(name: str) -> np.ndarray:
    """Codes of the test images: float32 (10000, latent_dim)."""
    return _test_codes(name, version(name))


@st.cache_resource(show_spinner=False)
def tensorflow() -> None:
    """Import TensorFlow, once per server: it takes seconds and some hundred MB.

    Nothing imports it before a page needs it: Start and Draw don't.
    """
    tensorflow_import.import_tensorflow(threads_per_operation=1)
    _keep_keras_session()


# One measurement at a time: two would slow each other down.
_measuring = ThreadPoolExecutor(1, thread_name_prefix="cost")


def cost(model_config: ModelConfig, training_config: TrainingConfig, busy: bool) -> Future | None:
    """What a training costs, as an `ae.runs.cost.Cost`, once it has been measured on this machine.

    busy : a run trains, beside which nothing can be measured: None, unless it was before.
    """
    # The number of epochs and the seed do not matter for the speed.
    key = (
        model_config,
        dataclasses.replace(training_config, epochs=1, seed=0, unaugmented_final_epochs=0),
    )
    with _costs_lock:
        if key not in _costs and not busy:
            if len(_costs) >= _MOST_COSTS:
                del _costs[next(iter(_costs))]
            _costs[key] = _measuring.submit(cost_of.measure_in_own_process, *key)
        return _costs.get(key)


_costs: dict[tuple[ModelConfig, TrainingConfig], Future] = {}
_costs_lock, _MOST_COSTS = threading.Lock(), 32


def _keep_keras_session() -> None:
    """Keep Streamlit from clearing Keras's session after every run of every visitor.

    It means well, for scripts that build models in each run. Here the models are shared, and
    clearing costs a full garbage collection and all compiled kernels: 100 ms for each update of
    the drawing pad, and a fault for whoever's network is at work at that moment.
    """
    import keras

    keras.backend.clear_session = lambda free_memory=True: None


def version(name: str) -> int:
    """What changes when the model's file does: a part of every key that depends on a model."""
    return changed(store.models_folder() / store.check_name(name) / store.MODEL_FILE)


def changed(path: Path) -> int:
    """What changes when a file does, 0 without one."""
    try:
        return path.stat().st_mtime_ns
    except OSError:
        return 0


@st.cache_resource(max_entries=12, show_spinner=False)
def _model(name: str, version: int) -> Autoencoder:
    tensorflow()
    return store.load(name)


@st.cache_resource(max_entries=16, show_spinner=False)
def _network(name: str, version: int) -> tuple[ModelCard, bytes]:
    return load_graph(name, model)


@st.cache_data(max_entries=32, show_spinner=False)
def _errors(name: str, version: int) -> np.ndarray:
    reconstructions = _model(name, version).decode(_test_codes(name, version))
    return metrics.squared_error(mnist().x_test, reconstructions)


@st.cache_resource(max_entries=16, show_spinner=False)
def _test_codes(name: str, version: int) -> np.ndarray:
    return _model(name, version).encode(mnist().x_test)


@st.cache_resource(show_spinner=False)
def train_pixels() -> tuple[np.ndarray, np.ndarray]:
    """The training images as rows, float32 (60000, 784), and their squared norms."""
    rows = mnist().x_train.reshape(len(mnist().x_train), -1)
    return rows, np.einsum("nd,nd->n", rows, rows)


@st.cache_data(max_entries=32, show_spinner=False)
def pca_errors(k: int) -> np.ndarray:
    """The same of PCA with k components."""
    images = mnist().x_test
    return metrics.squared_error(images, pca(k).reconstruct(images))


_MEASURED = 5000  # training images that a quantizer is learnt on
CURVE_DIGITS = 500  # test digits that a point of a curve is measured on


def calibration(name: str) -> Calibration:
    """What the codec has to know of the model's codes, learnt on 5,000 training digits."""
    return _calibration(name, version(name))


def model_points(name: str) -> list[Point]:
    """The model's rate-distortion curve over 500 test digits, at 3 to 8 bits."""
    return _model_points(name, version(name), 3, 8)


def model_point(name: str, bits: int) -> Point:
    """The model over the same digits, at one number of bits."""
    return _model_points(name, version(name), bits, bits)[0]


def decoder_bytes(name: str) -> int:
    """Size of the file of the model's decoder alone."""
    return _decoder_bytes(name, version(name))


@st.cache_resource(max_entries=12, show_spinner=False)
def _calibration(name: str, version: int) -> Calibration:
    return measure(_model(name, version), mnist().x_train[:_MEASURED])


@st.cache_data(max_entries=64, show_spinner=False)
def _model_points(name: str, version: int, least_bits: int, most_bits: int) -> list[Point]:
    return rate_distortion.model_points(
        name,
        mnist().x_test[:CURVE_DIGITS],
        _model(name, version),
        _calibration(name, version),
        range(least_bits, most_bits + 1),
    )


@st.cache_data(max_entries=32, show_spinner=False)
def _decoder_bytes(name: str, version: int) -> int:
    return len(_model(name, version).decoder_file())


@st.cache_resource(show_spinner=False)
def pca_calibration() -> Calibration:
    """The same of PCA with as many components as the curves try."""
    return measure(pca(max(rate_distortion.PCA_SIZES)), mnist().x_train[:_MEASURED])


@st.cache_data(show_spinner=False)
def baseline_points() -> tuple[list[Point], float]:
    """The curves of PCA, JPEG and WebP over 500 test digits, and the bits of a lossless PNG."""
    images = mnist().x_test[:CURVE_DIGITS]
    components = pca(max(rate_distortion.PCA_SIZES))
    points = rate_distortion.pca_points(images, components, pca_calibration())
    for file_format in rate_distortion.PICTURE_FORMATS:
        qualities = (1, 2, 3, 5, 10, 20, 35, 50)
        points += rate_distortion.picture_points(images, file_format, qualities)
    return points, 8 * rate_distortion.send_picture(images, "PNG").size / len(images)


def history(name: str) -> list[Record]:
    """All rows of a run's history, oldest first."""
    return _history(name, changed(store.models_folder() / name / store.HISTORY_FILE))


@st.cache_resource(max_entries=16, show_spinner=False)
def _history(name: str, changed: int) -> list[Record]:
    return runs.read_history(name)
