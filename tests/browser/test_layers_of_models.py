"""The layers and the posterior by themselves, with networks of every kind, on a blank page."""

from __future__ import annotations

import base64
import re

import numpy as np
import pytest
from playwright.sync_api import JSHandle, Page, expect
from script_driver import mount
from test_late_network import GIVE

from ae.config import ModelConfig
from ae.nn import networks
from ae.nn.autoencoder import Autoencoder
from ae.nn.graph import graph_of
from ae.store import SHIPPED, read_card
from ae.store.graphs import load_graph

# What the pad does with a drawing.
SEE = """([name, image]) => {
  const lab = globalThis.aeLab, network = lab.networks.get(name);
  image = Float32Array.from(image);
  const z = network.encoder.run(image).slice();
  const head = network.z_log_var;
  const deviation = head && head.run(network.encoder.results.get(head.takes).values)
    .map((value) => Math.exp(value / 2));
  const output = network.decoder.run(z).slice();
  const error = image.reduce((sum, value, i) => sum + (value - output[i]) ** 2, 0);
  lab.seen.set("d", { network: name, image, z, deviation, output, error });
  lab.events.dispatchEvent(new CustomEvent("seen", { detail: "d" }));
}"""
ACTIVATIONS = {
    "silu": lambda x: x / (1 + np.exp(-x)),
    "sigmoid": lambda x: 1 / (1 + np.exp(-x)),
    "relu": lambda x: np.maximum(x, 0),
    "tanh": np.tanh,
}


@pytest.fixture
def blank(new_context) -> Page:
    return new_context().new_page()


def send(page: Page, name: str, file: bytes) -> None:
    mount(page, "network").evaluate(GIVE, [name, base64.b64encode(file).decode()])


def given(page: Page, component: str, **data) -> JSHandle:
    element = mount(page, component)
    element.evaluate("(element, data) => element.give(data)", {"drawing": "d"} | data)
    return element


def imported() -> Autoencoder:
    """Layers that no shipped model has, as an imported model may have them."""
    import keras

    layers = keras.layers
    images = keras.Input((28, 28))
    x = layers.Reshape((28, 28, 1))(images)
    x = layers.Conv2D(4, 3, strides=2, padding="same", use_bias=False)(x)
    x = layers.ReLU()(layers.BatchNormalization()(x))
    x = layers.AveragePooling2D(2)(layers.DepthwiseConv2D(3, padding="same")(x))
    z = layers.GlobalMaxPooling2D()(layers.Conv2D(6, 1)(x))
    code = keras.Input((6,))
    y = layers.Reshape((7, 7, 2))(layers.Dense(98, activation="relu")(code))
    y = layers.UpSampling2D(2)(y)
    y = layers.Conv2DTranspose(3, 2, strides=2, activation="tanh")(y)
    y = layers.Reshape((28, 28))(layers.Conv2D(1, 3, padding="same", activation="sigmoid")(y))
    return Autoencoder(keras.Model(images, z, name="encoder"), keras.Model(code, y, name="decoder"))


def real(text: str) -> float:
    return float(text.replace("−", "-"))


def check_account(page: Page, ways: set[str]) -> None:
    """The number that a layer's words end with is the activation of the sum that they tell."""
    account = page.locator(".account")
    way = account.locator("select")
    for each in way.locator("option").all_inner_texts() if way.count() else [""]:
        if each:
            way.select_option(label=each)
        words = account.locator("p").last.inner_text()
        assert re.search(r"\d\.\d\d", words), words
        ways.add(each)
        said = re.search(r"this is (\S+)\.(?: .* (\w+)\(\S+\) = (\S+)\.)?$", words)
        if said is None:
            continue
        marked = page.locator(".chosen > p").inner_text()
        value = real(marked.split(": ")[1])
        total = real(said[1])
        expected = ACTIVATIONS[said[2]](total) if said[2] else total
        assert value == pytest.approx(expected, abs=0.011), (marked, words)


def one_of_each_kind() -> list[str]:
    """Shipped models with different layers."""
    configs = {name: read_card(name).model for name in SHIPPED}
    kinds = {(each.kind, each.refinements > 0): name for name, each in configs.items()}
    return sorted(kinds.values())


