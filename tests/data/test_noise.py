"""corrupt: what holds for all kinds, and what each kind's strength means."""

from __future__ import annotations

import hashlib

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ae.data.noise import NOISE_KINDS, corrupt, draw_noise

KINDS = (*NOISE_KINDS, "mixture")
kinds = st.sampled_from(KINDS)
strengths = st.floats(0, 1)
seeds = st.integers(0, 2**32 - 1)


def random_images(seed: int, count: int = 4) -> np.ndarray:
    return np.random.default_rng(seed).random((count, 28, 28), dtype=np.float32)


@given(kinds, strengths, seeds)
def test_result_is_float32_of_the_same_shape_in_0_to_1(kind, strength, seed):
    images = random_images(seed)
    noisy = corrupt(images, kind, strength, np.random.default_rng(seed))
    assert noisy.dtype == np.float32
    assert noisy.shape == images.shape
    assert noisy.min() >= 0
    assert noisy.max() <= 1


@given(kinds, seeds)
def test_strength_0_changes_nothing(kind, seed):
    images = random_images(seed)
    np.testing.assert_array_equal(corrupt(images, kind, 0, np.random.default_rng(seed)), images)


@given(kinds, strengths, seeds)
def test_same_generator_state_gives_the_same_result(kind, strength, seed):
    images = random_images(seed)
    first, second = (corrupt(images, kind, strength, np.random.default_rng(7)) for _ in range(2))
    np.testing.assert_array_equal(first, second)


@given(kinds, strengths, seeds)
def test_input_is_left_alone(kind, strength, seed):
    images = random_images(seed)
    before = images.copy()
    noisy = corrupt(images, kind, strength, np.random.default_rng(seed))
    np.testing.assert_array_equal(images, before)
    assert not np.shares_memory(noisy, images)


@given(kinds, st.lists(strengths, min_size=4, max_size=4), seeds)
def test_each_image_takes_its_own_strength(kind, strengths, seed):
    images = random_images(seed)
    strengths[2] = 0
    noisy = corrupt(images, kind, np.array(strengths), np.random.default_rng(seed))
    np.testing.assert_array_equal(noisy[2], images[2])


@pytest.mark.parametrize("kind", KINDS)
def test_no_images_give_no_images(kind):
    noisy = corrupt(np.zeros((0, 28, 28)), kind, 0.5, np.random.default_rng(0))
    assert noisy.shape == (0, 28, 28)


def test_gaussian_strength_is_the_standard_deviation():
    grey = np.full((50, 28, 28), 0.5, np.float32)
    noisy = corrupt(grey, "gaussian", 0.1, np.random.default_rng(0))
    assert noisy.std() == pytest.approx(0.1, rel=0.02)
    assert noisy.mean() == pytest.approx(0.5, abs=0.002)


def test_salt_and_pepper_strength_is_the_share_of_pixels_half_each():
    grey = np.full((50, 28, 28), 0.5, np.float32)
    noisy = corrupt(grey, "salt_and_pepper", 0.4, np.random.default_rng(0))
    assert set(np.unique(noisy)) == {0, 0.5, 1}
    assert (noisy == 0).mean() == pytest.approx(0.2, abs=0.01)
    assert (noisy == 1).mean() == pytest.approx(0.2, abs=0.01)


def test_speckle_strength_is_half_the_deviation_of_the_factor():
    grey = np.full((50, 28, 28), 0.5, np.float32)
    noisy = corrupt(grey, "speckle", 0.1, np.random.default_rng(0))
    assert (noisy / 0.5).std() == pytest.approx(0.2, rel=0.02)


def test_speckle_leaves_black_black():
    black = np.zeros((5, 28, 28), np.float32)
    assert not corrupt(black, "speckle", 1, np.random.default_rng(0)).any()


@given(strengths, seeds)
def test_masking_blackens_one_square_of_the_stated_side(strength, seed):
    white = np.ones((3, 28, 28), np.float32)
    noisy = corrupt(white, "masking", strength, np.random.default_rng(seed))
    side = round(float(np.float32(strength)) * 28)
    for image in noisy:
        black = np.argwhere(image == 0)
        assert len(black) == side**2
        if side:
            assert (np.ptp(black, axis=0) + 1).tolist() == [side, side]


def test_mixture_gives_every_kind():
    grey = np.full((200, 28, 28), 0.5, np.float32)
    noisy = corrupt(grey, "mixture", 0.5, np.random.default_rng(0))
    values = [set(np.unique(image)) for image in noisy]
    assert {0, 0.5, 1} in values  # salt and pepper
    assert {0, 0.5} in values  # masking
    assert sum(len(value) > 100 for value in values) > 50  # Gaussian and speckle


@pytest.mark.parametrize("strength", [-0.1, 1.1, float("nan"), [0.5, 2.0]])
def test_strength_outside_0_to_1_is_refused(strength):
    with pytest.raises(ValueError, match=r"strength must lie in \[0, 1\]. Received"):
        corrupt(np.zeros((2, 28, 28)), "gaussian", strength, np.random.default_rng(0))


def test_unknown_kind_is_refused_with_the_known_ones():
    with pytest.raises(ValueError, match=r"gaussian.*mixture.*Received: kind='snow'"):
        corrupt(np.zeros((1, 28, 28)), "snow", 0.5, np.random.default_rng(0))


def test_single_image_without_its_axis_is_refused():
    with pytest.raises(ValueError, match=r"\(n, 28, 28\). Received: shape \(28, 28\)"):
        corrupt(np.zeros((28, 28)), "gaussian", 0.5, np.random.default_rng(0))


@given(kinds, strengths, seeds)
def test_what_is_drawn_serves_every_strength(kind, strength, seed):
    images = random_images(seed)
    drawn = draw_noise(kind, images.shape, np.random.default_rng(seed))
    expected = corrupt(images, kind, strength, np.random.default_rng(seed))
    np.testing.assert_array_equal(drawn.applied(images, strength), expected)


# Of what `corrupt` gave when the shipped models were trained and the shipped figures measured.
CHECKSUMS = {
    "gaussian": "46105069a2d5e376",
    "salt_and_pepper": "0b83d80e66f1f5bd",
    "speckle": "ea5a54408f5c2829",
    "masking": "3d7bf493817bb01e",
    "mixture": "6cf46e77617a2b91",
}


@pytest.mark.parametrize("kind", KINDS)
def test_a_seed_gives_the_noise_that_it_has_always_given(kind):
    """With one generator for all strengths: what it has given counts, too."""
    images, rng = random_images(1, 40), np.random.default_rng(5)
    rising, result = np.linspace(0, 1, 40), hashlib.sha256()
    for strength in (0.0, 0.05, 0.3, 0.4, 0.75, 1.0, rising, rising[::-1]):
        result.update(corrupt(images, kind, strength, rng).tobytes())
    assert result.hexdigest()[:16] == CHECKSUMS[kind]
