"""Latent space: what the page says and shows is what the codes are."""

from __future__ import annotations

import re

import numpy as np
import pytest
from looks import OWN, assert_looks_like, parts

from ae import runs, store
from ae.analysis.latent import class_mean
from ae.analysis.neighbours import knn_accuracy, nearest_neighbours, trustworthiness
from ae.analysis.projection import Plane
from ae.config import ModelConfig, TrainingConfig
from ae.runs import worker
from ae.ui import cache, state

VIEWS = ("Map", "Grid", "Paths", "Traversal", "Arithmetic")
SMALL = {
    "tiny-1": ModelConfig(latent_dim=1, filters=(2, 3), decoder_filters=(3, 2)),
    "tiny-vae": ModelConfig(kind="vae", latent_dim=2, filters=(2, 3), decoder_filters=(3, 2)),
}


@pytest.fixture(scope="module", autouse=True)
def small_models(shelf, small_npz):
    """Models of one number, and of two with a prior, on the shelf beside the others."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("AE_MODELS", str(shelf))
        for name, config in SMALL.items():
            training = TrainingConfig(
                epochs=1, batch_size=30, loss="binary_crossentropy", validation_images=0
            )
            worker.execute(name, runs.Settings(config, training, str(small_npz)))


@pytest.fixture
def own(put) -> np.ndarray:
    """The codes of somebody's own model of four numbers."""
    put(OWN)
    cache.pca()  # before the clock of the first page runs
    return cache.test_codes(OWN)


def token(count: int = 1000) -> str:
    return f"{OWN}:{cache.stamp(OWN) % 10**9}:codes:{count}"


def parameter(at, key: str) -> str:
    """What the address says: a widget's value is a list there, one that the page sets a text."""
    value = at.query_params[key]
    return value if isinstance(value, str) else value[0]


def told(at) -> str:
    return " ".join(each.value for each in (*at.subheader, *at.markdown, *at.caption))


@pytest.mark.parametrize("view", VIEWS)
@pytest.mark.parametrize("name", [OWN, *SMALL])
def test_every_view_works_for_every_length_of_code(open_page, put, view, name):
    put(name)
    at = open_page("latent", model=name, view=view, points="1000")
    assert not [*at.error, *at.warning]
    (title,) = at.title
    many = store.read_card(name).model.latent_dim
    assert str(many) in title.value or (many == 1 and "the one number" in title.value)
    assert ("Two losses" in told(at)) == (name == "tiny-vae")


def test_the_table_says_how_true_the_pictures_are(open_page, own, mnist, mnist_pca):
    at = open_page("latent", model=OWN, points="1000")
    table = at.table[0].value
    pixels = mnist.x_test[:2000].reshape(2000, -1)
    pictures = [Plane.of(own).places(own), mnist_pca.truncate(2).encode(mnist.x_test)]
    for row, places in enumerate(pictures):
        near = nearest_neighbours(places, 5)
        accuracy = float(table["5 neighbours tell the class"][row].rstrip("%")) / 100
        assert accuracy == pytest.approx(knn_accuracy(near, mnist.y_test), abs=0.002)
        trust = trustworthiness(pixels, nearest_neighbours(places[:2000], 10))
        assert float(table["Trustworthiness"][row]) == pytest.approx(trust, abs=0.002)


def test_what_is_chosen_on_the_map_is_told_and_goes_into_the_address(open_page, own, mnist, shown):
    at = open_page("latent", model=OWN, points="1000")
    places = Plane.of(own).places(own)[:1000]
    low, high = np.percentile(places, 40, axis=0), np.percentile(places, 60, axis=0)
    look = {"at": places[7].tolist(), "digit": 7, "area": [low.tolist(), high.tolist()]}
    at.session_state[state.LATENT_MAP] = {"look": look | {"token": token()}}
    at.run()
    assert not at.exception
    inside = np.flatnonzero(((places >= low) & (places <= high)).all(axis=1))
    texts = told(at)
    assert "The place you chose" in texts
    assert f"Test digit 7: a {mnist.y_test[7]}" in texts
    assert f"{len(inside)} digits in the area" in texts
    area = shown[-1]
    mean = own[inside].mean(axis=0, keepdims=True)
    assert_looks_like(parts(area.pixels[0])[0], cache.model(OWN).decode(mean)[0])
    assert parameter(at, "chosen") == "7"

    address = {key: parameter(at, key) for key in ("here", "chosen", "area")}
    other = open_page("latent", model=OWN, points="1000", **address)
    assert told(other) == texts


