"""Pictures as a few bytes: codes, quantized and entropy coded, in a file with a checked header.

    statistics = quantizer.measure(model, data.x_train[:5000])
    quantizer = statistics.quantizer(bits=6)
    message = compress(images, model, quantizer)     # about 18 bytes a digit with conv-32
    rebuilt = decompress(message, model)             # float32 (n, 28, 28)

The file, all numbers little-endian:

    header   magic "AEZ\\x1a", version, bits, height, width (1 byte each), latent_dim (2),
             number of images (8), the model's identity (16)
    table    for each dimension of the code: centre and step (float32 each), spread in 1/256 (2)
    check    CRC-32 of all so far (4)
    blocks   of 4096 images, the last of what is left: length (4), rANS bytes, CRC-32 (4),
             which goes on from the one before, so that no block can be lost, doubled or moved
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
from ae.errors import CodecError
from ae.nn.base import Model

MAGIC = b"AEZ\x1a"
VERSION = 1
BLOCK = 4096  # images coded at a time, which bounds the memory whatever the file's size
SIDE = 28

_HEADER = struct.Struct("<4sBBBBHQ16s")
_NUMBER = struct.Struct("<I")
_LARGEST_CODE = 256


@dataclass(frozen=True, eq=False)
class Header:
    """The beginning of a file: how many images, of which model, quantized how."""

    count: int
    identity: bytes
    quantizer: Quantizer

    @property
    def latent_dim(self) -> int:
        return len(self.quantizer.table)

    def to_bytes(self) -> bytes:
        head = _HEADER.pack(
            MAGIC,
            VERSION,
            self.quantizer.bits,
            SIDE,
            SIDE,
            self.latent_dim,
            self.count,
            self.identity,
        )
        return head + self.quantizer.table.tobytes()


def header_size(latent_dim: int) -> int:
    """Bytes of a file that do not depend on its images: header, table and their checksum."""
    return _HEADER.size + latent_dim * TABLE.itemsize + _NUMBER.size


def write(
    file: BinaryIO,
    batches: Iterable[np.ndarray],
    count: int,
    model: Model,
    quantizer: Quantizer,
) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Write images as they come, and yield each block with what will be rebuilt from it.

    batches : float32 (any, 28, 28) in [0, 1], ``count`` images in all.
    Yields (images, rebuilt), both float32 (at most 4096, 28, 28), once the block is in the file.
    The file is whole when the iterator is exhausted. Raises ValueError if ``batches`` holds
    another number of images.
    """
    header = Header(count, model.identity, quantizer).to_bytes()
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
        yield images, _rebuild(model, quantizer, levels)
    if written != count:
        raise ValueError(f"Expected {count} images in all. Received: {written}.")


def read_header(file: BinaryIO) -> Header:
    """Read and check the beginning of a file. Raises CodecError that says what is wrong."""
    return _read_header(file)[0]


def read(file: BinaryIO, model: Model) -> Iterator[np.ndarray]:
    """Rebuild a file's images block by block: float32 (at most 4096, 28, 28) in [0, 1].

    Raises CodecError if the file is damaged, cut, from a later version or of another model. What
    was yielded until then is as it was sent.
    """
    header, check = _read_header(file)
    require_model(header, model)
    for levels in _read_blocks(file, header, check):
        yield _rebuild(model, header.quantizer, levels)


def require_model(header: Header, model: Model) -> None:
    """Raise CodecError unless the file was written with this model."""
    if header.identity != model.identity or header.latent_dim != model.latent_dim:
        raise CodecError(
            f"This file was written with another model: its identity is {header.identity.hex()}, "
            f"this model's is {model.identity.hex()}. Choose the model that wrote it."
        )


def find_model(
    header: Header, names: Iterable[str], load: Callable[[str], Model]
) -> tuple[str, Model]:
    """The name and the model, among ``names``, that wrote the file. Raises CodecError if none."""
    for name in names:
        model = load(name)
        if model.identity == header.identity:
            return name, model
    raise CodecError(
        f"No model here has the identity {header.identity.hex()} that wrote this file. "
        "Copy that model into the models folder."
    )


