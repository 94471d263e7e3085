"""The layers of the page's network in a row, each with what it makes of the drawing, live.

The browser does it all: the network keeps every activation of its last run. One layer can be looked
at closely, maps can be switched off, and the page is told at rest what was chosen, for its URL.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from ae.ui.components import base

_LONGEST = 500  # characters of a choice: it goes into the URL


@dataclass(frozen=True)
class Choice:
    """What of the layers is chosen, as texts that the component writes and reads.

    Attributes
    ----------
    layer : the layer that is looked at closely, empty for the first one.
    map : number of its feature map from 1, empty for the strongest.
    changes : maps that are switched off or turned up.
    """

    layer: str = ""
    map: str = ""
    changes: str = ""


def read_choice(key: str) -> Choice | None:
    """Return what was chosen last in the component with this key, or None.

    The value comes from a browser: texts of reasonable length are taken, and nothing is raised.
    """
    chosen = base.state_of(key, "chosen")
    if not isinstance(chosen, Mapping):
        return None
    texts = [chosen.get(name) for name in ("layer", "map", "changes")]
    short = [text for text in texts if isinstance(text, str) and len(text) <= _LONGEST]
    return Choice(*short) if len(short) == len(texts) else None


def layers(
    key: str,
    *,
    network: str | Sequence[str],
    of: str = "",
    drawing: str = "drawing",
    start: Choice | None = None,
    on_choice: Callable[[], object] | None = None,
) -> None:
    """Show the layers of a network at work on the drawing of the page's pad.

    Parameters
    ----------
    key : the place of the component in `st.session_state`.
    network : name of the network, see `send_network`, or those of all snapshots of a run.
    of : with snapshots, the title of the time machine whose slider chooses one of them.
    drawing : name of the drawing, as the pad has it.
    start : what is chosen when the component appears.
    on_choice : called when something else has been chosen, see `read_choice`. Without it Python
        is not told, and nothing reruns.
    """
    data = {
        "networks": [network] if isinstance(network, str) else list(network),
        "of": of,
        "drawing": drawing,
        "start": vars(start or Choice()),
        "tells": on_choice is not None,
    }
    _component(key=key, data=data, on_chosen_change=on_choice or base.nothing)


_component = base.register(
    Path(__file__).parent,
    "../../../nn/explain.js",
    "../networks.js",
    "blocks.js",
    "maps.js",
    "changes.js",
    "account.js",
    "closer.js",
    "downloads.js",
)