@pytest.mark.parametrize("name", [*one_of_each_kind(), "imported"])
def test_every_layer_of_a_model_is_told_and_can_be_changed(
    blank, tensorflow, monkeypatch, mnist, watched, name
):
    monkeypatch.delenv("AE_MODELS", raising=False)
    model = imported() if name == "imported" else None
    file = graph_of(model).to_bytes() if model else load_graph(name)[1]
    start = {"layer": "", "map": "", "changes": ""}
    given(blank, "layers", networks=[name], of="", start=start, tells=False)
    send(blank, name, file)
    blank.evaluate(SEE, [name, mnist.x_test[0].ravel().tolist()])
    choice, ways = blank.get_by_role("combobox", name="Look closer at"), set()
    options = choice.locator("option").evaluate_all("all => all.map((each) => each.value)")
    assert len(options) >= 2
    assert not [each for each in options if "gather" in each], "a step is no layer"
    name_of_last = blank.get_by_role("button", name="Reconstruction", exact=True)
    block = blank.locator("figure.block").filter(has=name_of_last)
    reconstruction = block.locator("canvas:not(.twin)")
    assert choice.locator("option").all_inner_texts().count("z") <= 1
    last = choice.locator("option", has_text="Reconstruction").get_attribute("value")
    for option in options:
        choice.select_option(option)
        check_account(blank, ways)
        strength = blank.get_by_label(re.compile("^Strength of"))
        if strength.is_hidden():  # z_log_var: the reconstruction is without it
            continue
        before = reconstruction.evaluate("canvas => canvas.toDataURL()")
        strength.fill("3")
        after = reconstruction.evaluate("canvas => canvas.toDataURL()")
        # Of what is decoded on the way a correction makes up for a part: not all of it is seen.
        if option == last:
            assert after != before
        blank.get_by_role("button", name="Undo all changes").click()
        assert reconstruction.evaluate("canvas => canvas.toDataURL()") == before
    assert "what one input value paints" in ways
    assert watched.errors == []


def test_the_posterior_is_that_of_keras(blank, tensorflow, mnist, watched):
    settings = ModelConfig(kind="vae", latent_dim=12, filters=(4,), decoder_filters=(4, 2))
    encoder, decoder = networks.build(settings)
    head = networks.log_variance_head(encoder)
    rng = np.random.default_rng(0)
    for variable in [*encoder.weights, *head.weights, *decoder.weights]:
        variable.assign(rng.normal(0, 0.05 if variable.shape[0] > 100 else 0.3, variable.shape))
    model, image = Autoencoder(encoder, decoder, head), mnist.x_test[0]
    given(blank, "posterior", network="vae", active=[i != 1 for i in range(12)])
    send(blank, "vae", graph_of(model).to_bytes())
    blank.evaluate(SEE, ["vae", image.ravel().tolist()])
    rows = blank.locator("tbody tr")
    expect(rows).to_have_count(12)
    mean, log_var = model.encode(image[None])[0], head(image[None]).numpy()[0]
    kl = 0.5 * (mean**2 + np.exp(log_var) - log_var - 1)
    table = [row.split("\t") for row in rows.all_inner_texts()]
    assert [row[0] for row in table] == [f"z{i + 1}" for i in np.argsort(-kl)]
    for name, *numbers, active in table:
        i = int(name[1:]) - 1
        expected = [mean[i], np.exp(log_var[i] / 2), kl[i]]
        np.testing.assert_allclose([real(each) for each in numbers], expected, atol=0.006)
        assert active == ("no" if i == 1 else "yes")
    is_whole = "all => all.scrollHeight === all.clientHeight"
    assert blank.locator(".scroll").evaluate(is_whole), "every row is seen"
    nats = re.search(
        r"divergence of (\S+) nats .* Active: 11 of 12", blank.locator(".sum").inner_text()
    )
    assert real(nats[1]) == pytest.approx(kl.sum(), abs=0.006)
    plot = blank.get_by_role("img", name=re.compile("^z_mean ± σ of 12 dimensions"))
    first = re.search(r"z1 (\S+) ± (\S+),", plot.get_attribute("aria-label")).groups()
    np.testing.assert_allclose(
        [real(each) for each in first], [mean[0], np.exp(log_var[0] / 2)], atol=0.006
    )
    formula = blank.locator(".formula")
    before = formula.inner_text()
    m, deviation, e, z = map(
        real, re.search(r"(\S+) \+ (\S+) · \(?([^\s)]+)\)? = (\S+)\.$", before).groups()
    )
    assert z == pytest.approx(m + deviation * e, abs=0.02)
    sample = blank.get_by_role("img", name=re.compile("^Sample 1:"))
    picture = sample.evaluate("canvas => canvas.toDataURL()")
    blank.get_by_role("button", name="Resample").click()
    assert formula.inner_text() != before
    assert sample.evaluate("canvas => canvas.toDataURL()") != picture
    mean_picture = blank.get_by_role("img", name=re.compile("^From z_mean: error"))
    error = ((model.decode(mean[None])[0] - image) ** 2).sum()
    assert f"error {error:.1f}" in mean_picture.get_attribute("aria-label")
    assert watched.errors == []