def compress(images: np.ndarray, model: Model, quantizer: Quantizer) -> bytes:
    """A whole file in memory from images, float (n, 28, 28) in [0, 1]."""
    file = io.BytesIO()
    for _ in write(file, [images], len(images), model, quantizer):
        pass
    return file.getvalue()


def decompress(data: bytes, model: Model) -> np.ndarray:
    """The images of a whole file: float32 (n, 28, 28) in [0, 1]. Raises CodecError as ``read``."""
    blocks = list(read(io.BytesIO(data), model))
    return np.concatenate(blocks) if blocks else np.zeros((0, SIDE, SIDE), np.float32)


def _blocks(batches: Iterable[np.ndarray]) -> Iterator[np.ndarray]:
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


def _rebuild(model: Model, quantizer: Quantizer, levels: np.ndarray) -> np.ndarray:
    # PCA can leave [0, 1] a little; a picture cannot, and is nearer to the original clipped.
    with np.errstate(over="ignore", invalid="ignore"):  # a crafted table can hold any step
        images = np.clip(model.decode(quantizer.dequantize(levels)), 0, 1)
    if not np.isfinite(images).all():
        raise CodecError("This file holds codes that give no picture. It was not made by encoding.")
    return images


def _read_header(file: BinaryIO) -> tuple[Header, int]:
    head = file.read(_HEADER.size)
    if head[: len(MAGIC)] != MAGIC:
        raise CodecError("This is not a file of compressed pictures (.aez).")
    if len(head) > len(MAGIC) and head[len(MAGIC)] != VERSION:
        raise CodecError(
            f"This file has version {head[len(MAGIC)]} of the format, and this program reads "
            f"version {VERSION}. A newer version of the program may read it."
        )
    head += _take(file, _HEADER.size - len(head))
    _, _, bits, height, width, latent_dim, count, identity = _HEADER.unpack(head)
    if not 1 <= latent_dim <= _LARGEST_CODE:
        raise CodecError("This file is damaged: its header does not match its checksum.")
    table = _take(file, latent_dim * TABLE.itemsize)
    (check,) = _NUMBER.unpack(_take(file, _NUMBER.size))
    if check != zlib.crc32(head + table):
        raise CodecError("This file is damaged: its header does not match its checksum.")
    quantizer = Quantizer(bits, np.frombuffer(table, TABLE))
    finite = np.isfinite(quantizer.table["centre"]) & np.isfinite(quantizer.table["step"])
    if (height, width) != (SIDE, SIDE) or not finite.all():
        raise CodecError(
            f"Expected pictures of {SIDE}×{SIDE} with a table of finite numbers. "
            f"Received: {height}×{width}. Another program must have written this file."
        )
    return Header(count, identity, quantizer), check


def _read_blocks(file: BinaryIO, header: Header, check: int) -> Iterator[np.ndarray]:
    """The levels of each block: int32 (at most 4096, latent_dim)."""
    for start in range(0, header.count, BLOCK):
        count = min(BLOCK, header.count - start)
        head = _take(file, _NUMBER.size)
        (length,) = _NUMBER.unpack(head)
        # No number takes more than 16 bits, so a greater length is damage, and is not read.
        if length > 2 * count * header.latent_dim + 16:
            raise CodecError("This file is damaged: the length of a block is impossible.")
        payload = _take(file, length)
        check = zlib.crc32(head + payload, check)
        if _NUMBER.unpack(_take(file, _NUMBER.size)) != (check,):
            raise CodecError(
                f"This file is damaged in pictures {start + 1} to {start + count}: "
                "they do not match their checksum."
            )
        try:
            yield header.quantizer.unpack(payload, count)
        except rans.EntropyError as error:
            raise CodecError(f"This file is damaged: {error}") from error
    if file.read(1):
        raise CodecError("This file is damaged: something follows its last picture.")


def _take(file: BinaryIO, size: int) -> bytes:
    data = file.read(size)
    if len(data) < size:
        raise CodecError("This file is cut short. Fetch or copy it again.")
    return data
