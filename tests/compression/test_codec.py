"""A compressed file gives back exactly what was put in, or one sentence."""

import io
import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ae.analysis.metrics import squared_error
from ae.compression import codec
from ae.compression import quantizer as quantizers
from ae.nn.pca import PCA


@pytest.fixture(scope="module")
def pca(small_data) -> PCA:
    return PCA.fit(small_data.x_train, 12)


@pytest.fixture(scope="module")
def statistics(pca, small_data):
    return quantizers.measure(pca, small_data.x_train)


@pytest.fixture(scope="module")
def message(pca, statistics, small_data) -> bytes:
    return codec.compress(small_data.x_test[:20], pca, statistics.quantizer(6))


@given(bits=st.integers(2, 10), count=st.integers(0, 30), seed=st.integers(0, 2**32 - 1))
def test_the_levels_come_back_exactly(pca, statistics, bits, count, seed):
    # far beyond what was measured, too: what is out of reach goes to the last level
    images = np.random.default_rng(seed).random((count, 28, 28), np.float32) * 3
    quantizer = statistics.quantizer(bits)
    levels = quantizer.quantize(pca.encode(images))
    assert np.abs(levels).max(initial=0) <= 2 ** (bits - 1) - 1
    expected = np.clip(pca.decode(quantizer.dequantize(levels)), 0, 1)
    received = codec.decompress(codec.compress(images, pca, quantizer), pca)
    np.testing.assert_array_equal(received, expected)


@given(levels=st.data(), bits=st.integers(2, 10))
def test_every_row_of_levels_survives(statistics, levels, bits):
    quantizer = statistics.quantizer(bits)
    row = [levels.draw(st.integers(-half, half)) for half in quantizer.half.tolist()]
    rows = np.array([row], np.int32)
    np.testing.assert_array_equal(quantizer.unpack(quantizer.pack(rows), 1), rows)
    np.testing.assert_array_equal(quantizer.quantize(quantizer.dequantize(rows)), rows)


@given(bits=st.integers(4, 10), seed=st.integers(0, 2**32 - 1))
def test_a_value_within_reach_is_off_by_half_a_step_at_most(statistics, bits, seed):
    quantizer = statistics.quantizer(bits)
    step, reach = quantizer.table["step"], quantizer.half * quantizer.table["step"]
    z = quantizer.table["centre"] + np.random.default_rng(seed).uniform(-1, 1, (50, 12)) * reach
    off = np.abs(quantizer.dequantize(quantizer.quantize(z)) - z)
    assert (off <= step * (0.5 + 1e-4)).all()


def test_pca_has_one_step_for_all_dimensions(pca, statistics):
    np.testing.assert_allclose(statistics.sensitivity, 1, rtol=1e-3)
    table = statistics.quantizer(8).table
    np.testing.assert_allclose(table["step"], table["step"][0], rtol=0.01)


def test_more_bits_make_larger_files_of_better_pictures(pca, statistics, small_data):
    sizes, errors = [], []
    for bits in range(quantizers.LEAST_BITS, quantizers.MOST_BITS + 1):
        data = codec.compress(small_data.x_test, pca, statistics.quantizer(bits))
        sizes.append(len(data))
        errors.append(squared_error(small_data.x_test, codec.decompress(data, pca)).mean())
    assert sizes == sorted(sizes)
    unquantized = np.clip(pca.reconstruct(small_data.x_test), 0, 1)
    assert errors[-1] == pytest.approx(
        squared_error(small_data.x_test, unquantized).mean(), rel=0.01
    )
    assert all(later < earlier * 1.01 for earlier, later in itertools.pairwise(errors))


def test_a_dimension_that_does_nothing_takes_no_space(statistics, pca):
    quantizer = statistics.quantizer(6)
    quantizer.table["deviation"][3] = 0
    levels = quantizer.quantize(np.random.default_rng(0).normal(0, 9, (100, 12)))
    assert not levels[:, 3].any()
    np.testing.assert_array_equal(quantizer.unpack(quantizer.pack(levels), 100), levels)


def test_codes_that_are_all_the_same_can_be_packed(pca):
    statistics = quantizers.measure(pca, np.zeros((10, 28, 28), np.float32))
    black = np.zeros((5, 28, 28), np.float32)
    data = codec.compress(black, pca, statistics.quantizer(6))
    rebuilt = np.clip(pca.reconstruct(black), 0, 1)
    np.testing.assert_allclose(codec.decompress(data, pca), rebuilt, atol=1e-3)


