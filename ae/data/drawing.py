"""Preprocessing of a drawing to an MNIST image: crop, scale, centre.

    The original black and white (bilevel) images from NIST were size normalized to fit in a 20x20
    pixel box while preserving their aspect ratio. The resulting images contain grey levels as a
    result of the anti-aliasing technique used by the normalization algorithm. The images were
    centered in a 28x28 image by computing the center of mass of the pixels, and translating the
    image so as to position this point at the center of the 28x28 field.

A network that was trained on such images reconstructs others badly, so a drawing is preprocessed in
the same way. Each step can be switched off to show what it is for.

References
----------
LeCun, Cortes & Burges, "The MNIST database of handwritten digits" (the quotation above).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

FRAME = 28  # height and width of an MNIST image
BOX = 20  # longer side of the digit inside it

# Half a grey level of an 8-bit picture: anything fainter is not ink.
INK_THRESHOLD = 0.5 / 255

# The pixel on which MNIST puts the centre of mass. The middle of the frame is 13.5, with pixels
# counted from 0. But the centres of mass of the test images are evenly distributed from 13.5 to
# 14.5, because they were shifted by whole pixels.
CENTRE = FRAME // 2


@dataclass(frozen=True, eq=False)
class MnistForm:
    """A drawing after each step of the preprocessing.

    All arrays are float32 with values in [0, 1], where 1 is ink.

    Attributes
    ----------
    ink : array of shape (h, w)
        The drawing. Pixels of less than half a grey level are 0.
    cropped : array of shape (ch, cw)
        The smallest rectangle that contains all ink.
    scaled : array of shape (sh, sw)
        The rectangle scaled so that its longer side has 20 pixels.
    image : array of shape (28, 28)
        The MNIST image.
    """

    ink: np.ndarray
    cropped: np.ndarray
    scaled: np.ndarray
    image: np.ndarray


def to_mnist_form(
    ink: np.ndarray, *, crop: bool = True, scale: bool = True, centre: bool = True
) -> MnistForm:
    """Crop a drawing to its ink, scale it to 20 pixels and centre it in 28×28 pixels.

    Parameters
    ----------
    ink : array of shape (h, w), values in [0, 1], 1 is ink
        The drawing. An empty one gives an image of zeros.
    crop : bool
        If False, the whole canvas is kept.
    scale : bool
        If False, the size is kept, unless the drawing is larger than the 28×28 frame.
    centre : bool
        If False, the middle of the rectangle, not its centre of mass, goes to the middle of the
        frame.

    Returns
    -------
    MnistForm

    Raises
    ------
    ValueError
        If ``ink`` has another shape or other values.
    """
    ink = _checked(ink)
    cropped = ink[_ink_bounds(ink)] if crop else ink
    scaled = _scaled(cropped, BOX if scale else min(FRAME, max(cropped.shape)))
    image = _placed(scaled, by_mass=centre)
    steps = (ink, cropped, scaled, image)
    return MnistForm(*(np.clip(step, 0, 1).astype(np.float32) for step in steps))


def transform_layer(layer: np.ndarray, form: MnistForm) -> np.ndarray:
    """Crop, scale and shift a second layer of a drawing exactly as its ink.

    Parameters
    ----------
    layer : array of the shape of ``form.ink``, values in [0, 1]
        For example scribbles over the digit. What lies beside the digit stays beside it, as far
        as the 28×28 frame reaches.
    form : MnistForm
        From ``to_mnist_form``.

    Returns
    -------
    float32 array of shape (28, 28), values in [0, 1]
        Unlike the ink, the layer is not brightened after scaling.

    Raises
    ------
    ValueError
        If ``layer`` has another shape or other values.
    """
    layer = _checked(layer)
    if layer.shape != form.ink.shape:
        raise ValueError(
            f"layer must have the shape of the ink, {form.ink.shape}. Received: {layer.shape}."
        )
    cropped_from = (
        _ink_bounds(form.ink) if form.cropped.shape != form.ink.shape else (slice(0), slice(0))
    )
    weights = []
    for axis, (crop, placed, drawn) in enumerate(
        zip(cropped_from, _ink_bounds(form.image), _ink_bounds(form.scaled), strict=True)
    ):
        step = form.cropped.shape[axis] / form.scaled.shape[axis]
        first = (crop.start or 0) - (placed.start - drawn.start) * step
        weights.append(_window(layer.shape[axis], first, step))
    return np.clip(weights[0] @ layer @ weights[1].T, 0, 1).astype(np.float32)


def _window(size: int, first: float, step: float) -> np.ndarray:
    """Return weights like ``_weights``, for the frame's 28 pixels.

    Each of them covers ``step`` old pixels; the first begins at the old pixel ``first``. There is
    no ink beyond the old pixels, so some rows have a sum below 1.
    """
    reach = max(step, 1.0)
    new_centres = first + (np.arange(FRAME) + 0.5) * step
    distance = np.abs(new_centres[:, None] - (np.arange(size) + 0.5)[None, :])
    return np.clip((1 + reach) / 2 - distance, 0, 1) / reach


def resize(image: np.ndarray, height: int, width: int) -> np.ndarray:
    """Resize an image with anti-aliasing.

    An axis that shrinks gets exact means over areas, an axis that grows is interpolated linearly.
    Shrinking by an integer factor reverses ``np.repeat``.

    Parameters
    ----------
    image : float array of shape (h, w)
    height, width : int
        The new shape, both at least 1.

    Returns
    -------
    float64 array of shape (height, width)
        Within the range of ``image``.

    Raises
    ------
    ValueError
        If ``height`` or ``width`` is less than 1.
    """
    if height < 1 or width < 1:
        raise ValueError(
            f"height and width must be at least 1. Received: height={height}, width={width}."
        )
    rows, columns = image.shape
    return _weights(rows, height) @ image @ _weights(columns, width).T


def _weights(size: int, new_size: int) -> np.ndarray:
    """Return the weight of each old pixel in each new one: (new_size, size), rows with sum 1.

    The weight is the length of the overlap of an old pixel, of width 1, and a new one, of width
    ``reach``. With reach 1 this is linear interpolation. The reach is never less, because a new
    pixel inside an old one would only copy it.
    """
    step = size / new_size
    reach = max(step, 1.0)
    new_centres = (np.arange(new_size) + 0.5) * step
    old_centres = np.arange(size) + 0.5
    distance = np.abs(new_centres[:, None] - old_centres[None, :])
    common = np.clip((1 + reach) / 2 - distance, 0, 1)
    return common / common.sum(axis=1, keepdims=True)


def _checked(ink: np.ndarray) -> np.ndarray:
    """Return the ink as float64; raise ValueError if it is not a drawing."""
    expected = "ink must be a 2-D array of numbers in [0, 1], 1 for ink."
    array = np.asarray(ink)
    if array.dtype.kind not in "fiub":
        raise ValueError(f"{expected} Received: dtype={array.dtype}.")
    if array.ndim != 2 or array.size == 0:
        raise ValueError(
            f"{expected} Received: shape={array.shape}. "
            "Pass one drawing of one channel, at least 1×1."
        )
    array = array.astype(np.float64)
    if not np.isfinite(array).all():
        raise ValueError(f"{expected} Received: NaN or infinity. Replace it first.")
    low, high = array.min(), array.max()
    if low < 0 or high > 1:
        raise ValueError(
            f"{expected} Received: values from {low:g} to {high:g}. Divide 8-bit pixels by 255."
        )
    return np.where(array > INK_THRESHOLD, array, 0)


def _ink_bounds(ink: np.ndarray) -> tuple[slice, slice]:
    """Return the smallest rectangle that contains all ink; the whole canvas if there is none."""
    has_ink = ink > INK_THRESHOLD
    if not has_ink.any():
        return slice(0, ink.shape[0]), slice(0, ink.shape[1])
    rows = np.flatnonzero(has_ink.any(axis=1))
    columns = np.flatnonzero(has_ink.any(axis=0))
    return slice(rows[0], rows[-1] + 1), slice(columns[0], columns[-1] + 1)


def _scaled(picture: np.ndarray, longer_side: int) -> np.ndarray:
    """Scale a picture to the longer side given, with its aspect ratio and its peak.

    A thin line gets fainter when it is shrunk. In MNIST, however, the brightest pixel of each of
    the 60,000 training images is 254 or 255. For this reason all pixels are multiplied by one
    factor that restores the peak.
    """
    factor = longer_side / max(picture.shape)
    height, width = (max(1, round(side * factor)) for side in picture.shape)
    scaled = resize(picture, height, width)
    peak = scaled.max()
    if peak < np.finfo(np.float32).tiny:
        return scaled
    return scaled * (picture.max() / peak)


def _placed(picture: np.ndarray, *, by_mass: bool) -> np.ndarray:
    """Place a picture of at most 28×28 pixels in a 28×28 frame, shifted by whole pixels."""
    image = np.zeros((FRAME, FRAME))
    bounds = _ink_bounds(picture)
    ink = picture[bounds]
    if by_mass and ink.sum() > 0:
        top, left = (_start_by_mass(ink.sum(axis=axis)) for axis in (1, 0))
    else:
        top, left = (
            (FRAME - side) // 2 + part.start
            for side, part in zip(picture.shape, bounds, strict=True)
        )
    image[top : top + ink.shape[0], left : left + ink.shape[1]] = ink
    return image


def _start_by_mass(profile: np.ndarray) -> int:
    """Return where a profile of ink must start for its centre of mass to be at pixel 14.

    The start is limited so that the profile stays inside the frame and no ink is lost.
    """
    mass_centre = (profile * np.arange(profile.size)).sum() / profile.sum()
    return int(np.clip(np.rint(CENTRE - mass_centre), 0, FRAME - profile.size))
