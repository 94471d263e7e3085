"""Names that mean something in Markdown are on every page as they are."""

from __future__ import annotations

import pytest
from looks import OWN, PAGES

NAME = "__x__"  # shown as a bold x wherever it is taken for Markdown
# Fields of Streamlit's messages that it takes for Markdown; "content" is a segment's label.
MARKDOWN = ("body", "caption", "content", "delta", "help", "label", "text", "title")


def markdown(at) -> list[str]:
    """All texts of the page, its tables among them, that Streamlit takes for Markdown."""
    found = []

    def collect(message) -> None:
        for field, value in message.ListFields():
            for each in [value] if isinstance(value, str) or not field.is_repeated else value:
                if hasattr(each, "ListFields"):
                    collect(each)
                elif field.name in MARKDOWN:
                    found.append(each)

    for block in (at.main, at.sidebar):
        for node in block:
            # What is HTML is no Markdown.
            if getattr(node, "proto", None) is not None and node.type != "html":
                collect(node.proto)
    for table in at.table:
        found += [str(text) for text in (*table.value.columns, *table.value.to_numpy().ravel())]
    return found


NAMED_BY = {"anomalies": {"odd": "A digit class"}}  # what makes a page name its model
ADDRESSES = [(page, NAMED_BY.get(page, {})) for page in PAGES] + [
    ("reconstruct", {"model": "conv-32", "second": NAME}),
    ("denoise", {"answer": "At every strength"}),
    ("train", {"run": NAME, "runs": [NAME, "conv-32"]}),
]


@pytest.mark.parametrize(("page", "address"), ADDRESSES)
def test_a_name_with_marks_is_shown_as_it_is(open_page, put, put_as, page, address):
    put("conv-32"), put_as(NAME)
    texts = markdown(open_page(page, **{"model": NAME} | address))
    told = [text for text in texts if "x\\_" in text or NAME in text]
    assert told or page in ("draw", "inside", "generate", "denoise"), (
        "these do not name it in a text"
    )
    assert not [text for text in told if NAME in text]


def test_a_film_with_marks_in_its_name_can_be_chosen(open_page, put, put_as):
    put_as(NAME), put(OWN)
    texts = markdown(open_page("train", model=NAME, run=OWN))
    assert r"\_\_x\_\_" in texts
    assert not [text for text in texts if NAME in text]
