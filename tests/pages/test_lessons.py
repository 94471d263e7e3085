"""Links: what they restore, what they hide, and what is ignored in them."""

from urllib.parse import parse_qs, urlsplit

import numpy as np
import pytest
from looks import OWN, PAGES
from test_draw_page import given, ink_of

from ae.data.ink_text import pack_ink
from ae.ui import links, state


def link_of(at) -> dict[str, str]:
    """The parameters of the link that the dialog shows."""
    at.button(key=state.LINK_BUTTON).click().run()
    assert not at.exception
    (link,) = [code.value for code in at.code if "?" in code.value]
    return {key: values[0] for key, values in parse_qs(urlsplit(link).query).items()}


def notes(at) -> list[str]:
    return [each.value for each in at.caption if "gnored in the link" in each.value]


@pytest.mark.parametrize("page", PAGES)
def test_every_page_gives_a_link_with_its_model(open_page, conv_32, page):
    assert link_of(open_page(page)) == {"model": "conv-32"}


def test_a_link_of_compress_restores_settings_and_drawing(open_page, conv_32):
    image = np.zeros((56, 56))
    image[10:40, 20:30] = 1
    settings = {"bits": "4", "send": "My drawing"}
    at = open_page("compress", ink=pack_ink(image), **settings)
    assert given(at)["load"] is not None
    at.session_state[state.COMPRESS_PAD] = ink_of((255 * image).astype(np.uint8))
    at.run()
    link = link_of(at)
    assert link.items() >= settings.items()
    assert link["ink"] == pack_ink(image)


def test_a_teachers_link_brings_a_task_and_hides_the_rest(open_page, conv_32, put):
    put(OWN)
    at = open_page("reconstruct", model=OWN, task="Which is *worst*?", hide="sidebar,settings")
    assert [info.value for info in at.info] == [r"Which is \*worst\*?"]
    assert not at.sidebar.selectbox
    assert at.session_state["model"] == OWN
    assert any("display: none" in html.proto.body for html in at.get("html"))
    link = link_of(at)
    assert (link["task"], link["hide"]) == ("Which is *worst*?", "sidebar,settings")


@pytest.mark.parametrize("hide", ["", "sidebar"])
def test_what_a_link_says_wrongly_is_ignored_with_a_note(open_page, conv_32, hide):
    at = open_page("compress", model="none", bits="99", nonsense="1", at="size", hide=hide)
    assert not at.error
    (note,) = notes(at)
    assert all(part in note for part in ("model=none", "bits=99", "nonsense=1"))
    assert "hide" not in note
    at.run()
    assert notes(at) == [note]
    at.switch_page("ae/ui/pages/start.py").run()
    assert notes(at) == []


def test_defaults_and_good_values_are_not_called_ignored(open_page, conv_32):
    assert notes(open_page("compress", model="conv-32", bits="6", count="500")) == []


@pytest.mark.parametrize(
    "text", ["![x](http://e)", "<b>", "$x$", ":red[a]", "a\n# b", "`c`", "- d", "1. e"]
)
def test_text_of_a_link_is_never_markdown(text):
    marks = set("![]<>$:#`*_-.")
    plain = links.plain(text)
    assert "\n" not in plain
    assert all(plain[i - 1] == "\\" for i, letter in enumerate(plain) if letter in marks and i > 0)


def test_a_long_task_is_cut(open_page, conv_32):
    at = open_page("start", task="x" * 5000)
    assert [len(info.value) for info in at.info] == [links.LONGEST_TASK]
