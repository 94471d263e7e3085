"""What is compared is compared fairly, and the intervals say what they should."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ae.analysis import denoising, metrics
from ae.analysis.denoising import HIGHEST_PSNR, Score, Settings
from ae.data.noise import corrupt


@pytest.fixture(scope="module")
def pairs(mnist):
    """Clean and noisy training images, then test images."""
    rng = np.random.default_rng(0)
    train, test = mnist.x_train[:100], mnist.x_test[:100]
    return train, corrupt(train, "gaussian", 0.4, rng), test, corrupt(test, "gaussian", 0.4, rng)


def test_every_method_maps_images_to_images(pairs, mnist_pca, tiny_model):
    _, _, clean, noisy = pairs
    methods = denoising.baselines(Settings(0.8, 32), mnist_pca)
    assert [method.name for method in methods] == [
        "Do nothing",
        "Median 3×3",
        "Gaussian blur",
        "PCA",
    ]
    for method in [*methods, denoising.network("tiny", tiny_model)]:
        restored = method.denoise(noisy)
        assert restored.shape == clean.shape
        assert restored.dtype == np.float32
        assert 0 <= restored.min() <= restored.max() <= 1
        scored = denoising.score(method, clean, noisy)
        assert scored.name == method.name
        np.testing.assert_allclose(scored.psnr, metrics.psnr(clean, restored))
        np.testing.assert_allclose(scored.ssim, metrics.ssim(clean, restored))


def test_the_settings_are_the_best_on_the_images_they_are_chosen_on(pairs, mnist_pca):
    clean, noisy, _, _ = pairs
    settings = denoising.choose_settings(clean, noisy, mnist_pca)

    def quality(width, k, which):
        method = denoising.baselines(Settings(width, k), mnist_pca)[which]
        return denoising.score(method, clean, noisy).psnr.mean()

    by_width = {width: quality(width, 32, 2) for width in denoising.BLUR_WIDTHS}
    by_k = {k: quality(1, k, 3) for k in denoising.PCA_SIZES if k <= 64}
    assert settings == Settings(max(by_width, key=by_width.get), max(by_k, key=by_k.get))


def test_the_settings_follow_the_noise(mnist, mnist_pca):
    clean = mnist.x_train[:100]
    settings = [
        denoising.choose_settings(
            clean, corrupt(clean, "gaussian", strength, np.random.default_rng(0)), mnist_pca
        )
        for strength in (0.05, 0.9)
    ]
    assert settings[0].blur_width < settings[1].blur_width
    assert settings[0].pca_size > settings[1].pca_size


def test_pca_that_is_too_small_is_refused(pairs, mnist_pca):
    with pytest.raises(ValueError, match="must have 4 components"):
        denoising.choose_settings(pairs[0], pairs[1], mnist_pca.truncate(2))


def test_rounding_to_grey_levels_costs_the_highest_psnr(mnist):
    images = np.random.default_rng(0).random((20, 28, 28))
    rounded = np.rint(images * 255) / 255
    assert metrics.psnr(images, rounded).mean() == pytest.approx(HIGHEST_PSNR, abs=0.1)
    np.testing.assert_array_equal(denoising.restored_psnr(images, images), HIGHEST_PSNR)


def test_a_ranking_compares_image_by_image():
    hard = np.random.default_rng(0).normal(20, 5, 500)  # some images are hard for all
    scores = [Score(name, hard + better, hard) for name, better in (("a", 0), ("b", 1), ("c", 3))]
    places = denoising.ranking(scores)
    assert [place.score.name for place in places] == ["c", "b", "a"]
    assert [place.behind.mean for place in places] == pytest.approx([0, 2, 3])
    assert places[2].behind.half_width < 1e-6
    assert [place.is_level for place in places] == [True, False, False]
    assert all(place.is_level for place in denoising.ranking(scores, "ssim"))
    with pytest.raises(ValueError, match="at least two"):
        denoising.ranking(scores[:1])


@pytest.mark.parametrize(("behind", "is_level"), [(0.05, True), (0.2, False)])
def test_a_difference_that_nobody_sees_is_level_although_it_is_certain(behind, is_level):
    psnr = np.linspace(20, 30, 100)
    places = denoising.ranking([Score("a", psnr, psnr), Score("b", psnr - behind, psnr)])
    assert places[1].behind.low > 0
    assert places[1].is_level == is_level


def test_a_difference_that_is_not_certain_is_level():
    rng = np.random.default_rng(0)
    first, second = rng.normal(20, 5, (2, 30))
    places = denoising.ranking([Score("a", first, first), Score("b", second, second)])
    assert places[1].behind.mean > denoising.LEAST_DIFFERENCE["psnr"]
    assert places[1].behind.low <= 0
    assert places[1].is_level


@given(st.lists(st.tuples(st.floats(0, 1), st.floats(0, 1)), min_size=1))
def test_from_the_strength_that_is_named_on_the_curve_stays_above(pairs):
    values, others = zip(*pairs, strict=True)
    strengths = list(range(len(pairs)))
    found = denoising.first_strength_above(strengths, values, others)
    start = len(pairs) if found is None else found
    assert all(value > other for value, other in pairs[start:])
    assert start == 0 or values[start - 1] <= others[start - 1]
