"""How faithful the maps are to the spaces that they show, in figures."""

from __future__ import annotations

import streamlit as st

from ae.store import ModelCard
from ae.ui import state, theory
from ae.ui.latent import cached
from ae.ui.latent.cached import Scores
from ae.ui.markdown import plain


def show_faithfulness(card: ModelCard, kind: str) -> None:
    """Compare the maps of the latent vectors with those of the pixels.

    Parameters
    ----------
    card : ModelCard
    kind : str
        Which map the page shows: state.PLANE or state.TSNE.
    """
    st.header("How faithful are the maps?")
    kinds = (state.TSNE, state.PLANE)
    flat = card.model.latent_dim <= 2  # such a latent space is its own map
    with st.spinner("Measuring the maps: about 5 seconds, once for each model."):
        mine = {each: cached.scores(card.name, each) for each in kinds if not flat or each == kind}
        theirs = {each: cached.scores_of_pixels(each) for each in kinds}
    rows = [
        (f"Latent vectors of {plain(card.name)}" + ("" if flat else f", by {each}"), score)
        for each, score in mine.items()
    ]
    rows += [(f"Pixels, by {each}", score) for each, score in theirs.items()]
    st.markdown(_result(card, kind, mine[kind], theirs[kind]))
    st.table([_row(name, score) for name, score in rows], hide_index=True)
    st.caption(
        f"All numbers are measured on the same {cached.MEASURED:,} test digits. **Class "
        f"predicted**: the class of a digit is predicted as the most frequent one among "
        f"its {cached.VOTERS} nearest neighbours on the map (guessing: 10 %); in "
        "brackets, the same among its nearest neighbours in the space that the map shows. "
        f"The other columns compare the {cached.NEIGHBOURS} nearest neighbours on the map with "
        f"the {cached.NEIGHBOURS} nearest in that space; 1 or 100 % is a perfect map. "
        "**Trustworthiness** is low where the map puts digits together that are far apart in the "
        "space, **continuity** where it separates digits that are close there; a random map has "
        "about 0.5. **Neighbourhood preservation** is the share of the nearest neighbours that "
        "are the same."
    )


def _row(name: str, score: Scores) -> dict[str, str]:
    return {
        "Map": name,
        "Class predicted": f"{score.accuracy:.1%} ({score.original_accuracy:.1%})",
        "Trustworthiness": f"{score.trustworthiness:.3f}",
        "Continuity": f"{score.continuity:.3f}",
        "Neighbourhood preservation": f"{score.preservation:.0%}",
    }


def _result(card: ModelCard, kind: str, mine: Scores, theirs: Scores) -> str:
    difference = round(100 * (mine.accuracy - theirs.accuracy))
    many = f"{abs(difference)} percentage point{'s' * (abs(difference) != 1)}"
    than = f"in the {kind} map of the pixels"
    text = (
        f"From the {cached.VOTERS} nearest neighbours on the map, the class of a digit is "
        f"predicted correctly for **{mine.accuracy:.0%}** of the test digits, "
    )
    if difference == 0:
        text += f"as often as {than}."
    else:
        text += f"**{many} {'more' if difference > 0 else 'less'} often** than {than}."
    if card.model.kind == "linear":
        text += f" {theory.LINEAR}"
    return text
