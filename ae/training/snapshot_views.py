"""What is seen of a training run's moments: digits as they were rebuilt, and the map of the codes.

Each frame of a film is looked at by itself; what the looks have in common, the plane and the scale
of the map, is chosen once and for all of them, so that a movement on the map is one of the codes.
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
    """What the network makes of some images at one moment.

    step, epoch, seconds : of the frame. z : float32 (n, latent_dim). shown : uint8 (k, 28, 28),
    the reconstructions of the first k images. errors : float64 (n,), squared errors.
    """

    step: int
    epoch: float
    seconds: float
    z: np.ndarray
    shown: np.ndarray
    errors: np.ndarray


@dataclass(frozen=True, eq=False)
class Map:
    """A plane through codes, and the part of it that is seen.

    frame : float (2, 2), for each axis where the map ends.
    """

    plane: Plane
    frame: np.ndarray

    def places(self, z: np.ndarray) -> np.ndarray:
        """Codes (n, latent_dim) as parts of the frame, what lies beyond on its edge.

        Returns float (n, 2) in [0, 1], to the right and upwards; a code that is no number is put
        in the middle. A code of one number has the height 0.5.
        """
        places = self.plane.places(z)
        parts = (places - self.frame[:, 0]) / np.ptp(self.frame, axis=1)
        return np.clip(np.nan_to_num(parts, nan=0.5), 0, 1)

    def share(self, z: np.ndarray) -> float:
        """How much of the variance of codes (n, latent_dim) the plane shows, 0 to 1."""
        whole = float(z.var(axis=0, dtype=np.float64).sum())
        seen = float(self.plane.places(z).var(axis=0, dtype=np.float64).sum())
        return min(seen / whole, 1.0) if whole > 0 and np.isfinite(whole) else 1.0


def view_of(projector: SnapshotModel, frame: Snapshot, images: np.ndarray, shown: int) -> View:
    """What the network of a frame makes of images, float (n, 28, 28) in [0, 1].

    shown : how many of their reconstructions are kept, from the first.
    Raises ValueError if the frame is of another architecture.
    """
    z, reconstructions = projector.run(frame, images)
    pixels = np.nan_to_num(reconstructions[:shown], nan=0.0)
    return View(
        frame.step,
        frame.epoch,
        frame.seconds,
        z,
        np.rint(np.clip(pixels, 0, 1) * 255).astype(np.uint8),
        metrics.squared_error(images, reconstructions),
    )


def fit_map(z: np.ndarray, reference: np.ndarray) -> Map:
    """The map on which codes z, float (n, latent_dim), are seen best, on one scale both ways.

    Of more than two numbers it is the plane of ``Plane.of``, turned or mirrored within itself so
    that the digits lie as near as can be to where they are in ``reference``, float (n, 2): two
    moments of a training would else be seen from two sides.
    """
    z = np.nan_to_num(z, nan=0.0, posinf=0.0, neginf=0.0)
    plane = Plane.of(z)
    if z.shape[1] > 2:
        plane = plane.aligned(z, reference)
    places = plane.places(z)
    middle = (places.min(axis=0) + places.max(axis=0)) / 2
    half = _MARGIN * max(float(np.abs(places - middle).max()), 1e-6)
    return Map(plane, np.stack([middle - half, middle + half], axis=1))


def error_curve(views: Sequence[View], count: int) -> list[float]:
    """Mean squared error of the last ``count`` images of each view."""
    return [float(view.errors[-count:].mean()) for view in views]