def test_what_was_chosen_is_void_on_the_map_of_another_model(open_page, own, put):
    put("tiny-vae")
    at = open_page("latent", model=OWN, points="1000", chosen="7", here="0,0")
    assert "Test digit 7" in told(at)
    look = {"token": token(), "at": [0, 0], "digit": 8, "area": None}
    at.session_state[state.LATENT_MAP] = {"look": look}
    at.sidebar.selectbox(key="model").select("tiny-vae").run()
    assert not at.exception
    assert "Test digit" not in told(at)
    assert "chosen" not in at.query_params


@pytest.mark.parametrize(
    "address",
    [
        {"here": "x,y", "chosen": "-1", "area": "1;2"},
        {"here": "nan,1", "chosen": "99999999999", "area": "1,2;3"},
        {"here": ";", "chosen": "²", "area": "," * 500},
        {"map": "nothing", "points": "7", "view": "nothing", "colour": "1", "ink": "8abc"},
    ],
)
def test_junk_in_the_address_is_ignored(open_page, own, address):
    at = open_page("latent", model=OWN, **({"points": "1000"} | address))
    assert not [*at.error, *at.warning]
    assert "The place you chose" not in told(at)


def test_tsne_and_the_honest_map_have_their_own_scores(open_page, own):
    at = open_page("latent", model=OWN, points="1000", map="t-SNE", colour="neighbours kept")
    table = at.table[0].value
    kept = float(table["Neighbours kept"][0].rstrip("%"))
    assert 5 < kept <= 100
    assert "2,000 digits are told" in told(at)
    assert "nothing to decode" in told(at)


def test_a_drawing_is_marked_and_can_start_a_path(open_page, own, mnist):
    ink = mnist.x_test[3].repeat(2, axis=0).repeat(2, axis=1)
    at = open_page("latent", model=OWN, points="1000")
    assert "Draw a digit on the Draw page" in told(at)
    at.session_state[state.DRAWN] = ink
    at.run()
    assert "Draw a digit on the Draw page" not in told(at)
    address = {"ink": parameter(at, "ink"), "view": "Paths", "with": "true"}
    other = open_page("latent", model=OWN, **address)
    assert other.toggle[0].value


def test_the_numbers_of_a_vae_that_are_alive_are_those_that_vary(open_page, put):
    put("tiny-vae")
    at = open_page("latent", model="tiny-vae", points="1000")
    alive = int((cache.test_codes("tiny-vae").var(axis=0) > 0.01).sum())
    assert f"**{alive} of 2 code numbers are alive**" in told(at)
    last = runs.read_history("tiny-vae")[-1]
    assert at.metric[0].value == f"{last.squared_error:.2f}"
    assert at.metric[1].value == f"{last.kl_loss:.2f} nats"


def test_the_sum_starts_with_the_digit_and_ends_with_the_other_class(open_page, own, mnist, shown):
    at = open_page("latent", model=OWN, view="Arithmetic", start="4", minus="4", plus="9")
    assert not at.exception
    path = shown[-1]
    assert_looks_like(parts(path.pixels[0])[0], cache.model(OWN).decode(own[4:5])[0])
    difference = class_mean(own, mnist.y_test, 9) - class_mean(own, mnist.y_test, 4)
    whole = path.captions.index(next(text for text in path.captions if text.startswith("100%")))
    expected = cache.model(OWN).decode((own[4] + difference)[None])[0]
    assert_looks_like(parts(path.pixels[whole])[0], expected)


def test_the_paths_pass_the_real_digits_that_are_shown(open_page, own, mnist, shown):
    at = open_page("latent", model=OWN, view="Paths", **{"from": "10", "to": "20"})
    way = [int(re.search(r"\d+", text)[0]) for text in shown[-1].alt]
    assert way[0] == 10
    assert way[-1] == 20
    figures = at.table[0].value.set_index("Path")
    assert list(figures.index) == ["Straight", "Spherical", "Through neighbours"]
    changes = figures["Change in all"].str.rstrip(" ×").astype(float)
    assert (changes >= 0.99).all(), "no way is shorter than the straight one"
