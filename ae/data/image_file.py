"""Read one digit from an image file, as ink like that of the drawing pad.

It is the one reader of pictures: for the pad, for own pictures and for folders of images.
The digit may be dark on light or light on dark, scanned, photographed or drawn by a program. The
file is not trusted: its size is checked before its pixels are decoded.
"""

from __future__ import annotations

import io
import threading
from typing import TYPE_CHECKING

import numpy as np

from ae.data.drawing import resize, to_mnist_form
from ae.data.pieces import Piece, pieces_of
from ae.errors import DataError

if TYPE_CHECKING:
    import PIL.Image

LARGEST_FILE = 20 * 2**20  # bytes
LARGEST_PICTURE = 50_000_000  # pixels: a photo of a phone has 12 to 50 million
_LARGEST_WEBP = 25_000_000  # pixels: its decoder needs the memory of four copies, 400 MB
FORMATS = ("PNG", "JPEG", "WEBP", "BMP")
SUFFIXES = ("png", "jpg", "jpeg", "webp", "bmp")
SIDE, INK_SIDE = 28, 56

_WORKING_SIDE = 256  # larger images are scaled down to this before anything is computed
_WIDEST_STROKE = 1 / 3  # of the longer side: what is wider, as a shadow or a desk, is paper
_DARKEST_PAPER = 0.25  # of which a share is computed; what is darker has too much noise
_LEAST_CONTRAST = 0.1  # between paper and ink; from black to white it is 1
_DARK, _LIGHT = 0.1, 0.75  # of the border of a picture of 28×28 pixels
_MARGIN = 4  # pixels of the 56 around the ink

_one_at_a_time = threading.Lock()  # decoding a large image takes up to 400 MB


class PictureError(DataError):
    """An image file cannot be used. The text is for people."""


def read_image(data: bytes) -> np.ndarray:
    """Read one image for a network: float32 (28, 28), values in [0, 1].

    A picture of 28×28 pixels is taken as it is, unless its border is light: MNIST's images are
    light on dark. Any other is read by ``read_picture`` and preprocessed as a drawing. Raises
    PictureError.
    """
    grey = _grey(data)
    if grey.shape == (SIDE, SIDE) and np.median(_border(grey)) < _LIGHT:
        return grey.astype(np.float32)
    return to_mnist_form(_pieces(grey)[0]).image


def read_picture(data: bytes) -> np.ndarray:
    """Read one digit from an image file: the first of ``read_pieces``."""
    return read_pieces(data)[0]


def read_pieces(data: bytes) -> list[np.ndarray]:
    """Read what may be the digit of an image file.

    Parameters
    ----------
    data : bytes
        Of a PNG, JPEG, WebP or BMP file. Transparent pixels are white, or black around light ink.
        Only the first image of an animation is used, and EXIF rotation is applied.

    Returns
    -------
    list of float32 arrays of shape (56, 56), values in [0, 1], 1 is ink
        The most likely one first; the others are other large pieces of ink in the picture. Each
        fills the square except for a margin. A picture of 28×28 pixels that is white on black
        is taken as it is.

    Raises
    ------
    PictureError
        If the file is damaged, too large or of another kind, or shows no clear digit.

    Notes
    -----
    Light may be uneven, and a shadow may have an edge. So ink is what is darker (or lighter) than
    the paper close by: the closing (or opening) of the picture with a square that is wider than a
    stroke. Its share of the paper's brightness counts, as a shadow darkens both alike.
    """
    grey = _grey(data)
    if grey.shape == (SIDE, SIDE) and np.median(_border(grey)) < _DARK < grey.max():
        return [grey.repeat(2, axis=0).repeat(2, axis=1).astype(np.float32)]
    return _pieces(grey)


def _pieces(grey: np.ndarray) -> list[np.ndarray]:
    ink = _ink(grey)
    return [_fitted(_only(ink, piece)).astype(np.float32) for piece in pieces_of(ink)]


def _only(ink: np.ndarray, piece: Piece) -> np.ndarray:
    return np.where(piece.mask, ink, 0)


