"""How faithful the maps are to the spaces that they show, in figures."""

from __future__ import annotations

import streamlit as st

from ae.store import ModelCard
from ae.ui import state
from ae.ui.latent import cached
from ae.ui.latent.cached import Scores
from ae.ui.markdown import plain
from ae.ui.words import percent


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
    st.markdown(_result(card, mine[kind], theirs if flat else {kind: theirs[kind]}))
    st.table([_row(name, score) for name, score in rows], hide_index=True)
    st.caption(
        f"All numbers of this table are measured on the same {cached.MEASURED:,} test digits, "
        "however many the map shows. **Class predicted**: the class of a digit is predicted as "
        f"the most frequent one among its {cached.VOTERS} nearest neighbours on the map "
        "(guessing: 10 %). **Without the map**: the same, among its nearest neighbours in the "
        "space that the map is made from: the latent vectors, or the 784 pixel values. "
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
        "Class predicted": percent(score.accuracy, 1),
        "Without the map": percent(score.original_accuracy, 1),
        "Trustworthiness": f"{score.trustworthiness:.3f}",
        "Continuity": f"{score.continuity:.3f}",
        "Neighbourhood preservation": percent(score.preservation),
    }


def _result(card: ModelCard, mine: Scores, theirs: dict[str, Scores]) -> str:
    """Compare a map of the latent vectors with maps of the pixels, by their kinds."""
    return (
        f"From the {cached.VOTERS} nearest neighbours on the map, the class of a digit is "
        f"predicted correctly for **{percent(mine.accuracy, 1)}** of the test digits: "
        + ", and ".join(_compared(mine, score, kind) for kind, score in theirs.items())
        + "."
    )


def _compared(mine: Scores, other: Scores, kind: str) -> str:
    # of the figures as they are shown
    difference = round(round(100 * mine.accuracy, 1) - round(100 * other.accuracy, 1), 1)
    than = f"in the {kind} map of the pixels"
    if difference == 0:
        return f"as often as {than}"
    points = f"{abs(difference):.1f} percentage point{'s' * (abs(difference) != 1)}"
    return f"**{points} {'more' if difference > 0 else 'less'} often** than {than}"
