"""What a training run tells of itself: rows of its history, its moments, its state."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from ae.nn.autoencoder import Autoencoder


@dataclass(frozen=True)
class Record:
    """One row of a training history.

    step : optimizer steps taken so far, of ``steps`` in the whole run.
    epoch : passes over the training images so far, with a fraction.
    seconds : since training began.
    squared_error : on the training batches since the last row, per image: the sum over the
        784 pixels. With augmentation or noise it is that of the images as they were fed.
    kl_loss : of a VAE, in nats per image, since the last row; None for other kinds.
    validation_error : the same on the images kept aside, at the end of an epoch; else None.
    learning_rate : at this step.
    images_per_second : since the last row.
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
    """The weights that had the lowest validation error at the end of an epoch so far.

    squared_error : on the images kept aside. step : after which they were. weights : in the order
    of ``Autoencoder.variables``.
    """

    squared_error: float
    step: int
    weights: list[np.ndarray]


@dataclass(frozen=True, eq=False)
class TrainingState:
    """All that a run needs in order to go on as if nothing had been between.

    step : optimizer steps taken. seconds : of training until then.
    variables : the weights and a VAE's random state, then the optimizer's variables. What the
    batches draw depends on the seed and the step alone.
    best : None before the end of the first epoch, and without images kept aside.
    """

    step: int
    seconds: float
    variables: list[np.ndarray]
    best: BestWeights | None = None


@dataclass(frozen=True, eq=False)
class Moment:
    """Training as it stands after a step, for a look at it.

    step : optimizer steps taken, of ``steps``. epoch : passes over the images, with a fraction.
    seconds : since training began. autoencoder : the model as it now is; training goes on in it.
    state : gives what the run can be taken up from.
    """

    step: int
    steps: int
    epoch: float
    seconds: float
    autoencoder: Autoencoder
    state: Callable[[], TrainingState]
