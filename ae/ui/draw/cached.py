"""What the page Draw computes once for each model, part of it in the background."""

from __future__ import annotations

import threading

import numpy as np
import streamlit as st

from ae.errors import ModelError
from ae.nn.base import Model
from ae.ui import cache

_BATCH = 1000  # images encoded at a time: a quarter of a second with the slowest shipped model
_MOST_VALUES = 16_000_000  # of all vectors
_SEED = 0  # of the order in which the training digits are encoded


class TrainingVectors:
    """Latent vectors of the training digits, encoded in a random order in the background.

    Encoding all 60,000 takes up to 15 seconds on two cores; what is ready can be searched at once.
    Of a latent vector with more than 266 values, fewer are encoded: 64 MB of them.

    Parameters
    ----------
    model : Model
        Its encoder is used.
    images : float32 array of shape (n, 28, 28), values in [0, 1]
    """

    def __init__(self, model: Model, images: np.ndarray):
        self.total = min(len(images), _MOST_VALUES // model.latent_dim)
        self._order = np.random.default_rng(_SEED).permutation(len(images))[: self.total]
        self._z = np.empty((self.total, model.latent_dim), np.float32)
        self._squared_norms = np.empty(self.total, np.float32)
        self._count = 0
        self._failure: Exception | None = None
        self._changed = threading.Condition()
        threading.Thread(
            target=self._encode, args=(model, images), name="training vectors", daemon=True
        ).start()

    def _encode(self, model: Model, images: np.ndarray) -> None:
        try:
            for start in range(0, self.total, _BATCH):
                rows = slice(start, min(start + _BATCH, self.total))
                z = model.encode(images[self._order[rows]])
                self._z[rows], self._squared_norms[rows] = z, np.einsum("nd,nd->n", z, z)
                with self._changed:
                    self._count = rows.stop
                    self._changed.notify_all()
        except Exception as error:  # reported to whoever waits: nobody looks at this thread
            with self._changed:
                self._failure = error
                self._changed.notify_all()

    @property
    def count(self) -> int:
        """How many vectors are ready."""
        return self._count

    def wait(self, count: int, seconds: float) -> None:
        """Wait until ``count`` vectors are ready, at most so many seconds.

        Raises
        ------
        ModelError
            If encoding has failed.
        """
        with self._changed:
            self._changed.wait_for(lambda: self._failure or self._count >= count, seconds)
            if self._failure is not None:
                raise ModelError(
                    f"The model cannot encode the training digits: {self._failure}"
                ) from self._failure

    def ready(self) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Return what is ready.

        Returns
        -------
        indices : int64 array of shape (m,)
            Positions in the training set, m from 0 to n.
        z : float32 array of shape (m, latent_dim)
        squared_norms : float32 array of shape (m,)
        """
        count = self._count  # it grows meanwhile
        return self._order[:count], self._z[:count], self._squared_norms[:count]


def training_vectors(name: str) -> TrainingVectors:
    """Return the model's latent vectors of the training digits, as far as they are ready."""
    return _training_vectors(name, cache.version(name))


@st.cache_resource(max_entries=4, show_spinner=False)
def _training_vectors(name: str, key: int) -> TrainingVectors:
    return TrainingVectors(cache.model(name), cache.mnist().x_train)
