"""Denoise: what is shown is what the methods give, and the words are those of the figures."""

import base64
import csv
import dataclasses
import io
import json
import re

import numpy as np
import pytest
import streamlit
from looks import OWN, assert_looks_like

from ae import store
from ae.analysis import denoising
from ae.data.noise import corrupt
from ae.imaging import to_bytes
from ae.training import noise_matrix
from ae.ui import cache
from ae.ui.denoise import cached

NETWORKS = {"conv-32": "autoencoder, loaded"}


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
        lambda label, data, *, file_name, **options: files.update({file_name: data}),
    )
    return files


def digits_of(row) -> np.ndarray:
    """The digits of a strip, uint8 (n, 28, 28, 3)."""
    strip = row.pixels[0][2::4, 2::4, :3]
    return np.stack([strip[:, left : left + 28] for left in range(0, strip.shape[1], 30)])


def words(at) -> str:
    return " ".join(text.value for text in (*at.markdown, *at.caption))


def test_the_rows_are_clean_noisy_and_each_method(open_page, conv_32, mnist, shown):
    open_page("denoise", noise_seed="3", pick_noisy="5")
    rows = {re.split("[,:]", row.alt[0])[0]: row for row in shown}
    names = ["Clean", "Noisy", "Median 3×3", "Gaussian blur", "PCA", "conv-32"]
    assert list(rows) == names
    clean = mnist.x_test[np.random.default_rng(5).permutation(10_000)[:10]]
    noisy = corrupt(clean, "gaussian", 0.4, np.random.default_rng(3))
    expected = {"Clean": clean, "Noisy": noisy, "conv-32": conv_32[0].reconstruct(noisy)}
    for name, images in expected.items():
        for pixels, image in zip(digits_of(rows[name]), images, strict=True):
            assert_looks_like(pixels, image)
    psnr = denoising.restored_psnr(clean, noisy).mean()
    assert f"mean PSNR {psnr:.1f} dB" in rows["Noisy"].alt[0]


def test_the_table_and_the_winner_are_those_of_the_scores(open_page, measured, files):
    at = open_page("denoise")
    table = at.table[0].value.set_index("Method")
    assert len(table) == len(measured) == 5
    for score in measured:
        told = float(table["PSNR in dB"][score.name].split(" ± ")[0])
        assert told == pytest.approx(score.psnr.mean(), abs=0.0051)
        told = float(table["SSIM"][score.name].split(" ± ")[0])
        assert told == pytest.approx(score.ssim.mean(), abs=0.00051)
    first, second, margin = denoising.winner(measured)
    assert f"{first.name} is best" in words(at)
    assert f"{margin.mean:.2f} dB** over {second.name}" in words(at)
    chosen = cached.settings("gaussian", 0.4)
    assert table[""]["PCA"] == f"k = {chosen.pca_size}"
    rows = list(csv.DictReader(io.StringIO(files["denoising-gaussian-0.4.csv"]())))
    assert [float(row["psnr_db"]) for row in rows] == [s.psnr.mean() for s in measured]


def test_the_settings_are_chosen_on_training_digits_alone(conv_32, mnist, monkeypatch):
    """Other test digits, the same settings; other training digits need not give the same."""
    cached.settings.clear()
    before = cached.settings("gaussian", 0.35)
    cached.settings.clear()
    other = dataclasses.replace(mnist, x_test=np.zeros_like(mnist.x_test[:10]))
    monkeypatch.setattr(cache, "mnist", lambda: other)
    assert cached.settings("gaussian", 0.35) == before
    cached.settings.clear()


def test_where_the_noise_is_weak_the_page_says_why_the_autoencoder_loses(open_page):
    at = open_page("denoise", strength="0.05")
    assert "Do nothing is best" in words(at) or "Gaussian blur is best" in words(at)
    assert "**conv-32** loses against *doing nothing* here" in words(at)
    assert "its floor" in words(at)
    at.slider(key="strength").set_value(0.4).run()
    assert not at.exception
    assert "against *doing nothing*" not in words(at)


def test_masking_says_how_many_digits_it_has_left_alone(open_page):
    at = open_page("denoise", noise="Masking", strength="0.15")
    share = cached.untouched("masking", 0.15)
    assert 0 < share < 1
    assert f"left {share:.1%} of the digits as they were" in words(at)


