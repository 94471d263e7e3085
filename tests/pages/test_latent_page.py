"""Latent space: what the page says and shows is what the codes are."""

from __future__ import annotations

import re

import numpy as np
import pandas as pd
import pytest
from looks import OWN, assert_looks_like, parts

from ae import runs
from ae.analysis.latent import class_mean
from ae.analysis.neighbours import knn_accuracy, nearest_neighbours, trustworthiness
from ae.analysis.projection import Plane, tsne
from ae.config import ModelConfig, TrainingConfig
from ae.runs import worker
from ae.ui import cache, state
from ae.ui.words import a_digit

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
    return f"{OWN}:{cache.version(OWN) % 10**9}:PCA:{count}"


def parameter(at, key: str) -> str:
    """What the address says: a widget's value is a list there, one that the page sets a text."""
    value = at.query_params[key]
    return value if isinstance(value, str) else value[0]


def say(at) -> str:
    """All texts of the page."""
    return " ".join(each.value for each in (*at.header, *at.markdown, *at.caption))


def on_plane(open_page, name: str = OWN, **address: str):
    """The page with the map by PCA of 1,000 digits, which is quicker than t-SNE."""
    return open_page("latent", **({"model": name, "map": "PCA", "points": "1000"} | address))


@pytest.mark.parametrize("view", VIEWS)
@pytest.mark.parametrize("name", [OWN, *SMALL])
def test_every_view_works_for_every_latent_dimension(open_page, put, view, name):
    put(name)
    at = on_plane(open_page, name, view=view)
    assert not [*at.error, *at.warning]
    assert ("The two losses of a VAE" in say(at)) == (name == "tiny-vae" and view == "Map")


def test_more_than_two_dimensions_open_with_clusters_and_two_as_they_are(open_page, own, put):
    at = open_page("latent", model=OWN)
    assert "4 dimensions cannot be plotted directly. **t-SNE**" in say(at)
    assert "the size of a cluster have no meaning" in say(at)
    (count,) = [each for each in at.select_slider if each.label == "Number of digits"]
    assert count.disabled, "t-SNE has its own number"
    assert count.value == 2000
    assert own_accuracy(at) > accuracy(at, f"Latent vectors of {OWN}, by PCA")
    put("tiny-vae")
    at = open_page("latent", model="tiny-vae")
    assert "no dimension is left out" in say(at)
    assert row(at, "Latent vectors of tiny-vae")["Neighbourhood preservation"] == "100 %"


def row(at, name: str) -> pd.Series:
    return at.table[0].value.set_index("Map").loc[name]


def accuracy(at, name: str) -> float:
    return float(row(at, name)["Class predicted"].split(" %")[0]) / 100


def own_accuracy(at) -> float:
    return accuracy(at, f"Latent vectors of {OWN}, by t-SNE")


def test_the_table_compares_maps_of_the_same_kind(open_page, own, mnist, mnist_pca):
    at = on_plane(open_page)
    spaces = {
        f"Latent vectors of {OWN}, by": own[:2000],
        "Pixels, by": mnist.x_test[:2000].reshape(2000, -1),
    }
    maps = {
        f"Latent vectors of {OWN}, by PCA": Plane.of(own).places(own)[:2000],
        "Pixels, by PCA": mnist_pca.truncate(2).encode(mnist.x_test[:2000]),
        f"Latent vectors of {OWN}, by t-SNE": tsne(own[:2000]),
        "Pixels, by t-SNE": tsne(spaces["Pixels, by"]),
    }
    assert set(at.table[0].value["Map"]) == set(maps)
    for name, places in maps.items():
        space = spaces[name.rpartition(" ")[0]]
        near, true = nearest_neighbours(places, 10), nearest_neighbours(space, 10)
        found = row(at, name)
        expected = knn_accuracy(near[:, :5], mnist.y_test[:2000])
        assert accuracy(at, name) == pytest.approx(expected, abs=0.002)
        trust = trustworthiness(space, near)
        assert float(found["Trustworthiness"]) == pytest.approx(trust, abs=0.002)
        kept = float(found["Neighbourhood preservation"].rstrip(" %")) / 100
        common = np.mean([len(set(a) & set(b)) / 10 for a, b in zip(near, true, strict=True)])
        assert kept == pytest.approx(common, abs=0.006)


def test_the_result_says_how_many_percentage_points_lie_between_the_maps(open_page, own):
    at = on_plane(open_page)
    mine = accuracy(at, f"Latent vectors of {OWN}, by PCA")
    difference = 100 * (mine - accuracy(at, "Pixels, by PCA"))
    number, word = re.search(r"\*\*([\d.]+) percentage points? (more|less) often", say(at)).groups()
    assert float(number) == pytest.approx(abs(difference)), "it is that of the table's figures"
    assert word == ("more" if difference > 0 else "less")


