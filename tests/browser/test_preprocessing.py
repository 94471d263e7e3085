"""The page prepares a drawing as Python does."""

from __future__ import annotations

import itertools
from pathlib import Path

import numpy as np
import pytest
from blank_page import blank, imported
from hypothesis import given, settings
from hypothesis import strategies as st

from ae.data import drawing
from ae.data.drawing import to_mnist_form, transform_layer

STEPS = ("ink", "cropped", "scaled", "image")
PREPROCESS = """({ preprocess }, [values, height, width, steps]) => {
  const form = preprocess({ height, width, values }, steps);
  return Object.fromEntries(
    Object.entries(form).map(
      ([name, { values, ...size }]) => [name, { values: [...values], ...size }]
    )
  );
}"""

TRANSFORM = """({ preprocess, transformLayer }, [values, layer, height, width, steps]) => {
  const form = preprocess({ height, width, values }, steps);
  return [...transformLayer({ height, width, values: layer }, form).values];
}"""


@pytest.fixture(scope="module")
def module(browser):
    with blank(browser) as page:
        yield imported(page, Path(drawing.__file__).with_suffix(".js"))


def prepared(module, ink: np.ndarray, steps: dict) -> dict[str, np.ndarray]:
    form = module.evaluate(PREPROCESS, [ink.ravel().tolist(), *ink.shape, steps])
    return {
        name: np.reshape(form[name]["values"], (form[name]["height"], form[name]["width"]))
        for name in STEPS
    }


def strokes(seed: int) -> np.ndarray:
    """A canvas of random size with one to three lines of a soft round pen."""
    rng = np.random.default_rng(seed)
    height, width = rng.integers(20, 121, 2)
    rows, columns = np.indices((height, width))
    ink = np.zeros((height, width))
    pen = rng.uniform(0.5, 8)
    for _ in range(rng.integers(1, 4)):
        points = rng.uniform(0, (height, width), (rng.integers(1, 5), 2))
        for start, end in itertools.pairwise([points[0], *points]):
            for share in np.linspace(0, 1, 30):
                row, column = start + share * (end - start)
                ink = np.maximum(ink, pen + 1 - np.hypot(rows - row, columns - column))
    return np.clip(ink, 0, 1)


@settings(max_examples=25)
@given(
    seed=st.integers(0, 2**32 - 1),
    steps=st.fixed_dictionaries({name: st.booleans() for name in ("crop", "scale", "centre")}),
)
def test_strokes_become_the_same_image_as_in_python(module, seed, steps):
    ink = strokes(seed)
    expected, got = to_mnist_form(ink, **steps), prepared(module, ink, steps)
    for name in STEPS:
        np.testing.assert_allclose(got[name], getattr(expected, name), atol=2 / 255, err_msg=name)


def test_test_digits_become_the_same_image_as_in_python(module, mnist):
    for digit in mnist.x_test[:20]:
        got = prepared(module, digit, {})
        np.testing.assert_allclose(got["image"], to_mnist_form(digit).image, atol=2 / 255)


@settings(max_examples=25)
@given(
    seed=st.integers(0, 2**32 - 1),
    steps=st.fixed_dictionaries({name: st.booleans() for name in ("crop", "scale", "centre")}),
)
def test_a_second_layer_goes_where_it_goes_in_python(module, seed, steps):
    ink, rng = strokes(seed), np.random.default_rng(seed)
    layer = (rng.random(ink.shape) < 0.3) * rng.random(ink.shape)
    expected = transform_layer(layer, to_mnist_form(ink, **steps))
    got = module.evaluate(
        TRANSFORM, [ink.ravel().tolist(), layer.ravel().tolist(), *ink.shape, steps]
    )
    np.testing.assert_allclose(np.reshape(got, (28, 28)), expected, atol=2 / 255)


def test_a_layer_of_another_size_is_refused(module):
    with pytest.raises(Exception, match=r"Expected a layer of 3×2, as the ink\. Received: 2×3"):
        module.evaluate(
            """({ preprocess, transformLayer }) => transformLayer(
              { height: 2, width: 3, values: Array(6).fill(1) },
              preprocess({ height: 3, width: 2, values: Array(6).fill(1) }),
            )"""
        )


def test_an_empty_drawing_gives_an_empty_image(module):
    assert not prepared(module, np.zeros((40, 30)), {})["image"].any()


def test_a_drawing_with_too_few_values_is_refused(module):
    with pytest.raises(Exception, match=r"Expected 2×3 values\. Received: 5"):
        module.evaluate(PREPROCESS, [[0] * 5, 2, 3, {}])
