"""A picture file of one digit -> ink, as if it had been drawn on the pad.

Dark on light or light on dark, scanned, photographed or drawn by a program. The file comes from
anywhere, so its size is read before its pixels.
"""

from __future__ import annotations

import io
import threading

import numpy as np

from ae.data.drawing import resize
from ae.errors import DataError

LARGEST_FILE = 20 * 2**20  # bytes
LARGEST_PICTURE = 50_000_000  # pixels: a phone's photo has 12 to 50 million
_LARGEST_WEBP = 25_000_000  # its decoder holds the picture four times: 400 MB
FORMATS = ("PNG", "JPEG", "WEBP")
INK_SIDE = 56

_WORKING_SIDE = 256  # a longer side is scaled down to this before anything is computed
_LEAST_CONTRAST = 0.1  # between paper and ink, of the range from black to white
_MARGIN = 4  # pixels of the 56 around the ink

_one_at_a_time = threading.Lock()  # a large one takes up to 400 MB while it is decoded


class PictureError(DataError):
    """A file is no picture that can be taken. Its text is for people."""


def read_picture(data: bytes) -> np.ndarray:
    """Read one digit from a PNG, JPEG or WebP file: float32 of shape (56, 56), 1 = ink.

    The paper is found as a smooth surface (light may fall unevenly), the ink as what differs
    from it most. What is transparent is white; the first picture of an animation counts; EXIF
    rotation is undone. The digit is enlarged or shrunk to fill the square but for a margin.
    Raises PictureError that says what was expected and what was found.
    """
    ink = _ink(_grey(data))
    return _fitted(ink).astype(np.float32)


def _grey(data: bytes) -> np.ndarray:
    """The picture's brightness, float64 (h, w) in [0, 1], the longer side at most 256."""
    from PIL import Image, ImageOps, UnidentifiedImageError

    expected = "The picture must be a PNG, JPEG or WebP file"
    if len(data) > LARGEST_FILE:
        raise PictureError(
            f"{expected} of at most {LARGEST_FILE >> 20} MB. "
            f"Received: {len(data) / 2**20:.0f} MB. Save it smaller."
        )
    too_large = PictureError(
        f"{expected} of at most {LARGEST_PICTURE // 10**6} million pixels, as WebP "
        f"{_LARGEST_WEBP // 10**6} million. Received: a larger one. Save it smaller."
    )
    try:
        with _one_at_a_time, Image.open(io.BytesIO(data), formats=FORMATS) as picture:
            largest = _LARGEST_WEBP if picture.format == "WEBP" else LARGEST_PICTURE
            if picture.width * picture.height > largest:
                raise too_large
            picture.draft("L", (_WORKING_SIDE, _WORKING_SIDE))  # a big JPEG decodes faster
            if picture.mode.startswith("I"):
                # 16 bits of grey: Pillow shrinks no such picture, and cuts its levels off at 255.
                picture = picture.point(lambda level: level / 256).convert("L")
            picture.thumbnail((4 * _WORKING_SIDE, 4 * _WORKING_SIDE))
            picture = ImageOps.exif_transpose(picture).convert("RGBA")
    except PictureError:
        raise
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise too_large from error
    except UnidentifiedImageError as error:
        raise PictureError(f"{expected}. Received: something else.") from error
    except Exception as error:  # a damaged file raises almost anything, by its place
        raise PictureError(f"{expected}. This one is damaged: {error!s:.100}.") from error
    white = Image.new("RGBA", picture.size, "white")
    grey = np.asarray(Image.alpha_composite(white, picture).convert("L"), np.float64) / 255
    longer = max(grey.shape)
    if longer <= _WORKING_SIDE:
        return grey
    return resize(grey, *(max(1, round(side * _WORKING_SIDE / longer)) for side in grey.shape))


def _ink(grey: np.ndarray) -> np.ndarray:
    """How much ink is at each pixel: float64 in [0, 1], 0 for paper."""
    paper = _paper(grey)
    darker, lighter = np.clip(paper - grey, 0, 1), np.clip(grey - paper, 0, 1)
    ink = darker if darker.sum() >= lighter.sum() else lighter
    threshold = _otsu(ink)
    full = np.percentile(ink[ink > threshold], 90) if (ink > threshold).any() else 0
    if full < _LEAST_CONTRAST:
        raise PictureError(
            "The picture must show one digit that is clearly darker or lighter than its "
            f"background. Received: a contrast of {full:.0%}. Take it in better light."
        )
    # What the paper itself differs from a smooth surface is grain, not ink.
    grain = min(2 * np.percentile(ink[ink <= threshold], 95), threshold)
    return np.clip((ink - grain) / (full - grain), 0, 1)


def _paper(grey: np.ndarray) -> np.ndarray:
    """The brightness of the paper at each pixel: a quadratic surface through what is not ink.

    Least squares over all pixels first, then five times over those that lie near the surface.
    """
    rows, columns = (np.linspace(-1, 1, side) for side in grey.shape)
    y, x = np.meshgrid(rows, columns, indexing="ij")
    terms = np.stack([np.ones_like(x), x, y, x * x, x * y, y * y], axis=-1).reshape(-1, 6)
    values = grey.ravel()
    surface = np.full_like(values, np.median(_border(grey)))
    for _ in range(5):
        distance = np.abs(values - surface)
        near = distance <= max(2 * np.median(distance), 1 / 255)
        surface = terms @ np.linalg.lstsq(terms[near], values[near], rcond=None)[0]
    return surface.reshape(grey.shape)


def _border(grey: np.ndarray) -> np.ndarray:
    return np.concatenate([grey[0], grey[-1], grey[:, 0], grey[:, -1]])


def _otsu(values: np.ndarray) -> float:
    """The threshold between two classes that leaves the least variance within them.

    Otsu, "A Threshold Selection Method from Gray-Level Histograms" (1979): the same as the
    largest variance between the classes, equation 18.
    """
    counts, edges = np.histogram(values, bins=256, range=(0, 1))
    middles = (edges[:-1] + edges[1:]) / 2
    below = np.cumsum(counts)[:-1]
    above = values.size - below
    sums = np.cumsum(counts * middles)
    with np.errstate(invalid="ignore", divide="ignore"):
        gap = sums[:-1] / below - (sums[-1] - sums[:-1]) / above
        between = np.nan_to_num(below * above * gap**2)
    return float(edges[1 + between.argmax()])


def _fitted(ink: np.ndarray) -> np.ndarray:
    """The ink in the middle of 56×56, with its aspect ratio and a margin."""
    inked = ink > 0.1
    rows, columns = (np.flatnonzero(inked.any(axis=axis)) for axis in (1, 0))
    cut = ink[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    factor = (INK_SIDE - 2 * _MARGIN) / max(cut.shape)
    height, width = (max(1, round(side * factor)) for side in cut.shape)
    square = np.zeros((INK_SIDE, INK_SIDE))
    top, left = (INK_SIDE - height) // 2, (INK_SIDE - width) // 2
    square[top : top + height, left : left + width] = resize(cut, height, width)
    return np.clip(square, 0, 1)
