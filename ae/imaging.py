"""Image arrays -> picture arrays for the screen: tiles, and differences in two colours."""

from __future__ import annotations

import base64
import io
from collections.abc import Sequence

import numpy as np

# Blue where the reconstruction is too dark, orange where it is too bright: told apart by all
# common kinds of colour blindness, and black where there is no difference.
_TOO_DARK = np.array([0.30, 0.62, 1.0], np.float32)
_TOO_BRIGHT = np.array([1.0, 0.60, 0.10], np.float32)
_GHOST = np.array([0.12, 0.34, 0.80], np.float32)
_GAP = 2  # pixels of a digit between the parts of a tile


def difference(images: np.ndarray, reconstructions: np.ndarray) -> np.ndarray:
    """Where and which way the reconstruction is off: float32 (n, 28, 28, 3) in [0, 1].

    images, reconstructions : float (n, 28, 28). Blue is too dark, orange too bright; full colour
    is a difference of half of white or more, on one scale for all images.
    """
    signed = np.clip(2 * (reconstructions - images), -1, 1)[..., None]
    return np.where(signed < 0, -signed * _TOO_DARK, signed * _TOO_BRIGHT).astype(np.float32)


def ghosted(image: np.ndarray, original: np.ndarray) -> np.ndarray:
    """A picture with another behind it in dark blue: float32 (28, 28, 3) in [0, 1].

    image, original : float (28, 28) in [0, 1].
    """
    behind = np.asarray(original, np.float32)[..., None] * _GHOST
    return np.maximum(np.asarray(image, np.float32)[..., None], behind)


