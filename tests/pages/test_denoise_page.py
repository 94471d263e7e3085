"""Denoise: what is shown is what the methods give, and the words are those of the figures."""

import base64
import csv
import dataclasses
import io
import json

import numpy as np
import pytest
import streamlit
from looks import OWN, Row, assert_looks_like, picture_rows

from ae import store
from ae.analysis import denoising
from ae.data.noise import corrupt
from ae.imaging import to_bytes
from ae.training import noise_matrix
from ae.ui import cache
from ae.ui.denoise import cached

NETWORKS = {"conv-32": "autoencoder"}


@pytest.fixture(autouse=True)
def measured(conv_32):
    """The scores are computed before the clock of the first page runs."""
    return list(cached.scores("gaussian", 0.4, NETWORKS))


@pytest.fixture
def files(monkeypatch) -> dict[str, bytes]:
    """The files that the page offers, which AppTest does not keep: name -> how it is made."""
    files = {}
    monkeypatch.setattr(
        streamlit,
        "download_button",
        lambda label, data, file_name, *others, **options: files.update({file_name: data}),
    )
    return files


def words(at) -> str:
    return " ".join(text.value for text in (*at.markdown, *at.caption))


def assert_shows(row: Row, images: np.ndarray) -> None:
    for pixels, image in zip(row.pictures, images, strict=True):
        assert_looks_like(pixels, image)


def test_the_rows_are_noisy_each_method_and_clean(open_page, conv_32, mnist):
    rows = picture_rows(open_page("denoise", noise_seed="3", pick_noisy="5"))
    assert list(rows) == ["Noisy", "Median 3×3", "Gaussian blur", "PCA", "conv-32", "Clean"]
    clean = mnist.x_test[np.random.default_rng(5).permutation(10_000)[:10]]
    noisy = corrupt(clean, "gaussian", 0.4, np.random.default_rng(3))
    assert_shows(rows["Clean"], clean)
    assert_shows(rows["Noisy"], noisy)
    assert_shows(rows["conv-32"], conv_32[0].reconstruct(noisy))
    psnr = denoising.restored_psnr(clean, noisy).mean()
    assert rows["Noisy"].note == f"{psnr:.1f} dB, do nothing"


def test_the_table_and_the_best_method_are_those_of_the_scores(open_page, measured, files):
    at = open_page("denoise")
    table = at.table[0].value.set_index("Method")
    assert len(table) == len(measured) == 5
    for measure, column, digits in (("psnr", "PSNR in dB", 2), ("ssim", "SSIM", 3)):
        places = denoising.ranking(measured, measure)
        for place in places:
            cell = table[column][place.score.name]
            mean = place.score.of(measure).mean()
            assert cell.strip("*").startswith(f"{mean:.{digits}f} ±")
            assert cell.startswith("**") == place.is_level
    best, second = denoising.ranking(measured)[:2]
    assert f"By PSNR, {best.score.name} (" in words(at)
    assert f"{second.behind.mean:.2f} dB** ahead of {second.score.name}" in words(at)
    chosen = cached.settings("gaussian", 0.4)
    assert table["Details"]["PCA"] == f"{chosen.pca_size} components"
    rows = list(csv.DictReader(io.StringIO(files["denoising-gaussian-0.4.csv"]())))
    expected = [score.psnr.mean() for score in measured]
    assert [float(row["psnr_db"]) for row in rows] == pytest.approx(expected, rel=1e-8)


def test_the_settings_are_chosen_on_training_digits_alone(conv_32, mnist, monkeypatch):
    """Other test digits, the same settings; other training digits need not give the same."""
    cached.settings.clear()
    before = cached.settings("gaussian", 0.35)
    cached.settings.clear()
    other = dataclasses.replace(mnist, x_test=np.zeros_like(mnist.x_test[:10]))
    monkeypatch.setattr(cache, "mnist", lambda: other)
    assert cached.settings("gaussian", 0.35) == before
    cached.settings.clear()


