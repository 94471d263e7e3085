"""The way from a drawing to an MNIST image, against MNIST and its description."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from ae.data import drawing
from ae.data.drawing import resize, to_mnist_form, transform_layer

drawings = hnp.arrays(
    np.float64,
    hnp.array_shapes(min_dims=2, max_dims=2, min_side=1, max_side=60),
    elements=st.one_of(st.just(0.0), st.floats(0, 1)),
)
steps = st.fixed_dictionaries({name: st.booleans() for name in ("crop", "scale", "centre")})


@pytest.fixture(scope="module")
def digits() -> np.ndarray:
    """100 test digits, float64 of shape (100, 28, 28) in [0, 1]."""
    path = Path(drawing.__file__).with_name("mnist.npz")
    with np.load(path) as mnist:
        return mnist["x_test"][:100] / 255


def rectangle(height: int, width: int, top: int = 7, left: int = 5) -> np.ndarray:
    """A canvas of 100×100 with a rectangle of ink on it."""
    canvas = np.zeros((100, 100))
    canvas[top : top + height, left : left + width] = 1
    return canvas


def ink_sides(image: np.ndarray) -> tuple[int, int]:
    return tuple(int(np.ptp(np.flatnonzero(image.any(axis=axis)))) + 1 for axis in (1, 0))


def mass_centre(image: np.ndarray) -> np.ndarray:
    positions = np.indices(image.shape).reshape(2, -1)
    return (positions * image.ravel()).sum(axis=1) / image.sum()


@given(drawings, steps)
def test_every_drawing_gives_an_image_in_range(ink, switches):
    form = to_mnist_form(ink, **switches)
    for picture in (form.ink, form.cropped, form.scaled, form.image):
        assert picture.dtype == np.float32
        assert picture.min() >= 0
        assert picture.max() <= 1
    assert form.image.shape == (28, 28)
    assert form.image.any() == (ink > drawing.INK_THRESHOLD).any()


@pytest.mark.parametrize("shape", [(1, 1), (56, 56), (3, 400)])
@pytest.mark.parametrize("crop", [True, False])
def test_an_empty_drawing_gives_an_empty_image(shape, crop):
    assert not to_mnist_form(np.zeros(shape), crop=crop).image.any()


@given(st.integers(1, 90), st.integers(1, 90))
def test_the_longer_side_becomes_20_and_the_aspect_ratio_is_kept(height, width):
    form = to_mnist_form(rectangle(height, width))
    assert form.cropped.shape == (height, width)
    longer, shorter = max(height, width), min(height, width)
    assert max(form.scaled.shape) == 20
    assert abs(min(form.scaled.shape) - max(1, 20 * shorter / longer)) <= 0.5
    assert ink_sides(form.image) == form.scaled.shape


def test_the_centre_of_mass_goes_where_mnist_has_it(digits):
    for digit in digits:
        canvas = np.zeros((80, 70))
        canvas[41:69, 3:31] = digit
        assert np.abs(mass_centre(to_mnist_form(canvas).image) - 14).max() <= 0.5 + 1e-5
    # and that is where it is in the digits as they were given
    assert max(np.abs(mass_centre(digit) - 14).max() for digit in digits) <= 0.5 + 1e-5


def test_a_lopsided_drawing_stops_at_the_edge_and_loses_no_ink():
    ink = np.zeros((40, 40))
    ink[:, 0], ink[-4:, :] = 0.05, 1  # nearly all ink is at the bottom
    form = to_mnist_form(ink)
    assert form.image.sum() == pytest.approx(form.scaled.sum())


@given(top=st.integers(0, 30), left=st.integers(0, 30), seed=st.integers(0, 99))
def test_where_it_was_drawn_makes_no_difference(top, left, seed):
    ink = np.random.default_rng(seed).random((20, 30))
    canvas = np.zeros((60, 70))
    canvas[top : top + 20, left : left + 30] = ink
    np.testing.assert_array_equal(to_mnist_form(canvas).image, to_mnist_form(ink).image)


@pytest.mark.parametrize("factor", [1, 2, 5])
def test_a_test_digit_drawn_big_comes_back_as_itself(digits, factor):
    for digit in digits:
        big = digit.repeat(factor, axis=0).repeat(factor, axis=1)
        canvas = np.pad(big, ((3, 11), (20, 0)))
        np.testing.assert_allclose(to_mnist_form(canvas).image, digit, atol=1e-6)


def test_a_pen_of_medium_width_gives_the_ink_and_brightness_of_mnist(digits):
    # A ring of 56×56 ink as the pad sends it, drawn with its medium pen (5 of 56).
    rows, columns = np.indices((560, 560)) - 279.5
    distance = np.abs(np.hypot(rows, columns * 1.6) - 165)
    ring = (distance < 25).reshape(56, 10, 56, 10).mean(axis=(1, 3))
    image = to_mnist_form(ring).image
    low, high = np.percentile(digits.sum(axis=(1, 2)), [5, 95])
    assert low < image.sum() < high
    assert image.max() == 1


def test_a_thin_line_stays_white():
    line = np.eye(300)
    assert to_mnist_form(line).image.max() == 1
    assert to_mnist_form(line * 0.5).image.max() == pytest.approx(0.5)  # and grey stays grey


def test_without_crop_the_whole_canvas_is_scaled():
    form = to_mnist_form(rectangle(50, 50), crop=False)
    assert form.cropped.shape == (100, 100)
    assert form.scaled.shape == (20, 20)
    assert ink_sides(form.image)[0] in (10, 11, 12)


def test_without_scale_only_what_is_too_large_shrinks():
    assert to_mnist_form(rectangle(9, 5), scale=False).scaled.shape == (9, 5)
    assert to_mnist_form(rectangle(56, 28), scale=False).scaled.shape == (28, 14)


def test_without_centre_the_rectangle_is_in_the_middle():
    ink = np.zeros((20, 10))
    ink[0, 0] = ink[-1, -1] = 1
    ink[:, 0] = 1
    rows, columns = np.nonzero(to_mnist_form(ink, centre=False).image)
    assert (rows.min(), rows.max()) == (4, 23)
    assert (columns.min(), columns.max()) == (9, 18)


@given(drawings, st.integers(1, 40), st.integers(1, 40))
def test_resize_stays_within_the_range_and_keeps_a_flat_picture_flat(image, height, width):
    resized = resize(image, height, width)
    assert resized.shape == (height, width)
    assert resized.min() >= image.min() - 1e-12
    assert resized.max() <= image.max() + 1e-12
    np.testing.assert_allclose(resize(np.full_like(image, 0.3), height, width), 0.3)


@given(drawings, st.integers(1, 6), st.integers(1, 6))
def test_resize_undoes_repeat(image, down, right):
    repeated = image.repeat(down, axis=0).repeat(right, axis=1)
    np.testing.assert_allclose(resize(repeated, *image.shape), image, atol=1e-12)


@pytest.mark.parametrize(
    ("ink", "received"),
    [
        (np.full((5, 5), np.nan), "NaN"),
        (np.full((5, 5), np.inf), "infinity"),
        (np.full((5, 5), 255, np.uint8), "values from 255 to 255"),
        (np.full((5, 5), -0.1), "values from -0.1"),
        (np.zeros((28, 28, 1)), r"shape=\(28, 28, 1\)"),
        (np.zeros((0, 4)), r"shape=\(0, 4\)"),
        (np.array([["ink"]]), "dtype=<U3"),
    ],
)
def test_what_is_no_drawing_is_refused(ink, received):
    with pytest.raises(ValueError, match=rf"ink must be a 2-D array.*Received: .*{received}"):
        to_mnist_form(ink)


def test_resize_to_nothing_is_refused():
    with pytest.raises(ValueError, match=r"at least 1\. Received: height=0, width=3"):
        resize(np.zeros((2, 2)), 0, 3)


def carried(ink, layer):
    return transform_layer(layer, to_mnist_form(ink))


def test_a_layer_goes_the_way_of_the_ink():
    ink = np.zeros((56, 56))
    ink[10:50, 20:32] = 1
    np.testing.assert_allclose(carried(ink, ink), to_mnist_form(ink).image, atol=1e-6)


def test_what_lies_beside_the_digit_stays_beside_it():
    ink, layer = np.zeros((56, 56)), np.zeros((56, 56))
    ink[16:56, 26:30] = 1  # 40 pixels become 20: half a pixel for each
    layer[30:34, 36:40] = 0.5
    image, beside = to_mnist_form(ink).image, carried(ink, layer)
    rows, columns = np.flatnonzero(image.any(axis=1)), np.flatnonzero(image.any(axis=0))
    assert beside.sum() == pytest.approx(4 * 0.5, rel=1e-5)  # a quarter of its area
    top, left = rows[0] + (30 - 16) // 2, columns[0] + (36 - 26) // 2
    np.testing.assert_allclose(beside[top : top + 2, left : left + 2], 0.5, atol=1e-6)


def test_a_layer_beyond_the_frame_is_cut():
    ink, layer = np.zeros((56, 56)), np.zeros((56, 56))
    ink[26:30, 26:30] = 1  # enlarged five times: the canvas' corners are far away
    layer[:4, :4] = 1
    assert not carried(ink, layer).any()


@pytest.mark.parametrize("layer", [np.zeros((28, 28)), np.full((56, 56), 2.0)])
def test_a_layer_of_another_form_is_refused(layer):
    with pytest.raises(ValueError, match="Received"):
        carried(np.ones((56, 56)), layer)
