"""A flow on latent vectors: from noise to the latent vector of a digit, along a velocity field.

A small network gives the velocity v(x, t, class) of a point x at the time t. A point that starts
at t = 0 from N(0, 1) and follows it arrives at t = 1 where the latent vectors of real digits are.
Points are standardised latent vectors: less the mean of those of the training digits, divided by
their standard deviation.

References
----------
Lipman et al., "Flow Matching for Generative Modeling" (2023).
Liu, Gong & Liu, "Flow Straight and Fast: Learning to Generate and Transfer Data with Rectified
Flow" (2023).
Rombach et al., "High-Resolution Image Synthesis with Latent Diffusion Models" (2022): images from
a diffusion of latent vectors.
"""

from __future__ import annotations

import itertools
import typing
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any, ClassVar

import numpy as np

from ae.config.rules import Number, WholeNumber
from ae.config.table import Config, documented, setting

if typing.TYPE_CHECKING:
    import keras

CLASSES = 10
NO_CLASS = CLASSES  # the label of a velocity that is asked for without a class
STEPS = 10  # of Heun's method; more of them make no better digits
MOST_STEPS = 50
MOST_GUIDANCE = 3.0
FREQUENCIES = np.pi * 2.0 ** np.arange(4, dtype=np.float32)  # of the sines of t
_CONDITIONS = 2 * len(FREQUENCIES) + CLASSES + 1  # numbers beside x in the network's input
_AT_ONCE = 2000  # points
_LEAST_DEVIATION = 1e-3  # of the largest: a latent dimension that the model does not use

Field = Callable[[np.ndarray, float], np.ndarray]  # (points, t) -> their velocities


@documented
@dataclass(frozen=True)
class FlowConfig(Config):
    """The network of a flow, and how it is trained."""

    width: int = setting(256, WholeNumber(8, 512), "Number of values between the blocks.")
    hidden: int = setting(384, WholeNumber(8, 1024), "Number of units in each block.")
    blocks: int = setting(3, WholeNumber(1, 6), "Number of residual blocks.")
    steps: int = setting(6000, WholeNumber(1, 100_000), "Number of optimizer steps.")
    batch_size: int = setting(256, WholeNumber(2, 4096), "Number of latent vectors per step.")
    learning_rate: float = setting(0.002, Number(0, 1, above=True), "Peak learning rate of Adam.")
    seed: int = setting(0, WholeNumber(0, 2**31 - 1), "Random seed.")


def build(config: FlowConfig, latent_dim: int) -> keras.Model:
    """Return an untrained velocity network of plain layers.

    Its input is what ``inputs_of`` returns, (n, latent_dim + 19), its output the velocities,
    (n, latent_dim). All velocities are 0 before the training.

    Notes
    -----
    Each block scales and shifts its normalised input by what it is told: the time, the class and
    the place; after Peebles & Xie, "Scalable Diffusion Models with Transformers" (2023), section
    3.2 (adaLN-Zero).
    """
    import keras

    dense = keras.layers.Dense
    given = keras.Input((latent_dim + _CONDITIONS,), name="given")
    told = dense(config.width, "silu", name="told")(given)
    x = dense(config.width, name="first")(given)
    for number in range(1, config.blocks + 1):
        scale = dense(
            config.width,
            kernel_initializer="zeros",
            bias_initializer="ones",
            name=f"scale_{number}",
        )(told)
        shift = dense(config.width, kernel_initializer="zeros", name=f"shift_{number}")(told)
        inner = keras.layers.LayerNormalization(
            center=False, scale=False, name=f"normalized_{number}"
        )(x)
        inner = keras.layers.Multiply(name=f"scaled_{number}")([inner, scale])
        inner = keras.layers.Add(name=f"shifted_{number}")([inner, shift])
        inner = dense(config.hidden, "silu", name=f"hidden_{number}")(inner)
        inner = dense(config.width, kernel_initializer="zeros", name=f"change_{number}")(inner)
        x = keras.layers.Add(name=f"block_{number}")([x, inner])
    x = keras.layers.LayerNormalization(name="normalized")(x)
    velocity = dense(latent_dim, kernel_initializer="zeros", name="velocity")(x)
    return keras.Model(given, velocity, name="flow")


def inputs_of(x: np.ndarray, t: float, labels: np.ndarray) -> np.ndarray:
    """Return what the network takes.

    Parameters
    ----------
    x : float array of shape (n, latent_dim)
    t : float from 0 to 1
    labels : int array of shape (n,), from 0 to 9, or ``NO_CLASS``

    Returns
    -------
    float32 array of shape (n, latent_dim + 19)
        x, four cosines and four sines of t, and 1 in the place of the label among eleven.
    """
    phases = np.float32(t) * FREQUENCIES
    time = np.broadcast_to(np.concatenate([np.cos(phases), np.sin(phases)]), (len(x), 8))
    return np.concatenate([x, time, np.eye(CLASSES + 1)[labels]], axis=1).astype(np.float32)


def heun(
    field: Field, x: np.ndarray, steps: int, *, start: float = 0.0, end: float = 1.0
) -> np.ndarray:
    """Follow a velocity field by Heun's method, whose error falls with the square of the steps.

    Parameters
    ----------
    field : callable
        From points (n, d) and a time to their velocities (n, d).
    x : float array of shape (n, d), the points at the time ``start``
    steps : int, at least 1
    start, end : float
        The times; with ``end`` below ``start`` the points go backwards.

    Returns
    -------
    float array of shape (steps + 1, n, d)
        The points at all steps, the first ones included.
    """
    path = [x]
    times = np.linspace(start, end, steps + 1)
    for t, following in itertools.pairwise(times):
        h = following - t
        velocity = field(x, float(t))
        ahead = field(x + h * velocity, float(following))
        x = (x + h * (velocity + ahead) / 2).astype(path[0].dtype)
        path.append(x)
    return np.stack(path)