def test_where_the_noise_is_weak_the_page_says_what_psnr_and_ssim_each_find(open_page):
    """At 0.05 a blur has 0.05 dB more than doing nothing; conv-32 has by far the highest SSIM."""
    at = open_page("denoise", strength="0.05")
    table = at.table[0].value.set_index("Method")
    best = {column: set(table.index[table[column].str.startswith("**")]) for column in table}
    assert best["PSNR in dB"] == {"Do nothing", "Gaussian blur"}
    assert best["SSIM"] == {"conv-32"}
    assert at.subheader[0].value == "PSNR and SSIM disagree"
    assert "dB) are level" in words(at)
    assert "By SSIM, conv-32 (0.968) is best" in words(at)
    assert "Why PSNR and SSIM differ here" in words(at)
    assert "By PSNR, **conv-32** is worse than doing nothing here" in words(at)
    at.slider(key="strength").set_value(0.4).run()
    assert not at.exception
    assert "worse than doing nothing here" not in words(at)


def test_without_noise_doing_nothing_is_best(open_page):
    at = open_page("denoise", strength="0.0")
    assert at.subheader[0].value == "Doing nothing is best"


def test_masking_says_how_many_digits_it_left_unchanged(open_page):
    at = open_page("denoise", noise="Masking", strength="0.15")
    share = cached.unchanged("masking", 0.15)
    assert 0 < share < 1
    assert f"left {share:.1%} of the digits unchanged" in words(at)


def test_the_curve_tells_from_where_on_the_network_pays(open_page, files, monkeypatch):
    monkeypatch.setattr(cached, "STRENGTHS", (0.0, 0.1, 0.5))
    monkeypatch.setattr(cached, "CURVE_MEASURED", 20)
    at = open_page("denoise", answer="At every strength")
    rows = list(csv.DictReader(io.StringIO(files["denoising-gaussian-over-strength.csv"]())))
    assert len(rows) == 3 * 5
    psnr = {(row["method"], float(row["strength"])): float(row["psnr"]) for row in rows}
    pays = [s for s in (0.1, 0.5) if psnr["conv-32", s] > psnr[denoising.DO_NOTHING, s]]
    assert f"**conv-32** is better than doing nothing from strength **{pays[0]}** on" in words(at)
    assert f"reconstructed at only {psnr['conv-32', 0.0]:.1f} dB" in words(at)


def test_the_matrix_is_shown_if_it_is_there_and_else_how_to_get_it(
    open_page, monkeypatch, tmp_path, files
):
    shipped, path = noise_matrix.MATRIX_PATH, tmp_path / "absent.json"
    monkeypatch.setattr(noise_matrix, "MATRIX_PATH", path)
    at = open_page("denoise", answer="Training noise against test noise")
    assert "python -m ae noise-matrix" in at.info[0].value
    path.write_text("{}")
    at.run()
    assert "damaged" in at.info[0].value
    path.write_bytes(shipped.read_bytes())
    at.run()
    assert not at.info
    assert "random seeds 0, 1" in words(at)
    assert "trained for 1 epoch." in words(at)
    assert "On digits without noise doing nothing is best" in words(at)
    rows = list(csv.DictReader(io.StringIO(files["noise-matrix.csv"]())))
    matrix = noise_matrix.read_matrix(shipped)
    assert [float(row["masking"]) for row in rows[:2]] == pytest.approx(
        matrix.psnr[0, :, noise_matrix.COLUMNS.index("masking")], rel=1e-8
    )


def drawing(**layers: np.ndarray) -> dict:
    return {
        "ink": {"number": 4}
        | {name: base64.b64encode(pixels.tobytes()).decode() for name, pixels in layers.items()}
    }


def given(at) -> dict:
    """What the page gave to the pad."""
    data = [json.loads(component.proto.json)[0] for component in at.get("bidi_component")]
    (pad,) = [each for each in data if "noise_pen" in each]
    return pad