def test_what_is_chosen_on_the_map_is_told_and_goes_into_the_address(open_page, own, mnist, shown):
    at = on_plane(open_page)
    places = Plane.of(own).places(own)[:1000]
    low, high = np.percentile(places, 40, axis=0), np.percentile(places, 60, axis=0)
    look = {"at": places[7].tolist(), "digit": 7, "area": [low.tolist(), high.tolist()]}
    at.session_state[state.LATENT_MAP] = {"look": look | {"token": token()}}
    at.run()
    assert not at.exception
    inside = np.flatnonzero(((places >= low) & (places <= high)).all(axis=1))
    texts = say(at)
    assert "The chosen place" in texts
    assert f"Test digit no. 7 ({a_digit(mnist.y_test[7])})" in texts
    assert f"{len(inside)} digits in the area" in texts
    area = shown[-1]
    mean = own[inside].mean(axis=0, keepdims=True)
    assert_looks_like(parts(area.pixels[0])[0], cache.model(OWN).decode(mean)[0])
    assert parameter(at, "chosen") == "7"

    address = {key: parameter(at, key) for key in ("here", "chosen", "area")}
    other = on_plane(open_page, **address)
    assert say(other) == texts


def test_what_was_chosen_is_void_on_the_map_of_another_model(open_page, own, put):
    put("tiny-vae")
    at = on_plane(open_page, chosen="7", here="0,0")
    assert "Test digit no. 7" in say(at)
    look = {"token": token(), "at": [0, 0], "digit": 8, "area": None}
    at.session_state[state.LATENT_MAP] = {"look": look}
    at.sidebar.selectbox(key="model").select("tiny-vae").run()
    assert not at.exception
    assert "Test digit" not in say(at)
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
    at = on_plane(open_page, **address)
    assert not [*at.error, *at.warning]
    assert "The chosen place" not in say(at)


def test_a_drawing_is_marked_and_can_start_a_path(open_page, own, mnist):
    ink = mnist.x_test[3].repeat(2, axis=0).repeat(2, axis=1)
    at = open_page("latent", model=OWN)
    assert "“yours” marks your drawing" not in say(at)
    at.session_state[state.DRAWN] = ink
    at.run()
    assert "“yours” marks your drawing" in say(at)
    address = {"ink": parameter(at, "ink"), "view": "Paths", "with": "true"}
    other = open_page("latent", model=OWN, **address)
    assert other.toggle[0].value


def test_the_active_units_of_a_vae_are_those_that_vary(open_page, put):
    put("tiny-vae")
    at = on_plane(open_page, "tiny-vae")
    active = int((cache.test_codes("tiny-vae").var(axis=0) > 0.01).sum())
    assert f"**{active} of 2 latent dimensions are active units**" in say(at)
    last = runs.read_history("tiny-vae")[-1]
    assert at.metric[0].value == f"{last.squared_error:.2f}"
    assert at.metric[1].value == f"{last.kl_loss:.2f} nats"


def test_the_sum_starts_with_the_digit_and_ends_with_the_other_class(open_page, own, mnist, shown):
    at = open_page("latent", model=OWN, view="Arithmetic", start="4", minus="4", plus="9")
    assert not at.exception
    path = shown[-1]
    assert_looks_like(parts(path.pixels[0])[0], cache.model(OWN).decode(own[4:5])[0])
    difference = class_mean(own, mnist.y_test, 9) - class_mean(own, mnist.y_test, 4)
    there = own[4] + difference
    away = np.delete(np.linalg.norm(own - there, axis=1), 4).min()
    assert f"The nearest other test digit is {away:.2f} away" in say(at)
    near = np.argsort(np.linalg.norm(own - own[4], axis=1))[1:6]
    votes = np.bincount(mnist.y_test[near], minlength=10)
    first = int(path.captions[0].split()[-1])
    assert votes[first] == votes.max(), "the digit itself has no vote"
    whole = path.captions.index(next(text for text in path.captions if text.startswith("100 %")))
    expected = cache.model(OWN).decode((own[4] + difference)[None])[0]
    assert_looks_like(parts(path.pixels[whole])[0], expected)
    terms = shown[-2]
    assert terms.captions == ["the digit", "− mean 4", "+ mean 9", "= the sum"]
    assert_looks_like(parts(terms.pixels[3])[0], expected)


def test_the_paths_pass_the_real_digits_that_are_shown(open_page, own, mnist, shown):
    at = open_page("latent", model=OWN, view="Paths", **{"from": "10", "to": "20"})
    way = [int(re.search(r"\d+", text)[0]) for text in shown[-1].alt]
    assert way[0] == 10
    assert way[-1] == 20
    figures = at.table[0].value.set_index("Path")
    assert list(figures.index) == ["Linear", "Spherical", "Along real digits"]
    changes = figures["Total pixel change"].str.rstrip(" ×").astype(float)
    assert (changes >= 0.99).all(), "no way is shorter than the straight one"


def test_a_digit_is_chosen_by_its_class_and_its_picture(open_page, own, mnist, shown):
    at = open_page("latent", model=OWN, view="Paths", to="3")
    assert "From: ![Test digit 4]" in at.get("popover")[0].proto.popover.label
    label = next(each for each in at.button_group if each.label == "Class")
    label.set_value(7).run()
    pictures = next(each for each in at.button_group if "of class 7" in each.label)
    sevens = np.flatnonzero(mnist.y_test == 7)
    pictures.set_value(int(sevens[2])).run()
    assert not at.exception
    assert parameter(at, "from") == str(sevens[2])
    assert re.search(r"\d+", shown[-1].alt[0])[0] == str(sevens[2]), "the path begins there"
    assert re.search(r"\d+", shown[-1].alt[-1])[0] == "3", "the URL's number is a position"
