"""Start: ten digits of ten classes, and figures that are those of the model."""

import numpy as np
import pytest
from looks import OWN, assert_looks_like, parts

from ae import store
from ae.analysis import metrics


def test_each_column_is_a_test_digit_through_the_network_and_through_pca(
    open_page, conv_32, shown, mnist, pca
):
    model, _ = conv_32
    at = open_page("start")
    row = shown[-1]
    assert len(row.pixels) == len(row.captions) == len(row.alt) == 10
    for label, tile in enumerate(row.pixels):
        original, reconstruction, by_pca = parts(tile)
        test_digits = mnist.x_test[mnist.y_test == label]
        same = np.rint(test_digits * 255) == original[..., 0]
        image = test_digits[same.all(axis=(1, 2))][:1]
        assert len(image) == 1, f"column {label} shows no test digit {label}"
        assert_looks_like(original, image[0])
        assert_looks_like(reconstruction, model.reconstruct(image)[0])
        assert_looks_like(by_pca, pca.reconstruct(image)[0])
        error = metrics.squared_error(image, model.reconstruct(image))[0]
        pca_error = metrics.squared_error(image, pca.reconstruct(image))[0]
        told = [float(number) for number in at.image[0].captions[label].split("/")]
        assert told == pytest.approx([error, pca_error], abs=0.051)
        assert f"digit {label}," in row.alt[label]


def test_figures_are_those_of_the_card(open_page, conv_32):
    _, card = conv_32
    at = open_page("start")
    numbers, error, pca_error = at.metric
    assert numbers.value == "784 → 32"
    assert error.value == f"{card.test.squared_error:.2f}"
    assert pca_error.value == f"{card.test.pca_squared_error:.2f}"
    assert at.sidebar.caption[-1].value.count(f"{card.parameters:,}") == 1


def test_the_button_brings_ten_other_digits(open_page, put, shown):
    put("conv-32")
    at = open_page("start")
    before = shown[-1].pixels
    at.button[0].click().run()
    assert not at.exception
    after = shown[-1].pixels
    assert len(after) == 10
    assert not any(
        np.array_equal(parts(a)[0], parts(b)[0]) for a, b in zip(before, after, strict=True)
    )


def test_choosing_another_model_changes_the_page(open_page, put, shown):
    put("conv-32"), put(OWN)
    at = open_page("start")
    before = shown[-1].pixels
    at.sidebar.selectbox(key="model").select(OWN).run()
    assert not at.exception
    assert at.metric[0].value == "784 → 4"
    assert at.metric[1].value == f"{store.read_card(OWN).test.squared_error:.2f}"
    for old, new in zip(before, shown[-1].pixels, strict=True):
        assert np.array_equal(parts(old)[0], parts(new)[0]), "the digits are to stay the same"
        assert not np.array_equal(parts(old)[1], parts(new)[1]), "the reconstruction is not"
