"""Reconstruct: the right digits, and the right figures under them."""

import io
import re

import numpy as np
import pytest
from looks import OWN, assert_looks_like, parts

from ae import store
from ae.analysis import metrics
from ae.imaging import to_bytes
from ae.ui import cache


@pytest.fixture(scope="session")
def errors(shelf, mnist):
    model = store.load(shelf / "conv-32" / store.MODEL_FILE)
    return metrics.squared_error(mnist.x_test, model.reconstruct(mnist.x_test))


@pytest.fixture(autouse=True)
def warm(conv_32):
    """The errors are computed before the clock of the first page runs."""
    cache.errors("conv-32")


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
    what = "test digits" if label == "any" else f"test digits of class {label}"
    assert f"Over {len(mine):,} {what}:" in [caption.value for caption in at.caption]
    assert error.value == f"{mine.mean():.2f}"
    assert f"median {np.median(mine):.2f}, worst {mine.max():.1f}" in error.delta
    assert pca_error.value == f"{others.mean():.2f}"
    assert better.delta.startswith(f"{np.count_nonzero(others < mine)} of ")


def test_choosing_another_model_changes_digits_and_figures(open_page, put, shown, mnist):
    put(OWN)
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


def said(at) -> str:
    return " ".join(text.value for text in at.markdown)


def test_a_second_model_stands_beside_with_its_errors_paired(
    open_page, put, shown, mnist, errors, pca
):
    put(OWN)
    at = open_page("reconstruct", second=OWN)
    model = store.load(OWN)
    theirs = metrics.squared_error(mnist.x_test, model.reconstruct(mnist.x_test))
    for column, index in enumerate(chosen(shown[-1])):
        *_, second = parts(shown[-1].pixels[column])
        assert_looks_like(second, model.reconstruct(mnist.x_test[index][None])[0])
        assert shown[-1].captions[column].endswith(f" · {theirs[index]:.2f}")
        assert f"{OWN}'s with {theirs[index]:.2f}" in shown[-1].alt[column]
    differences = theirs - errors
    assert f"is {differences.mean():.2f} lower on average" in said(at)
    count = np.count_nonzero(errors < theirs)
    told = int(re.search(r"lower one on \*\*([\d,]+) of 10,000", said(at))[1].replace(",", ""))
    assert told == pytest.approx(count, abs=3)
    half = 1.96 * differences.std(ddof=1) / 100
    low = float(re.search(r"differences: ([\d.]+) to", said(at))[1])
    assert low == pytest.approx(differences.mean() - half, abs=0.01)


def test_a_bar_of_the_histogram_shows_its_digits(open_page, conv_32, shown, errors):
    at = open_page("reconstruct")
    at.session_state["error_histogram"] = {"selection": {"bar": [{"error": 7.004}]}}
    at.run()
    assert not at.exception
    assert at.button_group(key="show").value == "near"
    assert at.number_input(key="near").value == 7.0
    mine = errors[chosen(shown[-1])]
    assert (np.diff(mine) >= -1e-3).all()
    np.testing.assert_allclose(np.sort(np.abs(errors - 7))[9], np.abs(mine - 7).max(), atol=1e-3)
    at.button_group(key="show").set_value("best").run()
    assert at.button_group(key="show").value == "best", "a click counts once"


@pytest.mark.parametrize(
    "junk", [{}, {"selection": {"bar": []}}, {"selection": {"bar": [{"error": "x"}]}}, {"a": 1}]
)
def test_junk_from_the_histogram_is_as_no_click(open_page, conv_32, junk):
    at = open_page("reconstruct")
    at.session_state["error_histogram"] = junk
    at.run()
    assert not at.exception
    assert at.button_group(key="show").value == "random"


def test_a_link_restores_the_digits_of_an_error(open_page, conv_32, shown, errors):
    at = open_page("reconstruct", show="By error", near="3.5")
    assert at.number_input(key="near").value == 3.5
    np.testing.assert_allclose(errors[chosen(shown[-1])], 3.5, atol=0.05)


def test_the_hardest_class_and_the_place_among_sizes_are_told(open_page, conv_32, mnist, errors):
    at = open_page("reconstruct")
    means = [errors[mnist.y_test == label].mean() for label in range(10)]
    assert f"**{np.argmin(means)}** is the easiest" in said(at)
    assert f"**{np.argmax(means)}** the hardest" in said(at)
    assert f"squared error of {errors.mean():.2f} with 32 numbers" in said(at)
    assert "PCA is as good from **256** numbers on" in said(at)


def npz(images) -> bytes:
    file = io.BytesIO()
    np.savez(file, images=to_bytes(images))
    return file.getvalue()


def test_own_pictures_get_the_same_views(open_page, conv_32, shown, mnist):
    at = open_page("reconstruct", of="My pictures")
    assert not shown
    files = [("mine.npz", npz(mnist.x_test[:12]), ""), ("bad.jpg", b"nothing", "")]
    at.file_uploader(key="own_upload").set_value(files).run()
    assert not at.exception
    assert "bad.jpg: The picture must be" in at.warning[0].value
    assert len(shown[-1].pixels) == 10
    model, _ = conv_32
    mine = metrics.squared_error(mnist.x_test[:12], model.reconstruct(mnist.x_test[:12]))
    assert at.metric[0].value == f"{mine.mean():.2f}"
    assert "of 12 digits" in said(at)
    assert "hardest" not in said(at), "nobody has told the classes"
    at.button_group(key="show").set_value("worst").run()
    assert shown[-1].alt[0].startswith(f"Picture number {mine.argmax()}:")


def test_a_single_picture_of_ones_own_is_enough(open_page, conv_32, shown, mnist):
    at = open_page("reconstruct", of="My pictures")
    file = ("one.npz", npz(mnist.x_test[:1]), "")
    at.file_uploader(key="own_upload").set_value([file]).run()
    assert not at.exception
    assert len(shown[-1].pixels) == 1
