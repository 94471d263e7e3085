"""Why the digits of a VAE are blurred and those of a flow are not: three ways side by side."""

from __future__ import annotations

import numpy as np
import streamlit as st

from ae import imaging, store
from ae.analysis.handwriting import grey
from ae.store import ModelCard
from ae.ui import cache, shell
from ae.ui.generate import cached
from ae.ui.generate.cached import SamplingRequest
from ae.ui.markdown import plain
from ae.ui.words import percent

_COUNT, _IN_A_ROW = 20, 5
_REAL = 1000  # test digits that are measured


def show_why_blurred(card: ModelCard, request: SamplingRequest) -> None:
    """Show digits of a VAE's prior, of Gaussians and of a flow. Only for a model with a flow."""
    variational = [each for each in store.list_models() if each.model.kind == "vae"]
    if not variational:
        return
    vae = max(variational, key=lambda each: each.model.latent_dim)
    name = plain(card.name)
    ways = (
        (
            vae,
            cached.PRIOR,
            f"{plain(vae.name)}: prior",
            "A VAE's decoder is trained on random samples of z, so different digits share a place: "
            "it learns to draw their mean, which is **blurred**.",
        ),
        (
            card,
            cached.CLASS_GAUSSIANS,
            f"{name}: Gaussians",
            "A Gaussian for each class. This decoder is trained on z itself and draws **sharp** "
            "strokes. But a Gaussian also "
            "covers places where no digit lies: some have **wrong shapes**.",
        ),
        (
            card,
            cached.FLOW,
            f"{name}: flow",
            "The same sharp decoder, and z follows the velocity field to where digits lie: "
            "**sharp strokes and right shapes**.",
        ),
    )
    st.header("Why a VAE blurs and a flow does not")
    real = percent(float(grey(cache.mnist().x_test[:_REAL]).mean()))
    for column, (each, distribution, title, reason) in zip(st.columns(3), ways, strict=True):
        wanted = SamplingRequest(distribution, 1.0, request.seed, _COUNT, None)
        images = np.clip(cache.model(each.name).decode(cached.draw(each.name, wanted)), 0, 1)
        share = percent(float(grey(images).mean()))
        with column:
            st.subheader(title)
            shell.show_pictures(
                [imaging.contact_sheet(images, _IN_A_ROW, zoom=3, gap=1)],
                alt=f"{_COUNT} new digits of {title}. Of their ink, {share} is grey",
                width="stretch",
            )
            st.markdown(reason)
            st.caption(f"{share} of the ink is grey; of real test digits, {real}.")
    st.caption(
        f"{_COUNT} digits each, random seed {request.seed}. Grey: pixels with a value between 0.25 "
        "and 0.75, among those above 0.25. A blurred stroke has more of them."
    )
