"""Picture files of a digit: what comes out as ink, and what is refused with a sentence."""

from __future__ import annotations

import io
import struct
import zlib

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageDraw

from ae.data.drawing import to_mnist_form
from ae.data.image_file import (
    LARGEST_FILE,
    LARGEST_PICTURE,
    PictureError,
    read_picture,
    read_pieces,
)


def file_of(pixels: np.ndarray, form: str = "PNG", **options) -> bytes:
    """uint8 pixels as a picture file."""
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, form, **options)
    return file.getvalue()


def big(digit: np.ndarray, factor: int = 8, margin: int = 40) -> np.ndarray:
    """A digit enlarged on a wider canvas, float, 1 = ink."""
    return np.pad(digit.repeat(factor, axis=0).repeat(factor, axis=1), margin)


def grey(ink: np.ndarray, paper: float = 1.0, pen: float = 0.0) -> np.ndarray:
    return np.rint(255 * (paper + (pen - paper) * ink)).astype(np.uint8)


def as_seen(data: bytes) -> np.ndarray:
    ink = read_picture(data)
    assert ink.shape == (56, 56)
    assert ink.dtype == np.float32
    assert ink.min() >= 0
    assert ink.max() <= 1
    return to_mnist_form(ink).image


def squared_distance(a: np.ndarray, b: np.ndarray) -> float:
    return float(((a - b) ** 2).sum())


@pytest.fixture(scope="module")
def digit(mnist) -> np.ndarray:
    return mnist.x_test[0]


@pytest.mark.parametrize("form", ["PNG", "JPEG", "WEBP"])
@pytest.mark.parametrize(("paper", "pen"), [(1, 0), (0, 1), (0.9, 0.3), (0.2, 0.6)])
def test_light_or_dark_any_format_and_contrast_give_the_digit(digit, form, paper, pen):
    seen = as_seen(file_of(grey(big(digit), paper, pen), form))
    assert squared_distance(seen, digit) < 0.05 * (digit**2).sum()


def test_a_downloaded_28x28_png_comes_back_as_it_was(mnist):
    for digit in mnist.x_test[:10]:
        seen = as_seen(file_of(np.rint(255 * digit).astype(np.uint8)))
        assert squared_distance(seen, digit) < 0.05 * (digit**2).sum()


def test_a_photo_with_grain_and_uneven_light_gives_the_digit(digit):
    rng = np.random.default_rng(0)
    ink = big(digit, 30, 200)
    light = np.linspace(0.9, 0.5, ink.shape[1])[None] * np.linspace(1, 0.8, len(ink))[:, None]
    photo = np.clip(light * (1 - 0.7 * ink) + rng.normal(0, 0.02, ink.shape), 0, 1)
    seen = as_seen(file_of(np.rint(255 * photo).astype(np.uint8), "JPEG"))
    assert squared_distance(seen, digit) < 0.15 * (digit**2).sum()


def test_what_is_transparent_is_paper(digit):
    ink = big(digit)
    pixels = np.zeros((*ink.shape, 4), np.uint8)
    pixels[..., 3] = np.rint(255 * ink)
    assert squared_distance(as_seen(file_of(pixels)), digit) < 0.05 * (digit**2).sum()


# The largest takes Pillow's way of shrinking in two steps, which knows no 16 bits.
@pytest.mark.parametrize("factor", [1, 8, 150])
def test_a_scan_of_16_bits_gives_the_digit(digit, factor):
    pixels = grey(big(digit, factor), 0.9, 0.3).astype(np.uint16) * 257
    seen = as_seen(file_of(pixels))
    assert squared_distance(seen, digit) < 0.05 * (digit**2).sum()


def test_what_is_transparent_in_a_scan_of_16_bits_is_paper(digit):
    pixels = np.where(big(digit) > 0.5, 20_000, 0).astype(np.uint16)
    seen = as_seen(file_of(pixels, transparency=0))
    assert squared_distance(seen, digit > 0.5) < 0.1 * (digit > 0.5).sum()


def test_rotation_by_exif_is_undone(digit):
    turned = np.rot90(grey(big(digit)))  # EXIF 6: turn clockwise to see it upright
    exif = Image.Exif()
    exif[0x0112] = 6
    seen = as_seen(file_of(np.ascontiguousarray(turned), "JPEG", exif=exif))
    assert squared_distance(seen, digit) < 0.05 * (digit**2).sum()


def test_the_first_picture_of_an_animation_counts(digit):
    first = Image.fromarray(grey(big(digit)))
    others = [Image.fromarray(np.full_like(np.asarray(first), 255 - i)) for i in range(3)]
    file = io.BytesIO()
    first.save(file, "WEBP", save_all=True, append_images=others, lossless=True)
    assert squared_distance(as_seen(file.getvalue()), digit) < 0.05 * (digit**2).sum()


def test_a_huge_photo_is_scaled_down(digit):
    assert squared_distance(as_seen(file_of(grey(big(digit, 150)), "JPEG")), digit) < 8


