"""Autoencoders of 28×28 images: train, load, encode, decode, measure.

    import ae
    data = ae.load_mnist()
    model = ae.load("conv-32")
    z = model.encode(data.x_test)           # (10000, 32)
    images = model.decode(z)                # (10000, 28, 28)
    ae.squared_error(data.x_test, images).mean()

Nothing here imports streamlit, and TensorFlow is imported when a network is first needed.
"""

from ae.analysis.evaluation import evaluate
from ae.analysis.metrics import frechet_distance, mse, psnr, squared_error, ssim
from ae.config import ModelConfig, TrainingConfig
from ae.data import Dataset, load_data, load_mnist
from ae.data.noise import NOISE_KINDS, corrupt
from ae.errors import DataError, ModelError, TrainingError
from ae.nn.autoencoder import Autoencoder
from ae.nn.pca import PCA
from ae.store import ModelCard, list_models, load
from ae.training import train
from ae.training.distributed import Machines
from ae.training.presets import PRESETS
from ae.training.progress import Moment, Record

VERSION = "1.0.0"  # as in pyproject.toml

__all__ = [
    "NOISE_KINDS",
    "PCA",
    "PRESETS",
    "VERSION",
    "Autoencoder",
    "DataError",
    "Dataset",
    "Machines",
    "ModelCard",
    "ModelConfig",
    "ModelError",
    "Moment",
    "Record",
    "TrainingConfig",
    "TrainingError",
    "corrupt",
    "evaluate",
    "frechet_distance",
    "list_models",
    "load",
    "load_data",
    "load_mnist",
    "mse",
    "psnr",
    "squared_error",
    "ssim",
    "train",
]
