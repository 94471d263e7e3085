"""The app's entry: page configuration and navigation, nothing else."""

import streamlit as st

from ae.system import log
from ae.ui import cache, links, shell

st.set_page_config(page_title="Autoencoder laboratory", page_icon="🔬", layout="wide")
log.set_up()

links.begin()


def _page(path: str, title: str, icon: str, *, default: bool = False):
    return st.Page(
        f"ae/ui/pages/{path}.py", title=title, icon=f":material/{icon}:", default=default
    )


page = st.navigation(
    {
        "": [_page("start", "Start", "home", default=True)],
        "Understand": [
            _page("draw", "Draw", "draw"),
            _page("reconstruct", "Reconstruct", "grid_view"),
            _page("latent", "Latent space", "explore"),
        ],
        "Use": [
            _page("denoise", "Denoise", "auto_fix_high"),
            _page("generate", "Generate", "auto_awesome"),
            _page("compress", "Compress", "compress"),
        ],
        "Make your own": [_page("train", "Train", "model_training")],
    },
    position="hidden" if links.hides("sidebar") else "sidebar",
)
links.clean_address()
links.arrive(page.url_path)
shell.frame()
shell.model_picker()
links.show_task()
with shell.told():
    page.run()
links.show_ignored(page.url_path)
links.show_link_button(page.url_path)
cache.warm_up()
