"""Whatever a link says of a page's settings, the page comes without a fault."""

from __future__ import annotations

import pytest
from looks import OWN, PAGES

from ae.ui import state

KEYS = sorted(state.PARAMETERS.keys() - {state.MODEL})
JUNK = {
    "nothing": "",
    "twice, and negative": ["1", "-1"],
    "huge": "9" * 300,
    "endless": "1e999",
    "not a number": "nan",
    "a list": "1,1;2,2;nan,inf",
    "much markup and control characters": "![x](http://evil.example/)<b>$x$\0\r\n\u202e" * 50,
    "another page's": "Test digits",
}
# Settings that are on the page only with another one.
BEHIND = [
    *(("latent", {state.LATENT_VIEW: view}) for view in ("Grid", "Paths", "Traversal")),
    ("latent", {state.LATENT_VIEW: "Arithmetic"}),
    ("reconstruct", {state.SHOWN: "By error"}),
    ("denoise", {state.NOISY_SET: "My drawing"}),
    ("compress", {state.SENT: "My drawing"}),
]


def assert_works(at) -> None:
    assert not at.exception
    assert not at.error
    assert at.session_state[state.MODEL] == OWN
    assert len(at.title) == 1


@pytest.mark.parametrize("page", PAGES)
def test_settings_in_a_link_that_cannot_be_leave_a_page_that_works(open_page, put, page):
    put(OWN)  # alone: what is measured of others for comparison takes half of the time
    for text in JUNK.values():
        assert_works(open_page(page, **dict.fromkeys(KEYS, text), model=OWN))


@pytest.mark.parametrize(("page", "address"), BEHIND)
@pytest.mark.parametrize("what", ["nothing", "huge", "endless"])
def test_so_do_settings_that_are_behind_others(open_page, put, page, address, what):
    put("conv-32"), put(OWN)
    assert_works(open_page(page, **dict.fromkeys(KEYS, JUNK[what]) | address, model=OWN))


@pytest.mark.parametrize("text", ["", "inf", "-1e999"])
def test_what_streamlits_controls_fail_on_is_told_as_ignored(open_page, put, text):
    put("conv-32")
    at = open_page("compress", pick=text, count="10")
    assert at.number_input(key=state.SENT_SEED).value == 0
    assert at.select_slider(key=state.SENT_COUNT).value == 10, "the rest of the link is honoured"
    (note,) = [each.value for each in at.caption if "Ignored in the link" in each.value]
    assert f"pick={text}" in note


def test_a_model_may_have_an_endless_name(open_page, put, put_as):
    put("conv-32"), put_as("inf")
    at = open_page("start", model="inf")
    assert at.session_state[state.MODEL] == "inf"
    assert at.query_params[state.MODEL] == "inf"
