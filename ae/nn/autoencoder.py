"""A trained encoder and decoder with methods on NumPy arrays."""

from __future__ import annotations

import hashlib
import os
import tempfile
import threading
import zipfile
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    import keras
    import tensorflow as tf

# Images at a time, so that the widest layers of a chunk stay in the processor's cache.
_CHUNK = 250
_chunks = ThreadPoolExecutor(os.cpu_count() or 1, thread_name_prefix="chunk")


class Autoencoder:
    """A trained network that encodes and decodes images; see ``ae.nn.base.Model``.

    Threads may share one, as long as nobody changes its weights.

    Parameters
    ----------
    encoder : keras.Model
        From images (n, 28, 28) to latent vectors (n, latent_dim).
    decoder : keras.Model
        From latent vectors (n, latent_dim) to images (n, 28, 28).
    z_log_var : keras.Model, optional
        Of a VAE, whose encoder gives z_mean: from images to the logarithms of the variances of
        q(z | image), (n, latent_dim). It has the encoder's layers, but for its last one.

    Attributes
    ----------
    latent_dim : int
        Number of latent dimensions.

    Raises
    ------
    ValueError
        If the models have other shapes.
    """

    def __init__(
        self, encoder: keras.Model, decoder: keras.Model, z_log_var: keras.Model | None = None
    ) -> None:
        shapes = [*_shapes(encoder), *_shapes(decoder)]
        if len(shapes[1]) != 1 or shapes != [(28, 28), shapes[1], shapes[1], (28, 28)]:
            raise ValueError(
                "The encoder must map images (28, 28) to z (latent_dim,), and the decoder back. "
                f"Received: {' -> '.join(map(str, shapes))}."
            )
        if z_log_var is not None and _shapes(z_log_var) != _shapes(encoder):
            raise ValueError(
                "z_log_var must have the shapes of the encoder. "
                f"Received: {' -> '.join(map(str, _shapes(z_log_var)))}."
            )
        self.encoder = encoder
        self.decoder = decoder
        self.z_log_var = z_log_var
        self.latent_dim = shapes[1][0]
        self._compiling = threading.Lock()

    @classmethod
    def load(cls, path: str | os.PathLike) -> Autoencoder:
        """Load a file that ``save`` wrote.

        Raises
        ------
        ValueError, OSError
            If the file is missing, damaged or of another kind.
        """
        import keras

        model: Any = keras.saving.load_model(path, compile=False, safe_mode=True)
        return cls.from_parts(model)

    @classmethod
    def from_parts(cls, model: keras.Model) -> Autoencoder:
        """Return the autoencoder of a loaded Keras model, by the names of its parts.

        The z_log_var of a VAE may be missing: files of earlier versions have none.

        Raises
        ------
        ValueError
            If it lacks the other parts, or one of them is of another kind.
        """
        from ae.nn.networks import with_head

        encoder, decoder = model.get_layer("encoder"), model.get_layer("decoder")
        loaded = [layer for layer in model.layers if layer.name == "z_log_var"]
        return cls(encoder, decoder, with_head(encoder, loaded[0]) if loaded else None)

    def save(self, path: str | os.PathLike) -> None:
        """Write one functional Keras model with the named parts "encoder" and "decoder".

        That of a VAE has a third one, "z_log_var", which is the model's second output.
        ``keras.saving.load_model`` reads the file in any notebook, without this package.
        """
        from ae.nn.networks import join, join_all, with_own_decoder
        from ae.system.files import replacing

        if self.z_log_var is None:
            joined = join(with_own_decoder(self.encoder, self.decoder), self.decoder)
        else:
            joined = join_all(self.encoder, self.decoder, self.z_log_var)
        with replacing(path) as temporary:
            joined.save(temporary)
            _compress(temporary)

    def round_to_half_precision(self) -> None:
        """Round every weight to the 11 significant bits of a half-precision number, in place.

        The relative error of a weight is then at most 2**-11, and ``save`` writes a file of about
        half the size. Call it before anybody else uses the model.
        """
        for variable in [*self.variables, *self.head_variables]:
            mantissa, exponent = np.frexp(variable.numpy())
            variable.assign(np.ldexp(np.rint(mantissa * 2048) / 2048, exponent))

    def decoder_file(self) -> bytes:
        """Return the decoder alone as a .keras file, which is all that a receiver of z needs."""
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder, "decoder.keras")
            self.decoder.save(path)
            return path.read_bytes()

    @property
    def parameters(self) -> int:
        """Number of parameters of encoder and decoder together."""
        # An encoder that refines its latent vector contains the decoder, which counts once.
        within = any(layer.name == "decoder" for layer in self.encoder.layers)
        return self.encoder.count_params() + (0 if within else self.decoder.count_params())

    @property
    def variables(self) -> list[keras.Variable]:
        """Weights of the reconstruction, each once: the encoder's, then the decoder's."""
        shared = {id(variable) for variable in self.encoder.weights}
        own = [variable for variable in self.decoder.weights if id(variable) not in shared]
        return [*self.encoder.weights, *own]

    @property
    def head_variables(self) -> list[keras.Variable]:
        """The weights that a VAE's z_log_var has for itself."""
        return self.z_log_var.layers[-1].weights if self.z_log_var else []

    @property
    def fingerprint(self) -> bytes:
        """The first 16 bytes of the SHA-256 of the weights."""
        return self._fingerprint  # a cached property does not fit the protocol of all models

    @cached_property
    def _fingerprint(self) -> bytes:
        digest = hashlib.sha256()
        for weights in [*self.encoder.get_weights(), *self.decoder.get_weights()]:
            digest.update(repr(weights.shape).encode())
            digest.update(np.ascontiguousarray(weights, "<f4").tobytes())
        return digest.digest()[:16]

    def encode(self, images: np.ndarray) -> np.ndarray:
        """Return the latent vectors of images, float (n, 28, 28): float32 (n, latent_dim)."""
        return self._run("encode", images, (28, 28))[0]

    def decode(self, z: np.ndarray) -> np.ndarray:
        """Return the images of z, float (n, latent_dim): float32 (n, 28, 28)."""
        return self._run("decode", z, (self.latent_dim,))[0]

    def reconstruct(self, images: np.ndarray) -> np.ndarray:
        """Return decode(encode(images)): float32 (n, 28, 28)."""
        return self._run("reconstruct", images, (28, 28))[1]

    def encode_and_reconstruct(self, images: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return z and decode(z) in one call: float32 (n, latent_dim) and (n, 28, 28)."""
        z, reconstructions = self._run("reconstruct", images, (28, 28))
        return z, reconstructions

    def _run(self, name: str, inputs: np.ndarray, shape: tuple[int, ...]) -> tuple[np.ndarray, ...]:
        inputs = np.asarray(inputs, np.float32)
        if inputs.ndim != len(shape) + 1 or inputs.shape[1:] != shape:
            wanted = ", ".join(map(str, shape))
            what = "z" if name == "decode" else "images"
            raise ValueError(f"{what} must have shape (n, {wanted}). Received: {inputs.shape}.")
        if not len(inputs):  # the graphs do not accept an empty batch
            some = self._run(name, np.zeros((1, *shape), np.float32), shape)
            return tuple(part[:0] for part in some)
        with self._compiling:
            function = self._functions[name]
        if len(inputs) <= _CHUNK:
            return function(inputs)
        chunks = [inputs[start : start + _CHUNK] for start in range(0, len(inputs), _CHUNK)]
        return tuple(map(np.concatenate, zip(*_chunks.map(function, chunks), strict=True)))

    @cached_property
    def _functions(self) -> dict[str, Callable[[np.ndarray], tuple[np.ndarray, ...]]]:
        """Graphs with fixed signatures: a call of ``model.predict`` takes tens of milliseconds."""
        import tensorflow as tf

        def graph(call: Callable[[tf.Tensor], tuple[tf.Tensor, ...]], *shape: int) -> Any:
            signature = tf.TensorSpec((None, *shape), tf.float32)
            return tf.function(call, input_signature=[signature]).get_concrete_function()

        def encode(images: tf.Tensor) -> tuple[tf.Tensor, ...]:
            return (self.encoder(images, training=False),)

        def decode(z: tf.Tensor) -> tuple[tf.Tensor, ...]:
            return (self.decoder(z, training=False),)

        def reconstruct(images: tf.Tensor) -> tuple[tf.Tensor, ...]:
            z = encode(images)
            return z + decode(*z)

        def on_arrays(concrete: Any) -> Callable[[np.ndarray], tuple[np.ndarray, ...]]:
            return lambda array: tuple(part.numpy() for part in concrete(tf.constant(array)))

        return {
            "encode": on_arrays(graph(encode, 28, 28)),
            "decode": on_arrays(graph(decode, self.latent_dim)),
            "reconstruct": on_arrays(graph(reconstruct, 28, 28)),
        }


def _compress(path: Path) -> None:
    """Compress the parts of a .keras file, which Keras stores uncompressed."""
    with zipfile.ZipFile(path) as archive:
        parts = [(item.filename, archive.read(item)) for item in archive.infolist()]
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for name, data in parts:
            archive.writestr(name, data)


def _shapes(model: keras.Model) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """Return input and output shape of a model without the batch axis."""
    return tuple(model.input_shape[1:]), tuple(model.output_shape[1:])
