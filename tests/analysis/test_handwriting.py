"""Slant and ink of a hand."""

import numpy as np
import pytest

from ae.analysis.handwriting import ink, slant


@pytest.mark.parametrize("slope", [-0.5, 0, 1])
def test_the_slant_is_the_slope_of_a_line(slope):
    image = np.zeros((1, 28, 28))
    for row in range(8, 21, 2):
        image[0, row, 14 + round(slope * (row - 14))] = 0.5
    assert slant(image)[0] == pytest.approx(slope, abs=1e-9)
    assert ink(image)[0] == pytest.approx(3.5)


def test_an_empty_image_has_no_slant():
    assert slant(np.zeros((2, 28, 28))).tolist() == [0, 0]
