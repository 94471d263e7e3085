"""The app's entry: page configuration and navigation, nothing else."""

import streamlit as st

from ae.ui import cache, shell

st.set_page_config(page_title="Autoencoder laboratory", page_icon="🔬", layout="centered")

pages = "ae/ui/pages"
page = st.navigation(
    [
        st.Page(f"{pages}/start.py", title="Start", icon=":material/home:", default=True),
        st.Page(f"{pages}/draw.py", title="Draw", icon=":material/draw:"),
        st.Page(f"{pages}/reconstruct.py", title="Reconstruct", icon=":material/grid_view:"),
        st.Page(f"{pages}/denoise.py", title="Denoise", icon=":material/auto_fix_high:"),
        st.Page(f"{pages}/compress.py", title="Compress", icon=":material/compress:"),
        st.Page(f"{pages}/train.py", title="Train", icon=":material/model_training:"),
    ]
)
shell.model_picker()
with shell.told():
    page.run()
cache.warm_up()
