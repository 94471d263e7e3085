"""The .aez file format: latent vectors, quantized and entropy coded, with checksums.

    calibration = quantizer.measure(model, data.x_train[:5000])
    file = compress(images, model, calibration.quantizer(bits=6))  # conv-32: 18 bytes an image
    reconstructions = decompress(file, model)  # float32 (n, 28, 28)

The file consists of the following parts. All numbers are little-endian.

    header   magic "AEZ\\x1a", version, bits, height, width (1 byte each), latent_dim (2),
             number of images (8), fingerprint of the model (16)
    table    for each latent dimension: centre and step (float32 each), and the standard deviation
             in steps, times 256 (2 bytes)
    check    CRC-32 of all bytes so far (4)
    blocks   of 4096 images, or what is left in the last one: length (4), rANS bytes, CRC-32 (4).
             Each CRC-32 continues the one before, so that a lost, repeated or moved block is found.
"""

from __future__ import annotations

import io
import struct
import zlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import BinaryIO

import numpy as np

from ae.compression import rans
from ae.compression.quantizer import TABLE, Quantizer
from ae.config import MOST_IMPORTED_LATENT_DIMS
from ae.errors import CodecError
from ae.nn.base import Model

MAGIC = b"AEZ\x1a"
VERSION = 1
BLOCK = 4096  # images coded at a time, which limits the memory for files of any size
SIDE = 28

_HEADER = struct.Struct("<4sBBBBHQ16s")
_NUMBER = struct.Struct("<I")


@dataclass(frozen=True, eq=False)
class Header:
    """The beginning of a file.

    Attributes
    ----------
    count : int
        Number of images.
    fingerprint : bytes
        Of the model that wrote the file.
    quantizer : Quantizer
    """

    count: int
    fingerprint: bytes
    quantizer: Quantizer

    @property
    def latent_dim(self) -> int:
        """Number of latent dimensions."""
        return len(self.quantizer.table)

    def to_bytes(self) -> bytes:
        """Return header and table as they stand in the file."""
        head = _HEADER.pack(
            MAGIC,
            VERSION,
            self.quantizer.bits,
            SIDE,
            SIDE,
            self.latent_dim,
            self.count,
            self.fingerprint,
        )
        return head + self.quantizer.table.tobytes()


def header_size(latent_dim: int) -> int:
    """Return the number of bytes of header, table and their checksum."""
    return _HEADER.size + latent_dim * TABLE.itemsize + _NUMBER.size


