"""The loader: MNIST as it is known, and files that are refused with what was found."""

from __future__ import annotations

import hashlib
import io
import tracemalloc
import zipfile

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ae import data as ae_data
from ae.data import (
    MNIST_PATH,
    MNIST_SHA256,
    load_data,
    load_mnist,
    load_mnist_half,
    one_of_each_class,
    unit,
)
from ae.errors import DataError

GOOD = {
    "x_train": np.arange(3 * 784, dtype=np.uint32).reshape(3, 28, 28).astype(np.uint8),
    "y_train": np.array([0, 1, 2], np.uint8),
    "x_test": np.full((2, 28, 28), 255, np.uint8),
    "y_test": np.array([1, 0], np.uint8),
}


def write(path, **changes):
    """An .npz of GOOD arrays with ``changes``; None leaves a key out."""
    arrays = {key: value for key, value in (GOOD | changes).items() if value is not None}
    np.savez(path, **arrays)
    return path


def write_with_header(path, key: str, shape: tuple[int, ...]):
    """An .npz in which one array's header claims ``shape`` and no bytes follow."""
    with zipfile.ZipFile(path, "w") as archive:
        for name, array in GOOD.items():
            member = io.BytesIO()
            if name == key:
                header = {"descr": "|u1", "fortran_order": False, "shape": shape}
                np.lib.format.write_array_header_1_0(member, header)
            else:
                np.save(member, array)
            archive.writestr(f"{name}.npy", member.getvalue())
    return path


def test_mnist_has_its_known_numbers(mnist):
    assert mnist.x_train.shape == (60_000, 28, 28)
    assert mnist.x_test.shape == (10_000, 28, 28)
    # The digits in each class, as LeCun's page states them for the training set.
    counts = [5923, 6742, 5958, 6131, 5842, 5421, 5918, 6265, 5851, 5949]
    assert np.bincount(mnist.y_train).tolist() == counts
    assert mnist.y_train[:5].tolist() == [5, 0, 4, 1, 9]
    assert mnist.y_test[:5].tolist() == [7, 2, 1, 0, 4]


def test_mnist_is_float32_from_0_to_1(mnist):
    assert mnist.x_train.dtype == mnist.x_test.dtype == np.float32
    assert mnist.x_train.min() == 0
    assert mnist.x_train.max() == 1
    # The commonly used mean of the training pixels.
    assert mnist.x_train.mean(dtype=np.float64) == pytest.approx(0.1307, abs=5e-5)


def test_mnist_is_the_file_with_the_known_checksum(mnist):
    assert hashlib.sha256(MNIST_PATH.read_bytes()).hexdigest() == MNIST_SHA256 == mnist.sha256


def test_no_path_means_mnist(mnist):
    assert load_data(None).sha256 == mnist.sha256


