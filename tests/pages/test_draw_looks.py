"""Draw beyond the pad: bars, closer looks, samples and links, without a browser."""

from __future__ import annotations

import base64
import re
from urllib.parse import parse_qs, urlsplit

import numpy as np
import pytest
from looks import OWN
from test_draw_page import components, given, ink_of

from ae import store
from ae.analysis import metrics
from ae.analysis.anomaly import SCORES
from ae.data.drawing import to_mnist_form
from ae.data.ink_text import pack_ink, unpack_ink
from ae.ui import anomaly_scores
from ae.ui.components.drawing_pad import INK_SIDE

PREPROCESSING, IS_IT, NEAREST, PCA = (
    "Preprocessing",
    "Is it a digit?",
    "Nearest training digits",
    "Comparison with PCA",
)
STEPS = {"crop": "Cropped", "scale": "Scaled", "centre": "Centred"}


def bars(at) -> dict:
    """What the page gives to the bars."""
    return next(each for each in components(at) if "reach" in each)


@pytest.fixture
def seven(mnist) -> np.ndarray:
    """The test set's first seven as it is on the pad: uint8 (56, 56)."""
    digit = np.rint(mnist.x_test[0] * 255).astype(np.uint8)
    return digit.repeat(2, axis=0).repeat(2, axis=1)


def opened(open_page, seven, **address):
    at = open_page("draw", **address)
    steps = {step: address.get(step) != "false" for step in STEPS}
    at.session_state["pad"] = ink_of(seven, 1, at.session_state["model"], **steps)
    at.run()
    assert not at.exception
    return at


@pytest.mark.parametrize("look", [PREPROCESSING, IS_IT, NEAREST, PCA])
def test_every_look_works_with_and_without_ink(open_page, put, seven, look):
    put(OWN)
    at = open_page("draw", look=look)
    assert at.segmented_control(key="look").value == look
    hints = [text.value for text in at.caption if "Draw a digit first" in text.value]
    assert len(hints) == 1
    at.session_state["pad"] = ink_of(seven, name=OWN)
    at.run()
    assert not at.exception
    assert not at.info
    assert not at.error


@pytest.mark.parametrize("look", ["The way in", "Is this a digit?", "The duel with PCA"])
def test_a_link_with_a_former_name_of_a_look_opens_the_page(open_page, put, seven, look):
    put(OWN)
    at = opened(open_page, seven, look=look, k="16")
    assert at.segmented_control(key="look").value == PREPROCESSING
    assert not at.error
    assert any(f"look={look}" in caption.value for caption in at.caption), "it says so"


@pytest.mark.parametrize("off", [(), *((step,) for step in STEPS), tuple(STEPS)])
def test_only_the_steps_that_happen_are_shown(open_page, put, seven, shown, off):
    put(OWN)
    opened(open_page, seven, **dict.fromkeys(off, "false"))
    names = [caption.partition(":")[0] for caption in shown[-1].captions]
    for step, name in STEPS.items():
        assert (name in names) == (step not in off)
    assert names[0] == "Drawing"
    assert names[-1] == "Reconstruction"
    if off == tuple(STEPS):  # 56 × 56 do not fit the network's input
        assert names[1:-1] == ["Shrunk to fit", "Not centred"]


def test_the_rank_of_an_error_is_stated_once_and_counted(open_page, put, mnist, seven):
    put(OWN)
    model = store.load(OWN)
    at = opened(open_page, seven, look=IS_IT)
    errors = metrics.squared_error(mnist.x_test, model.reconstruct(mnist.x_test))
    drawn = to_mnist_form(seven / 255).image[None]
    error = metrics.squared_error(drawn, model.reconstruct(drawn))[0]
    said = " ".join(each.value for each in (*at.markdown, *at.subheader))
    (count,) = re.findall(r"([\d,]+) of the 10,000 test digits have a lower one", said)
    assert abs(int(count.replace(",", "")) - np.count_nonzero(errors < error)) <= 2
    assert f"squared error of **{error:.2f}**" in said
    assert "does not prove that it is a digit" in said


@pytest.mark.parametrize(
    ("ink", "words"),
    [("seven", "usual for a digit"), ("stripes", "unusually high")],
)
def test_an_error_that_digits_do_not_have_is_called_unusual(open_page, conv_32, seven, ink, words):
    stripes = np.zeros((56, 56), np.uint8)
    stripes[8:48:8, 8:48], stripes[8:48, 8:48:8] = 255, 255
    at = opened(open_page, stripes if ink == "stripes" else seven, look=IS_IT)
    assert f"Its error is {words}" in [each.value for each in at.subheader]


@pytest.mark.parametrize("ink", ["seven", "stripes"])
def test_a_drawing_is_judged_by_the_score_that_separates_best(open_page, put, seven, ink):
    put(OWN)
    stripes = np.zeros((INK_SIDE, INK_SIDE), np.uint8)
    stripes[10:46:6] = stripes[:, 10:46:6] = 255
    at = opened(open_page, stripes if ink == "stripes" else seven, look=IS_IT)
    card = store.read_card(OWN)
    found = {each: anomaly_scores.aucs(card, each) for each in anomaly_scores.in_table(card)}
    means = {
        key: np.mean([aucs[key].value for aucs in found.values()])
        for key in anomaly_scores.keys(OWN)
    }
    best = max(means, key=means.__getitem__)
    told = next(
        each.value for each in at.markdown if "tells odd images from digits best" in each.value
    )
    assert f"**{SCORES[best].label}**" in told
    verdict = next(each.value for each in at.subheader if "best anomaly score" in each.value)
    image = to_mnist_form((stripes if ink == "stripes" else seven) / 255).image[None]
    mine = anomaly_scores.scores_of(OWN, image.astype(np.float32), best)[0]
    share = (anomaly_scores.digit_scores(OWN, (), best)[1] < mine).mean()
    word = "unusual" if share >= 0.99 else "usual"
    assert verdict == f"By the best anomaly score it is {word} for a digit"
    assert any(each.value.startswith("Its error is") for each in at.subheader), "it stays beside it"


