"""What a model is and how it is trained: two frozen records that check themselves."""

import dataclasses
import json
from dataclasses import dataclass

from ae.data.noise import NOISE_KINDS

KINDS = ("conv", "linear", "vae")
FOREIGN = "foreign"  # a kind that can be loaded and not be built: the network came from elsewhere
# The most parameters a network may have, trained here or imported.
MOST_PARAMETERS = 16_000_000
ACTIVATIONS = ("silu", "relu", "gelu", "elu", "tanh")
OPTIMIZERS = ("muon", "adam")
LOSSES = ("mse", "binary_crossentropy")


def _require(condition: bool, expected: str, **received) -> None:
    if not condition:
        got = ", ".join(f"{name}={value!r}" for name, value in received.items())
        raise ValueError(f"{expected}. Received: {got}.")


def _is_int(value) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _is_number(value) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


class JsonRecord:
    """A frozen dataclass that round-trips through JSON and refuses keys it does not know."""

    def to_dict(self) -> dict:
        return dataclasses.asdict(self)

    def to_json(self) -> str:
        return json.dumps(self.to_dict())

    @classmethod
    def from_dict(cls, values: dict):
        """Build the record from a dict, as read from JSON.

        Raises ValueError for anything but a dict of known keys with legal values.
        """
        if not isinstance(values, dict):
            raise ValueError(
                f"{cls.__name__} must be a JSON object. Received: {type(values).__name__}."
            )
        known = {field.name for field in dataclasses.fields(cls)}
        unknown = sorted(set(values) - known)
        _require(not unknown, f"{cls.__name__} knows only {sorted(known)}", unknown=unknown)
        lists_to_tuples = {
            key: tuple(value) if isinstance(value, list) else value for key, value in values.items()
        }
        return cls(**lists_to_tuples)

    @classmethod
    def from_json(cls, text: str):
        return cls.from_dict(json.loads(text))


@dataclass(frozen=True)
class ModelConfig(JsonRecord):
    """The shape of an autoencoder of 28×28 images.

    kind : "conv", convolutions and max pooling down to the code, transposed convolutions up;
        "vae", the same network as a variational autoencoder, whose code is z_mean; or "linear",
        one linear map to the code and one back, to which only latent_dim applies. "foreign" is a
        network made elsewhere, of which nothing but latent_dim is known.
    latent_dim : length of the code z, 1 to 256.
    filters : channels of the encoder's Conv2D layers, 1 to 4 of them. Each of the first two is
        followed by 2×2 max pooling, so that the grid shrinks from 28×28 to 14×14 to 7×7.
    decoder_filters : channels of the grid that the code is spread over by a dense layer, then of
        each hidden Conv2DTranspose. Between ``p`` and ``p + 3`` entries for ``p`` poolings: with
        ``p``, the output layer itself makes the last doubling, which is the fastest.
    decoder_kernel : side in pixels of the transposed convolutions that double the grid, 2 to 7.
    hidden : widths of dense layers between the encoder's grid and the code, 0 to 3 of them; the
        decoder has the same in reverse. They pay where the code is very short.
    activation : after each hidden layer; one of ACTIVATIONS.
    refinements : how many times the encoder decodes its own code, looks at what is missing and
        corrects the code, 0 to 3. For "conv" alone. Each costs about as much as the network.
    refinement_filters : channels of the two convolutions of each such correction.
    """

    kind: str = "conv"
    latent_dim: int = 32
    filters: tuple[int, ...] = (32, 64)
    decoder_filters: tuple[int, ...] = (64, 64, 32)
    decoder_kernel: int = 4
    hidden: tuple[int, ...] = ()
    activation: str = "silu"
    refinements: int = 0
    refinement_filters: tuple[int, ...] = (16, 32)

    def __post_init__(self):
        kinds = (*KINDS, FOREIGN)
        _require(self.kind in kinds, f"kind must be one of {kinds}", kind=self.kind)
        _require(
            _is_int(self.latent_dim) and 1 <= self.latent_dim <= 256,
            "latent_dim must be a whole number from 1 to 256",
            latent_dim=self.latent_dim,
        )
        self._check_widths("filters", 1, 4)
        self._check_widths("decoder_filters", self.poolings, self.poolings + 3)
        self._check_widths("hidden", 0, 3)
        _require(
            _is_int(self.decoder_kernel) and 2 <= self.decoder_kernel <= 7,
            "decoder_kernel must be a whole number from 2 to 7",
            decoder_kernel=self.decoder_kernel,
        )
        _require(
            _is_int(self.refinements)
            and 0 <= self.refinements <= (3 if self.kind == "conv" else 0),
            "refinements must be a whole number from 0 to 3, and 0 unless kind is 'conv'",
            refinements=self.refinements,
            kind=self.kind,
        )
        self._check_widths("refinement_filters", 2, 2)
        _require(
            self.activation in ACTIVATIONS,
            f"activation must be one of {ACTIVATIONS}",
            activation=self.activation,
        )

    def _check_widths(self, name: str, least: int, most: int) -> None:
        widths = getattr(self, name)
        legal = isinstance(widths, tuple) and all(_is_int(w) and 1 <= w <= 1024 for w in widths)
        _require(
            legal and least <= len(widths) <= most,
            f"{name} must be a tuple of {least} to {most} whole numbers from 1 to 1024",
            **{name: widths},
        )

    @property
    def poolings(self) -> int:
        """How many times the encoder halves the grid: 1 or 2."""
        return min(len(self.filters), 2)


