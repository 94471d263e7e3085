"""The interface that Autoencoder and PCA share, so that every page accepts either."""

from typing import Protocol

import numpy as np


class Model(Protocol):
    """An encoder and a decoder of 28×28 images.

    Attributes
    ----------
    latent_dim : int
        Number of latent dimensions.
    fingerprint : bytes
        16 bytes that are different for every model, computed from its parameters.
    """

    @property
    def latent_dim(self) -> int: ...

    @property
    def fingerprint(self) -> bytes: ...

    def encode(self, images: np.ndarray) -> np.ndarray:
        """Return the latent vectors z of images.

        Parameters
        ----------
        images : float array of shape (n, 28, 28), values in [0, 1]

        Returns
        -------
        float32 array of shape (n, latent_dim)
        """
        ...

    def decode(self, z: np.ndarray) -> np.ndarray:
        """Return the images of latent vectors.

        Parameters
        ----------
        z : float array of shape (n, latent_dim)

        Returns
        -------
        float32 array of shape (n, 28, 28)
            The output of a linear decoder can leave [0, 1].
        """
        ...

    def reconstruct(self, images: np.ndarray) -> np.ndarray:
        """Return decode(encode(images)), float32 of shape (n, 28, 28)."""
        ...
