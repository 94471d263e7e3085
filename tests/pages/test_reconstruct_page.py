"""Reconstruct: the right digits, and the right figures under them."""

import io
import re

import numpy as np
import pytest
from looks import OWN, assert_looks_like, picture_rows

from ae import store
from ae.analysis import metrics
from ae.imaging import to_bytes
from ae.ui import cache
from ae.ui.words import a_digit


@pytest.fixture(scope="session")
def errors(shelf, mnist):
    model = store.load(shelf / "conv-32" / store.MODEL_FILE)
    return metrics.squared_error(mnist.x_test, model.reconstruct(mnist.x_test))


@pytest.fixture(autouse=True)
def warm(conv_32):
    """The errors are computed before the clock of the first page runs."""
    cache.errors("conv-32")


def chosen(at) -> list[int]:
    """Which test digits the page shows, by the alt texts of the originals."""
    alts = picture_rows(at)["Original"].alt
    return [int(re.fullmatch(r"Original: test digit no. (\d+) \(an? \d\)", alt)[1]) for alt in alts]


def choose(at, **choices):
    for key, value in choices.items():
        at.button_group(key=key).set_value(value)
    at.run()
    assert not at.exception
    return at


def test_the_rows_are_original_reconstruction_difference_and_pca(open_page, conv_32, mnist, pca):
    model, _ = conv_32
    at = open_page("reconstruct")
    rows, indices = picture_rows(at), chosen(at)
    assert list(rows) == ["Original", "Reconstruction", "Difference", "PCA"]
    assert len(set(indices)) == 10
    images = mnist.x_test[indices]
    expected = {
        "Original": images,
        "Reconstruction": model.reconstruct(images),
        "PCA": pca.reconstruct(images),
    }
    for name, pictures in expected.items():
        for shown, picture in zip(rows[name].pictures, pictures, strict=True):
            assert_looks_like(shown, picture)
        if name != "Original":
            errors = metrics.squared_error(images, pictures)
            told = [float(number) for number in rows[name].numbers]
            np.testing.assert_allclose(told, errors, rtol=0.005)
    for shown, image, made in zip(
        rows["Difference"].pictures, images, expected["Reconstruction"], strict=True
    ):
        blue_not_red = shown[..., 2].astype(int) - shown[..., 0]
        clear = np.abs(made - image) > 0.1
        assert ((blue_not_red > 0) == (made < image))[clear].all()
    for alt, index in zip(rows["PCA"].alt, indices, strict=True):
        assert f"test digit no. {index} ({a_digit(mnist.y_test[index])})" in alt


@pytest.mark.parametrize("label", ["any", "8"])
def test_best_and_worst_are_the_extremes_in_order(open_page, conv_32, mnist, errors, label):
    at = open_page("reconstruct")
    candidates = np.arange(10_000) if label == "any" else np.flatnonzero(mnist.y_test == int(label))
    ranked = np.sort(errors[candidates])
    at.selectbox(key="digit").select(label)
    choose(at, show="best")
    np.testing.assert_allclose(errors[chosen(at)], ranked[:10], rtol=1e-4)
    assert set(chosen(at)) <= set(candidates)
    choose(at, show="worst")
    np.testing.assert_allclose(errors[chosen(at)], ranked[::-1][:10], rtol=1e-4)
    assert set(chosen(at)) <= set(candidates)


def test_typical_digits_lie_about_the_median(open_page, conv_32, errors):
    at = choose(open_page("reconstruct"), show="typical")
    ranks = np.searchsorted(np.sort(errors), errors[chosen(at)])
    assert (np.abs(ranks - 5000) < 50).all()
    assert not at.number_input, "a seed has a meaning only for a random choice"


def test_the_seed_decides_the_random_choice(open_page, conv_32):
    at = open_page("reconstruct")
    first = chosen(at)
    at.number_input(key="shuffle").set_value(1).run()
    other = chosen(at)
    at.number_input(key="shuffle").set_value(0).run()
    assert not at.exception
    assert chosen(at) == first
    assert set(other).isdisjoint(first)


@pytest.mark.parametrize("label", ["any", "1"])
def test_the_figures_are_of_all_digits_of_the_class(open_page, conv_32, mnist, errors, pca, label):
    at = open_page("reconstruct")
    at.selectbox(key="digit").select(label).run()
    of_class = slice(None) if label == "any" else mnist.y_test == int(label)
    mine = errors[of_class]
    others = metrics.squared_error(mnist.x_test, pca.reconstruct(mnist.x_test))[of_class]
    error, pca_error, better = at.metric
    what = "test digits" if label == "any" else f"test digits of class {label}"
    assert f"averaged over {len(mine):,} {what}." in error.help
    assert error.value == f"{mine.mean():.2f}"
    assert f"median {np.median(mine):.2f}, highest {mine.max():.1f}" in error.delta
    assert pca_error.value == f"{others.mean():.2f}"
    assert better.delta.startswith(f"{np.count_nonzero(others < mine)} of ")


def test_choosing_another_model_changes_digits_and_figures(open_page, put, mnist):
    put(OWN)
    at = choose(open_page("reconstruct"), show="worst")
    before = chosen(at)
    at.sidebar.selectbox(key="model").select(OWN).run()
    assert not at.exception
    model = store.load(OWN)
    errors = metrics.squared_error(mnist.x_test, model.reconstruct(mnist.x_test))
    assert at.metric[0].value == f"{errors.mean():.2f}"
    assert "PCA with 4 dimensions" in at.metric[1].label
    assert chosen(at) != before
    np.testing.assert_allclose(errors[chosen(at)], np.sort(errors)[::-1][:10], rtol=1e-4)