def test_the_nearest_training_digits_are_the_nearest(
    open_page, put, mnist, seven, shown, wait_until
):
    put(OWN)
    model = store.load(OWN)
    at = opened(open_page, seven, look=NEAREST)

    def complete() -> bool:
        at.run()
        assert not at.exception
        texts = [each.value for each in at.caption]
        return texts.count("All 60,000 training digits were searched.") == 2

    wait_until(complete, 60)
    drawn = to_mnist_form(seven / 255).image
    for how, query, vectors in (
        ("by latent vector", model.encode(drawn[None])[0], model.encode(mnist.x_train)),
        ("by pixels", drawn.ravel(), mnist.x_train.reshape(60_000, -1)),
    ):
        distances = np.linalg.norm(vectors - query, axis=1)
        alt = next(row.alt for row in reversed(shown) if row.alt[0].startswith(f"Nearest {how}"))
        told = [float(re.search(r"([\d.]+) away$", text)[1]) for text in alt]
        np.testing.assert_allclose(told, np.sort(distances)[:5], atol=0.01)


def test_of_a_linear_model_the_comparison_says_what_theory_predicts(open_page, ship, seven):
    ship("linear-32")
    at = opened(open_page, seven, look=PCA)
    ours, theirs = (float(metric.value) for metric in at.metric)
    assert ours == pytest.approx(theirs, rel=0.05)
    said = " ".join(each.value for each in at.markdown)
    assert "Baldi" in said
    assert "% of PCA" not in said


def test_the_comparison_follows_the_chosen_model(open_page, put, seven):
    put("conv-32"), put(OWN)
    at = opened(open_page, seven, look=PCA)
    assert at.metric[0].label == "Squared error, conv-32"
    at.sidebar.selectbox(key="model").select(OWN)
    at.session_state["pad"] = ink_of(seven, name=OWN)  # the browser sends what it makes of it
    at.run()
    assert not at.exception
    assert at.segmented_control(key="k").value == "4"
    assert [each.label for each in at.metric] == [
        f"Squared error, {OWN}",
        "Squared error, PCA, 4 components",
    ]
    at.segmented_control(key="k").set_value("32").run()
    assert at.metric[0].label == "Squared error, conv-32"


def test_the_bars_are_scaled_by_the_latent_vectors_of_the_test_digits(open_page, conv_32, mnist):
    model, card = conv_32
    data = bars(open_page("draw"))
    z = model.encode(mnist.x_test)
    deviation = z.std(axis=0)
    np.testing.assert_allclose(data["deviation"], deviation, rtol=1e-3)
    assert (np.abs(data["mean"] - z.mean(axis=0)) < 1e-3 * deviation).all()
    assert data["network"] == card.graph


def test_a_test_digit_is_of_the_class_that_was_asked_for(open_page, conv_32, mnist):
    at = open_page("draw")
    at.button(key="sample_4").click().run()
    pixels = base64.b64decode(given(at)["load"]["pixels"])
    digit = np.frombuffer(pixels, np.uint8).reshape(INK_SIDE, INK_SIDE)[::2, ::2]
    found = (np.rint(mnist.x_test * 255) == digit).all(axis=(1, 2))
    assert set(mnist.y_test[found]) == {4}


def test_a_load_is_not_sent_again_once_it_has_arrived(open_page, conv_32, seven):
    at = open_page("draw")
    at.button(key="sample_4").click().run()
    load = given(at)["load"]
    state = ink_of(seven)
    state["ink"]["loaded"] = load["nonce"]
    at.session_state["pad"] = state
    at.run()
    assert given(at)["load"] is None


def test_the_link_restores_the_drawing_and_the_settings(open_page, conv_32, seven):
    at = opened(open_page, seven, look=IS_IT, crop="false")
    at.button(key="link_button").click().run()
    (link,) = [code.value for code in at.code]
    assert len(link) <= 2000
    address = parse_qs(urlsplit(link).query)
    assert address["look"] == [IS_IT]
    assert address["crop"] == ["false"]
    assert address["model"] == ["conv-32"]
    np.testing.assert_array_equal(np.rint(unpack_ink(address["ink"][0]) * 255), seven)


def test_ink_in_the_address_is_put_into_the_pad_once(open_page, conv_32, seven):
    at = open_page("draw", ink=pack_ink(seven / 255))
    pixels = base64.b64decode(given(at)["load"]["pixels"])
    np.testing.assert_array_equal(np.frombuffer(pixels, np.uint8).reshape(56, 56), seven)
    assert "ink" not in at.query_params


@pytest.mark.parametrize("text", ["", "8", "8AAAA", "9" * 5000, "💥", "<script>"])
def test_a_bad_link_is_a_quiet_note(open_page, conv_32, text):
    at = open_page("draw", ink=text)
    assert given(at)["load"] is None
    assert any("link could not be read" in caption.value for caption in at.caption)
    assert not at.error


def test_a_switched_off_step_counts_although_its_switch_is_not_shown(open_page, conv_32, seven):
    at = opened(open_page, seven, look=IS_IT, centre="false", scale="false")
    assert given(at)["steps"] == {"crop": True, "scale": False, "centre": False}