@dataclass(frozen=True, eq=False)
class Flow:
    """A trained flow on the latent vectors of one autoencoder.

    Attributes
    ----------
    network : keras.Model, as ``build`` returns it
    mean, deviation : float32 arrays of shape (latent_dim,)
        Of the latent vectors of the training digits.
    shares : float64 array of shape (10,), sum 1
        How often each class is drawn if none is asked for.
    """

    network: keras.Model
    mean: np.ndarray
    deviation: np.ndarray
    shares: np.ndarray

    @property
    def latent_dim(self) -> int:
        """Number of latent dimensions."""
        return len(self.mean)

    def standardised(self, z: np.ndarray) -> np.ndarray:
        """Return latent vectors, (n, latent_dim), as points of the flow at t = 1."""
        return ((z - self.mean) / self.deviation).astype(np.float32)

    def latent(self, x: np.ndarray) -> np.ndarray:
        """Return points of the flow as latent vectors: float32 (…, latent_dim)."""
        return (x * self.deviation + self.mean).astype(np.float32)

    def velocity(
        self, x: np.ndarray, t: float, labels: np.ndarray, guidance: float = 1.0
    ) -> np.ndarray:
        """Return the velocities of points, float32 (n, latent_dim).

        Parameters
        ----------
        x : float array of shape (n, latent_dim)
        t : float from 0 to 1
        labels : int array of shape (n,), from 0 to 9, or ``NO_CLASS``
        guidance : float
            1 gives the velocities of the classes, 0 those without a class, and more than 1 goes
            beyond the former, away from what the classes have in common.

        References
        ----------
        Ho & Salimans, "Classifier-Free Diffusion Guidance" (2022), equation 6.
        """
        own = self._run(inputs_of(x, t, labels))
        if guidance == 1:
            return own
        without = self._run(inputs_of(x, t, np.full(len(x), NO_CLASS)))
        return without + np.float32(guidance) * (own - without)

    def follow(
        self,
        x: np.ndarray,
        labels: np.ndarray,
        *,
        steps: int = STEPS,
        guidance: float = 1.0,
        backwards: bool = False,
    ) -> np.ndarray:
        """Carry points from t = 0 to 1, or back: float32 (steps + 1, n, latent_dim)."""
        ends = (1.0, 0.0) if backwards else (0.0, 1.0)
        return heun(
            lambda points, t: self.velocity(points, t, labels, guidance),
            np.asarray(x, np.float32),
            steps,
            start=ends[0],
            end=ends[1],
        )

    def _run(self, given: np.ndarray) -> np.ndarray:
        parts = [given[at : at + _AT_ONCE] for at in range(0, len(given), _AT_ONCE)]
        none = np.zeros((0, self.latent_dim), np.float32)
        return np.concatenate([none, *map(self._function, parts)])

    @cached_property
    def _function(self) -> Callable[[np.ndarray], np.ndarray]:
        """The network as a graph: calling it layer by layer takes many times as long."""
        import tensorflow as tf

        def call(given: Any) -> Any:
            return self.network(given, training=False)

        signature = tf.TensorSpec((None, self.latent_dim + _CONDITIONS), tf.float32)
        graph: Any = tf.function(call, input_signature=[signature])
        concrete = graph.get_concrete_function()
        return lambda given: concrete(tf.constant(given)).numpy()


@dataclass(frozen=True, eq=False)
class FlowSamples:
    """The latent vectors that a flow makes of noise: an ``ae.analysis.densities.Density``.

    Attributes
    ----------
    flow : Flow
    steps : int, from 1
    guidance : float
        See ``Flow.velocity``.
    """

    class_conditional: ClassVar[bool] = True
    flow: Flow
    steps: int = STEPS
    guidance: float = 1.0

    def sample(
        self,
        count: int,
        rng: np.random.Generator,
        temperature: float = 1.0,
        label: int | None = None,
    ) -> np.ndarray:
        """Draw latent vectors; the temperature is the standard deviation of the noise.

        Without a label, the classes come as often as in the training data, as far as the count
        allows, in random order.
        """
        if label is None:
            places = (np.arange(count) + rng.random()) / max(count, 1)
            labels = np.searchsorted(np.cumsum(self.flow.shares)[:-1], places, side="right")
            labels = rng.permutation(labels)
        else:
            labels = np.full(count, label)
        noise = temperature * rng.standard_normal((count, self.flow.latent_dim))
        path = self.flow.follow(noise, labels, steps=self.steps, guidance=self.guidance)
        return self.flow.latent(path[-1])


def statistics(z: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return mean and standard deviation of latent vectors, as a flow needs them.

    Parameters
    ----------
    z : float array of shape (n, latent_dim)

    Returns
    -------
    Two float32 arrays of shape (latent_dim,); no standard deviation is 0.
    """
    deviation = z.std(axis=0, dtype=np.float64)
    least = max(float(deviation.max()) * _LEAST_DEVIATION, 1e-6)
    return z.mean(axis=0, dtype=np.float64).astype(np.float32), np.maximum(deviation, least).astype(
        np.float32
    )
