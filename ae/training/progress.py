"""Progress records and the resumable state of a training run."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from ae.nn.autoencoder import Autoencoder


@dataclass(frozen=True)
class Record:
    """One row of a training history.

    Parameters
    ----------
    step, steps : int
        Optimizer steps taken so far, and in the whole run.
    epoch : float
        Epochs done so far, with a fraction.
    seconds : float
        Time since the training began.
    squared_error : float
        Squared error (sum over the 784 pixels, mean over images) on the training batches since
        the last row. With augmentation it is that of the augmented images, with noise that of
        the reconstructions of noisy images.
    kl_loss : float or None
        KL divergence of a VAE in nats per image since the last row; None for other kinds.
    validation_error : float or None
        Squared error on the validation images at the end of an epoch, else None.
    learning_rate : float
        Learning rate at this step.
    images_per_second : float
        Training speed since the last row.
    """

    step: int
    steps: int
    epoch: float
    seconds: float
    squared_error: float
    kl_loss: float | None
    validation_error: float | None
    learning_rate: float
    images_per_second: float


@dataclass(frozen=True, eq=False)
class BestWeights:
    """The weights with the lowest validation error at the end of an epoch so far.

    Parameters
    ----------
    squared_error : float
        Squared error on the validation images.
    step : int
        Optimizer steps taken until then.
    weights : list of float32 arrays
        The weights in the order of ``Autoencoder.variables``.
    """

    squared_error: float
    step: int
    weights: list[np.ndarray]


@dataclass(frozen=True, eq=False)
class TrainingState:
    """All that a run needs to be resumed as if it had never been interrupted.

    The batches are not part of it: they depend only on the seed and the step.

    Parameters
    ----------
    step : int
        Optimizer steps taken.
    seconds : float
        Training time until then.
    variables : list of arrays
        The weights and the random state of a VAE, then the variables of the optimizer.
    best : BestWeights or None
        None before the end of the first epoch, and without validation images.
    """

    step: int
    seconds: float
    variables: list[np.ndarray]
    best: BestWeights | None = None


@dataclass(frozen=True, eq=False)
class Moment:
    """A training run after one of its steps.

    Parameters
    ----------
    step, steps : int
        Optimizer steps taken so far, and in the whole run.
    epoch : float
        Epochs done so far, with a fraction.
    seconds : float
        Time since the training began.
    autoencoder : Autoencoder
        The model that is being trained: its weights change with the next step.
    state : callable
        Returns the TrainingState, from which the run can be resumed.
    """

    step: int
    steps: int
    epoch: float
    seconds: float
    autoencoder: Autoencoder
    state: Callable[[], TrainingState]
