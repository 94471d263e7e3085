"""A drawing as a short text for a link, and back.

The text is a digit for the number of grey levels and then base64url (RFC 4648, section 5) of a
zlib stream (RFC 1950, with its checksum): most drawings keep all 256 levels in a few hundred
characters. What does not fit is written with fewer, down to a fixed length for any drawing.
"""

from __future__ import annotations

import base64
import binascii
import re
import zlib

import numpy as np

SIDE = 56
LONGEST = 1600  # characters; what is left of 2,000 is for the address and the settings

_BITS = {"8": 8, "4": 4, "3": 3}  # the first character -> bits of a pixel
_ALPHABET = re.compile(r"[A-Za-z0-9_-]*")


def pack_ink(image: np.ndarray) -> str:
    """Write ink, float (56, 56) in [0, 1], as at most 1,600 characters of A-Z a-z 0-9 - _.

    As many grey levels are kept as fit: 256, 16 or 8. Raises ValueError for another shape.
    """
    if np.shape(image) != (SIDE, SIDE):
        raise ValueError(f"image must have shape ({SIDE}, {SIDE}). Received: {np.shape(image)}.")
    for sign, bits in _BITS.items():
        levels = np.rint(np.clip(image, 0, 1) * (2**bits - 1)).astype(np.uint8)
        stream = zlib.compress(_bits_to_bytes(levels.ravel(), bits), 9)
        text = sign + base64.urlsafe_b64encode(stream).decode().rstrip("=")
        if len(text) <= LONGEST:
            break  # 3 bits always fit: 1,176 bytes, which deflate lengthens by 11 at most
    return text


def unpack_ink(text: str) -> np.ndarray:
    """Read what ``pack_ink`` wrote: float32 (56, 56) in [0, 1]. Raises ValueError if cut or bad."""
    bad = ValueError(
        f"The drawing in a link must be as pack_ink writes it. Received: {len(text)} characters "
        "that are not. Copy the whole link."
    )
    bits = _BITS.get(text[:1])
    if bits is None or len(text) > LONGEST or not _ALPHABET.fullmatch(text):
        raise bad
    size = SIDE * SIDE * bits // 8
    try:
        stream = base64.urlsafe_b64decode(text[1:] + "=" * (-len(text[1:]) % 4))
        inflater = zlib.decompressobj()
        packed = inflater.decompress(stream, size + 1)  # no bomb: never more than this
    except (binascii.Error, zlib.error) as error:
        raise bad from error
    if len(packed) != size or not inflater.eof or inflater.unused_data:
        raise bad
    levels = _bytes_to_bits(packed, bits)
    return (levels.reshape(SIDE, SIDE) / (2**bits - 1)).astype(np.float32)


def _bits_to_bytes(levels: np.ndarray, bits: int) -> bytes:
    return np.packbits(np.unpackbits(levels[:, None], axis=1)[:, 8 - bits :]).tobytes()


def _bytes_to_bits(packed: bytes, bits: int) -> np.ndarray:
    unpacked = np.unpackbits(np.frombuffer(packed, np.uint8)).reshape(-1, bits)
    return np.packbits(np.pad(unpacked, ((0, 0), (8 - bits, 0))), axis=1)[:, 0]
