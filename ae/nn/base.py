"""The interface that Autoencoder and PCA share, so that every page takes either."""

from typing import Protocol

import numpy as np


class Model(Protocol):
    """An encoder and a decoder of 28×28 images.

    images : float32 arrays of shape (n, 28, 28), values in [0, 1].
    z : float32 array of shape (n, latent_dim), the latent vectors.
    """

    @property
    def latent_dim(self) -> int:
        """Number of latent dimensions."""
        ...

    @property
    def identity(self) -> bytes:
        """A fingerprint of the weights: 16 bytes, different for every model."""
        ...

    def encode(self, images: np.ndarray) -> np.ndarray:
        """Return the latent vectors of images: float32 (n, latent_dim)."""
        ...

    def decode(self, z: np.ndarray) -> np.ndarray:
        """Return the images of latent vectors: float32 (n, 28, 28)."""
        ...

    def reconstruct(self, images: np.ndarray) -> np.ndarray:
        """Return decode(encode(images)): float32 (n, 28, 28)."""
        ...
