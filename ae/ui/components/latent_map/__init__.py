"""A map of latent vectors to walk on, with the digit at the pointer beside it.

Everything that follows the pointer is done in the browser, with what `send_network`,
`send_latent_vectors` and `send_sheet` have given to the page: no answer of Python is waited for.
Python hears of a place, a digit or an area once it is chosen.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ae.analysis.projection import Plane
from ae.imaging import to_base64
from ae.ui.components import base
from ae.ui.components.sprites import COLUMNS

MOST_CORNERS = 40
_LARGEST = 1e6  # of a number that comes from a browser or a link

Place = tuple[float, float]


@dataclass(frozen=True)
class Look:
    """What has been chosen on a map. Places are in the units of the map.

    Attributes
    ----------
    at : the place that was walked to, or None.
    digit : number of the test digit that was clicked, or None.
    area : corners of a box, two, or of a lasso, 3 to 40; empty if there is none.
    """

    at: Place | None = None
    digit: int | None = None
    area: tuple[Place, ...] = ()

    def inside(self, places: np.ndarray) -> np.ndarray:
        """Tell which places lie in the area.

        Parameters
        ----------
        places : float array of shape (n, 2).

        Returns
        -------
        bool array of shape (n,)

        References
        ----------
        M. Shimrat, "Algorithm 112: Position of point relative to polygon", Communications of the
        ACM 5 (8), 1962.
        """
        if not self.area:
            return np.zeros(len(places), bool)
        corners = np.array(self.area)
        if len(corners) == 2:
            low, high = corners.min(axis=0), corners.max(axis=0)
            return ((places >= low) & (places <= high)).all(axis=1)
        x, y = places[:, 0], places[:, 1]
        within = np.zeros(len(places), bool)
        # a ray to the right crosses the outline an odd number of times
        for (x0, y0), (x1, y1) in zip(corners, np.roll(corners, -1, axis=0), strict=True):
            crosses = (y0 > y) != (y1 > y)
            height = y1 - y0 if y1 != y0 else 1.0
            within ^= crosses & (x < x0 + (y - y0) / height * (x1 - x0))
        return within

    def to_params(self) -> dict[str, str]:
        """Return texts for a link under the keys at, digit and area, those that there are."""
        texts = {
            "at": _text([self.at]) if self.at else "",
            "digit": "" if self.digit is None else str(self.digit),
            "area": _text(self.area),
        }
        return {name: text for name, text in texts.items() if text}

    @classmethod
    def from_params(cls, at: str, digit: str, area: str, count: int) -> Look:
        """Read what ``to_params`` wrote, of a map with ``count`` digits. Junk counts as nothing."""
        places = _places([each.split(",") for each in at.split(";")]) if at else ()
        number = int(digit) if digit.isascii() and digit.isdigit() and len(digit) < 7 else None
        corners = _places([each.split(",") for each in area.split(";")]) if area else ()
        return cls(places[0] if len(places) == 1 else None, _number(number, count), corners)


@dataclass(frozen=True, eq=False)
class MapPicture:
    """What a map shows.

    Attributes
    ----------
    token : names the map; what was chosen on another one is void. At most 80 characters.
    places : float array of shape (n, 2), where the test digits 0 to n - 1 are.
    frame : float array of shape (2, 2), for each axis where the map ends.
    labels : uint8 array of shape (n,), the class of each digit.
    preservation : float array of shape (n,), values in [0, 1], the share of each digit's true
        neighbours that are its neighbours on the map.
    title : stands above the map.
    alt : describes the map for people who do not see it.
    names : of the axes, one or two; none where coordinates mean nothing, as in t-SNE.
    """

    token: str
    places: np.ndarray
    frame: np.ndarray
    labels: np.ndarray
    preservation: np.ndarray
    title: str
    alt: str
    names: Sequence[str]


def read_look(key: str, token: str, count: int) -> Look | None:
    """Return what was chosen on the map with this key, or None if that was on another map.

    It comes from a browser: junk counts as nothing, and nothing is raised.

    Parameters
    ----------
    key : the place of the map in `st.session_state`.
    token : `MapPicture.token` of the map that is shown.
    count : how many digits the map has.
    """
    look = base.state_of(key, "look")
    if not isinstance(look, Mapping) or look.get("token") != token:
        return None
    places = _places([look.get("at")])
    area = look.get("area")
    corners = _places(area) if isinstance(area, list) else ()
    return Look(places[0] if places else None, _number(look.get("digit"), count), corners)


def latent_map(
    key: str,
    picture: MapPicture,
    other: tuple[np.ndarray, np.ndarray, str, str],
    *,
    start: Look,
    digits: str,
    network: str,
    vectors: str,
    plane: Plane | None,
    hints: Mapping[str, str],
    by_preservation: bool = False,
    own: Place | None = None,
    own_image: np.ndarray | None = None,
) -> None:
    """Show the map, and a second one of the same digits to compare with.

    Parameters
    ----------
    key : the place of the map in `st.session_state`.
    picture : what the map shows.
    other : of the second map the places, the frame, the title and the alternative text.
    start : what is chosen at first, until somebody chooses anew.
    digits : name of the sheet with the digits, see `send_sheet`.
    network : name of the network that decodes, see `send_network`.
    vectors : name of the digits' latent vectors, see `send_latent_vectors`.
    plane : has the latent vector of each place of the map. None for an embedding: a place then has
        the weighted mean of its neighbours' latent vectors, see `ae.analysis.projection.Embedding`.
    hints : what to do with each tool: walk, box and lasso.
    by_preservation : colour each digit by `MapPicture.preservation`, not by class.
    own : the place of one's own drawing.
    own_image : that drawing, float array of shape (28, 28), values in [0, 1]. A VAE of two
        dimensions gets z_mean ± σ of it and of a chosen digit as an ellipse.
    """
    places, frame, title, alt = other
    parts = np.column_stack([_parts(picture.places, picture.frame), _parts(places, frame)])
    facts = np.column_stack([picture.labels, np.rint(100 * picture.preservation)])
    _component(
        key=key,
        data={
            "token": picture.token,
            "points": to_base64(parts),
            "facts": to_base64(facts.astype(np.uint8)),
            "frame": np.asarray(picture.frame, float).tolist(),
            "names": list(picture.names),
            "title": picture.title,
            "alt": picture.alt,
            "otherTitle": title,
            "otherAlt": alt,
            "start": {"at": start.at, "digit": start.digit, "area": start.area or None},
            "digits": digits,
            "columns": COLUMNS,
            "network": network,
            "vectors": vectors,
            "plane": None
            if plane is None
            else {"origin": plane.origin.tolist(), "axes": plane.axes.tolist()},
            "hints": dict(hints),
            "byPreservation": by_preservation,
            "own": own,
            "ownPixels": None if own_image is None else base.encode(own_image),
        },
        on_look_change=base.nothing,  # declares the state "look"
    )


def _parts(places: np.ndarray, frame: np.ndarray) -> np.ndarray:
    """Return places as parts of the frame, those beyond it on its edge: uint16, 65535 its end."""
    parts = (places - frame[:, 0]) / (frame[:, 1] - frame[:, 0])
    return np.rint(np.clip(parts, 0, 1) * 65535).astype("<u2")


def _text(places: Sequence[Place]) -> str:
    return ";".join(f"{x:.5g},{y:.5g}" for x, y in places)


def _number(value: object, count: int) -> int | None:
    return value if type(value) is int and 0 <= value < count else None


def _places(values: Sequence) -> tuple[Place, ...]:
    """Return pairs of finite numbers, or nothing at all if one is anything else."""
    found = []
    for value in values[: MOST_CORNERS + 1]:
        try:
            x, y = (float(each) for each in value)
        except (TypeError, ValueError, OverflowError):
            return ()
        if not (math.isfinite(x) and math.isfinite(y) and max(abs(x), abs(y)) < _LARGEST):
            return ()
        found.append((x, y))
    return tuple(found) if len(found) <= MOST_CORNERS else ()


_component = base.register(
    Path(__file__).parent, "../networks.js", "../map_marks.js", "places.js", "axes.js"
)
