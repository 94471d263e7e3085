"""The filters equal a naive double loop."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from ae.analysis.filters import gaussian_blur, median_3x3

IMAGES = np.random.default_rng(0).random((2, 7, 9), dtype=np.float32)


def at(image, row, column):
    """A pixel, or the nearest one on the border."""
    height, width = image.shape
    return image[min(max(row, 0), height - 1), min(max(column, 0), width - 1)]


def naive(images, reach, of_neighbours):
    result = np.zeros(images.shape)
    for n, image in enumerate(images):
        for row in range(image.shape[0]):
            for column in range(image.shape[1]):
                result[n, row, column] = of_neighbours(
                    {
                        (i, j): at(image, row + i, column + j)
                        for i in range(-reach, reach + 1)
                        for j in range(-reach, reach + 1)
                    }
                )
    return result


@settings(max_examples=20)
@given(
    hnp.arrays(
        np.float32,
        hnp.array_shapes(min_dims=3, max_dims=3, max_side=6),
        elements=st.floats(0, 1, width=32),
    )
)
def test_median_equals_a_double_loop(images):
    expected = naive(images, 1, lambda near: np.median(list(near.values())))
    np.testing.assert_array_equal(median_3x3(images), expected)


@pytest.mark.parametrize("width", [0.3, 0.8, 1.5])
def test_blur_equals_a_double_loop(width):
    reach = max(1, int(np.ceil(3 * width)))

    def mean(near):
        weights = {place: np.exp(-(np.hypot(*place) ** 2) / (2 * width**2)) for place in near}
        return sum(weights[p] * near[p] for p in near) / sum(weights.values())

    np.testing.assert_allclose(gaussian_blur(IMAGES, width), naive(IMAGES, reach, mean), atol=1e-6)


@pytest.mark.parametrize("width", [0.3, 1.0, 20.0])
def test_blur_keeps_a_flat_image_and_the_range(width):
    np.testing.assert_allclose(gaussian_blur(np.full((1, 28, 28), 0.7), width), 0.7, atol=1e-5)
    blurred = gaussian_blur(IMAGES, width)
    assert IMAGES.min() - 1e-6 <= blurred.min()
    assert blurred.max() <= IMAGES.max() + 1e-6


def test_a_narrow_blur_changes_nothing():
    np.testing.assert_allclose(gaussian_blur(IMAGES, 0.1), IMAGES, atol=1e-6)


def test_median_leaves_its_input_as_it_was_and_removes_a_lone_pixel():
    image = np.zeros((1, 28, 28), np.float32)
    image[0, 5, 5] = 1
    assert not median_3x3(image).any()
    assert image[0, 5, 5] == 1


@pytest.mark.parametrize("width", [0, -1, np.nan, np.inf])
def test_an_impossible_width_is_refused(width):
    with pytest.raises(ValueError, match="above 0"):
        gaussian_blur(IMAGES, width)


@pytest.mark.parametrize("call", [median_3x3, lambda images: gaussian_blur(images, 1)])
def test_a_single_image_is_refused(call):
    with pytest.raises(ValueError, match=r"\(n, 28, 28\).*Received: shape \(28, 28\)"):
        call(np.zeros((28, 28)))
