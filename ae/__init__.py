"""Autoencoders of 28×28 images: train, load, encode, decode, measure.

    import ae
    data = ae.load_mnist()
    model = ae.load("conv-32")
    z = model.encode(data.x_test)           # (10000, 32)
    images = model.decode(z)                # (10000, 28, 28)
    ae.squared_error(data.x_test, images).mean()

Nothing here imports streamlit, and TensorFlow is imported when a network is first needed.
"""

from ae.autoencoder import Autoencoder
from ae.config import ModelConfig, TrainingConfig
from ae.data import DataError, Dataset, load_data, load_mnist
from ae.evaluation import evaluate
from ae.metrics import frechet_distance, mse, psnr, squared_error, ssim
from ae.noise import NOISE_KINDS, corrupt
from ae.parallel import Machines
from ae.pca import PCA
from ae.presets import PRESETS
from ae.progress import Moment, Record
from ae.store import ModelCard, ModelError, list_models, load
from ae.training import TrainingError, train

__all__ = [
    "NOISE_KINDS",
    "PCA",
    "PRESETS",
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
