"""The slider of the noise's strength: other components of the page follow it while it moves.

Python hears of the strength when the slider has come to rest.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from ae.ui.components import base


@dataclass(frozen=True)
class Chosen:
    """A strength at which the slider has come to rest.

    Attributes
    ----------
    value : from 0 to 1.
    number : counts these strengths from 1, in the life of the page.
    """

    value: float
    number: int


def read_strength(key: str) -> Chosen | None:
    """Return what was chosen last with this slider, or None if there is nothing that makes sense.

    The value comes from a browser: everything about it is checked, and nothing is raised.
    """
    chosen = base.state_of(key, "strength")
    if not isinstance(chosen, Mapping):
        return None
    value, number = chosen.get("value"), base.number_of(chosen.get("number"))
    if number is None or isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return Chosen(float(value), number) if 0 <= value <= 1 else None


def noise_strength(key: str, value: float, step: float, on_change: Callable[[], object]) -> None:
    """Show the slider.

    Parameters
    ----------
    key : the place of the slider in `st.session_state`.
    value : the strength to show, from 0 to 1, until the slider is moved. A value between two steps
        is kept.
    step : how far an arrow key moves it.
    on_change : called when it has come to rest: see `read_strength`.
    """
    chosen = read_strength(key)
    number = chosen.number if chosen else 0
    _component(
        key=key,
        data={"value": value, "step": step, "number": number},
        on_strength_change=on_change,
    )


_component = base.register(Path(__file__).parent, "../networks.js")
