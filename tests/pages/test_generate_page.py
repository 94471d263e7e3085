"""Generate: the digits are those of the density and the seed, and the figures are theirs."""

from __future__ import annotations

import re

import numpy as np
import pytest
from looks import OWN, assert_looks_like, parts

from ae.analysis import metrics
from ae.analysis.densities import Gaussian, GaussianPerClass, neighbour_classifier
from ae.nn.flow import FlowSamples
from ae.store import flows
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
    ("distribution", "fit"),
    [
        ("Prior N(0, 1)", lambda z, labels: Gaussian.standard(4)),
        ("One Gaussian", lambda z, labels: Gaussian.fit(z)),
        ("A Gaussian for each class", GaussianPerClass.fit),
    ],
)
def test_the_digits_are_drawn_from_the_distribution_that_is_named(
    open_page, own, mnist, shown, distribution, fit
):
    at = open_page(
        "generate", model=OWN, density=distribution, dice="3", new="5", temperature="0.5"
    )
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


def test_kernels_at_temperature_0_are_reconstructed_training_digits(open_page, own, shown):
    open_page("generate", model=OWN, density="Kernel density", temperature="0.0", new="5")
    reconstructed = cache.model(OWN).decode(own).reshape(len(own), -1)
    for tile in shown[-1].pixels:
        new = parts(tile)[0][..., 0].astype(np.float32).ravel() / 255
        assert np.abs(reconstructed - new).max(axis=1).min() < 0.01


def test_a_class_can_be_asked_for(open_page, own, mnist, shown):
    at = open_page(
        "generate", model=OWN, density="A Gaussian for each class", new="10", **{"class": "1"}
    )
    assert not [*at.error, *at.warning]
    ones = GaussianPerClass.fit(own, mnist.y_train[:10_000])
    assert_shows(shown[-1], ones.sample(10, np.random.default_rng(0), 1.0, label=1))


def test_a_class_that_never_comes_up_is_told(open_page, own, mnist, shown):
    """At temperature 0 every latent vector is 0, which has one class."""
    classify = neighbour_classifier(own, mnist.y_train[:10_000])
    other = (int(classify(np.zeros((1, 4)))[0]) + 1) % 10
    address = {"density": "Prior N(0, 1)", "temperature": "0.0", "class": str(other)}
    at = open_page("generate", model=OWN, **address)
    assert not at.exception
    assert f"had the class {other}" in told(at)
    assert not shown


def test_the_quality_is_that_of_the_digits_in_the_reference_encoders_latent_space(open_page, own):
    at = open_page("generate", model=OWN, density="One Gaussian")
    table = at.table[0].value
    table.index = table["Digits"].str.strip("*")
    distances = table["Fréchet distance (lower is better)"].astype(float)
    z = Gaussian.fit(own).sample(1000, np.random.default_rng(0), 1.0)
    reference = cache.model("conv-32")
    found = reference.encode(cache.model(OWN).decode(z))
    expected = metrics.frechet_distance(found, cache.test_codes("conv-32"))
    assert distances["One Gaussian"] == pytest.approx(expected, rel=0.01)
    assert distances["Real training digits"] < distances.drop("Real training digits").min()
    assert f"The baseline is {distances['Real training digits']:.2f}" in told(at)


def test_without_the_reference_encoder_the_page_says_so(open_page, put):
    put(OWN)
    at = open_page("generate", model=OWN, new="5")
    assert not [*at.error, *at.warning]
    assert f"the model {cached.REFERENCE}, which is not in the models folder" in told(at)


def test_the_default_distribution_fits_the_model(open_page, put, ship):
    """From a flow where there is one; else from fitted Gaussians, of a VAE from its prior."""
    put("conv-32"), put(OWN), ship("vae-2")
    at = open_page("generate", new="5")
    assert at.button_group(key="density").value == "Flow"
    assert "has learned a **velocity field**" in told(at)
    at.selectbox(key="model").set_value(OWN).run()
    assert at.button_group(key="density").value == "A Gaussian for each class"
    assert f"This is the default for {OWN}" in told(at)
    at.selectbox(key="model").set_value("vae-2").run()
    assert at.button_group(key="density").value == "Prior N(0, 1)"
    assert "This is the **prior** of vae-2" in told(at)


def test_a_chosen_distribution_stays_when_the_model_changes(open_page, put, ship):
    put("conv-32"), ship("vae-2")
    at = open_page("generate", new="5", density="One Gaussian")
    at.selectbox(key="model").set_value("vae-2").run()
    assert at.button_group(key="density").value == "One Gaussian"


def test_digits_come_from_the_flow_as_it_is_set(open_page, put, ship, shown):
    put("conv-32"), ship("vae-2")
    address = {"class": "4", "guidance": "1.5", "flow_steps": "3", "temperature": "0.5"}
    at = open_page("generate", new="5", dice="6", **address)
    assert not [*at.error, *at.warning]
    source = FlowSamples(flows.load_flow("conv-32"), 3, 1.5)
    z = source.sample(5, np.random.default_rng(6), 0.5, label=4)
    for tile, image in zip(shown[0].pixels, cache.model("conv-32").decode(z), strict=True):
        assert_looks_like(parts(tile)[0], image)
    # And three ways beside each other, of which the VAE's is the most blurred.
    grey = re.findall(r"(\d+) % of the ink is grey; of real test digits, (\d+) %", told(at))
    vae, _, flow = (int(share) for share, _ in grey)
    assert vae > flow + 5
    table = at.table[0].value
    assert table["Digits"].tolist()[:3] == [*cached.BASELINES, "**Flow**"]


def test_a_flow_of_another_autoencoder_is_refused_and_one_can_be_trained(open_page, put):
    file = put("conv-32") / "model.keras"
    file.write_bytes(file.read_bytes() + b"\0")
    at = open_page("generate", new="5", density="Flow")
    assert not at.error
    assert "conv-32 has changed since. Train the flow again." in at.warning[0].value
    assert at.button_group(key="density").value == "A Gaussian for each class"
    assert "Train a flow on this model" in [button.label for button in at.button]


def test_a_linear_model_is_what_theory_predicts(open_page, ship):
    ship("linear-32")
    at = open_page("generate", model="linear-32", new="5")
    assert "no better than PCA" in told(at)
