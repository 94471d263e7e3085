"""Anomalies: the page says what the scores of the model are, and follows the threshold."""

from __future__ import annotations

import dataclasses
import json

import numpy as np
import pytest
from looks import OWN, picture_rows
from sklearn.metrics import roc_auc_score

from ae import runs, store
from ae.analysis import metrics
from ae.analysis.anomaly import SCORES
from ae.data.drawing import to_mnist_form
from ae.data.shapes import draw_shapes
from ae.system.files import write_json
from ae.ui import anomaly_scores, cache, state


def metric(at, label: str) -> str:
    return next(each.value for each in at.metric if each.label == label)


def heading(at, beginning: str) -> str:
    return next(each.value for each in at.subheader if each.value.startswith(beginning))


@pytest.fixture
def errors(put):
    """Squared errors of the normal digits and of the shapes by the model of this session."""
    put(OWN)
    model, data = store.load(OWN), cache.mnist()
    rows = np.random.default_rng(0).permutation(10_000)[2000:3000]
    shapes = draw_shapes(1000, np.random.default_rng(2)).images
    return tuple(
        metrics.squared_error(images, model.reconstruct(images))
        for images in (data.x_test[rows], shapes)
    )


def test_the_auc_and_the_confusion_table_are_those_of_the_model(open_page, errors):
    at = open_page("anomalies", model=OWN)
    normal, odd = errors
    labels = np.repeat([0, 1], [len(normal), len(odd)])
    expected = roc_auc_score(labels, np.concatenate([normal, odd]))
    assert float(metric(at, "AUC")) == pytest.approx(expected, abs=1e-3)
    validation = anomaly_scores.digit_scores(OWN, (), "error")[0]
    threshold = np.sort(validation)[-21]  # 1 % of 2,000
    missed, alarms = int((odd <= threshold).sum()), int((normal > threshold).sum())
    assert heading(at, "Misses") == f"Misses: {missed:,} of 1,000 shapes"
    assert heading(at, "False alarms") == f"False alarms: {alarms:,} of 1,000 normal digits"
    assert metric(at, "Recall") == f"{100 * (1 - missed / 1000):.1f} %"


def test_more_false_alarms_find_more(open_page, errors):
    at = open_page("anomalies", model=OWN)
    before = float(metric(at, "Recall").removesuffix(" %"))
    auc = metric(at, "AUC")
    at.select_slider(key=state.ALARMS).set_value("20").run()
    assert not at.exception
    assert float(metric(at, "Recall").removesuffix(" %")) > before
    assert 15 < float(metric(at, "False-alarm rate").removesuffix(" %")) < 25
    assert metric(at, "AUC") == auc, "it does not depend on the threshold"


def test_the_rows_show_the_highest_false_alarms_and_the_lowest_misses(open_page, errors):
    normal, odd = errors
    rows = picture_rows(open_page("anomalies", model=OWN))
    alarms = [float(text) for text in rows["False alarm"].numbers]
    misses = [float(text) for text in rows["Miss"].numbers]
    np.testing.assert_allclose(alarms, np.sort(normal)[::-1][: len(alarms)], rtol=5e-3)
    np.testing.assert_allclose(misses, np.sort(odd)[:10], rtol=5e-3)
    assert "test digit no." in rows["False alarm"].alt[0]


def test_a_threshold_set_by_hand_counts(open_page, errors):
    at = open_page("anomalies", model=OWN, set_by="By hand")
    slider = next(each for each in at.slider if each.label == "Threshold")
    slider.set_value(slider.min).run()
    assert heading(at, "Misses").startswith("Misses: 0 of")
    assert "Every odd image has a score above the threshold." in [c.value for c in at.caption]


@pytest.mark.parametrize("score", ["relative", "ssim", "pca", "mahalanobis", "neighbours"])
def test_every_score_can_be_chosen(open_page, put, score):
    put(OWN)
    at = open_page(
        "anomalies",
        model=OWN,
        score=SCORES[score].label,
        odd="Corrupted digits",
        odd_noise="Masking",
    )
    assert not at.error
    normal, odd = (
        anomaly_scores.digit_scores(OWN, (), score)[1],
        anomaly_scores.odd_scores(
            OWN, anomaly_scores.Oddness("noise", noise="masking", strength=0.3), score
        ),
    )
    labels = np.repeat([0, 1], [len(normal), len(odd)])
    expected = roc_auc_score(labels, np.concatenate([normal, odd]))
    assert float(metric(at, "AUC")) == pytest.approx(expected, abs=1e-3)


def test_the_page_says_that_the_elbo_is_missing(open_page, put):
    put(OWN)
    at = open_page("anomalies", model=OWN)
    assert any("negative ELBO is not offered" in each.value for each in at.caption)
    assert "Negative ELBO" not in at.selectbox(key=state.SCORE).options
    at = open_page("anomalies", model=OWN, score=SCORES["elbo"].label)
    assert at.selectbox(key=state.SCORE).value == "error"


