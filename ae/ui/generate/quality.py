"""How good the new digits are, in figures."""

from __future__ import annotations

import streamlit as st

from ae import charts
from ae.store import ModelCard
from ae.ui import cache, downloads, shell, terms
from ae.ui.generate import cached
from ae.ui.generate.cached import Quality, SamplingRequest
from ae.ui.words import percent


def show_quality(request: SamplingRequest, card: ModelCard) -> None:
    """Fréchet distance, precision and recall of each distribution, beside real digits."""
    st.header("Quality of the samples")
    if not cached.has_reference():
        st.caption(
            f"The quality is measured on latent vectors of the model {cached.REFERENCE}, which is "
            "not in the models folder. Copy the shipped model there."
        )
        return
    found: dict[str, Quality] = {}
    ways = cached.distributions(card)
    count = len(cached.BASELINES) + len(ways)
    bar = st.progress(0.0, "Encoding the 10,000 test digits: once for all models.")
    cache.test_codes(cached.REFERENCE)
    for name, quality in cached.qualities(card, request):
        found[name] = quality
        bar.progress(len(found) / count, f"{name}: {cached.MEASURED:,} digits.")
    bar.empty()
    distances = {name: quality.distance for name, quality in found.items()}
    st.markdown(_in_words(request, found, ways))
    shell.show_chart(
        charts.frechet_distances,
        {name: distances[name] for name in ways},
        {name: distances[name] for name in cached.BASELINES},
        request.distribution,
        alt="Fréchet distance from the test digits, lower is better. "
        + "; ".join(f"{name}: {value:.2f}" for name, value in distances.items()),
    )
    st.table([_row(name, quality, request) for name, quality in found.items()], hide_index=True)
    st.caption(
        f"All of this is measured on latent vectors of a **reference encoder**, that of "
        f"{cached.REFERENCE}, with {cached.MEASURED:,} digits of all classes in each row (random "
        f"seed 0, temperature {request.temperature:.1f}). The **Fréchet distance** compares the "
        f"mean and the {terms.COVARIANCE} of these latent vectors with those of all "
        f"{len(cache.mnist().y_test):,} test digits; 0 means that they are equal. It cannot see "
        "that a digit is half a 4 and half a 7: look at the digits, too. **Precision** is the "
        "share of new digits that lie close to a real one: at most as far from it as its own third "
        "nearest neighbour. **Recall** is the share of real digits that lie close to a new one, in "
        "the same sense. Recall is low if the new digits vary too little; but digits that are "
        "scattered like nonsense get a high recall, too: look at both. **Near a training digit** "
        f"is the share, of {cached.COMPARED} digits, that are nearer to some training digit than "
        f"half of the test digits are ({cached.usual_distance():.1f}, pixel by pixel). Of digits "
        "as new as the test digits it is 50 %. A model that copies has much more, but so has one "
        "whose digits are blurred."
    )
    downloads.offer_csv(
        "Download this table (CSV)",
        lambda: [
            {
                "digits": name,
                "frechet_distance": quality.distance,
                "precision": quality.precision,
                "recall": quality.recall,
                "near_a_training_digit": quality.copies,
            }
            for name, quality in found.items()
        ],
        f"frechet-{card.name}.csv",
        f"A row for each distribution and baseline, at temperature {request.temperature:.1f}.",
    )


def _row(name: str, quality: Quality, request: SamplingRequest) -> dict[str, str]:
    return {
        "Digits": f"**{name}**" if name == request.distribution else name,
        "Fréchet distance (lower is better)": f"{quality.distance:.2f}",
        "Precision (higher is better)": percent(quality.precision),
        "Recall (higher is better)": percent(quality.recall),
        "Near a training digit (new ones: 50 %)": percent(quality.copies),
    }


def _in_words(request: SamplingRequest, found: dict[str, Quality], ways: tuple[str, ...]) -> str:
    mine, real = found[request.distribution], found[cached.REAL]
    best = min(ways, key=lambda name: found[name].distance)
    text = (
        f"**{request.distribution}** gives a Fréchet distance of **{mine.distance:.2f}** from the "
        f"test digits (lower is better). The baseline is {real.distance:.2f}, that of "
        f"{cached.MEASURED:,} real training digits; they are other digits than the test "
        f"digits, so it is above 0. Real digits, reconstructed, have "
        f"{found[cached.RECONSTRUCTED].distance:.2f}: new digits of this model that have less are "
        "not better than these. "
    )
    if best != request.distribution:
        text += f"At this temperature the lowest is {found[best].distance:.2f}, that of “{best}”."
    else:
        text += "At this temperature it is the lowest of all these distributions."
    return text
