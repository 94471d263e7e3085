"""Arrays of images to pictures for the screen: tiles, contact sheets, differences, PNG and GIF."""

from __future__ import annotations

import base64
import io
from collections.abc import Sequence

import numpy as np

# What colours mean in pictures, RGB in [0, 1]; ae/ui/components/base.css has OWN for the pages.
# Their lightness says the same as their hue: people with any kind of colour blindness can tell
# them apart, and so can a printer without colours.
BRIGHTER = np.array([1.0, 0.78, 0.32], np.float32)  # orange
UNCHANGED = np.array([0.44, 0.44, 0.44], np.float32)  # grey
DARKER = np.array([0.0, 0.08, 0.40], np.float32)  # blue
OWN = np.array([0.0, 0.50, 0.38], np.float32)  # green: the original, and what one has drawn
_GAP = 2  # pixels of an image between the parts of a tile


def to_bytes(images: np.ndarray) -> np.ndarray:
    """Return images as 256 grey levels.

    Parameters
    ----------
    images : float array of any shape
        Values in [0, 1]; others are clipped.

    Returns
    -------
    uint8 array of the same shape
    """
    return np.rint(np.clip(images, 0, 1) * 255).astype(np.uint8)


def difference(images: np.ndarray, reconstructions: np.ndarray) -> np.ndarray:
    """Show where a reconstruction is too dark (blue), too bright (orange) or right (grey).

    Parameters
    ----------
    images, reconstructions : float array of shape (n, 28, 28)

    Returns
    -------
    float32 array of shape (n, 28, 28, 3), values in [0, 1]
        A difference of 0.5 or more has the full colour. The scale is the same for all images.
    """
    signed = np.clip(2 * (reconstructions - images), -1, 1)[..., None]
    end = np.where(signed < 0, DARKER, BRIGHTER)
    return (UNCHANGED + np.abs(signed) * (end - UNCHANGED)).astype(np.float32)


def overlay(image: np.ndarray, original: np.ndarray) -> np.ndarray:
    """Show an image in white with another one behind it in green.

    Parameters
    ----------
    image, original : float array of shape (28, 28), values in [0, 1]

    Returns
    -------
    float32 array of shape (28, 28, 3), values in [0, 1]
    """
    behind = np.asarray(original, np.float32)[..., None] * OWN
    return np.maximum(np.asarray(image, np.float32)[..., None], behind)


