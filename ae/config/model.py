"""The architecture of a model."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

from ae.config.records import require
from ae.config.rules import Choice, Rule, WholeNumber, Widths
from ae.config.table import Config, documented, setting

KINDS = ("conv", "linear", "vae")
IMPORTED = "imported"  # a kind that can be loaded but not built: the network came from a file
# Limits of a network, trained here or imported.
MOST_PARAMETERS = 16_000_000
PIXELS = 28 * 28
MOST_LATENT_DIMS = 256  # of a network that is built here
MOST_IMPORTED_LATENT_DIMS = 4096


@documented
@dataclass(frozen=True)
class ModelConfig(Config):
    """The architecture of an autoencoder of 28×28 images.

    A "conv" model has convolutions and max pooling down to z, and transposed convolutions up from
    it. A "vae" is the same network as a variational autoencoder, whose z is z_mean. A "linear"
    model is one dense layer to z and one back; of its settings only latent_dim has an effect.
    "imported" is the kind of an imported network, of which nothing but latent_dim is known.

    Each of the first two convolutions of the encoder is followed by 2×2 max pooling, so that the
    grid shrinks from 28×28 to 14×14 to 7×7. The decoder has between ``poolings`` and
    ``poolings + 3`` entries in decoder_filters: with ``poolings``, the output layer doubles the
    grid for the last time itself, which is the fastest. Only a "conv" model can have refinements.
    """

    kind: str = setting(
        "conv",
        Choice(KINDS, unlisted=(IMPORTED,)),
        "Type of the network: convolutional, linear or variational (VAE). A linear autoencoder "
        "cannot do better than PCA; a VAE can generate new digits from random latent vectors.",
    )
    latent_dim: int = setting(
        32,
        WholeNumber(1, MOST_LATENT_DIMS),
        "Number of latent dimensions: the length of the latent vector z. Fewer dimensions "
        "compress more and give blurrier reconstructions.",
    )
    filters: tuple[int, ...] = setting(
        (32, 64),
        Widths(1, 4),
        "Number of filters of each Conv2D layer of the encoder. More filters lower the error and "
        "make training slower.",
    )
    decoder_filters: tuple[int, ...] = setting(
        (64, 64, 32),
        Widths(1, 5),
        "Number of filters of the grid that the decoder makes from z, then of each of its hidden "
        "Conv2DTranspose layers. More filters give sharper reconstructions and make training "
        "slower.",
    )
    decoder_kernel: int = setting(
        4,
        WholeNumber(2, 7),
        "Kernel size, in pixels, of the Conv2DTranspose layers that double the grid. A larger "
        "kernel gives smoother strokes and makes training slower.",
    )
    hidden: tuple[int, ...] = setting(
        (),
        Widths(0, 3),
        "Number of units of each dense layer between the encoder's last grid and z; the decoder "
        "has the same layers in reverse order. They help when latent_dim is small.",
    )
    activation: str = setting(
        "silu",
        Choice(("silu", "relu", "gelu", "elu", "tanh")),
        "Activation function after each hidden layer. Smooth ones, such as silu, learn faster "
        "here.",
    )
    refinements: int = setting(
        0,
        WholeNumber(0, 3),
        "How many times the encoder decodes its own latent vector, compares the result with the "
        "image and corrects the vector. Each time lowers the error and takes about as long as the "
        "network without it.",
    )
    refinement_filters: tuple[int, ...] = setting(
        (16, 32),
        Widths(2, 2),
        "Number of filters of the two Conv2D layers of each refinement.",
    )

    def check(self, name: str, rule: Rule) -> None:
        """Raise ValueError unless the setting of that name follows the rule."""
        if name == "latent_dim" and self.kind == IMPORTED:
            rule = WholeNumber(1, MOST_IMPORTED_LATENT_DIMS)
        super().check(name, rule)

    def __post_init__(self) -> None:
        super().__post_init__()
        self.check("decoder_filters", Widths(self.poolings, self.poolings + 3))
        require(
            not self.refinements or self.kind == "conv",
            "refinements must be 0 unless kind is 'conv'",
            refinements=self.refinements,
            kind=self.kind,
        )

    @classmethod
    def from_dict(cls, values: object) -> Self:
        """Build the record from a dict, in which "foreign" is the former name of "imported".

        Raises ValueError as ``JsonRecord.from_dict`` does.
        """
        if isinstance(values, dict) and values.get("kind") == "foreign":
            values = values | {"kind": IMPORTED}
        return super().from_dict(values)

    @property
    def pca_dims(self) -> int:
        """How many dimensions the PCA has that the model is compared with: at most one a pixel."""
        return min(self.latent_dim, PIXELS)

    @property
    def poolings(self) -> int:
        """How many times the encoder halves the grid: 1 or 2."""
        return min(len(self.filters), 2)
