"""Denoise: what is shown is what the methods give, and the words are those of the figures."""

import base64
import csv
import dataclasses
import io
import json

import numpy as np
import pytest
import streamlit
from looks import OWN
from test_draw_page import networks

from ae import store
from ae.analysis import denoising, filters
from ae.data.noise import corrupt
from ae.imaging import to_bytes
from ae.store.graphs import GRAPH_FILE, load_graph
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


def components(at) -> list[dict]:
    """What the page gives to its components, but for the networks."""
    return [json.loads(each.proto.json)[0] for each in at.get("bidi_component") if each.proto.json]


def given_rows(at) -> dict | None:
    """What the page gives to the rows of pictures."""
    return next((each for each in components(at) if "rows" in each), None)


def rows_of(at) -> dict[str, dict]:
    """The rows of pictures by their labels, from top to bottom."""
    given = given_rows(at)
    return {row["label"]: row for row in given["rows"]} if given else {}


def images_of(text: str) -> np.ndarray:
    """Images that are given as float32 numbers."""
    return np.frombuffer(base64.b64decode(text), "<f4").reshape(-1, 28, 28)


def test_the_rows_are_noisy_each_method_and_clean(open_page, conv_32, mnist):
    at = open_page("denoise", noise_seed="3", pick_noisy="5")
    rows = rows_of(at)
    assert list(rows) == ["Noisy", "Median 3×3", "Gaussian blur", "PCA", "conv-32", "Clean"]
    given = given_rows(at)
    clean = mnist.x_test[np.random.default_rng(5).permutation(10_000)[:10]]
    np.testing.assert_array_equal(images_of(given["clean"]), clean)
    np.testing.assert_array_equal(images_of(given["soiled"]), clean)
    drawn = np.random.default_rng(3).standard_normal((10, 28, 28), np.float32)
    np.testing.assert_array_equal(images_of(given["noise"]["values"]), drawn)
    assert given["noise"]["kinds"] == ["gaussian"] * 10
    assert given["strength"] == 0.4
    median = filters.median_3x3(corrupt(clean, "gaussian", 0.4, np.random.default_rng(3)))
    sent = np.frombuffer(base64.b64decode(rows["Median 3×3"]["pixels"]), np.uint8)
    np.testing.assert_array_equal(sent.reshape(-1, 28, 28), to_bytes(median))
    psnr = denoising.restored_psnr(clean, median).mean()
    assert rows["Median 3×3"]["about"] == f"{psnr:.1f} dB"


def test_the_page_gets_all_networks_of_the_rows(open_page, conv_32):
    at = open_page("denoise")
    rows, sent = rows_of(at), networks(at)
    card, file = load_graph("conv-32")
    assert sent[rows["conv-32"]["network"]] == file
    assert rows["conv-32"]["network"] == card.graph
    k = cached.settings("gaussian", 0.4).pca_size
    assert sent[rows["PCA"]["network"]] == cache.pca_network(k)
    assert rows["PCA"]["about"] == f"{k} components"
    assert len(sent) == 2


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
    shown = [round(place.score.psnr.mean(), 2) for place in (best, second)]
    ahead = f"{shown[0] - shown[1]:.2f} dB** ahead of {second.score.name} ({shown[1]:.2f} dB"
    assert ahead in words(at)
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
    at.query_params["strength"] = "0.4"
    at.run()
    assert not at.exception
    assert "worse than doing nothing here" not in words(at)


def test_without_noise_doing_nothing_is_best(open_page):
    at = open_page("denoise", strength="0.0")
    assert at.subheader[0].value == "Doing nothing is best"


def test_masking_says_how_many_digits_it_left_unchanged(open_page):
    at = open_page("denoise", noise="Masking", strength="0.15")
    share = cached.unchanged("masking", 0.15)
    assert 0 < share < 1
    assert f"left {100 * share:.1f} % of the digits unchanged" in words(at)


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


def given_pad(at) -> dict:
    """What the page gives to the pad."""
    return next(each for each in components(at) if "noise_pen" in each)


