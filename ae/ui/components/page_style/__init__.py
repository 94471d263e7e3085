"""The style of all pages.

A component, as the pad is: the browser loads the code for ``st.html`` apart and, on a slow line,
later, and the page would move under the pen when its style came.
"""

from __future__ import annotations

from pathlib import Path

from streamlit.components import v2


def page_style(key: str) -> None:
    """Set the style, as long as the page is shown.

    key : the place of the component in `st.session_state`.
    """
    _component(key=key)


_component = v2.component(
    "ae.page_style",
    css=Path(__file__).with_name("page_style.css").read_text(encoding="utf-8"),
    isolate_styles=False,
)
