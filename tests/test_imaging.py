"""Sheets, mosaics and films: every digit is where it should be."""

from __future__ import annotations

import io

import numpy as np
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


def lightness(colours: np.ndarray) -> np.ndarray:
    """Relative luminance of sRGB colours in [0, 1], as WCAG 2.2 defines it."""
    linear = np.where(colours <= 0.04045, colours / 12.92, ((colours + 0.055) / 1.055) ** 2.4)
    return linear @ [0.2126, 0.7152, 0.0722]


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