def test_the_curve_tells_from_where_on_the_network_pays(open_page, files, monkeypatch):
    monkeypatch.setattr(cached, "STRENGTHS", (0.0, 0.1, 0.5))
    monkeypatch.setattr(cached, "CURVE_MEASURED", 20)
    at = open_page("denoise", answer="Over strength")
    rows = list(csv.DictReader(io.StringIO(files["denoising-gaussian-over-strength.csv"]())))
    assert len(rows) == 3 * 5
    psnr = {(row["method"], row["strength"]): float(row["psnr"]) for row in rows}
    pays = [s for s in ("0.1", "0.5") if psnr["conv-32", s] > psnr[denoising.DO_NOTHING, s]]
    assert f"**conv-32** beats doing nothing from strength **{pays[0]}** on" in words(at)
    floor = next(r for r in rows if r["method"] == "conv-32" and r["strength"] == "0.0")
    assert f"{float(floor['psnr']):.1f} dB, and noise" in words(at)


def test_the_matrix_is_shown_if_it_is_there_and_else_how_to_get_it(
    open_page, monkeypatch, tmp_path, files
):
    from test_noise_matrix import figures, written

    path = tmp_path / "absent.json"
    monkeypatch.setattr(noise_matrix, "MATRIX_PATH", path)
    at = open_page("denoise", answer="Training noise against test noise")
    assert "python -m ae noise-matrix" in at.info[0].value
    path.write_text("{}")
    at.run()
    assert "damaged" in at.info[0].value
    path.write_bytes(written(tmp_path, figures()).read_bytes())
    at.run()
    assert not at.info
    assert "seeds 5, 7" in words(at)
    rows = list(csv.DictReader(io.StringIO(files["noise-matrix.csv"]())))
    assert len(rows) == 12
    assert float(rows[1]["masking"]) == 27  # trained on none, seed 7


def drawing(**layers: np.ndarray) -> dict:
    return {
        "ink": {"number": 4}
        | {name: base64.b64encode(pixels.tobytes()).decode() for name, pixels in layers.items()}
    }


def given(at) -> dict:
    """What the page gave to the pad."""
    (pad,) = [json.loads(component.proto.json)[0] for component in at.get("bidi_component")]
    return pad


def test_scribbles_are_noise_and_not_part_of_the_digit(open_page, shown):
    ink, noise = np.zeros((2, 56, 56), np.uint8)
    ink[8:48, 24:30] = 255
    noise[26:29, 10:46] = 255
    at = open_page("denoise", noisy="My drawing", strength="0.0")
    at.session_state["noise_pad"] = drawing(pixels=ink)
    at.run()
    clean, noisy = (digits_of(row)[0] for row in shown[-6:-4])
    np.testing.assert_array_equal(clean, noisy)
    assert "58.9 dB" in shown[-5].alt[0]
    at.session_state["noise_pad"] = drawing(pixels=ink, noise=noise)
    at.run()
    assert not at.exception
    live = {each["label"]: each["pixels"] for each in given(at)["pictures"]}
    assert list(live) == ["Noisy", "Median 3×3", "conv-32"]
    assert given(at)["noise_pen"]
    assert "Noisy" in given(at)["message"]
    still_clean, scribbled = (digits_of(row)[0] for row in shown[-6:-4])
    np.testing.assert_array_equal(still_clean, clean)
    assert (scribbled.astype(int) >= clean).all()
    assert scribbled[:, :10].max() > 100, "the scribble reaches to the left of the digit"
    assert not at.table, "test digits are compared only when that is asked for"
    at.toggle(key="measured").set_value(True).run()
    assert at.table


def test_own_pictures_are_corrupted_and_cleaned(open_page, mnist, shown):
    at = open_page("denoise", noisy="My pictures")
    assert not shown
    upload = io.BytesIO()
    np.savez(upload, images=to_bytes(mnist.x_test[:3]))
    files = [("mine.npz", upload.getvalue(), ""), ("bad.png", b"nothing", "")]
    at.file_uploader(key="noisy_upload").set_value(files).run()
    assert not at.exception
    assert "bad.png" in at.warning[0].value
    assert len(digits_of(shown[-1])) == 3


def test_a_model_that_learnt_with_noise_is_the_denoising_autoencoder(
    open_page, put, models_folder, shown
):
    folder = put(OWN)
    card = store.read_card(OWN)
    training = dataclasses.replace(card.training, noise="gaussian")
    store.write_card(dataclasses.replace(card, training=training))
    open_page("denoise")
    (own,) = [row for row in shown if row.alt[0].startswith(OWN)]
    assert "denoising autoencoder" in own.alt[0]
    (folder / store.MODEL_FILE).touch()


def test_a_denoiser_that_does_not_load_is_told_and_left_out(open_page, put, shown):
    folder = put(OWN)
    card = store.read_card(OWN)
    training = dataclasses.replace(card.training, noise="gaussian")
    store.write_card(dataclasses.replace(card, training=training))
    from test_all_pages import weights_of_noise

    weights_of_noise(folder)
    at = open_page("denoise")
    assert OWN in at.warning[0].value
    assert at.table
    assert not any(re.match(OWN, row.alt[0]) for row in shown)


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
