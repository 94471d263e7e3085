"""Export of a model as a web page: one HTML file that needs neither server nor network."""

from __future__ import annotations

import base64
import html
import json
import string
from pathlib import Path

import numpy as np

from ae import data
from ae.errors import ModelError
from ae.nn import graph as graphs
from ae.nn.graph import Graph
from ae.store.cards import ModelCard
from ae.store.descriptions import sentence
from ae.system.files import REPOSITORY

LARGEST_PAGE = 1_500_000  # bytes
_MOST_BARS = 256  # latent values that have a slider each
_PAGE = Path(__file__).parent / "page"
# What the page has in common with the app.
_ENGINE = tuple(Path(graphs.__file__).with_name(name) for name in ("product.js", "engine.js"))
_PREPROCESSING = Path(data.__file__).with_name("drawing.js")
_SHARED = tuple(
    REPOSITORY / "ae" / name for name in ("imaging.js", "analysis/metrics.js", "data/ink.js")
)


def page(card: ModelCard, graph: bytes) -> str:
    """Return the HTML of a model's page.

    Parameters
    ----------
    card : the model's card, with all figures: see ``ae.store.graphs.load_graph``.
    graph : the file of its graph. The page has its weights as float16.

    Raises
    ------
    ModelError
        If the page would be larger than 1.5 MB, or a weight is too large for float16.
    """
    test = card.test
    if test.latent_means is None or test.latent_standard_deviations is None:
        raise ModelError(f"The card of {card.name!r} lacks figures. Train or import it again.")
    values = f"{test.latent_dim:,} value{'s' * (test.latent_dim != 1)}"
    model = {
        "graph": base64.b64encode(_in_half(graph)).decode("ascii"),
        "means": test.latent_means,
        # A dimension that is always the same cannot be moved in units of its deviation.
        "deviations": [deviation or 1.0 for deviation in test.latent_standard_deviations],
        "isMoved": test.latent_dim <= _MOST_BARS,
        "percentiles": [test.squared_error_percentiles[str(percent)] for percent in range(101)],
    }
    scripts = [
        f"const MODEL = {json.dumps(model)};",
        _alone("load", *_ENGINE),
        _alone("preprocess", _PREPROCESSING),
        *(path.read_text(encoding="utf-8") for path in _SHARED),
        (_PAGE / "page.js").read_text(encoding="utf-8"),
    ]
    moves = (
        "So many values are shown as squares: orange is above the mean of the test digits, blue "
        "below."
        if test.latent_dim > _MOST_BARS
        else "Each slider is one value, from 3 standard deviations below the mean of the test "
        "digits to 3 above. Move one, and see what the decoder draws then."
    )
    text = string.Template((_PAGE / "page.html").read_text(encoding="utf-8")).substitute(
        title=html.escape(f"{card.name}: an autoencoder of handwritten digits"),
        values=html.escape(values),
        moves=moves,
        style=(_PAGE / "page.css").read_text(encoding="utf-8"),
        facts=_facts(card),
        scripts="\n".join(scripts),
    )
    if (size := len(text.encode())) > LARGEST_PAGE:
        raise ModelError(
            f"Expected a page of at most {LARGEST_PAGE / 1e6:g} MB. Received: {size / 1e6:.1f} MB, "
            f"for {card.parameters:,} parameters. Train a model with fewer filters."
        )
    return text


def _in_half(file: bytes) -> bytes:
    graph = Graph.from_bytes(file)
    with np.errstate(over="ignore"):
        half = graph.weights.astype(np.float16)
    if not np.isfinite(half).all():
        raise ModelError("The model has weights above 65,504, which float16 cannot hold.")
    return Graph(graph.parts, half.astype(np.float32)).to_bytes()


def _alone(name: str, *paths: Path) -> str:
    """A module of some files as one constant: what it exports under this name."""
    source = "\n".join(path.read_text(encoding="utf-8") for path in paths)
    source = source.replace("export function", "function")
    return f"const {name} = (() => {{\n{source}\nreturn {name};\n}})();"


def _facts(card: ModelCard) -> str:
    test = card.test
    facts = {
        "What it is": sentence(card),
        "Latent dimensions": f"{test.latent_dim:,}",
        "Parameters": f"{card.parameters:,}",
        "Trained on": card.data if card.training is not None else "not known: it was imported",
        "Squared error": f"{test.squared_error:.2f} on the test images, summed over the 784 pixels",
        f"PCA with {card.model.pca_dims} dimensions": f"{test.pca_squared_error:.2f} "
        "(lower is better)",
    }
    if card.training is not None:
        facts["Training"] = f"{card.steps:,} steps in {card.seconds:,.0f} s on {card.machine}"
    return "\n".join(
        f"<dt>{html.escape(name)}</dt><dd>{html.escape(text)}</dd>" for name, text in facts.items()
    )
