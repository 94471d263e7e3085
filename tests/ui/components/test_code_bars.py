"""What the code bars are given."""

from __future__ import annotations

import base64

import numpy as np

from ae.analysis.latent import CodeStatistics
from ae.ui.components.code_bars import REACH, map_points


def test_map_points_are_where_the_codes_are():
    z = np.float32([[0, 0], [1, -1], [99, 0]])
    statistics = CodeStatistics(np.zeros(2, np.float32), np.ones(2, np.float32))
    data = base64.b64decode(map_points(z, np.uint8([7, 9, 1]), statistics))
    points = np.frombuffer(data, np.uint8).reshape(-1, 3)
    np.testing.assert_array_equal(points[:, 2], [7, 9])  # what is out of reach is left out
    places = (points[:, :2] / 255 * 2 - 1) * REACH
    np.testing.assert_allclose(places, z[:2], atol=REACH / 255)
