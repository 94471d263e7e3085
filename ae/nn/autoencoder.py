"""A trained encoder and decoder behind four methods on numpy arrays."""

from __future__ import annotations

import hashlib
import os
import tempfile
import threading
import typing
import zipfile
from concurrent.futures import ThreadPoolExecutor
from functools import cached_property
from pathlib import Path

import numpy as np

if typing.TYPE_CHECKING:
    import keras

# Images at a time: the widest layers of a chunk stay in the processor's cache.
_CHUNK = 250
_chunks = ThreadPoolExecutor(os.cpu_count() or 1, thread_name_prefix="chunk")


class Autoencoder:
    """Encode and decode images with a trained network. Read-only: threads may share one.

    latent_dim : length of the code z.
    encoder, decoder : the Keras models, (n, 28, 28) -> (n, latent_dim) -> (n, 28, 28).
    Raises ValueError for models of other shapes.
    """

    def __init__(self, encoder: keras.Model, decoder: keras.Model):
        shapes = [*_shapes(encoder), *_shapes(decoder)]
        if len(shapes[1]) != 1 or shapes != [(28, 28), shapes[1], shapes[1], (28, 28)]:
            raise ValueError(
                "encoder and decoder must lead from images (28, 28) to z (latent_dim,) and back. "
                f"Received: {' -> '.join(map(str, shapes))}."
            )
        self.encoder = encoder
        self.decoder = decoder
        self.latent_dim = shapes[1][0]
        self._compiling = threading.Lock()

    @classmethod
    def load(cls, path: str | os.PathLike) -> Autoencoder:
        """Load what ``save`` wrote. Raises ValueError or OSError for anything else."""
        import keras

        model = keras.saving.load_model(path, compile=False, safe_mode=True)
        return cls(model.get_layer("encoder"), model.get_layer("decoder"))

    def save(self, path: str | os.PathLike) -> None:
        """Write one functional Keras model, encoder and decoder as named parts of it.

        Any notebook reads it with ``keras.saving.load_model``, without this package.
        """
        from ae.nn.networks import apart, join
        from ae.system.files import replacing

        with replacing(path) as temporary:
            join(apart(self.encoder, self.decoder), self.decoder).save(temporary)
            _compress(temporary)

    def halve_precision(self) -> None:
        """Round every weight to the 11 binary digits of a half-precision number.

        Its relative error is then at most 2**-11, and ``save`` makes a file about half the size.
        For a model that nobody else uses yet: it changes the weights in place.
        """
        for variable in self.variables:
            mantissa, exponent = np.frexp(variable.numpy())
            variable.assign(np.ldexp(np.rint(mantissa * 2048) / 2048, exponent))

    def decoder_file(self) -> bytes:
        """The decoder alone as a .keras file: what a receiver of codes has to have."""
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder, "decoder.keras")
            self.decoder.save(path)
            return path.read_bytes()

    @property
    def parameters(self) -> int:
        """How many numbers training has set, in encoder and decoder together."""
        # An encoder that refines its code has the decoder within: it is trained once.
        within = any(layer.name == "decoder" for layer in self.encoder.layers)
        return self.encoder.count_params() + (0 if within else self.decoder.count_params())

    @property
    def variables(self) -> list[keras.Variable]:
        """The weights that training has set, each once: the encoder's, then the decoder's."""
        shared = {id(variable) for variable in self.encoder.weights}
        own = [variable for variable in self.decoder.weights if id(variable) not in shared]
        return [*self.encoder.weights, *own]

    @cached_property
    def identity(self) -> bytes:
        """16 bytes that no other set of weights has: the beginning of their SHA-256."""
        digest = hashlib.sha256()
        for weights in [*self.encoder.get_weights(), *self.decoder.get_weights()]:
            digest.update(repr(weights.shape).encode())
            digest.update(np.ascontiguousarray(weights, "<f4").tobytes())
        return digest.digest()[:16]

    def encode(self, images: np.ndarray) -> np.ndarray:
        """Images, float (n, 28, 28) in [0, 1] -> z, float32 (n, latent_dim)."""
        return self._run("encode", images, (28, 28))[0]

    def decode(self, z: np.ndarray) -> np.ndarray:
        """z, float (n, latent_dim) -> images, float32 (n, 28, 28) in [0, 1]."""
        return self._run("decode", z, (self.latent_dim,))[0]

    def reconstruct(self, images: np.ndarray) -> np.ndarray:
        """decode(encode(images)): float32 (n, 28, 28) in [0, 1]."""
        return self._run("reconstruct", images, (28, 28))[1]

    def encode_and_reconstruct(self, images: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """z and decode(z) in one go: float32 (n, latent_dim) and (n, 28, 28)."""
        return self._run("reconstruct", images, (28, 28))

    def _run(self, name: str, inputs, shape: tuple) -> tuple[np.ndarray, ...]:
        inputs = np.asarray(inputs, np.float32)
        if inputs.ndim != len(shape) + 1 or inputs.shape[1:] != shape:
            wanted = ", ".join(map(str, shape))
            what = "z" if name == "decode" else "images"
            raise ValueError(f"{what} must have shape (n, {wanted}). Received: {inputs.shape}.")
        if not len(inputs):  # which the graphs refuse
            some = self._run(name, np.zeros((1, *shape), np.float32), shape)
            return tuple(part[:0] for part in some)
        with self._compiling:
            function = self._functions[name]
        if len(inputs) <= _CHUNK:
            return function(inputs)
        chunks = [inputs[start : start + _CHUNK] for start in range(0, len(inputs), _CHUNK)]
        return tuple(map(np.concatenate, zip(*_chunks.map(function, chunks), strict=True)))

    @cached_property
    def _functions(self) -> dict:
        """Graphs with fixed signatures: ``model.predict`` costs tens of milliseconds a call."""
        import tensorflow as tf

        def graph(call, *shape):
            signature = tf.TensorSpec((None, *shape), tf.float32)
            return tf.function(call, input_signature=[signature]).get_concrete_function()

        def encode(images):
            return (self.encoder(images, training=False),)

        def decode(z):
            return (self.decoder(z, training=False),)

        def reconstruct(images):
            z = encode(images)
            return z + decode(*z)

        def on_arrays(concrete):
            return lambda array: tuple(part.numpy() for part in concrete(tf.constant(array)))

        return {
            "encode": on_arrays(graph(encode, 28, 28)),
            "decode": on_arrays(graph(decode, self.latent_dim)),
            "reconstruct": on_arrays(graph(reconstruct, 28, 28)),
        }


def _compress(path: Path) -> None:
    """Pack the parts of a .keras file more tightly; Keras itself leaves them as they are."""
    with zipfile.ZipFile(path) as archive:
        parts = [(item.filename, archive.read(item)) for item in archive.infolist()]
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for name, data in parts:
            archive.writestr(name, data)


def _shapes(model: keras.Model) -> tuple[tuple, tuple]:
    """Input and output shape of a model without the batch."""
    return tuple(model.input_shape[1:]), tuple(model.output_shape[1:])
