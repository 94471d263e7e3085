"""How good the new digits are, as a number."""

from __future__ import annotations

import streamlit as st

from ae import charts
from ae.store import ModelCard
from ae.ui import cache, downloads, shell
from ae.ui.generate import cached
from ae.ui.generate.cached import Wish


@shell.fragment()
def show_quality(wish: Wish, card: ModelCard) -> None:
    """The Fréchet distance of each way at the temperature, and what it is compared with."""
    st.subheader("How good are they?")
    if not cached.has_judge():
        st.caption(
            f"The distance is measured in the code space of {cached.JUDGE}, which is not in the "
            "models folder. Copy the shipped one there."
        )
        return
    with st.spinner(f"Making {cached.MEASURED:,} digits in each way, once for each temperature."):
        floors = cached.floors(card.name)
        found = {way: cached.quality(card.name, way, wish.temperature) for way in cached.WAYS}
    distances = {name: value.distance for name, value in (found | floors).items()}
    shell.show_chart(
        charts.frechet_bars,
        {way: distances[way] for way in found},
        {name: distances[name] for name in floors},
        wish.way,
        alt="Fréchet distance from the test digits, less is better. "
        + "; ".join(f"{name}: {value:.1f}" for name, value in distances.items()),
    )
    _explain(wish, distances)
    st.table(
        [
            {
                "Digits": name,
                "Fréchet distance": f"{value.distance:.2f}",
                "Precision": f"{value.precision:.0%}",
                "Recall": f"{value.recall:.0%}",
            }
            for name, value in (found | floors).items()
        ],
        hide_index=True,
    )
    st.caption(
        "The Fréchet distance sees mean and covariance only, and so cannot see digits that are "
        "half a 4 and half a 7. **Precision**: how many of them lie among real digits, no "
        "farther from one than its third neighbour. **Recall**: how many real digits lie among "
        "them, that is, how varied they are. Nothing replaces looking."
    )
    downloads.offer(
        "Distances as CSV",
        lambda: downloads.csv_text(
            ["digits", "frechet_distance", "precision", "recall"],
            ([name, q.distance, q.precision, q.recall] for name, q in (found | floors).items()),
        ),
        f"frechet-{card.name}.csv",
        f"A row per way, at temperature {wish.temperature:.1f}.",
    )


def _explain(wish: Wish, distances: dict[str, float]) -> None:
    real, mine = distances["Training digits"], distances[wish.way]
    st.caption(
        f"The **Fréchet distance** between {cached.MEASURED:,} digits and the "
        f"{len(cache.mnist().y_test):,} test digits, both seen as codes of {cached.JUDGE} and as "
        "Gaussians: 0 if mean and covariance are the same. This is not the FID of the "
        "literature, which takes it between features of an Inception network: compare these "
        f"numbers with each other only. The floor is **{real:.2f}**, of as many real training "
        "digits; below it is what the same digits lose by being rebuilt. All classes, seed 0, "
        f"temperature {wish.temperature:.1f}: **{wish.way}** has **{mine:.2f}**, "
        f"{mine / max(real, 1e-9):.1f} times the floor. Turn the temperature: where is it least?"
    )
