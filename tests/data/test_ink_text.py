"""A drawing as a text for links: it comes back, it fits, and what is cut is noticed."""

from __future__ import annotations

import contextlib
import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from ae.data.ink_text import LONGEST, pack_ink, unpack_ink

# noise, and pictures of few pixels that compress
inks = hnp.arrays(np.float32, (56, 56), elements=st.floats(0, 1, width=32), fill=st.just(0.0)) | (
    st.integers(0, 2**32 - 1).map(lambda seed: np.random.default_rng(seed).random((56, 56)))
)


@given(inks)
def test_any_ink_comes_back_within_a_level_and_fits(image):
    text = pack_ink(image)
    assert len(text) <= LONGEST
    assert re.fullmatch(r"[A-Za-z0-9_-]+", text)
    half_a_level = 0.5 / {"8": 255, "4": 15, "3": 7}[text[0]]
    np.testing.assert_allclose(unpack_ink(text), image, atol=half_a_level + 1e-6)


def test_a_drawing_and_a_loaded_digit_keep_all_their_levels(mnist):
    rows, columns = np.indices((560, 560)) - 279.5
    ring = np.abs(np.hypot(rows, columns * 1.6) - 165) < 25
    drawn = ring.reshape(56, 10, 56, 10).mean(axis=(1, 3))
    for image in (drawn, *mnist.x_test[:50].repeat(2, axis=1).repeat(2, axis=2)):
        text = pack_ink(image)
        np.testing.assert_array_equal(np.rint(unpack_ink(text) * 255), np.rint(image * 255))


@given(st.text(max_size=40) | st.from_regex(r"[843][A-Za-z0-9_-]{0,1700}", fullmatch=True))
def test_any_text_is_read_or_refused(text):
    with contextlib.suppress(ValueError):
        assert unpack_ink(text).shape == (56, 56)


def test_a_text_that_is_cut_anywhere_is_refused(mnist):
    text = pack_ink(mnist.x_test[3].repeat(2, axis=0).repeat(2, axis=1))
    for length in range(len(text)):
        with pytest.raises(ValueError, match="Copy the whole link"):
            unpack_ink(text[:length])


def test_a_text_that_would_inflate_to_more_is_refused():
    import base64
    import zlib

    bomb = "8" + base64.urlsafe_b64encode(zlib.compress(bytes(1_000_000), 9)).decode().rstrip("=")
    assert len(bomb) <= LONGEST
    with pytest.raises(ValueError, match="Copy the whole link"):
        unpack_ink(bomb)


def test_ink_of_another_shape_is_refused():
    with pytest.raises(ValueError, match=r"\(56, 56\). Received: \(28, 28\)"):
        pack_ink(np.zeros((28, 28)))