def map_data(image: np.ndarray) -> dict:
    """What the map of the page Latent space gets: one test digit, and one's own drawing."""
    return {
        "token": "t",
        "points": base64.b64encode(bytes(8)).decode(),
        "facts": base64.b64encode(bytes(2)).decode(),
        "frame": [[-5, 5], [-5, 5]],
        "names": ["z1", "z2"],
        "start": {"at": None, "digit": None, "area": None},
        "own": [0, 0],
        "ownPixels": base64.b64encode((image * 255).astype(np.uint8).tobytes()).decode(),
        "hints": {"walk": ""},
        "plane": {"origin": [0, 0], "axes": [[1, 0], [0, 1]]},
    }


@pytest.mark.parametrize("where", ["bars", "map of Draw", "map of Latent space"])
def test_bars_and_maps_mark_one_standard_deviation_of_a_vae(blank, tensorflow, mnist, where):
    settings = ModelConfig(kind="vae", latent_dim=2, filters=(4,), decoder_filters=(4, 2))
    encoder, decoder = networks.build(settings)
    models = {
        "vae": Autoencoder(encoder, decoder, networks.log_variance_head(encoder)),
        "old": Autoencoder(encoder, decoder),  # a file without its z_log_var
    }
    green = {}
    element = mount(blank, "latent_map" if where == "map of Latent space" else "code_bars")
    for name, model in models.items():
        send(blank, name, graph_of(model).to_bytes())
        data = {"network": name, "drawing": "d", "mean": [0, 0], "deviation": [1, 1], "reach": 3}
        data |= {"hint": "", "map": None if where == "bars" else ""}
        if where == "map of Latent space":
            data |= map_data(mnist.x_test[0])
        element.evaluate("(element, data) => element.give(data)", data)
        blank.evaluate(SEE, [name, mnist.x_test[0].ravel().tolist()])
        blank.evaluate("() => new Promise((done) => requestAnimationFrame(() => setTimeout(done)))")
        canvas = blank.locator("canvas.levels" if where == "bars" else "canvas.plot").first
        green[name] = canvas.evaluate(
            """canvas => {
              const { width, height } = canvas;
              const { data } = canvas.getContext("2d").getImageData(0, 0, width, height);
              let count = 0;
              for (let i = 0; i < data.length; i += 4) {
                if (data[i + 3] > 100 && data[i + 1] > data[i] + 50) count++;
              }
              return count;
            }"""
        )
    assert green["vae"] > green["old"] + 20


def test_another_model_begins_without_the_changes_and_the_link_follows(blank, mnist, watched):
    start = {"layer": "", "map": "", "changes": "decoder/pixels/1/0.5,encoder/z/3/0,encoder/z/99/0"}
    element = given(blank, "layers", networks=["one"], of="", start=start, tells=True)
    file = load_graph("linear-32")[1]
    for name in ("one", "two"):
        send(blank, name, file)
        blank.evaluate(SEE, [name, mnist.x_test[0].ravel().tolist()])
        if name == "one":
            compared = blank.get_by_role("group", name="With your changes, and without")
            expect(compared).to_be_visible()
            data = {"networks": ["two"], "of": "", "drawing": "d", "start": start, "tells": True}
            assert element.evaluate("element => element.sent") == []
            element.evaluate("(element, data) => element.give(data)", data)
    expect(compared).to_be_hidden()
    blank.wait_for_function("element => element.sent.length === 1", arg=element)
    assert element.evaluate("element => element.sent") == [
        ["chosen", {"layer": "", "map": "", "changes": ""}]
    ]
    assert watched.errors == []
