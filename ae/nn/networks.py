"""ModelConfig -> Keras encoder and decoder, of plain Keras layers only."""

from __future__ import annotations

import typing

from ae.config import IMPORTED, KINDS, ModelConfig

if typing.TYPE_CHECKING:
    import keras

SIDE = 28


def build(config: ModelConfig) -> tuple[keras.Model, keras.Model]:
    """Build an untrained encoder and decoder.

    Returns (encoder, decoder): functional models from float32 (n, 28, 28) in [0, 1] to float32
    (n, latent_dim), and back. Initial weights come from Keras's global seed: call
    ``keras.utils.set_random_seed`` first for weights that can be had again. Raises ValueError for
    a foreign config.
    """
    if config.kind == IMPORTED:
        raise ValueError(
            f"kind must be one of {KINDS}. Received: {IMPORTED!r}, a network made elsewhere."
        )
    if config.kind == "linear":
        return _linear_encoder(config), _linear_decoder(config)
    encoder, decoder = _conv_encoder(config), _conv_decoder(config)
    return _refined(encoder, decoder, config) if config.refinements else encoder, decoder


def join(encoder: keras.Model, decoder: keras.Model) -> keras.Model:
    """Encoder and decoder as one functional model from images to reconstructions.

    If the encoder has the decoder within, to refine its code, the model is the encoder's graph and
    the decoder once more at its end.
    """
    import keras

    if decoder in encoder.layers:
        return keras.Model(encoder.input, decoder(encoder.output), name="autoencoder")
    images = keras.Input((SIDE, SIDE), name="images")
    return keras.Model(images, decoder(encoder(images)), name="autoencoder")


def apart(encoder: keras.Model, decoder: keras.Model) -> keras.Model:
    """The encoder with a decoder of its own, equal to ``decoder``, if it has that one within.

    For saving: Keras does not load a part again that two nested models share.
    """
    import keras

    if decoder not in encoder.layers:
        return encoder
    copy = keras.models.clone_model(encoder)
    copy.set_weights(encoder.get_weights())
    return copy


def join_variational(encoder: keras.Model, decoder: keras.Model, kl_weight: float) -> keras.Model:
    """The model that a VAE is trained as: as ``join``, but the decoder sees a sample of the code.

    The encoder's output becomes z_mean; a second head on its last layer gives z_log_var, and is
    needed in training only. z = z_mean + exp(z_log_var / 2) * epsilon with epsilon from N(0, 1).
    Adds ``kl_weight`` * kl_loss / 784 to the loss, to stand beside a mean over the pixels, and
    reports kl_loss, in nats per image, as a metric. Kingma & Welling, "Auto-Encoding Variational
    Bayes" (2014), equation 10.
    """
    import keras
    from keras import ops

    class Sampling(keras.layers.Layer):
        def __init__(self, **options):
            super().__init__(**options)
            self.seeds = keras.random.SeedGenerator()
            self.mean_kl_loss = keras.metrics.Mean(name="kl_loss")

        def call(self, inputs):
            z_mean, z_log_var = inputs
            kl_loss = 0.5 * ops.sum(z_mean**2 + ops.exp(z_log_var) - z_log_var - 1, axis=1)
            self.add_loss(kl_weight / (SIDE * SIDE) * ops.mean(kl_loss))
            self.mean_kl_loss.update_state(kl_loss)
            epsilon = keras.random.normal(ops.shape(z_mean), seed=self.seeds)
            return z_mean + ops.exp(0.5 * z_log_var) * epsilon

    last_hidden = encoder.layers[-1].input
    z_log_var = keras.layers.Dense(encoder.output_shape[-1], name="z_log_var")(last_hidden)
    z = Sampling(name="sampling")([encoder.output, z_log_var])
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
    """The encoder, followed by corrections of its code.

    Each decodes the code so far, sees the image beside what is still missing of it, and adds a
    change to the code that begins at zero. After Marino, Yue & Mandt, "Iterative Amortized
    Inference" (2018).
    """
    from keras import Model, layers

    images, z = encoder.input, encoder.output
    target = layers.Reshape((SIDE, SIDE, 1))(images)
    for step in range(config.refinements):
        drawn = layers.Reshape((SIDE, SIDE, 1))(decoder(z))
        x = layers.Concatenate()([target, layers.Subtract()([target, drawn])])
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
    strides = _strides(config)
    for filters, stride in zip(hidden, strides, strict=False):
        x = layers.Conv2DTranspose(
            filters,
            config.decoder_kernel if stride == 2 else 3,
            strides=stride,
            padding="same",
            activation=config.activation,
        )(x)
    # A 6-pixel kernel where the output layer doubles the grid itself: with fewer, each output
    # pixel would see a single cell of the coarse grid along an axis half of the time.
    x = layers.Conv2DTranspose(
        1,
        6 if strides[-1] == 2 else 3,
        strides=strides[-1],
        padding="same",
        activation="sigmoid",
        name="pixels",
    )(x)
    return Model(z, layers.Reshape((SIDE, SIDE), name="reconstruction")(x), name="decoder")


def _strides(config: ModelConfig) -> list[int]:
    """Strides of all Conv2DTranspose layers, the output layer last.

    The doublings stand as late as the number of layers allows, less one layer at full size:
    work on the small grid is cheap.
    """
    layers = len(config.decoder_filters)
    doublings = [2] * config.poolings
    spare = layers - config.poolings
    return [1] * max(spare - 1, 0) + doublings + [1] * min(spare, 1)
