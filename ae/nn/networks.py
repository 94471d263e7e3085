"""Build Keras encoders and decoders from a ModelConfig, of plain Keras layers only."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ae.config import IMPORTED, KINDS, ModelConfig

if TYPE_CHECKING:
    import keras

SIDE = 28  # height and width of the images in pixels


def build(config: ModelConfig) -> tuple[keras.Model, keras.Model]:
    """Build an untrained encoder and decoder.

    The initial weights come from Keras's global seed: call ``keras.utils.set_random_seed`` first
    to get the same weights again.

    Parameters
    ----------
    config : ModelConfig

    Returns
    -------
    encoder : keras.Model
        Functional model from float32 (n, 28, 28), values in [0, 1], to float32 (n, latent_dim).
    decoder : keras.Model
        Functional model from float32 (n, latent_dim) to float32 (n, 28, 28).

    Raises
    ------
    ValueError
        If the config is that of an imported model, whose layers it does not describe.
    """
    if config.kind == IMPORTED:
        raise ValueError(
            f"kind must be one of {KINDS}. Received: {IMPORTED!r}: the layers of an imported model "
            "are in its file, not in its settings."
        )
    if config.kind == "linear":
        return _linear_encoder(config), _linear_decoder(config)
    encoder, decoder = _conv_encoder(config), _conv_decoder(config)
    return _refined(encoder, decoder, config) if config.refinements else encoder, decoder


def join(encoder: keras.Model, decoder: keras.Model) -> keras.Model:
    """Return encoder and decoder as one functional model from images to reconstructions.

    If the encoder contains the decoder, to refine its latent vector, the model is the encoder's
    graph with the decoder once more at its end.
    """
    import keras

    if decoder in encoder.layers:
        return keras.Model(encoder.input, decoder(encoder.output), name="autoencoder")
    images = keras.Input((SIDE, SIDE), name="images")
    return keras.Model(images, decoder(encoder(images)), name="autoencoder")


def with_own_decoder(encoder: keras.Model, decoder: keras.Model) -> keras.Model:
    """Return the encoder; if it contains ``decoder``, a copy that contains a copy of it.

    For saving: Keras cannot load a part that two nested models share.
    """
    import keras

    if decoder not in encoder.layers:
        return encoder
    copy = keras.models.clone_model(encoder)
    copy.set_weights(encoder.get_weights())
    return copy


def log_variance_head(encoder: keras.Model) -> keras.Model:
    """Return a VAE's untrained second output: from images to z_log_var (n, latent_dim).

    The encoder's output is z_mean. Both have all layers but the last one in common.
    """
    import keras

    last_hidden = encoder.layers[-1].input
    z_log_var = keras.layers.Dense(encoder.output_shape[-1], name="z_log_var")(last_hidden)
    return keras.Model(encoder.input, z_log_var, name="z_log_var")


def with_head(encoder: keras.Model, loaded: keras.Model) -> keras.Model:
    """Return a loaded z_log_var on the encoder's own layers: ``join_all`` saved a copy of these.

    Raises
    ------
    ValueError
        If it is not a dense layer on the encoder's last hidden layer.
    """
    import keras

    last = loaded.layers[-1] if isinstance(loaded, keras.Model) else loaded
    if not all(isinstance(layer, keras.layers.Dense) for layer in (last, encoder.layers[-1])):
        raise ValueError("z_log_var must be a dense layer on the encoder's last hidden layer.")
    return keras.Model(encoder.input, last(encoder.layers[-1].input), name="z_log_var")


def join_all(encoder: keras.Model, decoder: keras.Model, z_log_var: keras.Model) -> keras.Model:
    """Return a VAE as it is saved: from images to reconstruction and z_log_var.

    z_log_var is a copy: Keras cannot load layers that two nested models share.
    """
    import keras

    copy = keras.models.clone_model(z_log_var)
    copy.set_weights(z_log_var.get_weights())
    images = keras.Input((SIDE, SIDE), name="images")
    outputs = [decoder(encoder(images)), copy(images)]
    return keras.Model(images, outputs, name="variational_autoencoder")


def join_variational(
    encoder: keras.Model, decoder: keras.Model, z_log_var: keras.Model, kl_weight: float
) -> keras.Model:
    """Return a VAE for training: as ``join``, but the decoder gets a sample of z.

    Parameters
    ----------
    encoder, decoder : keras.Model
        As ``build`` returns them. The encoder's output is z_mean.
    z_log_var : keras.Model
        The encoder's ``log_variance_head``.
    kl_weight : float
        ``kl_weight`` * kl_loss / 784 is added to the loss, which is a mean over the 784 pixels.
        kl_loss, in nats per image, is reported as a metric.

    Returns
    -------
    keras.Model

    Notes
    -----
    z = z_mean + exp(z_log_var / 2) * epsilon, with epsilon from N(0, 1).

    References
    ----------
    Kingma & Welling, "Auto-Encoding Variational Bayes" (2014), equation 10.
    """
    import keras
    from keras import ops

    class Sampling(keras.layers.Layer):
        """Draw z from N(z_mean, exp(z_log_var)) and add the KL divergence to the loss."""

        def __init__(self) -> None:
            super().__init__(name="sampling")
            self.seeds = keras.random.SeedGenerator()
            self.mean_kl_loss = keras.metrics.Mean(name="kl_loss")

        def call(self, inputs: Any) -> Any:
            z_mean, z_log_var = inputs
            kl_loss = ops.sum(0.5 * (z_mean**2 + ops.exp(z_log_var) - z_log_var - 1), axis=1)
            self.add_loss(ops.multiply(kl_weight / (SIDE * SIDE), ops.mean(kl_loss)))
            self.mean_kl_loss.update_state(kl_loss)
            epsilon = keras.random.normal(ops.shape(z_mean), seed=self.seeds)
            return z_mean + ops.exp(0.5 * z_log_var) * epsilon

    z = Sampling()([encoder.output, z_log_var.output])
    return keras.Model(encoder.input, decoder(z), name="variational_autoencoder")


def _linear_encoder(config: ModelConfig) -> keras.Model:
    from keras import Input, Model, layers

    images = Input((SIDE, SIDE), name="images")
    z = layers.Dense(config.latent_dim, name="z")(layers.Flatten()(images))
    return Model(images, z, name="encoder")


def _linear_decoder(config: ModelConfig) -> keras.Model:
    from keras import Input, Model, layers

    z = Input((config.latent_dim,), name="z")
    pixels = layers.Dense(SIDE * SIDE, name="pixels")(z)
    return Model(z, layers.Reshape((SIDE, SIDE), name="reconstruction")(pixels), name="decoder")


def _conv_encoder(config: ModelConfig) -> keras.Model:
    from keras import Input, Model, layers

    images = Input((SIDE, SIDE), name="images")
    x = layers.Reshape((SIDE, SIDE, 1))(images)
    for index, filters in enumerate(config.filters):
        x = layers.Conv2D(filters, 3, padding="same", activation=config.activation)(x)
        if index < config.poolings:
            x = layers.MaxPooling2D(2)(x)
    x = layers.Flatten()(x)
    for width in config.hidden:
        x = layers.Dense(width, activation=config.activation)(x)
    z = layers.Dense(config.latent_dim, name="z")(x)
    return Model(images, z, name="encoder")


def _refined(encoder: keras.Model, decoder: keras.Model, config: ModelConfig) -> keras.Model:
    """Return the encoder followed by corrections of its latent vector.

    Each correction decodes the latent vector, sees the image and what the reconstruction lacks,
    and adds a change to the latent vector. Before training this change is zero.

    References
    ----------
    Marino, Yue & Mandt, "Iterative Amortized Inference" (2018).
    """
    from keras import Model, layers

    images, z = encoder.input, encoder.output
    target = layers.Reshape((SIDE, SIDE, 1))(images)
    for step in range(config.refinements):
        decoded = layers.Reshape((SIDE, SIDE, 1))(decoder(z))
        x = layers.Concatenate()([target, layers.Subtract()([target, decoded])])
        for filters in config.refinement_filters:
            x = layers.MaxPooling2D(2)(layers.Conv2D(filters, 3, padding="same")(x))
            x = layers.Activation(config.activation)(x)
        change = layers.Dense(config.latent_dim, kernel_initializer="zeros")(layers.Flatten()(x))
        last = step == config.refinements - 1
        z = layers.Add(name="code" if last else f"code_{step + 1}")([z, change])
    return Model(images, z, name="encoder")


def _conv_decoder(config: ModelConfig) -> keras.Model:
    from keras import Input, Model, layers

    grid = SIDE // 2**config.poolings
    first, *hidden = config.decoder_filters
    z = Input((config.latent_dim,), name="z")
    x = z
    for width in reversed(config.hidden):
        x = layers.Dense(width, activation=config.activation)(x)
    x = layers.Dense(grid * grid * first, activation=config.activation)(x)
    x = layers.Reshape((grid, grid, first))(x)
    strides = decoder_strides(config)
    for filters, stride in zip(hidden, strides, strict=False):
        x = layers.Conv2DTranspose(
            filters,
            config.decoder_kernel if stride == 2 else 3,
            strides=stride,
            padding="same",
            activation=config.activation,
        )(x)
    # If the output layer doubles the grid, its kernel has 6 pixels. With fewer, half of the output
    # pixels along each axis would depend on a single cell of the coarse grid.
    x = layers.Conv2DTranspose(
        1,
        6 if strides[-1] == 2 else 3,
        strides=strides[-1],
        padding="same",
        activation="sigmoid",
        name="pixels",
    )(x)
    return Model(z, layers.Reshape((SIDE, SIDE), name="reconstruction")(x), name="decoder")


def decoder_strides(config: ModelConfig) -> list[int]:
    """Return the strides of all Conv2DTranspose layers, the output layer last.

    Layers on a small grid are fast, so the grid is doubled as late as possible; if there are
    enough layers, one follows the last doubling.
    """
    layers = len(config.decoder_filters)
    doublings = [2] * config.poolings
    spare = layers - config.poolings
    return [1] * max(spare - 1, 0) + doublings + [1] * min(spare, 1)
