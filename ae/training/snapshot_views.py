"""Reconstructions and the latent map of each snapshot.

All snapshots of a run share one map: its plane and its scale are chosen once, so that a movement on
the map is a movement in latent space.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ae.analysis import metrics
from ae.analysis.projection import Plane
from ae.training.snapshots import Snapshot, SnapshotModel

_MARGIN = 1.05  # of the map's half width


@dataclass(frozen=True, eq=False)
class View:
    """What the network of one snapshot makes of some images.

    Parameters
    ----------
    step, epoch, seconds : int, float, float
        Those of the snapshot.
    z : float32 array of shape (n, latent_dim)
        Latent vectors of the images.
    shown : uint8 array of shape (k, 28, 28)
        Reconstructions of the first k images.
    errors : float64 array of shape (n,)
        Squared error of each image, the sum over the 784 pixels.
    """

    step: int
    epoch: float
    seconds: float
    z: np.ndarray
    shown: np.ndarray
    errors: np.ndarray


@dataclass(frozen=True, eq=False)
class Map:
    """A plane in latent space, and the part of it that is visible.

    Parameters
    ----------
    plane : Plane
        The plane.
    limits : float array of shape (2, 2)
        For each axis, where the visible part begins and ends.
    """

    plane: Plane
    limits: np.ndarray

    def places(self, z: np.ndarray) -> np.ndarray:
        """Return where latent vectors lie in the visible part.

        Parameters
        ----------
        z : float array of shape (n, latent_dim)

        Returns
        -------
        float array of shape (n, 2), values in [0, 1]
            From left to right and from bottom to top. What lies outside is moved to the edge, and
            NaN to the centre. A model with one latent dimension uses a height of 0.5.
        """
        places = self.plane.places(z)
        parts = (places - self.limits[:, 0]) / np.ptp(self.limits, axis=1)
        return np.clip(np.nan_to_num(parts, nan=0.5), 0, 1)

    def explained_variance(self, z: np.ndarray) -> float:
        """Return the share of the variance of z (n, latent_dim) in the plane, from 0 to 1."""
        whole = float(z.var(axis=0, dtype=np.float64).sum())
        seen = float(self.plane.places(z).var(axis=0, dtype=np.float64).sum())
        return min(seen / whole, 1.0) if whole > 0 and np.isfinite(whole) else 1.0


def view_of(model: SnapshotModel, snapshot: Snapshot, images: np.ndarray, shown: int) -> View:
    """Encode and reconstruct images with a snapshot.

    Parameters
    ----------
    model : SnapshotModel
        A network of the snapshot's architecture.
    snapshot : Snapshot
        The weights.
    images : float array of shape (n, 28, 28), values in [0, 1]
    shown : int
        Number of reconstructions to keep, from the first image on.

    Raises
    ------
    ValueError
        If the snapshot is of another architecture.
    """
    z, reconstructions = model.run(snapshot, images)
    pixels = np.nan_to_num(reconstructions[:shown], nan=0.0)
    return View(
        snapshot.step,
        snapshot.epoch,
        snapshot.seconds,
        z,
        np.rint(np.clip(pixels, 0, 1) * 255).astype(np.uint8),
        metrics.squared_error(images, reconstructions),
    )


def fit_map(z: np.ndarray, reference: np.ndarray) -> Map:
    """Return the map that shows latent vectors best, with the same scale on both axes.

    With more than two latent dimensions the principal plane is rotated or mirrored within itself,
    so that the images lie as near as possible to their places in ``reference``. Otherwise two runs
    could show the same map from different sides.

    Parameters
    ----------
    z : float array of shape (n, latent_dim)
        The latent vectors to show.
    reference : float array of shape (n, 2)
        Where they should lie.
    """
    z = np.nan_to_num(z, nan=0.0, posinf=0.0, neginf=0.0)
    plane = Plane.of(z)
    if z.shape[1] > 2:
        plane = plane.aligned(z, reference)
    places = plane.places(z)
    centre = (places.min(axis=0) + places.max(axis=0)) / 2
    half = _MARGIN * max(float(np.abs(places - centre).max()), 1e-6)
    return Map(plane, np.stack([centre - half, centre + half], axis=1))


def error_curve(views: Sequence[View], count: int) -> list[float]:
    """Return the mean squared error of the last ``count`` images of each view."""
    return [float(view.errors[-count:].mean()) for view in views]
