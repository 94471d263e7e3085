"""What a model is and how it is trained: two frozen records that check themselves.

The fields of ``ModelConfig`` and ``TrainingConfig`` are the one table of all settings. Each field
holds its default, the rule that its values follow and a sentence of help; ``settings`` reads them.
The checks, the command line, the form on the Train page and the strategies of the tests are all
made from this table.
"""

from __future__ import annotations

import dataclasses
import inspect
import json
import textwrap
from dataclasses import dataclass
from typing import Any, Self, TypeGuard, TypeVar

from ae.data.noise import NOISE_KINDS

KINDS = ("conv", "linear", "vae")
IMPORTED = "imported"  # a kind that can be loaded but not built: the network came from a file
# Limits of a network, trained here or imported.
MOST_PARAMETERS = 16_000_000
MOST_LATENT_DIMS = 256


@dataclass(frozen=True)
class WholeNumber:
    """The rule for an int from ``least`` to ``most``."""

    least: int
    most: int

    def allows(self, value: object) -> bool:
        """Return whether a setting may have this value."""
        return _is_int(value) and self.least <= value <= self.most

    def __str__(self) -> str:
        return f"a whole number from {self.least} to {self.most}"


@dataclass(frozen=True)
class Number:
    """The rule for a float from ``least`` to ``most``; ``above`` excludes ``least`` itself."""

    least: float
    most: float
    above: bool = False

    def allows(self, value: object) -> bool:
        """Return whether a setting may have this value. NaN is never allowed."""
        if not isinstance(value, int | float) or isinstance(value, bool):
            return False
        return self.least <= value <= self.most and not (self.above and value == self.least)

    def __str__(self) -> str:
        if self.above:
            return f"a number above {self.least:g} and at most {self.most:g}"
        return f"a number from {self.least:g} to {self.most:g}"


@dataclass(frozen=True)
class Choice:
    """The rule for one of some ``options``.

    Parameters
    ----------
    options : tuple of str or None
        What a person may choose.
    unlisted : tuple of str
        Values that are legal too, but that nobody chooses.
    """

    options: tuple[str | None, ...]
    unlisted: tuple[str, ...] = ()

    def allows(self, value: object) -> bool:
        """Return whether a setting may have this value."""
        return value in (*self.options, *self.unlisted)

    def __str__(self) -> str:
        return f"one of {', '.join(map(str, self.options))}"


@dataclass(frozen=True)
class Widths:
    """The rule for a tuple of the widths of ``fewest`` to ``most`` layers, one int each.

    A width is the number of filters of a convolution or of units of a dense layer.
    """

    fewest: int
    most: int
    largest: int = 1024

    def allows(self, value: object) -> bool:
        """Return whether a setting may have this value."""
        return (
            isinstance(value, tuple)
            and self.fewest <= len(value) <= self.most
            and all(_is_int(width) and 1 <= width <= self.largest for width in value)
        )

    def __str__(self) -> str:
        count = f"{self.fewest}" if self.fewest == self.most else f"{self.fewest} to {self.most}"
        return f"a tuple of {count} whole numbers from 1 to {self.largest}"


Rule = WholeNumber | Number | Choice | Widths


@dataclass(frozen=True)
class Setting:
    """What is known of one setting beside its name and its default.

    Parameters
    ----------
    rule : WholeNumber, Number, Choice or Widths
        Which values are legal. ``str(rule)`` says it in words.
    help : str
        What the setting is and what it does to the result.
    former_name : str, optional
        What earlier versions called the setting, in JSON and on the command line.
    """

    rule: Rule
    help: str
    former_name: str | None = None


def settings(record: type[JsonRecord]) -> dict[str, Setting]:
    """Return the settings of ``ModelConfig`` or ``TrainingConfig`` by name, in their order."""
    return {field.name: field.metadata["setting"] for field in dataclasses.fields(record)}


def text_of(value: object) -> str:
    """Return a setting's value as the command line takes it: "32,64", "none", "0.5"."""
    if isinstance(value, tuple):
        return ",".join(map(str, value)) or "none"
    return "none" if value is None else f"{value}"


def _setting(default: object, rule: Rule, help_text: str, former_name: str | None = None) -> Any:
    setting = Setting(rule, help_text, former_name)
    return dataclasses.field(default=default, metadata={"setting": setting})


def _is_int(value: object) -> TypeGuard[int]:
    return isinstance(value, int) and not isinstance(value, bool)


def _require(condition: bool, expected: str, **received: object) -> None:
    if not condition:
        got = ", ".join(f"{name}={value!r}" for name, value in received.items())
        raise ValueError(f"{expected}. Received: {got}.")


