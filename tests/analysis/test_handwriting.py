"""Slant and ink of a hand, and how grey the ink is."""

import numpy as np
import pytest

from ae.analysis.handwriting import grey, ink, slant


@pytest.mark.parametrize("slope", [-0.5, 0, 1])
def test_the_slant_is_the_slope_of_a_line(slope):
    image = np.zeros((1, 28, 28))
    for row in range(8, 21, 2):
        image[0, row, 14 + round(slope * (row - 14))] = 0.5
    assert slant(image)[0] == pytest.approx(slope, abs=1e-9)
    assert ink(image)[0] == pytest.approx(3.5)


def test_an_empty_image_has_no_slant():
    assert slant(np.zeros((2, 28, 28))).tolist() == [0, 0]


def test_ink_is_grey_between_a_quarter_and_three_quarters():
    images = np.zeros((2, 28, 28))
    images[0, 3, :4] = 0.2, 0.5, 0.6, 1
    assert grey(images) == pytest.approx([2 / 3, 0])