def row(images: list[np.ndarray], side: int) -> np.ndarray:
    """Place square images of different sizes side by side, each enlarged to the same height.

    Parameters
    ----------
    images : list of float arrays of shape (h, h)
        Values are clipped to [0, 1]. Each h must divide ``side``.
    side : int
        Height of the result in pixels.

    Returns
    -------
    uint8 array of shape (side, width)
    """
    gap = np.ones((side, side // 20))
    parts = []
    for image in images:
        parts += [_enlarged(image, side // len(image)), gap]
    return to_bytes(np.concatenate(parts[:-1], axis=1))


def tiles(parts: list[np.ndarray], zoom: int = 4) -> list[np.ndarray]:
    """Stack several versions of each image, one above the other.

    Parameters
    ----------
    parts : list of float arrays of shape (n, 28, 28) or (n, 28, 28, 3)
        The versions, with the same n. Values are clipped to [0, 1].
    zoom : int
        Screen pixels for each pixel of an image, in both directions.

    Returns
    -------
    list of n uint8 arrays of shape (height, 30 * zoom, 4)
        RGBA. The gaps between the parts, and on the right, are transparent.
    """
    count = len(parts[0])
    rows = []
    for part in parts:
        part = np.asarray(part, np.float32)
        colour = part if part.ndim == 4 else np.repeat(part[..., None], 3, axis=3)
        opaque = np.concatenate([colour, np.ones((*colour.shape[:3], 1), np.float32)], axis=3)
        rows += [opaque, np.zeros((count, _GAP, colour.shape[2], 4), np.float32)]
    pixels = np.concatenate(rows[:-1], axis=1)
    pixels = to_bytes(np.pad(pixels, ((0, 0), (0, 0), (0, _GAP), (0, 0))))
    return list(pixels.repeat(zoom, axis=1).repeat(zoom, axis=2))


def contact_sheet(images: np.ndarray, columns: int, zoom: int = 1, gap: int = 0) -> np.ndarray:
    """Place images in rows, from left to right.

    Parameters
    ----------
    images : float array of shape (n, h, w)
        Values are clipped to [0, 1].
    columns : int
        Images in a row.
    zoom : int
        Screen pixels for each pixel of an image, in both directions.
    gap : int
        Black pixels to the right of each image and below it, before zooming.

    Returns
    -------
    uint8 array of shape (height, width)
        Unused places in the last row are black.
    """
    rows, (height, width) = -(-len(images) // columns), images.shape[1:]
    padded = np.zeros((rows * columns, height + gap, width + gap), np.uint8)
    padded[: len(images), :height, :width] = to_bytes(images)
    grid = padded.reshape(rows, columns, height + gap, width + gap).transpose(0, 2, 1, 3)
    return _enlarged(grid.reshape(rows * (height + gap), columns * (width + gap)), zoom)


def sprite_sheet(images: np.ndarray, columns: int) -> bytes:
    """Return a contact sheet as a PNG file of 16 grey levels, half as large as one of 256.

    Parameters
    ----------
    images : float array of shape (n, h, w)
        Values are clipped to [0, 1].
    columns : int
        Images in a row.
    """
    from PIL import Image

    levels = np.rint(contact_sheet(images, columns) / 17).astype(np.uint8)
    picture = Image.fromarray(levels)
    picture.putpalette([17 * level for level in range(16) for _ in range(3)])
    file = io.BytesIO()
    picture.save(file, "PNG", bits=4)
    return file.getvalue()


def labelled_rows(rows: np.ndarray, labels: Sequence[str], blocks: int = 1) -> np.ndarray:
    """Draw rows of images with a label to the left of each.

    Parameters
    ----------
    rows : float array of shape (n, steps, 28, 28)
        Values are clipped to [0, 1].
    labels : sequence of n str
        Short texts. They are grey on a transparent ground, to be readable on light and dark pages.
    blocks : int
        The rows are divided into this number of blocks, which stand side by side.

    Returns
    -------
    uint8 array of shape (height, width, 4), RGBA
    """
    from PIL import Image, ImageDraw, ImageFont

    zoom, margin, gap = 2, 60, 24
    lines = -(-len(rows) // blocks)
    width = margin + 28 * zoom * rows.shape[1] + gap
    height = (28 * zoom) + _GAP * zoom
    picture = Image.new("RGBA", (width * blocks - gap, height * lines))
    pen, font = ImageDraw.Draw(picture), ImageFont.load_default(20)
    for index, (images, label) in enumerate(zip(rows, labels, strict=True)):
        left, top = index // lines * width, index % lines * height
        pen.text((left, top + 14 * zoom), label, (128, 128, 128, 255), font, anchor="lm")
        line = Image.fromarray(contact_sheet(images, len(images), zoom))
        picture.paste(line.convert("RGBA"), (left + margin, top))
    return np.asarray(picture)


def gif(images: np.ndarray, zoom: int = 8, milliseconds: int = 80) -> bytes:
    """Return a GIF file that plays the images forwards and backwards without end.

    Parameters
    ----------
    images : float array of shape (n, h, w)
        Values are clipped to [0, 1].
    zoom : int
        Screen pixels for each pixel of an image, in both directions.
    milliseconds : int
        How long each image is shown.
    """
    from PIL import Image

    frames = [*images, *images[-2:0:-1]]
    pictures = [Image.fromarray(_enlarged(to_bytes(frame), zoom)) for frame in frames]
    file = io.BytesIO()
    pictures[0].save(
        file, "GIF", save_all=True, append_images=pictures[1:], duration=milliseconds, loop=0
    )
    return file.getvalue()


def framed(image: np.ndarray, side: int, zoom: int) -> np.ndarray:
    """Place an enlarged image in the middle of a transparent square.

    Parameters
    ----------
    image : float array of shape (h, w)
        Values are clipped to [0, 1].
    side : int
        Side of the square in pixels, at least ``zoom`` times h and w.
    zoom : int
        Screen pixels for each pixel of the image, in both directions.

    Returns
    -------
    uint8 array of shape (side, side, 4), RGBA
    """
    big = _enlarged(to_bytes(image), zoom)
    frame = np.zeros((side, side, 4), np.uint8)
    top, left = ((side - length) // 2 for length in big.shape)
    inside = frame[top : top + big.shape[0], left : left + big.shape[1]]
    inside[..., :3] = big[..., None]
    inside[..., 3] = 255
    return frame


def png(pixels: np.ndarray, compress_level: int = 6) -> bytes:
    """Return pixels as a PNG file.

    Parameters
    ----------
    pixels : uint8 or float array of shape (h, w), (h, w, 3) or (h, w, 4)
        Float values are clipped to [0, 1].
    compress_level : int
        From 0 to 9, as in zlib. Level 9 takes ten times as long as 6 and saves a sixth.
    """
    from PIL import Image

    file = io.BytesIO()
    picture = Image.fromarray(pixels if pixels.dtype == np.uint8 else to_bytes(pixels))
    picture.save(file, "PNG", compress_level=compress_level)
    return file.getvalue()


def to_base64(data: bytes | np.ndarray) -> str:
    """Return bytes, or the bytes of an array in C order, as base64 text (RFC 4648, section 4)."""
    return base64.b64encode(data if isinstance(data, bytes) else data.tobytes()).decode()


def data_uri(pixels: np.ndarray) -> str:
    """Return the PNG of ``pixels`` as a data: URI, for which the browser sends no request."""
    return "data:image/png;base64," + to_base64(png(pixels, compress_level=1))


def _enlarged(pixels: np.ndarray, zoom: int) -> np.ndarray:
    return np.asarray(pixels).repeat(zoom, axis=0).repeat(zoom, axis=1)
