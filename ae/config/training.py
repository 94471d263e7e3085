"""How a model is trained."""

from __future__ import annotations

from dataclasses import dataclass

from ae.config.records import require
from ae.config.rules import Choice, Classes, Number, WholeNumber
from ae.config.table import Config, documented, setting
from ae.data.noise import NOISE_KINDS

_AUGMENTATION = "Such augmentation reduces over-fitting in a long training."


@documented
@dataclass(frozen=True)
class TrainingConfig(Config):
    """How a model is trained.

    The same settings and data give the same model on the same machine. The learning rate rises
    linearly during the warm-up and then falls along half a cosine to zero.
    """

    epochs: int = setting(
        10,
        WholeNumber(1, 1000),
        "Number of epochs: passes over the training images. More epochs lower the error and take "
        "longer.",
    )
    batch_size: int = setting(
        64,
        WholeNumber(1, 4096),
        "Number of images per optimizer step. With smaller batches the error is lower after "
        "each epoch, and each epoch takes longer.",
    )
    optimizer: str = setting(
        "muon",
        Choice(("muon", "adam")),
        "Optimizer: how the gradient becomes a change of the weights. Adam gives each weight a "
        "step size of its own. Muon gives all directions of a dense layer's weight matrix "
        "steps of one size, and treats the other weights as Adam does; here it needs fewer steps.",
    )
    learning_rate: float = setting(
        0.008,
        Number(0, 1, above=True),
        "Peak learning rate, which is reached after the warm-up. A higher rate learns faster, "
        "until training diverges.",
    )
    warmup: float = setting(
        0.1,
        Number(0, 0.5),
        "Fraction of all steps in which the learning rate rises. The warm-up makes a high "
        "learning rate safe.",
    )
    loss: str = setting(
        "mse",
        Choice(("mse", "binary_crossentropy")),
        "Reconstruction loss to minimise, a mean over the 784 pixels. The squared error is "
        "reported in either case.",
    )
    seed: int = setting(
        0,
        WholeNumber(0, 2**32 - 1),
        "Random seed of the initial weights, the order of the images, augmentation and noise. The "
        "same seed gives the same model on the same machine.",
    )
    shift: int = setting(
        0,
        WholeNumber(0, 4),
        f"Largest random shift of each training image, in pixels. {_AUGMENTATION}",
    )
    rotation: float = setting(
        0.0,
        Number(0, 45),
        f"Largest random rotation of each training image, in degrees. {_AUGMENTATION}",
    )
    scaling: float = setting(
        0.0,
        Number(0, 0.5),
        f"Largest random change in size of each training image, as a fraction. {_AUGMENTATION}",
    )
    unaugmented_final_epochs: int = setting(
        0,
        WholeNumber(0, 1000),
        "Number of epochs at the end without shift, rotation and scaling, so that the model ends "
        "on the digits as they are.",
        former_name="plain_epochs",
    )
    kl_weight: float = setting(
        1.0,
        Number(0, 100, above=True),
        "Weight of a VAE's kl_loss relative to the reconstruction loss summed over the 784 "
        "pixels. A higher weight brings the latent vectors closer to a Gaussian and makes the "
        "reconstructions blurrier.",
    )
    noise: str | None = setting(
        None,
        Choice((None, *NOISE_KINDS, "mixture")),
        "Noise that is added to the input, not to the target, so that the model learns to remove "
        "it. A mixture draws one of the kinds for each image.",
    )
    noise_strength: float = setting(
        0.5,
        Number(0, 1),
        "Highest noise strength in training: each image draws its own, up to this. A higher one "
        "removes more noise and reconstructs clean digits worse.",
    )
    validation_images: int = setting(
        5000,
        WholeNumber(0, 50_000),
        "Number of images at the end of the training set that are held out for validation. The "
        "error on them shows over-fitting.",
    )
    training_images: int = setting(
        0,
        WholeNumber(0, 60_000),
        "Number of images to train on, the first ones of the training set; 0 takes all. With a few "
        "hundred the network over-fits: it learns them by heart, and its validation error rises.",
    )
    patience: int = setting(
        0,
        WholeNumber(0, 1000),
        "Early stopping: the training ends when the validation error has not fallen for this many "
        "epochs, and the weights of the best epoch are kept. 0 switches it off.",
    )
    leave_out: tuple[int, ...] = setting(
        (),
        Classes(9),
        "Classes that are left out of training and validation. The page Anomalies then shows "
        "whether the model notices that they do not belong.",
    )

    def __post_init__(self) -> None:
        super().__post_init__()
        require(
            not self.patience or self.validation_images > 0,
            "patience must be 0 unless there are validation_images",
            patience=self.patience,
            validation_images=self.validation_images,
        )