def _grey(data: bytes) -> np.ndarray:
    """Return the brightness of an image, float64 (h, w) in [0, 1], at most 256 pixels a side."""
    from PIL import Image, ImageOps, UnidentifiedImageError

    expected = "The picture must be a PNG, JPEG, WebP or BMP file"
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
            picture.draft("L", (_WORKING_SIDE, _WORKING_SIDE))  # a large JPEG decodes faster
            if picture.mode.startswith("I"):
                # Pillow cannot shrink images of 16 bits, and clips their levels at 255.
                picture = picture.point(lambda level: level / 256).convert("L")
            picture.thumbnail((4 * _WORKING_SIDE, 4 * _WORKING_SIDE))
            picture = ImageOps.exif_transpose(picture).convert("RGBA")
    except PictureError:
        raise
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise too_large from error
    except UnidentifiedImageError as error:
        raise PictureError(f"{expected}. Received: something else.") from error
    except Exception as error:  # a damaged file raises almost anything
        raise PictureError(f"{expected}. This one is damaged: {error!s:.100}.") from error
    paper = Image.new("RGBA", picture.size, "black" if _is_light(picture) else "white")
    grey = np.asarray(Image.alpha_composite(paper, picture).convert("L"), np.float64) / 255
    longer = max(grey.shape)
    if longer <= _WORKING_SIDE:
        return grey
    return resize(grey, *(max(1, round(side * _WORKING_SIDE / longer)) for side in grey.shape))


def _is_light(picture: PIL.Image.Image) -> bool:
    """Whether what is not transparent is light, all of it: white ink, and no white card."""
    grey, alpha = (np.asarray(picture.convert("RGB").convert("L")), np.asarray(picture)[..., 3])
    seen = grey[alpha > 127]
    return alpha.min() < 128 and seen.size > 0 and bool(np.percentile(seen, 5) > 127)


def _ink(grey: np.ndarray) -> np.ndarray:
    """Return the amount of ink at each pixel: float64 in [0, 1], 0 for paper."""
    paper = _paper(grey)
    darker, lighter = np.clip(paper - grey, 0, 1), np.clip(grey - paper, 0, 1)
    light = lighter.sum() > darker.sum()
    if light:
        grey = 1 - grey
    paper = _closed(grey)
    ink = np.clip((paper - grey) / np.maximum(paper, _DARKEST_PAPER), 0, 1)
    threshold = _otsu(ink)
    full = np.percentile(ink[ink > threshold], 90) if (ink > threshold).any() else 0
    if full < _LEAST_CONTRAST:
        raise PictureError(
            "The picture must show one digit that is clearly darker or lighter than its "
            f"background. Received: a contrast of {100 * full:.0f} %. Take it in better light."
        )
    # The paper has a grain, which is not ink.
    grain = min(2 * np.percentile(ink[ink <= threshold], 95), threshold)
    return np.clip((ink - grain) / (full - grain), 0, 1)


def _closed(grey: np.ndarray) -> np.ndarray:
    """Return the picture without the dark that is narrower than ``_WIDEST_STROKE``.

    References
    ----------
    Serra, "Image Analysis and Mathematical Morphology" (1982), chapter II: the closing.
    """
    width = 2 * max(1, round(_WIDEST_STROKE * max(grey.shape) / 2)) + 1
    return -_largest_near(-_largest_near(grey, width), width)


def _largest_near(values: np.ndarray, width: int) -> np.ndarray:
    """The largest value in the square of this width around each pixel."""
    for axis in (0, 1):
        before = [(0, 0), (0, 0)]
        before[axis] = (width // 2, width // 2)
        padded = np.pad(values, before, constant_values=-np.inf)
        values = np.lib.stride_tricks.sliding_window_view(padded, width, axis).max(axis=-1)
    return values


def _paper(grey: np.ndarray) -> np.ndarray:
    """Return the brightness of the paper at each pixel.

    It is a quadratic surface, fitted five times by least squares to the pixels close to the last
    fit. The first surface is the median of the border.
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
    """Return the threshold between two classes with the largest variance between the classes.

    The variance within the classes is then the least.

    References
    ----------
    Otsu, "A Threshold Selection Method from Gray-Level Histograms" (1979), equation 18.
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
    """Place the ink in the middle of 56×56 pixels, with its aspect ratio and a margin."""
    inked = ink > 0.1
    rows, columns = (np.flatnonzero(inked.any(axis=axis)) for axis in (1, 0))
    cut = ink[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    factor = (INK_SIDE - 2 * _MARGIN) / max(cut.shape)
    height, width = (max(1, round(side * factor)) for side in cut.shape)
    square = np.zeros((INK_SIDE, INK_SIDE))
    top, left = (INK_SIDE - height) // 2, (INK_SIDE - width) // 2
    square[top : top + height, left : left + width] = resize(cut, height, width)
    return np.clip(square, 0, 1)
