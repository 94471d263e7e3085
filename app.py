"""The app's entry: page configuration and navigation, nothing else."""

import streamlit as st

from ae.system import log
from ae.ui import links, message_queue, shell

st.set_page_config(page_title="Autoencoder laboratory", page_icon="🔬", layout="wide")
log.set_up()
message_queue.mend()

links.begin()
sections = shell.sections()
page = st.navigation(sections, position="hidden")
links.clean_address()
links.arrive(page.url_path)
shell.frame()
if not links.hides("sidebar"):
    shell.navigation(sections, page)
shell.model_picker()
links.show_task()
with shell.told():
    page.run()
links.show_ignored(page.url_path)
links.show_link_button(page.url_path)
shell.end()