def overhead(latent_dim: int, count: int) -> int:
    """Return the number of bytes of a file of ``count`` images that are not their latent vectors.

    These are the header and, for each block, its length and checksum.
    """
    blocks = -(-count // BLOCK)
    return header_size(latent_dim) + blocks * 2 * _NUMBER.size


def write(
    file: BinaryIO,
    batches: Iterable[np.ndarray],
    count: int,
    model: Model,
    quantizer: Quantizer,
) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Write images block by block.

    The file is complete when the iterator is exhausted.

    Parameters
    ----------
    file : binary file
        Open for writing.
    batches : iterable of float32 arrays of shape (any, 28, 28), values in [0, 1]
    count : int
        Number of images in all batches together.
    model : Model
    quantizer : Quantizer

    Yields
    ------
    images, reconstructions : float32 arrays of shape (at most 4096, 28, 28)
        Each block that has been written, and what a reader will get for it.

    Raises
    ------
    ValueError
        If ``batches`` contain another number of images.
    """
    header = Header(count, model.fingerprint, quantizer).to_bytes()
    check = zlib.crc32(header)
    file.write(header + _NUMBER.pack(check))
    written = 0
    for images in _blocks(batches):
        written += len(images)
        levels = quantizer.quantize(model.encode(images))
        payload = quantizer.pack(levels)
        block = _NUMBER.pack(len(payload)) + payload
        check = zlib.crc32(block, check)
        file.write(block + _NUMBER.pack(check))
        yield images, _reconstruct(model, quantizer, levels)
    if written != count:
        raise ValueError(f"Expected {count} images in all. Received: {written}.")


def read_header(file: BinaryIO) -> Header:
    """Read and check the beginning of a file.

    Raises
    ------
    CodecError
        If the file is damaged, from a later version or of another kind.
    """
    return _read_header(file)[0]


def read(file: BinaryIO, model: Model) -> Iterator[np.ndarray]:
    """Reconstruct the images of a file block by block.

    Yields
    ------
    float32 array of shape (at most 4096, 28, 28), values in [0, 1]

    Raises
    ------
    CodecError
        If the file is damaged, incomplete, from a later version or of another model. Blocks that
        were yielded before are correct.
    """
    header, check = _read_header(file)
    require_model(header, model)
    for levels in _read_blocks(file, header, check):
        yield _reconstruct(model, header.quantizer, levels)


def require_model(header: Header, model: Model) -> None:
    """Raise CodecError unless the file was written with this model."""
    if header.fingerprint != model.fingerprint or header.latent_dim != model.latent_dim:
        raise CodecError(
            "This file was written with another model. Expected the fingerprint "
            f"{header.fingerprint.hex()}. Received: {model.fingerprint.hex()}. "
            "Choose the model that wrote the file."
        )


def find_model(
    header: Header, names: Iterable[str], load: Callable[[str], Model]
) -> tuple[str, Model]:
    """Return name and model of the one among ``names`` that wrote a file.

    Raises
    ------
    CodecError
        If none of them wrote the file.
    """
    for name in names:
        model = load(name)
        if model.fingerprint == header.fingerprint:
            return name, model
    raise CodecError(
        f"This file was written by a model with the fingerprint {header.fingerprint.hex()}. No "
        "model here has it. Copy that model into the models folder."
    )


def compress(images: np.ndarray, model: Model, quantizer: Quantizer) -> bytes:
    """Return images, float (n, 28, 28) with values in [0, 1], as a file; see ``write``."""
    file = io.BytesIO()
    for _ in write(file, [images], len(images), model, quantizer):
        pass
    return file.getvalue()


def decompress(data: bytes, model: Model) -> np.ndarray:
    """Return the images of a file, float32 (n, 28, 28) with values in [0, 1]; see ``read``."""
    blocks = list(read(io.BytesIO(data), model))
    return np.concatenate(blocks) if blocks else np.zeros((0, SIDE, SIDE), np.float32)


def _blocks(batches: Iterable[np.ndarray]) -> Iterator[np.ndarray]:
    """Yield the images of batches of any size in blocks of 4096; the last may be smaller."""
    waiting: list[np.ndarray] = []
    for batch in batches:
        waiting.append(np.asarray(batch, np.float32))
        if sum(map(len, waiting)) >= BLOCK:
            images = np.concatenate(waiting)
            whole = len(images) - len(images) % BLOCK
            for start in range(0, whole, BLOCK):
                yield images[start : start + BLOCK]
            waiting = [images[whole:]]
    if sum(map(len, waiting)):
        yield np.concatenate(waiting)


def _reconstruct(model: Model, quantizer: Quantizer, levels: np.ndarray) -> np.ndarray:
    # The output of PCA can leave [0, 1]. An image cannot, so clipping reduces the error.
    with np.errstate(over="ignore", invalid="ignore"):  # a forged table can contain any step
        images = np.clip(model.decode(quantizer.dequantize(levels)), 0, 1)
    if not np.isfinite(images).all():
        raise CodecError(
            "The values in this file cannot be decoded to images. It was not written by this "
            "program, or it was changed."
        )
    return images


def _read_header(file: BinaryIO) -> tuple[Header, int]:
    head = file.read(_HEADER.size)
    if head[: len(MAGIC)] != MAGIC:
        raise CodecError("Expected compressed images (.aez). Received: another kind of file.")
    if len(head) > len(MAGIC) and head[len(MAGIC)] != VERSION:
        raise CodecError(
            f"Expected version {VERSION} of the format. Received: version {head[len(MAGIC)]}. "
            "A newer version of this program may read the file."
        )
    head += _take(file, _HEADER.size - len(head))
    _, _, bits, height, width, latent_dim, count, fingerprint = _HEADER.unpack(head)
    if not 1 <= latent_dim <= MOST_IMPORTED_LATENT_DIMS:
        raise CodecError("This file is damaged: its header does not match its checksum.")
    table = _take(file, latent_dim * TABLE.itemsize)
    (check,) = _NUMBER.unpack(_take(file, _NUMBER.size))
    if check != zlib.crc32(head + table):
        raise CodecError("This file is damaged: its header does not match its checksum.")
    quantizer = Quantizer(bits, np.frombuffer(table, TABLE))
    finite = np.isfinite(quantizer.table["centre"]) & np.isfinite(quantizer.table["step"])
    if (height, width) != (SIDE, SIDE) or not finite.all():
        raise CodecError(
            f"Expected images of {SIDE}×{SIDE} pixels and a table of finite numbers. Received: "
            f"images of {height}×{width} pixels, or a number that is not finite. The file was "
            "written by another program."
        )
    return Header(count, fingerprint, quantizer), check


def _read_blocks(file: BinaryIO, header: Header, check: int) -> Iterator[np.ndarray]:
    """Yield the levels of each block: int32 (at most 4096, latent_dim)."""
    for start in range(0, header.count, BLOCK):
        count = min(BLOCK, header.count - start)
        head = _take(file, _NUMBER.size)
        (length,) = _NUMBER.unpack(head)
        # No value takes more than 16 bits. A greater length is damage, and is not read.
        if length > 2 * count * header.latent_dim + 16:
            raise CodecError("This file is damaged: it states an impossible length of a block.")
        payload = _take(file, length)
        check = zlib.crc32(head + payload, check)
        if _NUMBER.unpack(_take(file, _NUMBER.size)) != (check,):
            raise CodecError(
                f"This file is damaged: images {start + 1} to {start + count} do not match their "
                "checksum."
            )
        try:
            yield header.quantizer.unpack(payload, count)
        except rans.EntropyError as error:
            raise CodecError(f"This file is damaged: {error}") from error
    if file.read(1):
        raise CodecError("This file is damaged: there are bytes after the last image.")


def _take(file: BinaryIO, size: int) -> bytes:
    """Read exactly ``size`` bytes."""
    data = file.read(size)
    if len(data) < size:
        raise CodecError("This file is incomplete. Download or copy it again.")
    return data