def test_a_network_takes_the_same_way(tiny_model, small_data):
    quantizer = quantizers.measure(tiny_model, small_data.x_train).quantizer(8)
    data = codec.compress(small_data.x_test, tiny_model, quantizer)
    rebuilt = codec.decompress(data, tiny_model)
    assert rebuilt.shape == (100, 28, 28)
    np.testing.assert_allclose(rebuilt, tiny_model.reconstruct(small_data.x_test), atol=0.05)


def test_blocks_make_no_difference_to_what_comes_back(pca, statistics, small_data, monkeypatch):
    monkeypatch.setattr(codec, "BLOCK", 16)
    quantizer, images = statistics.quantizer(6), small_data.x_test[:50]
    file = io.BytesIO()
    parts = [images[:7], images[7:7], images[7:45], images[45:]]
    pairs = list(codec.write(file, parts, 50, pca, quantizer))
    assert [len(original) for original, _ in pairs] == [16, 16, 16, 2]
    np.testing.assert_array_equal(np.concatenate([original for original, _ in pairs]), images)
    assert file.getvalue() == codec.compress(images, pca, quantizer)
    rebuilt = codec.decompress(file.getvalue(), pca)
    np.testing.assert_array_equal(np.concatenate([seen for _, seen in pairs]), rebuilt)


def test_a_wrong_number_of_images_is_told(pca, statistics, small_data):
    with pytest.raises(ValueError, match=r"Expected 9 images in all\. Received: 20"):
        list(codec.write(io.BytesIO(), [small_data.x_test[:20]], 9, pca, statistics.quantizer(6)))


@pytest.mark.parametrize("bits", [1, 11])
def test_bits_out_of_range_are_refused(statistics, bits):
    with pytest.raises(ValueError, match=rf"from 2 to 10\. Received: bits={bits}"):
        statistics.quantizer(bits)


def test_thousands_of_changed_files_are_refused(message, pca):
    rng = np.random.default_rng(0)
    for _ in range(5000):
        changed = bytearray(message)
        for _ in range(rng.integers(1, 4)):
            changed[rng.integers(len(changed))] ^= rng.integers(1, 256)
        if changed != message:
            with pytest.raises(codec.CodecError):
                codec.decompress(bytes(changed), pca)


def test_every_cut_file_is_refused(message, pca):
    for length in range(len(message)):
        with pytest.raises(codec.CodecError):
            codec.decompress(message[:length], pca)


def test_spliced_files_are_refused(pca, statistics, small_data, monkeypatch):
    monkeypatch.setattr(codec, "BLOCK", 8)
    quantizer = statistics.quantizer(6)
    whole = codec.compress(small_data.x_test[:24], pca, quantizer)
    empty = len(codec.compress(small_data.x_test[:0], pca, quantizer))
    ends = [len(codec.compress(small_data.x_test[:count], pca, quantizer)) for count in (8, 16, 24)]
    head, first, second, third = np.split(np.frombuffer(whole, np.uint8), [empty, *ends[:2]])
    for parts in ([head, second, first, third], [head, first, first, third], [head, first, third]):
        with pytest.raises(codec.CodecError):
            codec.decompress(b"".join(part.tobytes() for part in parts), pca)
    with pytest.raises(codec.CodecError, match="bytes after the last image"):
        codec.decompress(whole + b"\0", pca)


@given(
    st.binary(max_size=200) | st.binary(max_size=200).map(lambda tail: codec.MAGIC + b"\1" + tail)
)
def test_junk_is_refused(pca, junk):
    with pytest.raises(codec.CodecError):
        codec.decompress(junk, pca)


def test_the_reason_is_told(message, pca, small_data):
    with pytest.raises(codec.CodecError, match="Expected compressed images"):
        codec.decompress(b"PK" + message, pca)
    with pytest.raises(codec.CodecError, match=r"Expected version 1 .*Received: version 2"):
        codec.decompress(message[:4] + b"\2" + message[5:], pca)
    with pytest.raises(codec.CodecError, match="another model"):
        codec.decompress(message, PCA.fit(small_data.x_test, 12))
    with pytest.raises(codec.CodecError, match="images 1 to 20"):
        codec.decompress(message[:-10] + bytes(2) + message[-8:], pca)
