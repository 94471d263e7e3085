"""Words from a link, a name or a file on the screen: as they are, and never taken for Markdown."""

from __future__ import annotations

import re

_MARKS = re.compile(r"([\\`*_{}\[\]<>#!|~$&]|:(?=\S))")
_LIST_MARK = re.compile(r"^(\d*)([-+.)])")


def plain(text: str) -> str:
    """Text for st.markdown and its like in one line, escaped, and without half characters."""
    one_line = " ".join(text.encode("utf-8", "replace").decode().split())
    return _LIST_MARK.sub(r"\1\\\2", _MARKS.sub(r"\\\1", one_line))
