"""Sheets, mosaics and films: every digit is where it should be."""

from __future__ import annotations

import io
from itertools import combinations

import numpy as np
import pytest
from PIL import Image, ImageSequence

from ae import imaging


def grey(image: np.ndarray) -> np.ndarray:
    return np.rint(image * 255).astype(int)


def test_a_sheet_holds_every_digit_at_its_place(mnist):
    images = mnist.x_test[:7]
    sheet = np.asarray(Image.open(io.BytesIO(imaging.sprite_sheet(images, 3))).convert("L")).astype(
        int
    )
    assert sheet.shape == (3 * 28, 3 * 28)
    for index, image in enumerate(images):
        top, left = 28 * (index // 3), 28 * (index % 3)
        shown = sheet[top : top + 28, left : left + 28]
        assert np.abs(shown - grey(image)).max() <= 9  # 16 grey levels are 17 apart
    assert not sheet[56:, 28:].any(), "what the last row lacks is black"


def test_a_mosaic_holds_every_digit_at_its_place(mnist):
    images = mnist.x_test[:5]
    whole = imaging.contact_sheet(images, 2, zoom=3, gap=1)
    assert whole.shape == (3 * 29 * 3, 2 * 29 * 3)
    for index, image in enumerate(images):
        top, left = 29 * (index // 2), 29 * (index % 2)
        shown = whole[::3, ::3][top : top + 28, left : left + 28]
        np.testing.assert_array_equal(shown, grey(image))


def test_a_film_goes_there_and_back(mnist):
    film = Image.open(io.BytesIO(imaging.gif(mnist.x_test[:4], zoom=2)))
    frames = [np.asarray(frame.convert("L")) for frame in ImageSequence.Iterator(film)]
    assert len(frames) == 6
    for shown, index in zip(frames, (0, 1, 2, 3, 2, 1), strict=True):
        np.testing.assert_allclose(shown[::2, ::2], grey(mnist.x_test[index]), atol=3)


def test_rows_with_labels_hold_every_digit(mnist):
    rows = mnist.x_test[:15].reshape(5, 3, 28, 28)
    picture = imaging.labelled_rows(rows, [f"z{i}" for i in range(5)], blocks=2)
    opaque = picture[..., :3][picture[..., 3] == 255]
    # zoomed twice: every pixel of every digit is there four times; the labels add a little
    assert opaque.astype(float)[:, 0].sum() >= 4 * grey(rows).sum()
    assert picture.shape[2] == 4


def linear(colours: np.ndarray) -> np.ndarray:
    """Light of sRGB values in [0, 1], as IEC 61966-2-1 defines it."""
    return np.where(colours <= 0.04045, colours / 12.92, ((colours + 0.055) / 1.055) ** 2.4)


def lightness(colours: np.ndarray) -> np.ndarray:
    """Relative luminance of sRGB colours in [0, 1], as WCAG 2.2 defines it."""
    return linear(colours) @ [0.2126, 0.7152, 0.0722]


def test_a_difference_is_told_by_lightness_too(mnist):
    right = mnist.x_test[:1]
    grey = lightness(imaging.difference(right, right))
    assert np.ptp(grey) == 0, "no difference is one grey, whatever is drawn"
    brighter = lightness(imaging.difference(right, right + 0.2))
    darker = lightness(imaging.difference(right, right - 0.2))
    assert (brighter > grey).all()
    assert (darker < grey).all()


def test_the_ends_of_a_difference_stand_out_from_its_middle():
    zero = np.zeros((1, 1, 1))
    low, middle, high = (
        lightness(imaging.difference(zero, zero + change)).item() for change in (-1, 0, 1)
    )
    for light, dark in ((high, middle), (middle, low)):
        assert (light + 0.05) / (dark + 0.05) >= 3


def test_an_overlay_shows_the_image_in_white_and_the_original_where_it_is_black():
    image, original = np.zeros((28, 28)), np.zeros((28, 28))
    image[:, :20], original[:, 10:] = 1, 1
    shown = imaging.overlay(image, original)
    np.testing.assert_array_equal(shown[0, [0, 15, 25]], [[1, 1, 1], [1, 1, 1], imaging.OWN])


# What the common kinds of colour blindness leave of linear RGB, for the whole loss of one cone:
# G. M. Machado et al., "A Physiologically-based Model for Simulation of Color Vision Deficiency",
# IEEE TVCG 15 (6), 2009, table 1.
COLOUR_BLINDNESS = {
    "none": np.eye(3),
    "protanopia": [
        [0.152286, 1.052583, -0.204868],
        [0.114503, 0.786281, 0.099216],
        [-0.003882, -0.048116, 1.051998],
    ],
    "deuteranopia": [
        [0.367322, 0.860646, -0.227968],
        [0.280085, 0.672501, 0.047413],
        [-0.011820, 0.042940, 0.968881],
    ],
    "tritanopia": [
        [1.255528, -0.076749, -0.178779],
        [-0.078411, 0.930809, 0.147602],
        [0.004733, 0.691367, 0.303900],
    ],
}


def cielab(linear: np.ndarray) -> np.ndarray:
    """L*, a*, b* of linear RGB for the white D65, as CIE 15 defines them."""
    to_xyz = [[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]]
    ratios = linear @ np.transpose(to_xyz) / [0.9505, 1, 1.089]
    f = np.where(ratios > 0.008856, np.cbrt(ratios), 7.787 * ratios + 16 / 116)
    x, y, z = f[:, 0], f[:, 1], f[:, 2]
    return np.column_stack([116 * y - 16, 500 * (x - y), 200 * (y - z)])


@pytest.mark.parametrize("kind", COLOUR_BLINDNESS)
@pytest.mark.parametrize(
    "colours",
    [
        (imaging.OWN, imaging.BRIGHTER, imaging.DARKER),
        (imaging.BRIGHTER, imaging.UNCHANGED, imaging.DARKER),
        (imaging.OWN, np.ones(3), np.zeros(3)),
    ],
    ids=["three meanings", "a difference", "an overlay"],
)
def test_colours_differ_for_everyone(kind, colours):
    seen = np.clip(linear(np.array(colours)) @ np.transpose(COLOUR_BLINDNESS[kind]), 0, 1)
    for one, other in combinations(cielab(seen), 2):
        assert np.linalg.norm(one - other) > 30  # a difference of 2 can just be seen
