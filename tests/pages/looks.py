"""What the pages show, taken apart; and the names that their tests share."""

import base64
import io
from dataclasses import dataclass, field
from html.parser import HTMLParser

import numpy as np
from PIL import Image

PAGES = (
    *("start", "draw", "inside", "reconstruct", "denoise", "latent", "generate", "anomalies"),
    *("compress", "train"),
)
OWN = "tiny-4"  # the name of somebody's own model beside conv-32


def parts(tile: np.ndarray) -> np.ndarray:
    """The digits of a tile from top to bottom, at 28×28: uint8 (n, 28, 28, 3)."""
    zoom = tile.shape[1] // 30
    small = tile[zoom // 2 :: zoom, zoom // 2 :: zoom]
    return np.stack([small[top : top + 28, :28, :3] for top in range(0, len(small), 30)])


def grey(image: np.ndarray) -> np.ndarray:
    """A digit, float (28, 28), as it must look on the screen: uint8 (28, 28, 3)."""
    return np.rint(np.clip(image, 0, 1) * 255).astype(np.uint8)[..., None].repeat(3, axis=2)


def assert_looks_like(pixels: np.ndarray, image: np.ndarray) -> None:
    """Equal but for one grey level: a batch of another size rounds differently."""
    np.testing.assert_allclose(pixels.astype(int), grey(image).astype(int), atol=1)


@dataclass
class Row:
    """A row of pictures on a page: its label and what is under it, its pictures and numbers."""

    label: str = ""
    note: str = ""
    alt: list[str] = field(default_factory=list)
    pictures: list[np.ndarray] = field(default_factory=list)  # each uint8 (28, 28, 3)
    numbers: list[str] = field(default_factory=list)


def picture_rows(at) -> dict[str, Row]:
    """The rows of pictures on a page, by their labels, from top to bottom."""
    reader = _Rows()
    for element in at.get("html"):
        reader.feed(element.proto.body)
    return {row.label: row for row in reader.rows}


class _Rows(HTMLParser):
    def __init__(self):
        super().__init__()
        self.rows: list[Row] = []
        self.inside = ""

    def handle_starttag(self, tag, attributes):
        attributes = dict(attributes)
        self.inside = attributes.get("class") or tag
        if attributes.get("role") == "row":
            self.rows.append(Row())
        if tag == "img":
            self.rows[-1].alt.append(attributes["alt"])
            data = base64.b64decode(attributes["src"].split(",")[1])
            pixels = np.asarray(Image.open(io.BytesIO(data)).convert("RGB"))
            zoom = len(pixels) // 28
            self.rows[-1].pictures.append(pixels[::zoom, ::zoom])

    def handle_endtag(self, tag):
        self.inside = ""

    def handle_data(self, text):
        if self.inside == "b":
            self.rows[-1].label = text
        elif self.inside == "small":
            self.rows[-1].note = text
        elif self.inside == "number":
            self.rows[-1].numbers.append(text)
