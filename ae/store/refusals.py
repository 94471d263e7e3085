"""What to do about a Keras model that cannot be taken: its case, and how to save it anew."""

from __future__ import annotations

PICTURES = ((28, 28), (28, 28, 1), (784,))  # shapes of a picture

# What a config names, by what the name holds: the case, and the line that saves the model anew.
_BOTH = "keras.Sequential([encoder, decoder]).save('name.keras')"
_COPY = (
    "copy the weights with `new.set_weights(old.get_weights())`, and save it with "
    "`new.save('name.keras')`."
)
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
        "Activation), "
        f"{_COPY}",
    ),
    (
        ("LSTM", "GRU", "RNN", "Bidirectional", "TimeDistributed", "RepeatVector"),
        "It reads the rows of a picture one after the other with a recurrent layer, which the app "
        "cannot run. Build it of Dense or Conv2D layers, train it, and save it with "
        "`model.save('name.keras')`.",
    ),
    (
        ("layers.Random",),
        "It changes the pictures at random, in training only. Save the other layers: `keras."
        "Sequential([keras.Input(model.input_shape[1:]), *(layer for layer in model.layers if "
        "'random' not in layer.name)]).save('name.keras')`.",
    ),
    (
        ("keras.src.ops", "keras.ops", "keras.src.layers.core.tf"),
        "It computes between its layers, as in `x / 255` or `keras.ops.add(a, b)`. Put a layer in "
        f"its place (Rescaling, Add, Concatenate), {_COPY}",
    ),
    (
        ("keras.layers.",),
        "The app cannot run this layer. Build the model of others, such as Dense, Conv2D, "
        "Conv2DTranspose, MaxPooling2D, UpSampling2D or BatchNormalization, train it, and save it "
        "with `model.save('name.keras')`.",
    ),
    (("",), f"That is code of your own. Put plain Keras layers in its place, {_COPY}"),
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
HDF5 = (
    "Keras 2 wrote such files, and Keras 3 does for a name that ends in .h5. Save it anew with "
    "Keras 3: `keras.models.load_model('name.h5', compile=False).save('name.keras')`."
)
ACTIVATION = (
    f"Its activation is code of your own. Name one of Keras's, as in activation='relu', {_COPY}"
)
UNBUILT = (
    "It was saved before it had weights. Train it, and save it with `model.save('name.keras')`."
)
TWO_WHOLE = (
    "Each of these files is a whole autoencoder. Upload one of them, or an encoder and its decoder."
)
TOO_MUCH = (
    "Build it with fewer filters or units, train it, and save it with `model.save('name.keras')`."
)
TOO_LARGE = (
    "If the optimizer's state makes it so large, save the network alone: "
    "`keras.Model(model.inputs, model.outputs).save('name.keras')`."
)


def for_class(name: str) -> str:
    """Return what to do about a class that cannot be imported."""
    return next(told for parts, told in _CASES if any(part in name for part in parts))


def for_shapes(takes: object, gives: object) -> str:
    """Return what to do about a model that does not map pictures of 28×28 to such pictures.

    takes, gives : the shape of its input and output without the batch, a list where it has several.
    """
    pictures = PICTURES
    if isinstance(takes, list):
        return (
            "The app gives a model nothing but the picture. Train it without the other inputs, and "
            "save it with `model.save('name.keras')`."
        )
    if isinstance(gives, list) and takes in pictures:
        picture = next((i for i, shape in enumerate(gives) if shape in pictures), None)
        if picture is not None:
            return (
                "Save the way to the picture alone: `keras.Model(model.inputs, "
                f"model.outputs[{picture}]).save('name.keras')`."
            )
    if takes in {(None, None, 1), (None, None)}:
        return (
            "Its size is open. Fix it: `new = keras.models.clone_model(model, "
            "input_tensors=keras.Input((28, 28, 1))); new.set_weights(model.get_weights()); "
            "new.save('name.keras')`."
        )
    if takes in pictures:
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
    return (
        "Train it on pictures of 28×28 pixels with one channel, and save it with "
        "`model.save('name.keras')`."
    )
