"""The app's entry: page configuration and navigation, nothing else."""

import streamlit as st

from ae.system import log
from ae.ui import cache, links, shell, state

st.set_page_config(page_title="Autoencoder laboratory", page_icon="🔬", layout="centered")
log.set_up()

links.begin()
pages = "ae/ui/pages"
page = st.navigation(
    [
        st.Page(f"{pages}/start.py", title="Start", icon=":material/home:", default=True),
        st.Page(f"{pages}/draw.py", title="Draw", icon=":material/draw:"),
        st.Page(f"{pages}/reconstruct.py", title="Reconstruct", icon=":material/grid_view:"),
        st.Page(f"{pages}/denoise.py", title="Denoise", icon=":material/auto_fix_high:"),
        st.Page(f"{pages}/latent.py", title="Latent space", icon=":material/explore:"),
        st.Page(f"{pages}/generate.py", title="Generate", icon=":material/auto_awesome:"),
        st.Page(f"{pages}/compress.py", title="Compress", icon=":material/compress:"),
        st.Page(f"{pages}/train.py", title="Train", icon=":material/model_training:"),
    ],
    position="hidden" if state.hides("sidebar") else "sidebar",
)
links.clean_address()
shell.model_picker()
links.show_task()
with shell.told():
    page.run()
links.show_ignored(page.url_path)
links.show_link_button(page.url_path)
cache.warm_up()