def row(images: list[np.ndarray], side: int) -> np.ndarray:
    """Pictures side by side, their pixels enlarged to fill ``side``: uint8 (side, width).

    images : float arrays (h, h), clipped to [0, 1], whose h divides ``side``.
    """
    gap = np.ones((side, side // 20))
    parts = []
    for image in images:
        zoom = side // len(image)
        parts += [np.clip(image, 0, 1).repeat(zoom, axis=0).repeat(zoom, axis=1), gap]
    return np.rint(np.concatenate(parts[:-1], axis=1) * 255).astype(np.uint8)


def tiles(parts: list[np.ndarray], zoom: int = 4) -> list[np.ndarray]:
    """One tall picture per image, its parts one above the other, pixels enlarged.

    parts : arrays (n, 28, 28) or (n, 28, 28, 3), values clipped to [0, 1], equal n.
    Returns n arrays, uint8 (height, 30 * zoom, 4); the gaps between the parts, and to the next
    tile on the right, are transparent.
    """
    count = len(parts[0])
    rows = []
    for part in parts:
        part = np.asarray(part, np.float32)
        colour = part if part.ndim == 4 else np.repeat(part[..., None], 3, axis=3)
        opaque = np.concatenate([colour, np.ones((*colour.shape[:3], 1), np.float32)], axis=3)
        rows += [opaque, np.zeros((count, _GAP, colour.shape[2], 4), np.float32)]
    pixels = np.concatenate(rows[:-1], axis=1)
    pixels = np.pad(pixels, ((0, 0), (0, 0), (0, _GAP), (0, 0)))
    pixels = np.rint(np.clip(pixels, 0, 1) * 255).astype(np.uint8)
    return list(pixels.repeat(zoom, axis=1).repeat(zoom, axis=2))


def sheet(images: np.ndarray, columns: int) -> bytes:
    """Many small pictures as one PNG file of 16 grey levels, row by row, without gaps.

    images : float (n, 28, 28), clipped to [0, 1]; what the last row lacks is black. 16 levels
    make the file half as large as 256 do.
    """
    from PIL import Image

    rows = -(-len(images) // columns)
    levels = np.zeros((rows * columns, *images.shape[1:]), np.uint8)
    levels[: len(images)] = np.rint(np.clip(images, 0, 1) * 15)
    height, width = images.shape[1:]
    pixels = levels.reshape(rows, columns, height, width).transpose(0, 2, 1, 3)
    picture = Image.fromarray(pixels.reshape(rows * height, columns * width))
    picture.putpalette([17 * level for level in range(16) for _ in range(3)])
    file = io.BytesIO()
    picture.save(file, "PNG", bits=4)
    return file.getvalue()


def mosaic(images: np.ndarray, columns: int, zoom: int = 1, gap: int = 0) -> np.ndarray:
    """Pictures in rows of ``columns``: uint8 (height, width), gaps and what is missing black.

    images : float (n, h, w), clipped to [0, 1]. gap : black pixels right of and below each.
    """
    rows, (height, width) = -(-len(images) // columns), images.shape[1:]
    padded = np.zeros((rows * columns, height + gap, width + gap), np.uint8)
    padded[: len(images), :height, :width] = np.rint(np.clip(images, 0, 1) * 255)
    whole = padded.reshape(rows, columns, height + gap, width + gap).transpose(0, 2, 1, 3)
    pixels = whole.reshape(rows * (height + gap), columns * (width + gap))
    return pixels.repeat(zoom, axis=0).repeat(zoom, axis=1)


def labelled_rows(rows: np.ndarray, labels: Sequence[str], blocks: int = 1) -> np.ndarray:
    """Rows of digits with a label left of each, in blocks side by side: uint8 (height, width, 4).

    rows : float (n, steps, 28, 28), clipped to [0, 1]. labels : n short texts. The labels are
    grey on nothing, so that they can be read on light and on dark.
    """
    from PIL import Image, ImageDraw, ImageFont

    zoom, margin, gap = 2, 60, 24
    lines = -(-len(rows) // blocks)
    width = margin + 28 * zoom * rows.shape[1] + gap
    height = (28 * zoom) + _GAP * zoom
    picture = Image.new("RGBA", (width * blocks - gap, height * lines))
    pen, font = ImageDraw.Draw(picture), ImageFont.load_default(20)
    for index, (row, label) in enumerate(zip(rows, labels, strict=True)):
        left, top = index // lines * width, index % lines * height
        pen.text((left, top + 14 * zoom), label, (128, 128, 128, 255), font, anchor="lm")
        digits = Image.fromarray(mosaic(row, len(row), zoom))
        picture.paste(digits.convert("RGBA"), (left + margin, top))
    return np.asarray(picture)


def gif(images: np.ndarray, zoom: int = 8, milliseconds: int = 80) -> bytes:
    """A film as a GIF file that goes there and back without end.

    images : float (n, h, w), clipped to [0, 1]. milliseconds : each picture stands so long.
    """
    from PIL import Image

    frames = [*images, *images[-2:0:-1]]
    pictures = [Image.fromarray(mosaic(frame[None], 1, zoom)) for frame in frames]
    file = io.BytesIO()
    pictures[0].save(
        file, "GIF", save_all=True, append_images=pictures[1:], duration=milliseconds, loop=0
    )
    return file.getvalue()


def framed(image: np.ndarray, side: int, zoom: int) -> np.ndarray:
    """A picture with its pixels enlarged, in the middle of a square whose rest is transparent.

    image : float (h, w), clipped to [0, 1], at most ``side`` pixels after enlarging by ``zoom``.
    Returns uint8 (side, side, 4).
    """
    big = np.asarray(image).repeat(zoom, axis=0).repeat(zoom, axis=1)
    frame = np.zeros((side, side, 4), np.uint8)
    top, left = ((side - length) // 2 for length in big.shape)
    inside = frame[top : top + big.shape[0], left : left + big.shape[1]]
    inside[..., :3] = np.rint(np.clip(big, 0, 1) * 255)[..., None]
    inside[..., 3] = 255
    return frame


def png(pixels: np.ndarray, compress_level: int = 6) -> bytes:
    """A PNG file of float pixels, clipped to [0, 1], or uint8 ones: (h, w), (h, w, 3 or 4).

    compress_level : zlib's, 0 to 9. 9 takes ten times as long as 6 for a sixth less.
    """
    from PIL import Image

    if pixels.dtype != np.uint8:
        pixels = np.rint(np.clip(pixels, 0, 1) * 255).astype(np.uint8)
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, "PNG", compress_level=compress_level)
    return file.getvalue()


def data_uri(pixels: np.ndarray) -> str:
    """The PNG as an address that holds the picture itself: nothing has to be fetched for it."""
    return "data:image/png;base64," + base64.b64encode(png(pixels, compress_level=1)).decode()
