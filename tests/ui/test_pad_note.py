"""What is said of a picture that was not taken stays until the ink is changed, and no longer."""

import numpy as np
import pytest

from ae.ui import drawing, state
from ae.ui.components.drawing_pad import Ink, Load

PAPER = np.zeros((56, 56), np.float32)


class Sender:
    """What the pad has sent last, as Python reads it."""

    def __init__(self, last: dict[str, Ink]):
        self.last = last

    def arrives(self, number: int, loaded: str | None = None) -> None:
        self.last["pad"] = Ink(number, PAPER, loaded)

    def __call__(self, number: int, loaded: str | None = None) -> None:
        self.arrives(number, loaded)
        drawing.take_ink("pad")


@pytest.fixture
def sent(monkeypatch) -> Sender:
    """The pad; the session is a plain dict."""
    session, last = {}, {}
    monkeypatch.setattr(drawing.st, "session_state", session)
    monkeypatch.setattr(drawing, "read_ink", last.get)

    return Sender(last)


@pytest.mark.parametrize("in_one_message", [True, False])
def test_the_ink_of_an_earlier_picture_that_comes_late_leaves_the_note(sent, in_one_message):
    sent(1)
    drawing.st.session_state[state.PAD_LOAD] = Load("good", PAPER)
    if in_one_message:  # what the pad has sent is read before any callback is called
        sent.arrives(2, "good")
    drawing.leave_note("pad", "It is no picture.")
    sent(2, "good")
    assert drawing.note() == "It is no picture."
    sent(3, "good")
    assert drawing.note() == ""


def test_the_note_goes_with_the_next_stroke_and_with_the_next_picture(sent):
    sent(1)
    drawing.leave_note("pad", "It is no picture.")
    sent(1)
    assert drawing.note() == "It is no picture."
    sent(2)
    assert drawing.note() == ""
    drawing.leave_note("pad", "It is no picture.")
    drawing.forget_note()
    assert drawing.note() == ""
