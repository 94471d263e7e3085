"""Generate: new digits, from a VAE's prior and from densities fitted to codes."""

import streamlit as st

from ae.ui import cache, shell
from ae.ui.generate.quality import show_quality
from ae.ui.generate.samples import choose, show_samples

st.title("Can it invent digits?")
model, card = shell.chosen_model()
cache.mnist()  # if it is damaged, that is told here, and once
st.markdown(
    "The decoder makes a picture of **any** code. So draw a code at random, and decode it. "
    "Whether that gives a digit depends on where the codes of real digits lie, and on whether one "
    "draws from there."
)
with shell.settings():
    wish = choose(card)
show_samples(wish, model, card)
show_quality(wish, card)
