"""Training cost: how long a training would take, measured by training for two seconds."""

from __future__ import annotations

import dataclasses
import json
import math
import subprocess
import sys
import time
from dataclasses import dataclass

import numpy as np

from ae.config import JsonRecord, ModelConfig, TrainingConfig
from ae.data import Dataset
from ae.errors import TrainingError
from ae.runs import control
from ae.training import train
from ae.training.progress import Moment

_IMAGES = 4096  # to train on
_WARM_STEPS = 5  # not measured: the first steps build the graph
_SECONDS = 2.0
_TIMEOUT = 120.0  # seconds


@dataclass(frozen=True)
class Cost(JsonRecord):
    """What a training takes on this machine, as busy as it was when this was measured.

    Parameters
    ----------
    parameters : int
        Number of parameters of the network.
    images_per_second : float
        Training speed.
    start_seconds : float
        Time from the start of a process to its first measured step.
    """

    parameters: int
    images_per_second: float
    start_seconds: float

    def seconds(self, config: TrainingConfig, image_count: int) -> float:
        """Return the estimated seconds of a whole run on ``image_count`` training images."""
        images = max(image_count - config.validation_images, 0)
        images = min(images, config.training_images or images)
        return self.start_seconds + config.epochs * images / self.images_per_second


def measure(
    model_config: ModelConfig, training_config: TrainingConfig, data: Dataset, began: float
) -> Cost:
    """Train for about two seconds on a part of the data, and return how fast that was.

    Parameters
    ----------
    model_config : ModelConfig
        The architecture.
    training_config : TrainingConfig
        How to train it.
    data : Dataset
        The data to train on.
    began : float
        ``time.perf_counter()`` at the start of the process.

    Raises
    ------
    TrainingError, ValueError
        As ``train`` does.
    """
    config = dataclasses.replace(
        training_config, epochs=1000, validation_images=0, training_images=0, patience=0
    )
    times: list[float] = []
    parameters = 0

    def look(moment: Moment) -> None:
        nonlocal parameters
        times.append(time.perf_counter())
        parameters = moment.autoencoder.parameters

    def enough() -> bool:
        return len(times) > _WARM_STEPS + 1 and times[-1] - times[_WARM_STEPS] > _SECONDS

    kept = np.flatnonzero(~np.isin(data.y_train, config.leave_out))[:_IMAGES]
    some = dataclasses.replace(data, x_train=data.x_train[kept], y_train=data.y_train[kept])
    train(model_config, config, some, on_step=look, should_stop=enough)
    batch = math.ceil(len(some.x_train) / math.ceil(len(some.x_train) / config.batch_size))
    speed = batch * (len(times) - 1 - _WARM_STEPS) / (times[-1] - times[_WARM_STEPS])
    return Cost(parameters, speed, times[_WARM_STEPS] - began)


def measure_in_own_process(model_config: ModelConfig, training_config: TrainingConfig) -> Cost:
    """Measure the cost on MNIST in another process of low priority, which then frees its memory.

    Raises
    ------
    TrainingError
        If the process fails or takes too long.
    """
    words = control.arguments(model_config, training_config)
    try:
        done = subprocess.run(
            [sys.executable, "-m", "ae", "cost", "--low-priority", "--json", *words],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=_TIMEOUT,
            env=control.environment(),
            check=False,
        )
        return Cost.from_dict(json.loads(done.stdout))
    except (OSError, ValueError, subprocess.TimeoutExpired) as error:
        raise TrainingError("The training time could not be measured.") from error
