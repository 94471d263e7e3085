"""Generate: new digits, decoded from latent vectors that are drawn at random."""

import streamlit as st

from ae.ui import cache, drawing, shell
from ae.ui.generate import cached
from ae.ui.generate.explanation import explain
from ae.ui.generate.flow_training import show_training
from ae.ui.generate.flow_view import show_flow
from ae.ui.generate.quality import show_quality
from ae.ui.generate.samples import choose, offer, show_samples
from ae.ui.generate.why_blurred import show_why_blurred

st.title("Can it invent digits?")
st.markdown(
    "The decoder turns **any** latent vector into a picture. Choose one where the "
    "latent vectors of real digits lie, decode it, and a new digit appears. Most other places give "
    "no digit."
)
drawing.restore_from_link()
pictures = st.container()
request = choose(shell.chosen_card())
with pictures:
    model, card = shell.chosen_model()
    cache.mnist()  # if it is damaged, that is told here, and once
    samples = show_samples(request, model, card)
explain(request, card)
if samples is not None:
    offer(samples, request, card)
if cached.why_no_flow(card):
    show_training(card)
else:
    show_flow(card, request)
    show_why_blurred(card, request)
show_quality(request, card)
