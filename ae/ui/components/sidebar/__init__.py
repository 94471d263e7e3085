"""Closes the sidebar of a narrow screen when another page has been chosen in it.

Streamlit does so for its own list of pages, and not for links in the sidebar.
"""

from __future__ import annotations

from pathlib import Path

from ae.ui.components import base


def close_on_arrival(key: str, page: str) -> None:
    """Close the sidebar where it covers the page and ``page`` is another than before.

    Parameters
    ----------
    key : the place of the component in `st.session_state`.
    page : path of the page that is shown.
    """
    _component(key=key, data={"page": page})


_component = base.register(Path(__file__).parent)
