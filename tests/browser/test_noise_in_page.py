"""The page corrupts images as Python does."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from blank_page import blank, imported

from ae.data import noise
from ae.data.noise import MIXTURE, NOISE_KINDS, corrupt, draw_noise

CORRUPT = """({ corrupted }, [images, kinds, values, strength]) => images.map((image, i) =>
  [...corrupted(image, { kind: kinds[i], values: values[i] }, strength)]
)"""
# Of the last ones a square has a side of 13.5 and of 27.5 pixels, which are rounded.
STRENGTHS = (0.0, 0.05, 0.1, 0.35, 0.4, 0.43, 0.7, 0.95, 1.0, 13.5 / 28, 27.5 / 28)


@pytest.fixture(scope="module")
def module(browser):
    with blank(browser) as page:
        yield imported(page, Path(noise.__file__).with_suffix(".js"))


@pytest.mark.parametrize("strength", STRENGTHS)
@pytest.mark.parametrize("kind", [*NOISE_KINDS, MIXTURE])
def test_the_same_draws_give_the_same_pictures(module, mnist, kind, strength):
    images = mnist.x_test[:12]
    drawn = draw_noise(kind, images.shape, np.random.default_rng(3))
    rows = [each.reshape(12, 784).tolist() for each in (images, drawn.values)]
    got = module.evaluate(CORRUPT, [rows[0], list(drawn.kinds), rows[1], strength])
    expected = corrupt(images, kind, strength, np.random.default_rng(3))
    np.testing.assert_allclose(got, expected.reshape(12, 784), rtol=0, atol=1e-6)
