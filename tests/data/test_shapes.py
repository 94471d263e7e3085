"""Shapes with known factors."""

from __future__ import annotations

import numpy as np
import pytest

from ae.data.shapes import SHAPES, draw_shapes


@pytest.fixture(scope="module")
def shapes():
    return draw_shapes(2000, np.random.default_rng(0))


def test_the_same_seed_gives_the_same_images(shapes):
    again = draw_shapes(2000, np.random.default_rng(0))
    np.testing.assert_array_equal(shapes.images, again.images)
    assert not np.array_equal(shapes.images, draw_shapes(2000, np.random.default_rng(1)).images)


def test_images_are_grey_levels_and_all_kinds_occur(shapes):
    assert shapes.images.shape == (2000, 28, 28)
    assert shapes.images.dtype == np.float32
    assert 0 <= shapes.images.min() <= shapes.images.max() <= 1
    np.testing.assert_array_less(2000 / 8, np.bincount(shapes.labels, minlength=len(SHAPES)))
    edges = (shapes.images > 0.05) & (shapes.images < 0.95)
    assert edges.any(axis=(1, 2)).all(), "antialiased"


def test_the_centre_of_mass_is_the_known_centre(shapes):
    pixels = np.arange(28)
    mass = shapes.images.sum(axis=(1, 2))
    column = (shapes.images.sum(axis=1) * pixels).sum(axis=1) / mass
    row = (shapes.images.sum(axis=2) * pixels).sum(axis=1) / mass
    np.testing.assert_allclose(np.stack([column, row], axis=1), shapes.centre, atol=0.2)


def test_the_area_is_that_of_the_known_size(shapes):
    area, size = shapes.images.sum(axis=(1, 2)), shapes.size.astype(float)
    expected = {
        "square": 2 * size**2,
        "ellipse": np.pi * size**2 / 2,
        "cross": 2 * 3 * 2 * size - 9,
        "ring": np.pi * (size**2 - (size - 3) ** 2),
    }
    for label, name in enumerate(SHAPES):
        mine = shapes.labels == label
        np.testing.assert_allclose(area[mine], expected[name][mine], rtol=0.04)


def test_no_shape_leaves_the_frame(shapes):
    border = shapes.images.copy()
    border[:, 1:-1, 1:-1] = 0
    assert border.max() < 0.6


def test_none_can_be_drawn_and_fewer_are_refused():
    assert draw_shapes(0, np.random.default_rng(0)).images.shape == (0, 28, 28)
    with pytest.raises(ValueError, match="count=-1"):
        draw_shapes(-1, np.random.default_rng(0))
