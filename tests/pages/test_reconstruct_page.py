"""Reconstruct: the right digits, and the right figures under them."""

import re

import numpy as np
import pytest
from looks import OWN, assert_looks_like, parts

from ae import metrics, store


@pytest.fixture(scope="session")
def errors(shelf, mnist):
    model = store.load(shelf / "conv-32" / store.MODEL_FILE)
    return metrics.squared_error(mnist.x_test, model.reconstruct(mnist.x_test))


def chosen(row) -> list[int]:
    """Which test digits a row shows, by its alt texts."""
    return [int(re.match(r"Test digit number (\d+), a \d:", text)[1]) for text in row.alt]


def choose(at, **choices):
    for key, value in choices.items():
        at.button_group(key=key).set_value(value)
    at.run()
    assert not at.exception
    return at


def test_each_column_is_original_reconstruction_difference_and_pca(
    open_page, conv_32, shown, mnist, pca
):
    model, _ = conv_32
    at = open_page("reconstruct")
    indices = chosen(shown[-1])
    assert len(set(indices)) == 10
    images = mnist.x_test[indices]
    rebuilt, by_pca = model.reconstruct(images), pca.reconstruct(images)
    for column, tile in enumerate(shown[-1].pixels):
        digit, reconstruction, difference, linear = parts(tile)
        assert_looks_like(digit, images[column])
        assert_looks_like(reconstruction, rebuilt[column])
        assert_looks_like(linear, by_pca[column])
        blue_not_red = difference[..., 2].astype(int) - difference[..., 0]
        clear = np.abs(rebuilt[column] - images[column]) > 0.1
        too_dark = rebuilt[column] < images[column]
        assert ((blue_not_red > 0) == too_dark)[clear].all()
        assert f"a {mnist.y_test[indices[column]]}:" in shown[-1].alt[column]
    told = [[float(number) for number in text.split("·")] for text in at.image[0].captions]
    expected = [metrics.squared_error(images, rebuilt), metrics.squared_error(images, by_pca)]
    np.testing.assert_allclose(told, np.transpose(expected), atol=0.0051)


@pytest.mark.parametrize("label", ["any", "8"])
def test_best_and_worst_are_the_extremes_in_order(open_page, conv_32, shown, mnist, errors, label):
    at = open_page("reconstruct")
    candidates = np.arange(10_000) if label == "any" else np.flatnonzero(mnist.y_test == int(label))
    ranked = np.sort(errors[candidates])
    choose(at, show="best", digit=label)
    np.testing.assert_allclose(errors[chosen(shown[-1])], ranked[:10], rtol=1e-4)
    assert set(chosen(shown[-1])) <= set(candidates)
    choose(at, show="worst")
    np.testing.assert_allclose(errors[chosen(shown[-1])], ranked[::-1][:10], rtol=1e-4)
    assert set(chosen(shown[-1])) <= set(candidates)


def test_typical_digits_lie_about_the_median(open_page, conv_32, shown, errors):
    at = choose(open_page("reconstruct"), show="typical")
    ranks = np.searchsorted(np.sort(errors), errors[chosen(shown[-1])])
    assert (np.abs(ranks - 5000) < 50).all()
    assert not at.number_input, "a seed has a meaning only for a random choice"


def test_the_seed_decides_the_random_choice(open_page, conv_32, shown):
    at = open_page("reconstruct")
    first = chosen(shown[-1])
    at.number_input(key="shuffle").set_value(1).run()
    other = chosen(shown[-1])
    at.number_input(key="shuffle").set_value(0).run()
    assert not at.exception
    assert chosen(shown[-1]) == first
    assert set(other).isdisjoint(first)


@pytest.mark.parametrize("label", ["any", "1"])
def test_the_figures_are_of_all_digits_of_the_class(open_page, conv_32, mnist, errors, pca, label):
    at = choose(open_page("reconstruct"), digit=label)
    of_class = slice(None) if label == "any" else mnist.y_test == int(label)
    mine = errors[of_class]
    others = metrics.squared_error(mnist.x_test, pca.reconstruct(mnist.x_test))[of_class]
    error, pca_error, better = at.metric
    assert f"{len(mine):,}" in error.label
    assert error.value == f"{mine.mean():.2f}"
    assert f"median {np.median(mine):.2f}, worst {mine.max():.1f}" in error.delta
    assert pca_error.value == f"{others.mean():.2f}"
    assert better.delta.startswith(f"{np.count_nonzero(others < mine)} of ")


def test_choosing_another_model_changes_digits_and_figures(open_page, put, shown, mnist):
    put("conv-32"), put(OWN)
    at = choose(open_page("reconstruct"), show="worst")
    before = chosen(shown[-1])
    at.sidebar.selectbox(key="model").select(OWN).run()
    assert not at.exception
    model = store.load(OWN)
    errors = metrics.squared_error(mnist.x_test, model.reconstruct(mnist.x_test))
    assert at.metric[0].value == f"{errors.mean():.2f}"
    assert at.metric[1].label.startswith("PCA with 4 numbers")
    assert chosen(shown[-1]) != before
    np.testing.assert_allclose(errors[chosen(shown[-1])], np.sort(errors)[::-1][:10], rtol=1e-4)


def test_a_link_restores_the_view(open_page, conv_32, shown, mnist):
    at = open_page("reconstruct", show="Worst", digit="3")
    assert at.button_group(key="show").value == "worst"
    assert at.button_group(key="digit").value == "3"
    assert (mnist.y_test[chosen(shown[-1])] == 3).all()


def test_a_link_with_nonsense_shows_the_usual_view(open_page, conv_32, shown):
    at = open_page("reconstruct", show="upwards", digit="11", shuffle="-5")
    assert at.button_group(key="show").value == "random"
    assert at.button_group(key="digit").value == "any"
    assert at.number_input(key="shuffle").value == 0
    assert not at.error
