"""The drawing pad: a canvas whose ink reaches Python while the pen still moves.

A page reads the ink first, computes, and mounts the pad with the results, all
in a fragment: one run per update, and the page around it stays still.

>>> @st.fragment
... def draw():
...     ink = read_ink("pad")
...     pictures = () if ink is None else (Picture("Reconstruction", reconstruct(ink.image)),)
...     drawing_pad("pad", number=ink.number if ink else 0, pictures=pictures)
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ae.ui.components import base

INK_SIDE = 56
PICTURE_SIDE = 28


@dataclass(frozen=True, eq=False)
class Ink:
    """What is drawn at one time.

    Attributes
    ----------
    number : counts the updates of one drawing, from 1.
    image : float32 array of shape (56, 56), values in [0, 1], 1 = ink.
    loaded : nonce of the last `Load` that the pad has taken.
    noise : what the noise pen has drawn over it, of the same form, 1 where it covers the ink;
        None from a pad without such a pen.
    """

    number: int
    image: np.ndarray
    loaded: str | None = None
    noise: np.ndarray | None = None


@dataclass(frozen=True, eq=False)
class Picture:
    """A result to show beside the drawing.

    Attributes
    ----------
    label : the heading above the picture.
    image : float array of shape (28, 28), values in [0, 1], 1 = white.
    caption : the line below it.
    """

    label: str
    image: np.ndarray
    caption: str = ""

    def __post_init__(self) -> None:
        _check(self.image, (PICTURE_SIDE,))


@dataclass(frozen=True, eq=False)
class Load:
    """A picture that takes the place of the drawing, until undo brings that back.

    Attributes
    ----------
    nonce : tells one load from the next. The pad acts when it changes, not on
        every run that still passes the same one.
    image : float array of shape (56, 56) or (28, 28), values in [0, 1], 1 = ink.
        An MNIST image comes back unchanged from `to_mnist_form(ink.image)`,
        but for the rounding to 8 bits.
    """

    nonce: str
    image: np.ndarray

    def __post_init__(self) -> None:
        _check(self.image, (PICTURE_SIDE, INK_SIDE))


def read_ink(key: str) -> Ink | None:
    """Return the ink of the pad with this key, or None if there is none that makes sense.

    Call it before `drawing_pad`. The value comes from a browser: everything about it is checked,
    and nothing is raised.
    """
    ink = base.state_of(key, "ink")
    if not isinstance(ink, Mapping):
        return None
    number, image = base.number_of(ink.get("number")), _layer(ink.get("pixels"))
    noise = None if ink.get("noise") is None else _layer(ink["noise"])
    if number is None or image is None or (noise is None and ink.get("noise") is not None):
        return None
    loaded = ink.get("loaded")
    return Ink(number, image, loaded if isinstance(loaded, str) else None, noise)


def _layer(pixels: object) -> np.ndarray | None:
    """Decode one layer of a drawing, base64 of its bytes: float32 of shape (56, 56), or None."""
    if not isinstance(pixels, str):
        return None
    try:
        values = base64.b64decode(pixels, validate=True)
    except (binascii.Error, ValueError):
        return None
    if len(values) != INK_SIDE**2:
        return None
    return np.frombuffer(values, np.uint8).reshape(INK_SIDE, INK_SIDE).astype(np.float32) / 255


def read_pasted(key: str) -> str | None:
    """Return the picture that was pasted in this run, base64 of a PNG as text, or None.

    An empty text is a picture that the browser could not read. It is not decoded here.
    """
    pasted = base.state_of(key, "pasted")
    return pasted if isinstance(pasted, str) else None


def drawing_pad(
    key: str,
    *,
    name: str = "drawing",
    number: int = 0,
    pictures: Sequence[Picture] = (),
    message: str = "",
    load: Load | None = None,
    noise_pen: bool = False,
    on_rest: Callable[[], object] = base.nothing,
    on_paste: Callable[[], object] = base.nothing,
) -> None:
    """Show the pad, and beside it the results for the ink that was read.

    Parameters
    ----------
    key : the pad's place in `st.session_state`.
    name : which drawing it shows. Strokes are kept in the browser by name, so
        that they survive a switch of pages; pads of one name share a drawing.
    number : `Ink.number` of the ink that the results are for. The pad sends
        newer ink when it gets this back, one update at a time.
    pictures : the results, in the order in which they are shown.
    message : a sentence about the result, shown and read aloud when the pen is up.
    load : a picture to put in place of the drawing. It may be left out once it has arrived,
        which `Ink.loaded` says.
    noise_pen : whether there is a second pen, whose strokes arrive as `Ink.noise`.
    on_rest : called when the pen has been up for a moment and all ink is here. The place for
        `st.rerun("key of a fragment")`, whose work is too heavy for every update.
    on_paste : called when a picture was pasted: see `read_pasted`.
    """
    _component(
        key=key,
        data={
            "name": name,
            "number": number,
            "pictures": [
                {"label": p.label, "pixels": base.encode(p.image), "caption": p.caption}
                for p in pictures
            ],
            "message": message,
            "noise_pen": noise_pen,
            "load": load and {"nonce": load.nonce, "pixels": base.encode(_enlarge(load.image))},
        },
        on_ink_change=base.nothing,  # declares the state "ink"
        on_rest_change=on_rest,
        on_pasted_change=on_paste,
    )


_component = base.register(Path(__file__).parent, "../flight.js", "paste.js", "layers.js")


def _check(image: np.ndarray, sides: tuple[int, ...]) -> None:
    """Raise a ValueError unless `image` is a square of such a side, in [0, 1]."""
    shapes = " or ".join(f"({side}, {side})" for side in sides)
    if image.shape not in [(side, side) for side in sides]:
        raise ValueError(f"image must have shape {shapes}. Received: {image.shape}.")
    # written so that NaN fails it, too
    if not (image.min() >= 0 and image.max() <= 1):
        raise ValueError(
            "image must have values in [0, 1]. "
            f"Received: values from {image.min():g} to {image.max():g}. "
            "Divide 8-bit pixels by 255; clip what a computation gives."
        )


def _enlarge(image: np.ndarray) -> np.ndarray:
    """Return the image as (56, 56), by repeating pixels: that way nothing of it is lost."""
    factor = INK_SIDE // image.shape[0]
    return image.repeat(factor, axis=0).repeat(factor, axis=1)
