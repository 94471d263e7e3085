"""A drawing as a short text in a link.

The first character is the number of bits of a pixel. The rest is base64url (RFC 4648, section 5)
of a zlib stream (RFC 1950, with a checksum). Most drawings take a few hundred characters with all
256 grey levels. If a drawing takes too many, it is written with fewer grey levels.
"""

from __future__ import annotations

import base64
import binascii
import re
import zlib

import numpy as np

SIDE = 56
LONGEST = 1600  # characters: the rest of 2,000 is for the address and the settings

_BITS = {"8": 8, "4": 4, "3": 3}  # from the first character to the bits of a pixel
_ALPHABET = re.compile(r"[A-Za-z0-9_-]*")


def pack_ink(image: np.ndarray) -> str:
    """Write a drawing as text.

    Parameters
    ----------
    image : float array of shape (56, 56), values in [0, 1], 1 is ink

    Returns
    -------
    str
        At most 1,600 characters of A-Z a-z 0-9 - _, with the most grey levels for which that is
        enough: 256, 16 or 8.

    Raises
    ------
    ValueError
        If ``image`` has another shape.
    """
    if np.shape(image) != (SIDE, SIDE):
        raise ValueError(f"image must have shape ({SIDE}, {SIDE}). Received: {np.shape(image)}.")
    text = ""
    for sign, bits in _BITS.items():
        levels = np.rint(np.clip(image, 0, 1) * (2**bits - 1)).astype(np.uint8)
        stream = zlib.compress(_bits_to_bytes(levels.ravel(), bits), 9)
        text = sign + base64.urlsafe_b64encode(stream).decode().rstrip("=")
        if len(text) <= LONGEST:
            break  # true for 3 bits: 1,176 bytes, which deflate lengthens by at most 11
    return text


def unpack_ink(text: str) -> np.ndarray:
    """Read a drawing from text that ``pack_ink`` wrote.

    Returns
    -------
    float32 array of shape (56, 56), values in [0, 1]

    Raises
    ------
    ValueError
        If the text is incomplete or changed.
    """
    bad = ValueError(
        f"The link must contain a complete drawing. Received: {len(text)} characters that are "
        "not one. Copy the whole link again."
    )
    bits = _BITS.get(text[:1])
    if bits is None or len(text) > LONGEST or not _ALPHABET.fullmatch(text):
        raise bad
    size = SIDE * SIDE * bits // 8
    try:
        stream = base64.urlsafe_b64decode(text[1:] + "=" * (-len(text[1:]) % 4))
        inflater = zlib.decompressobj()
        packed = inflater.decompress(stream, size + 1)  # never more, whatever the stream claims
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