def test_damaged_mnist_is_refused_with_both_checksums_and_advice(tmp_path, monkeypatch):
    damaged = bytearray(MNIST_PATH.read_bytes())
    damaged[len(damaged) // 2] ^= 1
    copy = tmp_path / "mnist.npz"
    copy.write_bytes(damaged)
    monkeypatch.setattr(ae_data, "MNIST_PATH", copy)
    with pytest.raises(DataError, match=r"Expected SHA-256 06af.* Received: .*git checkout"):
        load_mnist()


def test_missing_mnist_is_refused_with_advice(tmp_path, monkeypatch):
    monkeypatch.setattr(ae_data, "MNIST_PATH", tmp_path / "mnist.npz")
    with pytest.raises(DataError, match=r"mnist\.npz: No such file.*git checkout"):
        load_mnist()


def test_missing_file_is_refused(tmp_path):
    with pytest.raises(DataError, match=r"other\.npz: No such file"):
        load_data(tmp_path / "other.npz")


def test_folder_is_refused(tmp_path):
    with pytest.raises(DataError, match="Cannot read"):
        load_data(tmp_path)


def test_npz_of_the_same_form_is_read(tmp_path):
    data = load_data(write(tmp_path / "letters.npz"))
    assert data.name == "letters"
    np.testing.assert_array_equal(data.x_train, GOOD["x_train"].astype(np.float32) / 255)
    np.testing.assert_array_equal(data.x_test, np.ones((2, 28, 28), np.float32))
    np.testing.assert_array_equal(data.y_train, GOOD["y_train"])
    assert data.y_train.dtype == np.uint8


def test_compressed_npz_and_wide_labels_are_read(tmp_path):
    path = tmp_path / "compressed.npz"
    np.savez_compressed(path, **(GOOD | {"y_test": np.array([7, 255], np.int64)}))
    assert load_data(path).y_test.tolist() == [7, 255]


@pytest.mark.parametrize("key", GOOD)
def test_missing_key_is_named(tmp_path, key):
    with pytest.raises(DataError, match=f"must contain the arrays .* Missing: {key}"):
        load_data(write(tmp_path / "a.npz", **{key: None}))


@pytest.mark.parametrize(
    ("key", "array", "received"),
    [
        ("x_train", np.zeros((3, 28, 28), np.float32), r"float32 of shape \(3, 28, 28\)"),
        ("x_train", np.zeros((3, 784), np.uint8), r"uint8 of shape \(3, 784\)"),
        ("x_test", np.zeros((2, 32, 32), np.uint8), r"uint8 of shape \(2, 32, 32\)"),
        ("x_test", np.zeros((2, 28, 28, 1), np.uint8), r"uint8 of shape \(2, 28, 28, 1\)"),
        ("x_test", np.zeros((0, 28, 28), np.uint8), r"uint8 of shape \(0, 28, 28\)"),
        ("x_test", np.uint8(3), r"uint8 of shape \(\)"),
        ("y_train", np.zeros(3), r"float64 of shape \(3,\)"),
        ("y_train", np.zeros((3, 10), np.uint8), r"uint8 of shape \(3, 10\)"),
        ("y_test", np.array(["a", "b"]), r"<U1 of shape \(2,\)"),
        ("y_test", np.array([0, 256]), "values from 0 to 256"),
        ("y_test", np.array([-1, 0]), "values from -1 to 0"),
    ],
)
def test_wrong_array_is_refused_with_expected_and_received(tmp_path, key, array, received):
    with pytest.raises(DataError, match=f"{key} must be .*Received: .*{received}"):
        load_data(write(tmp_path / "a.npz", **{key: array}))


@pytest.mark.parametrize("key", ["x_train", "y_train"])
def test_unequal_lengths_are_refused_with_both(tmp_path, key):
    with pytest.raises(DataError, match=r"the same length\. Received: \d and \d"):
        load_data(write(tmp_path / "a.npz", **{key: GOOD[key][:2]}))


class Bomb:
    """Unpickling it would write a file."""

    def __init__(self, path):
        self.path = path

    def __reduce__(self):
        return open, (str(self.path), "w")


@pytest.mark.parametrize("key", GOOD)
def test_pickles_are_refused_and_not_run(tmp_path, key):
    mark = tmp_path / "ran"
    array = np.array([Bomb(mark)] * 2, object)
    path = write(tmp_path / "a.npz", **{key: array})
    with pytest.raises(DataError, match=f"{key} must be .*Received: object"):
        load_data(path)
    assert not mark.exists()


@pytest.mark.parametrize("shape", [(10**12, 28, 28), (2**63, 28, 28), (-1, 28, 28)])
def test_enormous_claim_is_refused_without_using_memory(tmp_path, shape):
    path = write_with_header(tmp_path / "a.npz", "x_train", shape)
    tracemalloc.start()
    try:
        with pytest.raises(DataError, match="x_train must be"):
            load_data(path)
        assert tracemalloc.get_traced_memory()[1] < 5_000_000
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize(("key", "count"), [("x_train", 120_001), ("x_test", 119_998)])
def test_a_set_that_is_too_large_is_refused_with_the_limit(tmp_path, key, count):
    # Of the other set there are 3 or 2 images. The header alone is read: no bytes follow.
    path = write_with_header(tmp_path / "a.npz", key, (count, 28, 28))
    with pytest.raises(DataError, match=rf"{key} must be .*at most 120,000 .*\({count}, 28, 28\)"):
        load_data(path)


def test_header_without_its_bytes_is_refused(tmp_path):
    path = write_with_header(tmp_path / "a.npz", "x_test", (5, 28, 28))
    with pytest.raises(DataError, match="x_test must be"):
        load_data(path)


@given(st.binary(max_size=200))
def test_any_bytes_are_refused_cleanly(tmp_path_factory, content):
    path = tmp_path_factory.getbasetemp() / "junk.npz"
    path.write_bytes(content)
    with pytest.raises(DataError, match=r"junk\.npz"):
        load_data(path)


@given(place=st.integers(0), bit=st.integers(0, 7), cut=st.booleans())
def test_any_damage_to_a_file_is_refused_or_harmless(tmp_path_factory, place, bit, cut):
    path = write(tmp_path_factory.getbasetemp() / "damaged.npz")
    content = bytearray(path.read_bytes())
    place %= len(content)
    if cut:
        del content[place:]
    else:
        content[place] ^= 1 << bit
    path.write_bytes(content)
    try:
        data = load_data(path)
    except DataError:
        return
    np.testing.assert_array_equal(data.x_train, GOOD["x_train"].astype(np.float32) / 255)


def test_one_of_each_class_is_the_first_of_each_in_label_order(mnist):
    digits = one_of_each_class(mnist)
    assert digits.shape == (10, 28, 28)
    for label, digit in enumerate(digits):
        first = mnist.y_test.tolist().index(label)
        np.testing.assert_array_equal(digit, mnist.x_test[first])


@pytest.mark.parametrize("half", ["train", "test"])
def test_a_half_of_mnist_holds_the_same_digits(mnist, half):
    images, labels = load_mnist_half(half)
    assert images.dtype == labels.dtype == np.uint8
    np.testing.assert_array_equal(unit(images), getattr(mnist, f"x_{half}"))
    np.testing.assert_array_equal(labels, getattr(mnist, f"y_{half}"))