def test_scribbles_are_noise_and_not_part_of_the_digit(open_page):
    ink, noise = np.zeros((2, 56, 56), np.uint8)
    ink[8:48, 24:30] = 255
    noise[26:29, 10:46] = 255
    at = open_page("denoise", noisy="My drawing", strength="0.0")
    at.session_state["noise_pad"] = drawing(pixels=ink)
    at.run()
    given = given_rows(at)
    (clean,) = images_of(given["clean"])
    np.testing.assert_array_equal(images_of(given["soiled"])[0], clean)
    at.session_state["noise_pad"] = drawing(pixels=ink, noise=noise)
    at.run()
    assert not at.exception
    pad, given = given_pad(at), given_rows(at)
    assert pad["noise_pen"]
    assert [each["label"] for each in pad["work"]["networks"]] == ["PCA", "conv-32"]
    assert {each["network"] for each in pad["work"]["networks"]} == set(networks(at))
    assert pad["work"]["noise"] == given["noise"], "the rows show the noise of the pad"
    np.testing.assert_array_equal(images_of(given["clean"])[0], clean)
    (scribbled,) = images_of(given["soiled"])
    assert (scribbled >= clean).all()
    assert scribbled[:, :10].max() > 0.4, "the scribble reaches to the left of the digit"
    assert not at.table, "test digits are compared only when that is asked for"
    at.toggle(key="measured").set_value(True).run()
    assert at.table


def test_own_pictures_are_corrupted_and_denoised(open_page, mnist):
    at = open_page("denoise", noisy="My pictures")
    assert not rows_of(at)
    upload = io.BytesIO()
    np.savez(upload, images=to_bytes(mnist.x_test[:3]))
    files = [("mine.npz", upload.getvalue(), ""), ("bad.png", b"nothing", "")]
    at.file_uploader(key="noisy_upload").set_value(files).run()
    assert not at.exception
    assert "bad.png" in at.warning[0].value
    given = given_rows(at)
    assert len(given["names"]) == len(images_of(given["clean"])) == 3
    assert len(rows_of(at)) == 6


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
    assert rows_of(at)[OWN]["about"] == "denoising autoencoder"
    assert "No denoising autoencoder" not in words(at)


def test_a_denoiser_that_does_not_load_is_told_and_left_out(open_page, put):
    folder = put(OWN)
    train_with_noise(OWN)
    from test_all_pages import weights_of_noise

    weights_of_noise(folder)
    (folder / GRAPH_FILE).unlink(missing_ok=True)
    at = open_page("denoise")
    assert OWN in at.warning[0].value
    assert at.table
    assert OWN not in rows_of(at)
    assert "No denoising autoencoder" in words(at)


def test_a_denoiser_whose_graph_alone_is_whole_is_in_the_pictures_alone(open_page, put):
    folder = put(OWN)
    train_with_noise(OWN)
    load_graph(OWN)
    from test_all_pages import weights_of_noise

    weights_of_noise(folder)
    at = open_page("denoise")
    assert OWN in at.warning[0].value
    assert OWN not in set(at.table[0].value["Method"])
    assert rows_of(at)[OWN]["network"] in networks(at)


def test_a_linear_model_is_what_theory_predicts(open_page, ship):
    ship("linear-32")
    at = open_page("denoise", model="linear-32")
    assert "no better than PCA with the same number of dimensions" in words(at)
    assert rows_of(at)["linear-32"]["about"] == "the chosen model"


def given_slider(at) -> dict:
    """What the page gives to the slider of the strength."""
    return next(each for each in components(at) if "step" in each)


def test_a_link_restores_the_noise(open_page):
    at = open_page("denoise", noise="Speckle", strength="0.75", noise_seed="7")
    assert at.button_group(key="noise").value == "speckle"
    assert given_slider(at)["value"] == 0.75
    assert at.query_params["strength"] == "0.75"
    assert at.number_input(key="noise_seed").value == 7


def test_a_link_with_nonsense_shows_the_usual_noise(open_page):
    at = open_page("denoise", noise="rain", strength="9", noise_seed="-1", noisy="x", answer="y")
    assert at.button_group(key="noise").value == "gaussian"
    assert given_slider(at)["value"] == 0.4
    assert "strength" not in at.query_params
    assert "strength=9" in words(at), "the page says that it has ignored it"
    assert not at.error


@pytest.mark.parametrize("text", ["nan", "-0.1", "1.01", "much", ""])
def test_a_strength_that_cannot_be_is_not_in_the_address(open_page, text):
    at = open_page("denoise", strength=text)
    assert given_slider(at)["value"] == 0.4
    assert "strength" not in at.query_params


def test_the_usual_strength_needs_no_address_and_another_stays_through_a_visit_elsewhere(
    open_page,
):
    at = open_page("denoise", strength="0.4")
    assert "strength" not in at.query_params
    at.query_params["strength"] = "0.43"
    at.run()
    assert given_slider(at)["value"] == 0.43
    del at.query_params["strength"]
    at.switch_page("ae/ui/pages/train.py").run()
    at.switch_page("ae/ui/pages/denoise.py").run()
    assert given_slider(at)["value"] == 0.43
    assert at.query_params["strength"] == "0.43"