def test_a_class_that_the_model_knows_is_said_to_be_no_fair_test(open_page, put):
    put(OWN)
    at = open_page("anomalies", model=OWN, odd="A digit class", odd_class="7")
    assert any("was trained on class 7, too" in each.value for each in at.caption)
    labels = cache.mnist().y_test[anomaly_scores.digits((7,))[1]]
    assert 7 not in labels
    assert heading(at, "False alarms").endswith(f"of {len(labels):,} normal digits")
    assert any(button.label == "Train without class 7 (quick)" for button in at.button)


def without(models_folder, name: str, label: int) -> None:
    path = models_folder / name / store.CARD_FILE
    card = json.loads(path.read_text())
    write_json(path, card | {"training": card["training"] | {"leave_out": [label]}})


def test_a_model_without_a_class_preselects_that_class(open_page, put, put_as, models_folder):
    put("conv-32"), put_as("lacks-7")
    without(models_folder, "lacks-7", 7)
    at = open_page("anomalies", model="lacks-7")
    assert at.session_state[state.ODD] == "A digit class"
    assert at.session_state[state.ODD_CLASS] == "7"
    assert any("was trained without class 7" in each.value for each in at.caption)
    assert not any("Train without" in button.label for button in at.button)
    at.sidebar.selectbox(key="model").select("conv-32").run()
    assert at.session_state[state.ODD] == "Shapes", "nobody had chosen the class"


def test_the_button_starts_a_run_without_the_class(
    open_page, put, no_run_is_left, monkeypatch, reaches
):
    put(OWN)
    at = open_page("anomalies", model=OWN, odd="A digit class", odd_class="4")
    started = []
    monkeypatch.setattr(
        "ae.runs.control._launch", lambda name, words: started.append((name, words))
    )
    next(b for b in at.button if b.label == "Train without class 4 (quick)").click().run()
    assert not at.exception
    ((name, words),) = started
    assert name == "without-4"
    assert words[words.index("--leave-out") + 1] == "4"
    assert words[words.index("--epochs") + 1] == "2"
    assert "without-4" in runs.list_runs()
    assert any("without-4 trains without class 4" in each.value for each in at.caption)
    assert not any(b.label.startswith("Train without") for b in at.button), "once is enough"


def test_a_drawing_gets_a_score_and_a_verdict(open_page, put):
    put(OWN)
    at = open_page("anomalies", model=OWN, odd="Drawn by you")
    assert not any(each.value.startswith("Your images") for each in at.subheader)
    ink = np.zeros((56, 56), np.float32)
    ink[10:46:6] = ink[:, 10:46:6] = 1  # a grille
    at.session_state[state.DRAWN] = ink
    at.run()
    model, image = store.load(OWN), to_mnist_form(ink).image[None]
    error = metrics.squared_error(image, model.reconstruct(image))[0]
    threshold = np.sort(anomaly_scores.digit_scores(OWN, (), "error")[0])[-21]
    is_odd = int(error > threshold)
    assert heading(at, "Your images") == f"Your images: {is_odd} of 1 counts as odd"
    text, verdict = picture_rows(at)["Yours"].numbers[0].split()
    assert float(text) == pytest.approx(error, rel=5e-3)
    assert verdict == ("odd" if is_odd else "normal")
    next(b for b in at.button if b.label == "Keep this drawing").click().run()
    at.session_state[state.DRAWN] = ink.T[::-1] * (np.arange(56) > 20)
    at.run()
    assert len(picture_rows(at)["Yours"].numbers) == 2
    next(b for b in at.button if b.label == "Empty the tray").click().run()
    assert len(picture_rows(at)["Yours"].numbers) == 1


def test_the_table_holds_the_auc_of_every_score(open_page, put):
    put(OWN)
    at = open_page("anomalies", model=OWN, scores="true")
    table = at.table[-1].value
    kinds = anomaly_scores.in_table(store.read_card(OWN))
    assert len(table) == len(anomaly_scores.keys(OWN))
    for oddness in kinds:
        found = anomaly_scores.aucs(store.read_card(OWN), oddness)
        column = table[oddness.words[:1].upper() + oddness.words[1:]]
        shown = [float(cell.strip("*")) for cell in column]
        np.testing.assert_allclose(shown, [each.value for each in found.values()], atol=6e-4)
        bold = {cell for cell in column if cell.startswith("**")}
        assert bold == {f"**{max(shown):.3f}**"}
    means = [float(cell.strip("*")) for cell in table["Mean"]]
    assert f"**{max(means):.3f}**" in set(table["Mean"])


def test_models_are_compared_by_size(open_page, put):
    put("conv-32"), put(OWN)
    at = open_page("anomalies", model=OWN, sizes="true")
    said = next(each.value for each in at.markdown if "the AUC is highest with" in each.value)
    values = {
        k: anomaly_scores.auc(store.read_card(name), anomaly_scores.Oddness("shapes"), "error")
        for k, name in ((4, OWN), (32, "conv-32"))
    }
    best = max(values, key=lambda k: values[k].value)
    assert f"highest with **{best}** latent dimensions ({values[best].value:.3f})" in said


def test_frozen_kinds_of_oddness_are_keys_of_the_cache():
    shapes = anomaly_scores.Oddness("shapes")
    assert dataclasses.replace(shapes) == shapes
    assert hash(dataclasses.replace(shapes)) == hash(shapes)