@dataclass(frozen=True)
class TrainingConfig(JsonRecord):
    """How a model is trained. The same record, data and seed give the same model on one machine.

    epochs : passes over the training images, 1 to 1000.
    batch_size : images per step, 1 to 4096.
    optimizer : "muon" (orthogonalised momentum for the dense layers, Adam for the rest; Jordan
        et al., "Muon" (2024), scaled after Liu et al., arXiv:2502.16982) or "adam" for all.
    learning_rate : the peak of the schedule, in (0, 1]: it rises linearly over the first
        ``warmup`` of all steps and then falls along a half cosine to zero.
    warmup : share of all steps, in [0, 0.5].
    loss : "mse" (the squared error summed over the 784 pixels, divided by 784) or
        "binary_crossentropy" (a mean over the pixels as well).
    seed : of the weights, the order of the images, augmentation and noise, 0 to 2**32 - 1.
    shift : largest random shift of each image in pixels, 0 to 4.
    rotation : largest random rotation in degrees, 0 to 45.
    scaling : largest random change of size as a fraction, 0 to 0.5.
    plain_epochs : how many epochs at the end see the images as they are, without shift, rotation
        and scaling, 0 to 1000: the network ends on the digits that it will be measured on.
    kl_weight : weight of kl_loss beside the reconstruction loss summed over the 784 pixels, in
        (0, 100]. For a VAE alone; 1 is the evidence lower bound if the loss is
        binary cross-entropy.
    noise : a kind from the registry in ``ae.data.noise``, "mixture" of all of them, or None.
        The model then learns to remove it: it sees the corrupted image and is scored against
        the clean one.
    noise_strength : the largest strength; each batch draws its own, up to this.
    validation_images : how many images at the end of the training set are kept aside to measure
        the error on, 0 for none.
    """

    epochs: int = 10
    batch_size: int = 64
    optimizer: str = "muon"
    learning_rate: float = 0.008
    warmup: float = 0.1
    loss: str = "mse"
    seed: int = 0
    shift: int = 0
    rotation: float = 0.0
    scaling: float = 0.0
    plain_epochs: int = 0
    kl_weight: float = 1.0
    noise: str | None = None
    noise_strength: float = 0.5
    validation_images: int = 5000

    def __post_init__(self):
        for name, least, most in (
            ("epochs", 1, 1000),
            ("batch_size", 1, 4096),
            ("seed", 0, 2**32 - 1),
            ("shift", 0, 4),
            ("plain_epochs", 0, 1000),
            ("validation_images", 0, 50_000),
        ):
            value = getattr(self, name)
            _require(
                _is_int(value) and least <= value <= most,
                f"{name} must be a whole number from {least} to {most}",
                **{name: value},
            )
        for name, least, most in (
            ("warmup", 0, 0.5),
            ("rotation", 0, 45),
            ("scaling", 0, 0.5),
            ("noise_strength", 0, 1),
        ):
            value = getattr(self, name)
            _require(
                _is_number(value) and least <= value <= most,
                f"{name} must be a number from {least} to {most}",
                **{name: value},
            )
        for name, most in (("learning_rate", 1), ("kl_weight", 100)):
            value = getattr(self, name)
            _require(
                _is_number(value) and 0 < value <= most,
                f"{name} must be above 0 and at most {most}",
                **{name: value},
            )
        _require(
            self.optimizer in OPTIMIZERS,
            f"optimizer must be one of {OPTIMIZERS}",
            optimizer=self.optimizer,
        )
        _require(self.loss in LOSSES, f"loss must be one of {LOSSES}", loss=self.loss)
        kinds = (None, *NOISE_KINDS, "mixture")
        _require(self.noise in kinds, f"noise must be one of {kinds}", noise=self.noise)
