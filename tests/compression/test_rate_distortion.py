"""Sizes are those of files, and what is chosen among settings is the right one."""

import io

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from ae.analysis.metrics import psnr
from ae.compression import codec, quantizer
from ae.compression import rate_distortion as rd
from ae.imaging import contact_sheet, to_bytes


@pytest.fixture(scope="module")
def pca(mnist_pca, mnist):
    pca = mnist_pca.truncate(32)
    return pca, quantizer.measure(pca, mnist.x_train[:1000])


def test_a_model_is_counted_by_its_file(pca, small_data):
    images, bits = small_data.x_test[:30], pca[1].quantizer(5)
    sent = rd.send(images, pca[0], bits)
    file = codec.compress(images, pca[0], bits)
    assert sent.size == len(file)
    np.testing.assert_array_equal(sent.images, codec.decompress(file, pca[0]))
    assert sent.psnr == pytest.approx(psnr(images, sent.images).mean())
    (point,) = rd.model_points("PCA", images, *pca, [5])
    assert point == rd.Point("PCA", "5 bits", 8 * len(file) / 30, sent.psnr)


@pytest.mark.parametrize("count", [1, 31, 32, 33, 100])
def test_a_lossless_picture_file_gives_back_the_images(small_data, count):
    images = small_data.x_test[:count]
    sent = rd.send_picture(images, "PNG")
    np.testing.assert_array_equal(to_bytes(sent.images), to_bytes(images))
    assert sent.psnr == np.inf
    file = io.BytesIO()
    sheet = contact_sheet(images, min(count, 32))
    Image.fromarray(sheet).save(file, "PNG", optimize=True)
    assert sent.size == len(file.getvalue())


@pytest.mark.parametrize("file_format", rd.PICTURE_FORMATS)
def test_a_better_picture_is_a_larger_file(small_data, file_format):
    low, high = (rd.send_picture(small_data.x_test, file_format, quality) for quality in (5, 80))
    assert low.size < high.size
    assert low.psnr < high.psnr < np.inf


@given(st.integers(1, 60), st.integers(-5, 70))
def test_the_setting_at_the_border_is_found(count, border):
    def send_at(value):
        return rd.Sent(str(value), 10 * value, np.zeros((1, 28, 28)), float(value))

    values = range(1, count + 1)
    assert rd.smallest_as_good(send_at, values, border).psnr == min(max(border, 1), count)
    assert rd.best_as_small(send_at, values, 10 * border).psnr == min(max(border, 1), count)


def test_pca_is_shown_at_its_best(pca, small_data):
    images = small_data.x_test[:20]
    good = rd.best_pca(images, *pca, psnr=15, size=None)
    assert good.psnr >= 15
    small = rd.best_pca(images, *pca, psnr=99, size=good.size)
    assert small.size <= good.size
    assert small.psnr >= good.psnr
    assert rd.best_pca(images, *pca, psnr=99, size=0).size <= small.size


@given(st.lists(st.tuples(st.integers(1, 9), st.integers(1, 9)), min_size=1))
def test_nothing_beats_the_front(pairs):
    points = [rd.Point("a", "", bits, value) for bits, value in pairs]
    front = rd.pareto_front(points)
    assert front == sorted(front, key=lambda p: p.bits_per_image)
    for point in points:
        assert any(f.bits_per_image <= point.bits_per_image and f.psnr >= point.psnr for f in front)
    for point in front:
        others = [f for f in front if f is not point]
        assert not any(
            f.bits_per_image <= point.bits_per_image and f.psnr >= point.psnr for f in others
        )


@given(st.integers(0, 10**7), st.floats(1, 100), st.floats(1, 1000))
def test_the_decoder_pays_from_the_break_even_on(decoder, mine, other):
    count = rd.break_even(decoder, mine, other)
    if count is None:
        assert mine >= other
    elif other - mine > 1e-3:
        assert decoder + count * mine < other * count + 1e-6
        assert decoder + (count - 1) * mine >= other * (count - 1) - 1e-6
