"""Generate: the digits are those of the density and the seed, and the figures are theirs."""

from __future__ import annotations

import numpy as np
import pytest
from looks import OWN, assert_looks_like, parts

from ae.analysis import metrics
from ae.analysis.densities import Gaussian, GaussianPerClass
from ae.ui import cache
from ae.ui.generate import cached


@pytest.fixture
def own(put) -> np.ndarray:
    """Codes of 10,000 training digits by somebody's own model, beside conv-32."""
    put("conv-32"), put(OWN)
    return cached.codes(OWN)


def told(at) -> str:
    return " ".join(each.value for each in (*at.markdown, *at.caption, *at.info))


def assert_shows(row, z: np.ndarray) -> None:
    assert len(row.pixels) == len(z)
    for tile, image in zip(row.pixels, cache.model(OWN).decode(z), strict=True):
        assert_looks_like(parts(tile)[0], image)


@pytest.mark.parametrize(
    ("way", "fit"),
    [
        ("N(0, 1)", lambda z, labels: Gaussian.standard(4)),
        ("One Gaussian", lambda z, labels: Gaussian.fit(z)),
        ("One per class", GaussianPerClass.fit),
    ],
)
def test_the_digits_are_drawn_from_the_density_that_is_named(
    open_page, own, mnist, shown, way, fit
):
    at = open_page("generate", model=OWN, density=way, dice="3", new="5", temperature="0.5")
    assert not [*at.error, *at.warning]
    density = fit(own, mnist.y_train[:10_000])
    assert_shows(shown[-1], density.sample(5, np.random.default_rng(3), 0.5))


def test_below_each_new_digit_is_the_nearest_training_digit(open_page, own, mnist, shown):
    open_page("generate", model=OWN, new="5")
    training = mnist.x_train.reshape(60_000, -1)
    for tile, caption in zip(shown[-1].pixels, shown[-1].captions, strict=True):
        new, nearest = (part[..., 0].astype(np.float32).ravel() / 255 for part in parts(tile))
        distances = np.linalg.norm(training - new, axis=1)
        assert np.linalg.norm(nearest - new) == pytest.approx(distances.min(), abs=0.02)
        assert float(caption) == pytest.approx(distances.min(), abs=0.1)


def test_kernels_at_temperature_0_are_training_digits_rebuilt(open_page, own, shown):
    open_page("generate", model=OWN, density="Kernel", temperature="0.0", new="5")
    rebuilt = cache.model(OWN).decode(own).reshape(len(own), -1)
    for tile in shown[-1].pixels:
        new = parts(tile)[0][..., 0].astype(np.float32).ravel() / 255
        assert np.abs(rebuilt - new).max(axis=1).min() < 0.01


def test_a_class_can_be_asked_for(open_page, own, mnist, shown):
    at = open_page("generate", model=OWN, density="One per class", new="10", **{"class": "1"})
    assert not [*at.error, *at.warning]
    ones = GaussianPerClass.fit(own, mnist.y_train[:10_000])
    assert_shows(shown[-1], ones.sample(10, np.random.default_rng(0), 1.0, label=1))


def test_a_class_that_never_comes_up_is_told(open_page, own, shown):
    at = open_page("generate", model=OWN, temperature="0.0", **{"class": "1"})
    assert not at.exception
    assert "No 1 came up" in told(at) or shown[-1].pixels


def test_the_distance_is_that_of_the_digits_in_the_judges_code_space(open_page, own):
    at = open_page("generate", model=OWN, density="One Gaussian")
    table = at.table[0].value.set_index("Digits")["Fréchet distance"].astype(float)
    z = Gaussian.fit(own).sample(1000, np.random.default_rng(0), 1.0)
    judge = cache.model("conv-32")
    found = judge.encode(cache.model(OWN).decode(z))
    expected = metrics.frechet_distance(found, cache.test_codes("conv-32"))
    assert table["One Gaussian"] == pytest.approx(expected, rel=0.01)
    assert table["Training digits"] < table.drop("Training digits").min()
    assert "not the FID" in told(at)


def test_without_the_judge_the_page_says_so(open_page, put):
    put(OWN)
    at = open_page("generate", model=OWN, new="5")
    assert not [*at.error, *at.warning]
    assert f"code space of {cached.JUDGE}, which is not in the models folder" in told(at)
