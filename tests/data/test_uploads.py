"""Uploaded images: the good ones are read, each bad one is reported in a sentence."""

import io

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from ae.data import uploads
from ae.data.uploads import MOST_IMAGES, read_collection


def npz(images: np.ndarray) -> bytes:
    file = io.BytesIO()
    np.savez(file, images=images)
    return file.getvalue()


@pytest.fixture(scope="module")
def picture() -> bytes:
    pixels = np.full((60, 40), 250, np.uint8)
    pixels[10:50, 18:23] = 10
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, "PNG")
    return file.getvalue()


def test_a_bad_file_is_named_and_the_others_are_taken(picture):
    digits = np.random.default_rng(0).integers(0, 256, (3, 28, 28), dtype=np.uint8)
    done = []
    read = read_collection(
        [("a.png", picture), ("b.png", b"no picture"), ("c.npz", npz(digits)), ("d.npz", b"PK")],
        done.append,
    )
    assert read.names == ["a.png", "c.npz, number 0", "c.npz, number 1", "c.npz, number 2"]
    assert read.images.shape == (4, 28, 28)
    assert read.images.dtype == np.float32
    np.testing.assert_allclose(read.images[1:] * 255, digits, atol=1e-4)
    assert [text.split(":")[0] for text in read.refused] == ["b.png", "d.npz"]
    assert done == [1, 2, 3, 4]


def test_no_file_and_an_empty_set_give_no_images():
    assert read_collection([]).images.shape == (0, 28, 28)
    empty = read_collection([("e.npz", npz(np.zeros((0, 28, 28), np.uint8)))])
    assert empty.images.shape == (0, 28, 28)
    assert "at least one image" in empty.refused[0]


def test_what_is_too_many_is_left_out_and_said(picture, monkeypatch):
    monkeypatch.setattr(uploads, "MOST_FILES", 4)
    many = read_collection([(f"{i}.png", picture) for i in range(9)])
    assert len(many.images) == 4
    assert many.refused == ["Only the first 4 files are used."]
    large = read_collection([("l.npz", npz(np.zeros((MOST_IMAGES + 7, 28, 28), np.uint8)))])
    assert len(large.images) == MOST_IMAGES
    assert "first 1,000 of 1,007" in large.refused[0]


@given(st.binary(max_size=200), st.sampled_from(["x.npz", "x.png"]))
def test_any_bytes_are_read_or_refused(data, name):
    read = read_collection([(name, data)])
    assert len(read.images) == len(read.names)
    assert len(read.images) or len(read.refused) == 1