@dataclass(frozen=True)
class JsonRecord:
    """A frozen dataclass that round-trips through JSON and refuses keys it does not know.

    A field that is such a record itself names its class in the metadata, under "record".
    """

    def to_dict(self) -> dict[str, Any]:
        """Return the fields by name, records among them as dicts."""
        records = {k: v.to_dict() for k, v in vars(self).items() if isinstance(v, JsonRecord)}
        return dataclasses.asdict(self) | records

    def to_json(self) -> str:
        """Return the record as the text of a JSON object."""
        return json.dumps(self.to_dict())

    @classmethod
    def from_dict(cls, values: object) -> Self:
        """Build the record from a dict, as read from JSON.

        Raises
        ------
        ValueError
            If ``values`` is not a dict, lacks a key, has an unknown one or an illegal value.
        """
        if not isinstance(values, dict):
            raise ValueError(
                f"{cls.__name__} must be a JSON object. Received: {type(values).__name__}."
            )
        fields = {field.name: field for field in dataclasses.fields(cls)}
        unknown = sorted(set(values) - set(fields))
        _require(not unknown, f"{cls.__name__} knows only {sorted(fields)}", unknown=unknown)
        needed = {name for name, field in fields.items() if field.default is dataclasses.MISSING}
        missing = sorted(needed - set(values))
        _require(not missing, f"{cls.__name__} must have all of {sorted(needed)}", missing=missing)
        return cls(**{name: _from_json(value, fields[name]) for name, value in values.items()})

    @classmethod
    def from_json(cls, text: str) -> Self:
        """Build the record from the text of a JSON object. Raises as ``from_dict`` does."""
        return cls.from_dict(json.loads(text))


def _from_json(value: object, field: dataclasses.Field) -> object:
    record = field.metadata.get("record")
    if record is not None and value is not None:
        return record.from_dict(value)
    return tuple(value) if isinstance(value, list) else value


@dataclass(frozen=True)
class _Config(JsonRecord):
    """A record of settings: each must follow its rule."""

    def __post_init__(self) -> None:
        for name, setting in settings(type(self)).items():
            self._check(name, setting.rule)

    @classmethod
    def from_dict(cls, values: object) -> Self:
        """Build the record from a dict, in which settings may have their former names.

        Raises ValueError as ``JsonRecord.from_dict`` does.
        """
        if isinstance(values, dict):
            former = {s.former_name: name for name, s in settings(cls).items() if s.former_name}
            old = {key for key in values if key in former and former[key] not in values}
            values = {former[k] if k in old else k: value for k, value in values.items()}
        return super().from_dict(values)

    def _check(self, name: str, rule: Rule) -> None:
        value = getattr(self, name)
        _require(rule.allows(value), f"{name} must be {rule}", **{name: value})


_ConfigType = TypeVar("_ConfigType", bound=_Config)


def _documented(record: type[_ConfigType]) -> type[_ConfigType]:
    """Add a Parameters section, made from the table, to the docstring of a record."""
    lines = [inspect.cleandoc(record.__doc__ or ""), "", "Parameters", "----------"]
    for field in dataclasses.fields(record):
        setting = field.metadata["setting"]
        lines += [f"{field.name} : {setting.rule}, default {field.default!r}"]
        lines += [textwrap.fill(setting.help, 96, initial_indent="    ", subsequent_indent="    ")]
    record.__doc__ = "\n".join(lines)
    return record


