"""A drawing becomes an MNIST image in the way in which MNIST itself was made.

"The original black and white (bilevel) images from NIST were size normalized to
fit in a 20x20 pixel box while preserving their aspect ratio. The resulting
images contain grey levels as a result of the anti-aliasing technique used by
the normalization algorithm. The images were centered in a 28x28 image by
computing the center of mass of the pixels, and translating the image so as to
position this point at the center of the 28x28 field." (LeCun, Cortes, Burges,
"The MNIST database of handwritten digits")

A network that was trained on such images knows no others, so a drawing has to
take the same way in. Each step can be switched off to see what it is for.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

FRAME = 28  # height and width of an MNIST image
BOX = 20  # longer side of the digit inside it

# Half a grey level of an 8-bit picture: anything fainter is not ink.
INK_THRESHOLD = 0.5 / 255

# The pixel on which MNIST puts the centre of mass. With pixels counted from 0
# the middle of the frame is 13.5, but the test images have their centre of mass
# at 14.0 on average, spread evenly from 13.5 to 14.5: a shift by whole pixels.
CENTRE = FRAME // 2


@dataclass(frozen=True, eq=False)
class MnistForm:
    """A drawing on its way into MNIST form, one picture for each step.

    All are float32 arrays with values in [0, 1], where 1 is ink.

    Attributes
    ----------
    ink : array of shape (h, w), the drawing as it was given, less what is
        fainter than half a grey level.
    cropped : array of shape (ch, cw), the part of it that has ink.
    scaled : array of shape (sh, sw), the longer side 20 pixels.
    image : array of shape (28, 28), the MNIST image.
    """

    ink: np.ndarray
    cropped: np.ndarray
    scaled: np.ndarray
    image: np.ndarray


def to_mnist_form(
    ink: np.ndarray, *, crop: bool = True, scale: bool = True, centre: bool = True
) -> MnistForm:
    """Crop a drawing to its ink, scale it to 20 pixels and centre it in 28×28.

    An empty drawing gives an all-zero image.

    Parameters
    ----------
    ink : array of shape (h, w), h and w at least 1, values in [0, 1], 1 = ink.
    crop : if False, the whole canvas goes on to the next step.
    scale : if False, the size is kept, and only what is larger than the 28×28
        frame is shrunk to fit.
    centre : if False, the rectangle (not its ink) goes to the middle.

    Raises
    ------
    ValueError : if `ink` has another shape or other values.
    """
    ink = _checked(ink)
    cropped = ink[_ink_bounds(ink)] if crop else ink
    scaled = _scaled(cropped, BOX if scale else min(FRAME, max(cropped.shape)))
    image = _placed(scaled, by_mass=centre)
    steps = (ink, cropped, scaled, image)
    return MnistForm(*(np.clip(step, 0, 1).astype(np.float32) for step in steps))


def carry_along(layer: np.ndarray, form: MnistForm) -> np.ndarray:
    """Take a second layer of a drawing the way that its ink has taken: float32 (28, 28).

    What lies beside the digit stays beside it, as far as the 28×28 frame reaches. No ink of the
    layer is made brighter.

    Parameters
    ----------
    layer : array of shape (h, w) like `form.ink`, values in [0, 1], for example
        scribbles over the digit.
    form : from `to_mnist_form`.

    Raises
    ------
    ValueError : if `layer` has another shape or other values.
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
    """Like `_weights`, but for the frame's 28 pixels, `step` old ones each from `first` on.

    Beyond the old pixels there is no ink: rows sum to less than 1 there.
    """
    reach = max(step, 1.0)
    new_centres = first + (np.arange(FRAME) + 0.5) * step
    distance = np.abs(new_centres[:, None] - (np.arange(size) + 0.5)[None, :])
    return np.clip((1 + reach) / 2 - distance, 0, 1) / reach


def resize(image: np.ndarray, height: int, width: int) -> np.ndarray:
    """Resize a picture with anti-aliasing.

    A side that shrinks takes exact means over areas, one that grows is
    interpolated linearly. Shrinking by a whole factor undoes `np.repeat`.

    Parameters
    ----------
    image : float array of shape (h, w).
    height, width : the new shape, both at least 1.

    Returns
    -------
    float64 array of shape (height, width), within the range of `image`.
    """
    if height < 1 or width < 1:
        raise ValueError(
            f"height and width must be at least 1. Received: height={height}, width={width}."
        )
    rows, columns = image.shape
    return _weights(rows, height) @ image @ _weights(columns, width).T


def _weights(size: int, new_size: int) -> np.ndarray:
    """How much each old pixel gives to each new one: (new_size, size), rows sum to 1.

    The weight is the length that an old pixel (1 wide) and a new one (`reach`
    wide) have in common. At reach 1 this is linear interpolation; it never gets
    narrower, because a new pixel that lies inside an old one would copy it.
    """
    step = size / new_size
    reach = max(step, 1.0)
    new_centres = (np.arange(new_size) + 0.5) * step
    old_centres = np.arange(size) + 0.5
    distance = np.abs(new_centres[:, None] - old_centres[None, :])
    common = np.clip((1 + reach) / 2 - distance, 0, 1)
    return common / common.sum(axis=1, keepdims=True)


def _checked(ink: np.ndarray) -> np.ndarray:
    """The ink as float64, or a ValueError that says what is wrong with it."""
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
    """The smallest rectangle that holds all ink; everything if there is none."""
    has_ink = ink > INK_THRESHOLD
    if not has_ink.any():
        return slice(0, ink.shape[0]), slice(0, ink.shape[1])
    rows = np.flatnonzero(has_ink.any(axis=1))
    columns = np.flatnonzero(has_ink.any(axis=0))
    return slice(rows[0], rows[-1] + 1), slice(columns[0], columns[-1] + 1)


def _scaled(picture: np.ndarray, longer_side: int) -> np.ndarray:
    """The picture with its longer side as given, its aspect ratio and peak kept.

    A thin line fades when it is shrunk: its ink spreads over whole pixels. The
    brightest pixel of each of the 60,000 training images is 254 or 255 all the
    same, whatever the pen, so the peak is restored. One factor for all pixels
    keeps the grey levels in proportion, and changes nothing where some pixel of
    the smaller picture is still full of ink.
    """
    factor = longer_side / max(picture.shape)
    height, width = (max(1, round(side * factor)) for side in picture.shape)
    scaled = resize(picture, height, width)
    peak = scaled.max()
    if peak < np.finfo(np.float32).tiny:
        return scaled
    return scaled * (picture.max() / peak)


def _placed(picture: np.ndarray, *, by_mass: bool) -> np.ndarray:
    """The picture, at most 28×28, moved by whole pixels into a 28×28 frame."""
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
    """Where a profile of ink starts if its centre of mass goes to pixel 14.

    A lopsided drawing stops at the edge of the frame: no ink is cut away.
    """
    mass_centre = (profile * np.arange(profile.size)).sum() / profile.sum()
    return int(np.clip(np.rint(CENTRE - mass_centre), 0, FRAME - profile.size))
