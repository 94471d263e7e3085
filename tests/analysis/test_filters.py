"""The filters against SciPy."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from scipy import ndimage

from ae.analysis.filters import gaussian_blur, median_3x3

images = hnp.arrays(
    np.float32,
    hnp.array_shapes(min_dims=3, max_dims=3, max_side=9),
    elements=st.floats(0, 1, width=32),
)


@settings(max_examples=30)
@given(images)
def test_median_is_that_of_scipy(images):
    before = images.copy()
    expected = ndimage.median_filter(images, size=3, axes=(1, 2), mode="nearest")
    np.testing.assert_array_equal(median_3x3(images), expected)
    np.testing.assert_array_equal(images, before)


@settings(max_examples=30)
@given(images, st.floats(0.05, 5))
def test_blur_is_that_of_scipy(images, width):
    expected = ndimage.gaussian_filter(
        images.astype(np.float64),
        width,
        radius=max(1, math.ceil(3 * width)),
        axes=(1, 2),
        mode="nearest",
    )
    np.testing.assert_allclose(gaussian_blur(images, width), expected, atol=1e-6)


@pytest.mark.parametrize("width", [0, -1, np.nan, np.inf])
def test_an_impossible_width_is_refused(width):
    with pytest.raises(ValueError, match="above 0"):
        gaussian_blur(np.zeros((1, 7, 9)), width)


@pytest.mark.parametrize("call", [median_3x3, lambda images: gaussian_blur(images, 1)])
def test_a_single_image_is_refused(call):
    with pytest.raises(ValueError, match=r"\(n, 28, 28\).*Received: shape \(28, 28\)"):
        call(np.zeros((28, 28)))
