"""What to do about a Keras model that cannot be taken: its case, and how to save it anew."""

from __future__ import annotations

# What a config names, by what the name holds: the case, and the line that saves the model anew.
_BOTH = "keras.Sequential([encoder, decoder]).save('name.keras')"
_CASES = (
    (
        ("Sampling", "Sampler", "Reparam"),
        "It draws random numbers in a layer with code of its own, as a VAE does. Save the means "
        "alone: `keras.Sequential([keras.Model(encoder.input, encoder.get_layer('z_mean').output), "
        "decoder]).save('name.keras')`.",
    ),
    (
        ("Lambda",),
        "It has a Lambda layer, which is code. Put a plain layer in its place (Rescaling, Reshape, "
        "Activation), copy the weights with `new.set_weights(old.get_weights())`, and save it with "
        "`new.save('name.keras')`.",
    ),
    (
        ("LSTM", "GRU", "RNN", "Bidirectional", "TimeDistributed", "RepeatVector"),
        "It reads the rows of a picture one after the other with a recurrent layer, which the app "
        "cannot run. Build it of Dense or Conv2D layers, train it, and save it with "
        "`model.save('name.keras')`.",
    ),
)
SUBCLASSED = (
    "It is a class of your own (class Autoencoder(keras.Model)), and such a file holds code. Save "
    "its two parts in a row instead: `keras.Sequential([model.encoder, model.decoder])"
    ".save('name.keras')`."
)
KERAS_2 = (
    "Keras 2 wrote this file. Build the same network with Keras 3, fetch the weights with "
    "`new.load_weights('old.weights.h5')`, and save it with `new.save('name.keras')`."
)
TOO_LARGE = (
    "If the optimizer's state makes it so large, save the network alone: "
    "`keras.Model(model.inputs, model.outputs).save('name.keras')`."
)


def for_class(name: str) -> str:
    """Return what to do about a class that cannot be imported, or an empty text."""
    return next((told for parts, told in _CASES if any(part in name for part in parts)), "")


def for_shapes(takes: object, gives: object) -> str:
    """Return what to do about a model that does not map pictures of 28×28 to such pictures."""
    pictures = {(28, 28), (28, 28, 1), (784,)}
    if takes in pictures and isinstance(gives, tuple):
        return (
            "This looks like an encoder alone. Upload encoder and decoder together, or save both "
            f"in a row: `{_BOTH}`."
        )
    if gives in pictures and isinstance(takes, tuple):
        return (
            "This looks like a decoder alone. Upload encoder and decoder together, or save both "
            f"in a row: `{_BOTH}`."
        )
    if takes in {(32, 32), (32, 32, 1), (1024,)}:
        return (
            "For 32×32 pixels, add a border and remove it again: `keras.Sequential([keras.Input("
            "(28, 28, 1)), keras.layers.ZeroPadding2D(2), model, keras.layers.Cropping2D(2)])"
            ".save('name.keras')`."
        )
    return "Train it on pictures of 28×28 pixels with one channel."