def png_that_claims(width: int, height: int) -> bytes:
    def chunk(kind: bytes, content: bytes) -> bytes:
        check = struct.pack(">I", zlib.crc32(kind + content))
        return struct.pack(">I", len(content)) + kind + content + check

    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    rows = zlib.compress(bytes(10_000_000))
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")
    )


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b"", "must be a PNG, JPEG, WebP or BMP file"),
        (b"%PDF-1.7 no picture", "Received: something else"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "Received: something else"),
        (file_of(np.zeros((9, 9), np.uint8), "GIF"), "Received: something else"),
        (bytes(LARGEST_FILE + 1), "at most 20 MB"),
        (png_that_claims(LARGEST_PICTURE, 2), "million pixels"),
        (png_that_claims(60_000, 60_000), "million pixels"),
        (png_that_claims(5_000, 5_000), "damaged"),
        (file_of(np.full((50, 50), 200, np.uint8)), "clearly darker or lighter"),
        (file_of(np.full((1, 1), 200, np.uint8)), "clearly darker or lighter"),
    ],
)
def test_what_is_no_picture_of_a_digit_is_refused(data, sentence):
    with pytest.raises(PictureError, match=sentence):
        read_picture(data)


@given(st.binary(max_size=300), st.sampled_from([b"", b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff\xe0"]))
def test_any_bytes_are_refused_in_words(junk, head):
    with pytest.raises(PictureError, match="must be"):
        read_picture(head + junk)


@given(st.data())
def test_a_damaged_file_is_refused_or_read(data):
    whole = file_of(np.random.default_rng(0).integers(0, 256, (40, 30)).astype(np.uint8), "JPEG")
    place = data.draw(st.integers(0, len(whole) - 1))
    damaged = whole[:place] + data.draw(st.binary(max_size=20)) + whole[place + 5 :]
    try:
        ink = read_picture(damaged)
    except PictureError:
        return
    assert ink.shape == (56, 56)
    assert ((ink >= 0) & (ink <= 1)).all()


def thick_five(side: int = 400) -> np.ndarray:
    """A 5 in the middle of a picture, bool, True = ink."""
    picture = Image.new("L", (side, side))
    points = [(0.62, 0.3), (0.4, 0.3), (0.38, 0.48), (0.55, 0.46), (0.63, 0.56), (0.55, 0.7)]
    ImageDraw.Draw(picture).line(
        [(x * side, y * side) for x, y in points], 255, side // 25, "curve"
    )
    return np.asarray(picture) > 0


def photo_of(light: np.ndarray, ink: np.ndarray) -> bytes:
    rng = np.random.default_rng(0)
    photo = light * np.where(ink, 0.25, 0.9) + rng.normal(0, 0.01, ink.shape)
    return file_of(np.rint(255 * np.clip(photo, 0, 1)).astype(np.uint8), "JPEG")


def surroundings(side: int = 400) -> dict[str, tuple[np.ndarray, np.ndarray]]:
    """What is around a digit: the light, and what is as dark as ink."""
    rows, columns = np.mgrid[:side, :side] / side
    bright, nothing = np.ones((side, side)), np.zeros((side, side), bool)
    holes = np.zeros((side, side), bool)
    for row in (0.2, 0.5, 0.8):
        holes |= (rows - row) ** 2 + (columns - 0.06) ** 2 < 0.025**2
    return {
        "soft shadow": (1 - 0.5 / (1 + np.exp((0.6 - columns) * 20)), nothing),
        "hard shadow": (np.where(rows + columns > 1.05, 0.45, 1), nothing),
        "edge of a desk": (bright, rows > 0.82),
        "punched holes": (bright, holes),
        "broken pen": (bright, nothing),
    }


@pytest.mark.parametrize("around", surroundings())
def test_shadows_desks_and_holes_are_not_ink(around):
    ink = thick_five()
    if around == "broken pen":
        ink[175:185] = False  # 3 % of a side: still one digit
    clean = as_seen(file_of(grey(ink.astype(float))))
    light, dark = surroundings()[around]
    assert squared_distance(as_seen(photo_of(light, ink | dark)), clean) < 0.1 * (clean**2).sum()


def test_white_ink_on_nothing_is_laid_on_black_and_a_white_card_on_white():
    ink = thick_five()
    pixels = np.full((*ink.shape, 4), 255, np.uint8)
    pixels[..., 3] = 255 * ink
    clean = as_seen(file_of(grey(ink.astype(float))))
    assert squared_distance(as_seen(file_of(pixels)), clean) < 0.02 * (clean**2).sum()
    pixels[..., 3] = 0
    pixels[40:-40, 40:-40, 3] = 255
    pixels[ink, :3] = 0
    assert squared_distance(as_seen(file_of(pixels)), clean) < 0.02 * (clean**2).sum()


def test_where_two_things_may_be_the_digit_both_are_offered():
    ink = np.zeros((400, 400), bool)
    ink[100:200, 60:75] = True  # a 1
    ink[150:300, 300:316] = True  # and a larger one
    pieces = read_pieces(file_of(grey(ink.astype(float))))
    assert [piece.shape for piece in pieces] == [(56, 56)] * 2
    np.testing.assert_array_equal(pieces[0], read_picture(file_of(grey(ink.astype(float)))))
    widths = [(piece > 0.5).any(axis=0).sum() for piece in pieces]
    assert widths == sorted(widths)  # the larger piece is the slimmer one, and comes first
