"""The drawing pad: a canvas, and beside it what the networks of the page make of the ink.

All that follows the pen is computed in the browser, by networks that `send_network` has given to
the page. Python gets the ink, and what the network has made of it, when the pen has come to rest.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from ae.config import MOST_IMPORTED_LATENT_DIMS
from ae.data.noise import Noise
from ae.ui.components import base
from ae.ui.components.denoising import SCRIPTS, Restorer, noise_data

INK_SIDE = 56
PICTURE_SIDE = 28


@dataclass(frozen=True, eq=False)
class Made:
    """What a network in the browser has made of a drawing.

    Attributes
    ----------
    network : fingerprint of its graph.
    z : float32 array of shape (latent_dim,).
    output : float32 array of shape (28, 28), of the decoder. A linear one leaves [0, 1].
    """

    network: str
    z: np.ndarray
    output: np.ndarray


@dataclass(frozen=True, eq=False)
class Ink:
    """What is drawn at one time.

    Attributes
    ----------
    number : counts the changes of one drawing, from 1.
    image : float32 array of shape (56, 56), values in [0, 1], 1 = ink.
    loaded : nonce of the last `Load` that the pad has taken.
    noise : what the noise pen has drawn over it, of the same form, 1 where it covers the ink;
        None from a pad without such a pen.
    made : what the pad's network has made of it; None if it has not arrived, or made nothing.
    """

    number: int
    image: np.ndarray
    loaded: str | None = None
    noise: np.ndarray | None = None
    made: Made | None = None


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
    is_start : whether only a pad that nothing was drawn on takes it.
    """

    nonce: str
    image: np.ndarray
    is_start: bool = False

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
    return Ink(number, image, loaded if isinstance(loaded, str) else None, noise, _made(ink))


def _made(ink: Mapping) -> Made | None:
    network, z, output = ink.get("network"), _floats(ink.get("z")), _floats(ink.get("output"))
    if not isinstance(network, str) or z is None or output is None:
        return None
    if not 1 <= len(z) <= MOST_IMPORTED_LATENT_DIMS or len(output) != PICTURE_SIDE**2:
        return None
    return Made(network, z, output.reshape(PICTURE_SIDE, PICTURE_SIDE))


def _floats(text: object) -> np.ndarray | None:
    """Decode base64 of finite float32 numbers, or None."""
    values = _decoded(text)
    if values is None or len(values) % 4:
        return None
    floats = np.frombuffer(values, "<f4").astype(np.float32)
    return floats if np.isfinite(floats).all() else None


def _decoded(text: object) -> bytes | None:
    if not isinstance(text, str):
        return None
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return None


def _layer(pixels: object) -> np.ndarray | None:
    """Decode one layer of a drawing, base64 of its bytes: float32 of shape (56, 56), or None."""
    values = _decoded(pixels)
    if values is None or len(values) != INK_SIDE**2:
        return None
    return np.frombuffer(values, np.uint8).reshape(INK_SIDE, INK_SIDE).astype(np.float32) / 255


def read_pasted(key: str) -> str | None:
    """Return the picture that was pasted in this run, base64 of a PNG as text, or None.

    An empty text is a picture that the browser could not read. It is not decoded here.
    """
    pasted = base.state_of(key, "pasted")
    return pasted if isinstance(pasted, str) else None


def reconstruct(
    network: str, percentiles: Mapping[str, float], mean: float, pca: str | None = None
) -> dict[str, Any]:
    """Return the work of a pad that shows the reconstruction.

    Parameters
    ----------
    network : name of the network, see `send_network`.
    percentiles : of the squared errors of the test digits, "0" to "100": a drawing is ranked by
        them.
    mean : of these errors.
    pca : name of the network that PCA is, if its reconstruction is shown too.
    """
    every = [percentiles[str(percent)] for percent in range(101)]
    return {
        "kind": "reconstruct",
        "network": network,
        "percentiles": every,
        "mean": mean,
        "pca": pca,
    }


def denoise(networks: Sequence[Restorer], noise: Noise, strength: float) -> dict[str, Any]:
    """Return the work of a pad with a noise pen: what networks make of the noisy drawing.

    Parameters
    ----------
    networks : those that are shown.
    noise : of one image.
    strength : of the noise, from 0 to 1, where no slider on the page says otherwise.
    """
    return {
        "kind": "denoise",
        "networks": [vars(each) for each in networks],
        "noise": noise_data(noise),
        "strength": strength,
    }


def drawing_pad(
    key: str,
    *,
    work: Mapping[str, Any],
    steps: Mapping[str, bool],
    name: str = "drawing",
    hint: str = "Draw a digit",
    load: Load | None = None,
    noise_pen: bool = False,
    compact: bool = False,
    on_ink: Callable[[], object] = base.nothing,
    on_paste: Callable[[], object] = base.nothing,
) -> None:
    """Show the pad, and beside it what the networks make of the ink.

    Parameters
    ----------
    key : the pad's place in `st.session_state`.
    work : what is done with the ink: `reconstruct`, `denoise` and their like give it.
    steps : which of the steps of the preprocessing are on: "crop", "scale" and "centre".
    name : which drawing it shows. Strokes are kept in the browser by name, so
        that they survive a switch of pages; pads of one name share a drawing.
    hint : stands on the pad while it is empty.
    load : a picture to put in place of the drawing. It may be left out once it has arrived,
        which `Ink.loaded` says.
    noise_pen : whether there is a second pen, whose strokes arrive as `Ink.noise`.
    compact : whether it is to leave room for what is below it.
    on_ink : called when the pen has come to rest and `read_ink` has the ink.
    on_paste : called when a picture was pasted: see `read_pasted`.
    """
    _component(
        key=key,
        data={
            "name": name,
            "hint": hint,
            "work": dict(work),
            "steps": dict(steps),
            "noise_pen": noise_pen,
            "compact": compact,
            "load": load
            and {
                "nonce": load.nonce,
                "pixels": base.encode(_enlarge(load.image)),
                "isStart": load.is_start,
            },
        },
        on_ink_change=on_ink,
        on_pasted_change=on_paste,
    )


_component = base.register(
    Path(__file__).parent,
    *SCRIPTS,
    "../../../data/drawing.js",
    "../../../data/ink.js",
    *("paste.js", "to_python.js", "work.js", "denoise.js"),
)


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