def test_scribbles_are_noise_and_not_part_of_the_digit(open_page):
    ink, noise = np.zeros((2, 56, 56), np.uint8)
    ink[8:48, 24:30] = 255
    noise[26:29, 10:46] = 255
    at = open_page("denoise", noisy="My drawing", strength="0.0")
    at.session_state["noise_pad"] = drawing(pixels=ink)
    at.run()
    rows = picture_rows(at)
    (clean,) = rows["Clean"].pictures
    np.testing.assert_array_equal(clean, rows["Noisy"].pictures[0])
    assert rows["Noisy"].note.startswith("58.9 dB")
    at.session_state["noise_pad"] = drawing(pixels=ink, noise=noise)
    at.run()
    assert not at.exception
    live = {each["label"]: each["pixels"] for each in given(at)["pictures"]}
    assert list(live) == ["Noisy", "conv-32"]
    assert given(at)["noise_pen"]
    assert "Noisy" in given(at)["message"]
    rows = picture_rows(at)
    np.testing.assert_array_equal(rows["Clean"].pictures[0], clean)
    scribbled = rows["Noisy"].pictures[0]
    assert (scribbled.astype(int) >= clean).all()
    assert scribbled[:, :10].max() > 100, "the scribble reaches to the left of the digit"
    assert not at.table, "test digits are compared only when that is asked for"
    at.toggle(key="measured").set_value(True).run()
    assert at.table


def test_own_pictures_are_corrupted_and_denoised(open_page, mnist):
    at = open_page("denoise", noisy="My pictures")
    assert not picture_rows(at)
    upload = io.BytesIO()
    np.savez(upload, images=to_bytes(mnist.x_test[:3]))
    files = [("mine.npz", upload.getvalue(), ""), ("bad.png", b"nothing", "")]
    at.file_uploader(key="noisy_upload").set_value(files).run()
    assert not at.exception
    assert "bad.png" in at.warning[0].value
    assert [len(row.pictures) for row in picture_rows(at).values()] == [3] * 6


def train_with_noise(name: str) -> None:
    """Have the card of a model say that it was trained with noise."""
    card = store.read_card(name)
    assert card.training is not None
    training = dataclasses.replace(card.training, noise="gaussian")
    store.write_card(dataclasses.replace(card, training=training))


def test_a_model_trained_with_noise_is_the_denoising_autoencoder(open_page, put):
    put(OWN)
    train_with_noise(OWN)
    at = open_page("denoise")
    assert "denoising autoencoder" in picture_rows(at)[OWN].note
    assert "No denoising autoencoder" not in words(at)


def test_a_denoiser_that_does_not_load_is_told_and_left_out(open_page, put):
    folder = put(OWN)
    train_with_noise(OWN)
    from test_all_pages import weights_of_noise

    weights_of_noise(folder)
    at = open_page("denoise")
    assert OWN in at.warning[0].value
    assert at.table
    assert OWN not in picture_rows(at)
    assert "No denoising autoencoder" in words(at)


def test_a_linear_model_is_what_theory_predicts(open_page, ship):
    ship("linear-32")
    at = open_page("denoise", model="linear-32")
    assert "no better than PCA with 32 components" in words(at)
    rows = picture_rows(at)
    assert rows["linear-32"].note.endswith("the chosen model")


def test_a_link_restores_the_noise(open_page):
    at = open_page("denoise", noise="Speckle", strength="0.75", noise_seed="7")
    assert at.button_group(key="noise").value == "speckle"
    assert at.slider(key="strength").value == 0.75
    assert at.number_input(key="noise_seed").value == 7


def test_a_link_with_nonsense_shows_the_usual_noise(open_page):
    at = open_page("denoise", noise="rain", strength="9", noise_seed="-1", noisy="x", answer="y")
    assert at.button_group(key="noise").value == "gaussian"
    assert at.slider(key="strength").value == 0.4
    assert not at.error
