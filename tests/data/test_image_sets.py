"""Sets of pictures come in and go out a batch at a time, or not at all."""

import numpy as np
import pytest
from PIL import Image

from ae.data.image_sets import open_images, save_images
from ae.errors import DataError
from ae.imaging import to_bytes


@pytest.fixture
def pixels():
    return np.random.default_rng(0).integers(0, 256, (1203, 28, 28), np.uint8)


def read(path) -> np.ndarray:
    count, batches = open_images(path)
    images = np.concatenate(list(batches))
    assert len(images) == count
    assert images.dtype == np.float32
    return images


@pytest.mark.parametrize("target", ["pictures.npz", "pictures"])
def test_what_is_saved_is_read_again(tmp_path, pixels, target):
    parts = np.split(pixels.astype(np.float32) / 255, [1, 1, 700])
    save_images(tmp_path / target, parts, len(pixels))
    np.testing.assert_array_equal(to_bytes(read(tmp_path / target)), pixels)


@pytest.mark.parametrize("target", ["pictures.npz", "pictures"])
def test_nothing_is_left_of_a_set_that_breaks_off(tmp_path, pixels, target):
    def breaking_off():
        yield pixels[:3] / 255
        raise DataError("damaged")

    with pytest.raises(DataError, match="damaged"):
        save_images(tmp_path / target, breaking_off(), 1203)
    assert not list(tmp_path.iterdir())


def test_a_folder_with_something_in_it_is_left_alone(tmp_path, pixels):
    (tmp_path / "notes.txt").write_text("mine")
    with pytest.raises(DataError, match="new or empty folder"):
        save_images(tmp_path, [pixels / 255], len(pixels))
    assert [file.name for file in tmp_path.iterdir()] == ["notes.txt"]


@pytest.mark.parametrize(
    ("arrays", "taken"),
    [
        ({"anything": 1}, "anything"),
        ({"x_train": 1, "x_test": 2}, "x_test"),
        ({"x_test": 1, "images": 2}, "images"),
    ],
)
def test_the_array_that_is_meant_is_taken(tmp_path, pixels, arrays, taken):
    made = {name: pixels[:size] for name, size in arrays.items()}
    np.savez_compressed(tmp_path / "set.npz", **made)
    np.testing.assert_array_equal(to_bytes(read(tmp_path / "set.npz")), made[taken])


@pytest.mark.parametrize(
    "arrays",
    [
        {},
        {"a": np.zeros((1, 28, 28), np.uint8), "b": np.zeros((1, 28, 28), np.uint8)},
        {"images": np.zeros((2, 784), np.uint8)},
        {"images": np.zeros((2, 28, 28), np.int64)},
        {"images": np.zeros((2, 28, 28), np.uint8, order="F")},
        {"images": np.array([None])},
        {"images": np.full((2, 28, 28), 255.0)},
        {"images": np.full((2, 28, 28), np.nan)},
    ],
)
def test_another_npz_is_refused(tmp_path, arrays):
    np.savez(tmp_path / "set.npz", **arrays)
    with pytest.raises(DataError, match="Received"):
        read(tmp_path / "set.npz")


def test_a_damaged_npz_is_refused(tmp_path, pixels):
    np.savez_compressed(tmp_path / "set.npz", images=pixels)
    data = (tmp_path / "set.npz").read_bytes()
    rng = np.random.default_rng(0)
    for _ in range(40):
        changed = bytearray(data)
        start = rng.integers(len(data) - 100)
        changed[start : start + 100] = rng.bytes(100)
        (tmp_path / "set.npz").write_bytes(changed)
        try:
            images = read(tmp_path / "set.npz")
        except DataError:
            continue
        np.testing.assert_array_equal(to_bytes(images), pixels)


def test_pictures_that_do_not_fit_are_refused(tmp_path):
    with pytest.raises(DataError, match="There is no file or folder"):
        open_images(tmp_path / "nothing")
    with pytest.raises(DataError, match="contains no images"):
        open_images(tmp_path)
    Image.new("RGB", (30, 28)).save(tmp_path / "empty.png")
    (tmp_path / "other.png").write_bytes(b"no picture")
    Image.new("L", (28, 28)).save(tmp_path / "fine.png")
    with pytest.raises(DataError) as refused:
        read(tmp_path)
    first, second = str(refused.value).split("\n")  # every bad file, and no good one
    assert first.startswith("empty.png: The picture must show one digit")
    assert second.startswith("other.png: The picture must be a PNG")


def test_hidden_files_of_a_mac_are_left_out(tmp_path, pixels):
    Image.fromarray(pixels[0]).save(tmp_path / "0.png")
    (tmp_path / "._0.png").write_bytes(b"\x00\x05\x16\x07")
    np.testing.assert_array_equal(to_bytes(read(tmp_path)), pixels[:1])


def test_pictures_of_every_form_are_read_as_the_upload_reads_them(tmp_path, mnist):
    digit = np.rint(255 * mnist.x_test[0]).astype(np.uint8)
    Image.fromarray(digit.astype(np.uint16) * 257).save(tmp_path / "16 bits.png")
    Image.merge("LA", (Image.new("L", (28, 28), "white"), Image.fromarray(digit))).save(
        tmp_path / "white on transparent.png"
    )
    Image.fromarray(255 - digit).resize((280, 280)).save(tmp_path / "large and dark on light.png")
    (sixteen, large, transparent) = read(tmp_path)
    np.testing.assert_allclose(sixteen, digit / 255, atol=1 / 255)
    np.testing.assert_array_equal(to_bytes(transparent), digit)
    assert ((large - mnist.x_test[0]) ** 2).sum() < 0.1 * (mnist.x_test[0] ** 2).sum()