def test_a_link_restores_the_view(open_page, conv_32, mnist):
    at = open_page("reconstruct", show="Worst", digit="3")
    assert at.button_group(key="show").value == "worst"
    assert at.selectbox(key="digit").value == "3"
    assert (mnist.y_test[chosen(at)] == 3).all()


def test_a_link_with_nonsense_shows_the_usual_view(open_page, conv_32):
    at = open_page("reconstruct", show="upwards", digit="11", shuffle="-5")
    assert at.button_group(key="show").value == "random"
    assert at.selectbox(key="digit").value == "any"
    assert at.number_input(key="shuffle").value == 0
    assert not at.error


def said(at) -> str:
    return " ".join(text.value for text in at.markdown)


def test_another_model_is_compared_digit_by_digit(open_page, put, mnist, errors):
    put(OWN)
    at = open_page("reconstruct", second=OWN)
    model = store.load(OWN)
    theirs = metrics.squared_error(mnist.x_test, model.reconstruct(mnist.x_test))
    row, indices = picture_rows(at)[OWN], chosen(at)
    made = model.reconstruct(mnist.x_test[indices])
    for shown, picture, number, index in zip(row.pictures, made, row.numbers, indices, strict=True):
        assert_looks_like(shown, picture)
        assert float(number) == pytest.approx(theirs[index], rel=0.005)
    assert "from 4 values" in row.note
    differences = theirs - errors
    told = float(re.search(rf"conv-32 is ([\d.]+) lower than that of {OWN}", said(at))[1])
    assert told == pytest.approx(differences.mean(), abs=0.011)  # of means in two decimals
    count = np.count_nonzero(errors < theirs)
    told = int(re.search(r"lower error on \*\*([\d,]+) of 10,000", said(at))[1].replace(",", ""))
    assert told == pytest.approx(count, abs=3)
    half = 1.96 * differences.std(ddof=1) / 100
    low = float(re.search(r"of the difference: ([\d.]+) to", said(at))[1])
    assert low == pytest.approx(differences.mean() - half, abs=0.01)


def test_a_linear_autoencoder_is_as_good_as_pca_and_the_theorem_says_why(open_page, ship):
    ship("linear-32")
    at = open_page("reconstruct")
    at.sidebar.selectbox(key="model").select("linear-32").run()
    assert not at.exception
    mine, by_pca, _ = at.metric
    assert mine.value == by_pca.value
    assert by_pca.delta == "the autoencoder's error is the same"
    assert "linear-32 and PCA(32) have the same squared error to two decimals" in said(at)
    (theorem,) = at.info
    assert "no better than PCA" in theorem.value
    assert "Baldi" in theorem.value
    assert "PCA needs **32** dimensions to be at least as good" in said(at)


def test_a_curve_across_architectures_carries_a_warning(open_page, ship):
    ship("conv-16")
    warning = "differ not only in the number of latent values"
    assert warning in said(open_page("reconstruct"))
    assert "only conv-32 has refinements" in said(open_page("reconstruct"))


def test_a_curve_of_one_architecture_carries_no_warning(open_page, put):
    put(OWN)
    assert "differ not only in" not in said(open_page("reconstruct"))


def test_a_bar_of_the_histogram_shows_its_digits(open_page, conv_32, errors):
    at = open_page("reconstruct")
    at.session_state["error_histogram"] = {"selection": {"bar": [{"error": 7.004}]}}
    at.run()
    assert not at.exception
    assert at.button_group(key="show").value == "near"
    assert at.number_input(key="near").value == 7.0
    mine = errors[chosen(at)]
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


def test_a_link_restores_the_digits_of_an_error(open_page, conv_32, errors):
    at = open_page("reconstruct", show="By error", near="3.5")
    assert at.number_input(key="near").value == 3.5
    np.testing.assert_allclose(errors[chosen(at)], 3.5, atol=0.05)


def test_the_hardest_class_and_the_place_among_sizes_are_told(open_page, conv_32, mnist, errors):
    at = open_page("reconstruct")
    means = [errors[mnist.y_test == label].mean() for label in range(10)]
    assert f"**{np.argmin(means)}** is the easiest" in said(at)
    assert f"**{np.argmax(means)}** the hardest" in said(at)
    assert f"squared error of {errors.mean():.2f} with 32 latent dimensions" in said(at)
    assert "PCA needs **256** dimensions to be at least as good" in said(at)


def npz(images) -> bytes:
    file = io.BytesIO()
    np.savez(file, images=to_bytes(images))
    return file.getvalue()


def test_own_pictures_get_the_same_views(open_page, conv_32, mnist):
    at = open_page("reconstruct", of="My pictures")
    assert not picture_rows(at)
    files = [("mine.npz", npz(mnist.x_test[:12]), ""), ("bad.jpg", b"nothing", "")]
    at.file_uploader(key="own_upload").set_value(files).run()
    assert not at.exception
    assert "bad.jpg: The picture must be" in at.warning[0].value
    assert len(picture_rows(at)["Original"].pictures) == 10
    model, _ = conv_32
    mine = metrics.squared_error(mnist.x_test[:12], model.reconstruct(mnist.x_test[:12]))
    assert at.metric[0].value == f"{mine.mean():.2f}"
    assert "of 12 digits" in said(at)
    assert "hardest" not in said(at), "the classes are not known"
    at.button_group(key="show").set_value("worst").run()
    assert picture_rows(at)["Original"].alt[0] == f"Original: picture no. {mine.argmax()}"


def test_a_single_picture_of_ones_own_is_enough(open_page, conv_32, mnist):
    at = open_page("reconstruct", of="My pictures")
    file = ("one.npz", npz(mnist.x_test[:1]), "")
    at.file_uploader(key="own_upload").set_value([file]).run()
    assert not at.exception
    assert len(picture_rows(at)["Original"].pictures) == 1