@_documented
@dataclass(frozen=True)
class ModelConfig(_Config):
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

    kind: str = _setting(
        "conv",
        Choice(KINDS, unlisted=(IMPORTED,)),
        "Type of the network: convolutional, linear or variational (VAE). A linear autoencoder "
        "cannot do better than PCA; a VAE can generate new digits from random latent vectors.",
    )
    latent_dim: int = _setting(
        32,
        WholeNumber(1, MOST_LATENT_DIMS),
        "Number of latent dimensions: the length of the latent vector z. Fewer dimensions "
        "compress more and give blurrier reconstructions.",
    )
    filters: tuple[int, ...] = _setting(
        (32, 64),
        Widths(1, 4),
        "Number of filters of each Conv2D layer of the encoder. More filters lower the error and "
        "make training slower.",
    )
    decoder_filters: tuple[int, ...] = _setting(
        (64, 64, 32),
        Widths(1, 5),
        "Number of filters of the grid that the decoder makes from z, then of each of its hidden "
        "Conv2DTranspose layers. More filters give sharper reconstructions and make training "
        "slower.",
    )
    decoder_kernel: int = _setting(
        4,
        WholeNumber(2, 7),
        "Kernel size, in pixels, of the Conv2DTranspose layers that double the grid. A larger "
        "kernel gives smoother strokes and makes training slower.",
    )
    hidden: tuple[int, ...] = _setting(
        (),
        Widths(0, 3),
        "Number of units of each dense layer between the encoder's last grid and z; the decoder "
        "has the same layers in reverse order. They help when latent_dim is small.",
    )
    activation: str = _setting(
        "silu",
        Choice(("silu", "relu", "gelu", "elu", "tanh")),
        "Activation function after each hidden layer. Smooth ones, such as silu, learn faster "
        "here.",
    )
    refinements: int = _setting(
        0,
        WholeNumber(0, 3),
        "How many times the encoder decodes its own latent vector, compares the result with the "
        "image and corrects the vector. Each time lowers the error and takes about as long as the "
        "network without it.",
    )
    refinement_filters: tuple[int, ...] = _setting(
        (16, 32),
        Widths(2, 2),
        "Number of filters of the two Conv2D layers of each refinement.",
    )

    def __post_init__(self) -> None:
        super().__post_init__()
        self._check("decoder_filters", Widths(self.poolings, self.poolings + 3))
        _require(
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
    def poolings(self) -> int:
        """How many times the encoder halves the grid: 1 or 2."""
        return min(len(self.filters), 2)


_AUGMENTATION = "Such augmentation reduces overfitting in a long training."


@_documented
@dataclass(frozen=True)
class TrainingConfig(_Config):
    """How a model is trained.

    The same settings and data give the same model on the same machine. The learning rate rises
    linearly during the warm-up and then falls along half a cosine to zero.
    """

    epochs: int = _setting(
        10,
        WholeNumber(1, 1000),
        "Number of epochs: passes over the training images. More epochs lower the error and take "
        "longer.",
    )
    batch_size: int = _setting(
        64,
        WholeNumber(1, 4096),
        "Number of images per optimizer step. Smaller batches lower the error of an epoch and "
        "make it slower.",
    )
    optimizer: str = _setting(
        "muon",
        Choice(("muon", "adam")),
        "Optimizer. Muon treats the dense layers in its own way and all others as Adam does; it "
        "needs fewer steps.",
    )
    learning_rate: float = _setting(
        0.008,
        Number(0, 1, above=True),
        "Peak learning rate, which is reached after the warm-up. A higher rate learns faster, "
        "until training diverges.",
    )
    warmup: float = _setting(
        0.1,
        Number(0, 0.5),
        "Fraction of all steps in which the learning rate rises. The warm-up makes a high "
        "learning rate safe.",
    )
    loss: str = _setting(
        "mse",
        Choice(("mse", "binary_crossentropy")),
        "Reconstruction loss to minimise, a mean over the 784 pixels. The squared error is "
        "reported in either case.",
    )
    seed: int = _setting(
        0,
        WholeNumber(0, 2**32 - 1),
        "Random seed of the initial weights, the order of the images, augmentation and noise. The "
        "same seed gives the same model on the same machine.",
    )
    shift: int = _setting(
        0,
        WholeNumber(0, 4),
        f"Largest random shift of each training image, in pixels. {_AUGMENTATION}",
    )
    rotation: float = _setting(
        0.0,
        Number(0, 45),
        f"Largest random rotation of each training image, in degrees. {_AUGMENTATION}",
    )
    scaling: float = _setting(
        0.0,
        Number(0, 0.5),
        f"Largest random change in size of each training image, as a fraction. {_AUGMENTATION}",
    )
    unaugmented_final_epochs: int = _setting(
        0,
        WholeNumber(0, 1000),
        "Number of epochs at the end without shift, rotation and scaling, so that the model ends "
        "on the digits as they are.",
        former_name="plain_epochs",
    )
    kl_weight: float = _setting(
        1.0,
        Number(0, 100, above=True),
        "Weight of a VAE's kl_loss relative to the reconstruction loss summed over the 784 "
        "pixels. A higher weight brings the latent vectors closer to a Gaussian and makes the "
        "reconstructions blurrier.",
    )
    noise: str | None = _setting(
        None,
        Choice((None, *NOISE_KINDS, "mixture")),
        "Noise that is added to the input, not to the target, so that the model learns to remove "
        "it. A mixture draws one of the kinds for each image.",
    )
    noise_strength: float = _setting(
        0.5,
        Number(0, 1),
        "Highest noise strength in training: each image draws its own, up to this. A higher one "
        "removes more noise and reconstructs clean digits worse.",
    )
    validation_images: int = _setting(
        5000,
        WholeNumber(0, 50_000),
        "Number of images at the end of the training set that are held out for validation. The "
        "error on them shows overfitting.",
    )
