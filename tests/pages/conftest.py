"""Pages run without a browser, on a models folder of their own."""

from __future__ import annotations

import base64
import dataclasses
import io
import json
import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import streamlit
from looks import OWN
from PIL import Image
from streamlit.testing.v1 import AppTest

from ae import store
from ae.config import ModelConfig, TrainingConfig
from ae.nn.autoencoder import Autoencoder
from ae.nn.pca import PCA
from ae.runs import Settings, worker
from ae.store.flows import FLOW_FILE
from ae.system.files import write_json
from ae.ui import cache

REPOSITORY = Path(__file__).parents[2]
FILES_IN_GIT = (store.MODEL_FILE, store.CARD_FILE, store.HISTORY_FILE, store.GRAPH_FILE)

Open = Callable[..., AppTest]


@pytest.fixture(scope="session")
def shelf(tmp_path_factory, tensorflow, small_npz) -> Path:
    """A folder with conv-32 as it is shipped, and a model that was trained in this session."""
    shelf = tmp_path_factory.mktemp("shelf")
    (shelf / "conv-32").mkdir()
    for file in (*FILES_IN_GIT, FLOW_FILE):
        shutil.copy2(REPOSITORY / "models" / "conv-32" / file, shelf / "conv-32" / file)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("AE_MODELS", str(shelf))
        worker.execute(
            OWN,
            Settings(
                ModelConfig(latent_dim=4, filters=(4, 8), decoder_filters=(8, 4)),
                TrainingConfig(epochs=5, batch_size=20, validation_images=40),
                str(small_npz),
            ),
        )
    return shelf


@pytest.fixture(scope="session")
def pca(mnist_pca) -> PCA:
    """What conv-32 is compared with."""
    return mnist_pca.truncate(32)


@pytest.fixture
def put(shelf, models_folder) -> Callable[[str], Path]:
    """put(name) copies a model from the shelf, times included: caches may know it already."""

    def put(name: str) -> Path:
        return Path(shutil.copytree(shelf / name, models_folder / name))

    return put


@pytest.fixture
def ship(models_folder) -> Callable[[str], None]:
    """ship("linear-32") puts a model there that comes with the app."""

    def ship(name: str) -> None:
        (models_folder / name).mkdir()
        for file in (*FILES_IN_GIT, FLOW_FILE):
            if (path := REPOSITORY / "models" / name / file).exists():
                shutil.copy2(path, models_folder / name / file)

    return ship


@pytest.fixture
def put_as(put, models_folder) -> Callable[[str], None]:
    """put_as(name) puts the model of this session there under another name."""

    def put_as(name: str) -> None:
        shutil.move(put(OWN), models_folder / name)
        path = models_folder / name / store.CARD_FILE
        write_json(path, json.loads(path.read_text()) | {"name": name})

    return put_as


@pytest.fixture
def conv_32(put) -> tuple[Autoencoder, store.ModelCard]:
    put("conv-32")
    return store.load("conv-32"), store.read_card("conv-32")


@pytest.fixture
def open_page(models_folder) -> Open:
    """open_page("draw", model="tiny-4") opens the app on that page, the rest being the address."""

    def open_page(page: str, **address: str) -> AppTest:
        at = AppTest.from_file(REPOSITORY / "app.py", default_timeout=240)  # two cores, shared
        at.query_params.update(address)
        if page != "start":
            at.switch_page(f"ae/ui/pages/{page}.py")
        at.run()
        assert not at.exception
        return at

    return open_page


@dataclasses.dataclass(frozen=True)
class Shown:
    """What a page gave to st.image: the pixels, which AppTest does not keep."""

    pixels: list[np.ndarray]
    captions: list[str] | None
    alt: list[str]


@pytest.fixture
def shown(monkeypatch) -> list[Shown]:
    """The rows of pictures on the page, of the last run at the end."""
    rows: list[Shown] = []
    show = streamlit.image

    def image(pictures, caption=None, *, alt=None, **options):
        rows.append(Shown([_pixels(picture) for picture in pictures], caption, alt))
        return show(pictures, caption=caption, alt=alt, **options)

    monkeypatch.setattr(streamlit, "image", image)
    return rows


def _pixels(picture: np.ndarray | str) -> np.ndarray:
    """A picture as it was given to st.image: as an array, or as a data URI of a PNG."""
    if isinstance(picture, str):
        return np.asarray(Image.open(io.BytesIO(base64.b64decode(picture.split(",")[1]))))
    return picture


@pytest.fixture
def forget_data():
    """Let pages read the data file anew in this test, and again after it."""
    streamlit.cache_data.clear()
    streamlit.cache_resource.clear()
    yield
    cache.mnist.clear()
