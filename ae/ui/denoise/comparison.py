"""The methods compared on many test digits: at one strength, and at every strength."""

from __future__ import annotations

import itertools

import streamlit as st

from ae import charts
from ae.analysis import denoising
from ae.analysis.denoising import DO_NOTHING, HIGHEST_PSNR, Measure, Score
from ae.analysis.evaluation import mean_interval
from ae.charts import StrengthPoint
from ae.ui import downloads, shell, terms
from ae.ui.denoise import cached, verdict
from ae.ui.markdown import plain
from ae.ui.words import listed, percent


def show_table(kind: str, strength: float, networks: dict[str, str]) -> None:
    """PSNR and SSIM of each method at this strength, and the best one in words."""
    scores: list[Score] = []
    count = len(denoising.BASELINES) + len(networks)
    bar = st.progress(0.0, f"Denoising {cached.MEASURED:,} test digits with each method.")
    for score in cached.scores(kind, strength, networks):
        scores.append(score)
        bar.progress(len(scores) / count, f"{plain(score.name)}: {cached.MEASURED:,} test digits.")
    bar.empty()
    headline, paragraphs = verdict.verdict(scores)
    st.subheader(headline)
    for paragraph in (*paragraphs, verdict.worse_than_nothing(scores, networks, cached.clean_psnr)):
        st.markdown(paragraph)
    details = _details(kind, strength, networks)
    st.table(_rows(scores, details), hide_index=True)
    st.caption(
        f"Means over {cached.MEASURED:,} test digits ± half of the 95 % confidence interval. "
        f"{terms.INTERVAL} Bold: best, or level with the best. **SSIM** (structural similarity) "
        "compares brightness, contrast and pattern in windows of 11 × 11 pixels; 1 means that the "
        "pictures are equal. "
        "Higher is better for both. "
        f"{terms.PCA} The "
        "blur's width σ and the number of PCA components are those with the highest PSNR on "
        f"{cached.CHOSEN_ON} *training* digits with this noise; test digits were not used."
        + _unchanged(kind, strength)
    )
    downloads.offer_csv(
        "Download this table (CSV)",
        lambda: [_figures(score, details, kind, strength) for score in scores],
        f"denoising-{kind}-{strength:g}.csv",
        "Means and half-widths of the 95 % confidence intervals.",
    )


def _details(kind: str, strength: float, networks: dict[str, str]) -> dict[str, str]:
    chosen = cached.settings(kind, strength)
    return {
        DO_NOTHING: "the noisy digit",
        denoising.MEDIAN: "median of 3 × 3 pixels",
        denoising.BLUR: denoising.in_pixels(chosen.blur_width),
        denoising.LINEAR: f"{chosen.pca_size} components",
        **networks,
    }


def _rows(scores: list[Score], details: dict[str, str]) -> list[dict[str, str]]:
    """The table, the highest PSNR first."""
    cells: dict[Measure, dict[str, str]] = {
        "psnr": _cells(scores, "psnr", 2),
        "ssim": _cells(scores, "ssim", 3),
    }
    return [
        {
            "Method": plain(name),
            "Details": details[name],
            "PSNR in dB": psnr,
            "SSIM": cells["ssim"][name],
        }
        for name, psnr in cells["psnr"].items()
    ]


def _cells(scores: list[Score], measure: Measure, digits: int) -> dict[str, str]:
    cells = {}
    for place in denoising.ranking(scores, measure):
        mean = mean_interval(place.score.of(measure))
        text = f"{mean.mean:.{digits}f} ± {mean.half_width:.{digits}f}"
        cells[place.score.name] = f"**{text}**" if place.is_level else text
    return cells


def _unchanged(kind: str, strength: float) -> str:
    share = cached.unchanged(kind, strength)
    if not share:
        return ""
    return (
        f" The noise left {percent(share, 1)} of the digits unchanged. Their PSNR would be "
        f"infinite; each of them counts as {HIGHEST_PSNR:.1f} dB, the PSNR of rounding to 256 grey "
        "levels."
    )


def _figures(score: Score, details: dict[str, str], kind: str, strength: float) -> dict:
    psnr, ssim = mean_interval(score.psnr), mean_interval(score.ssim)
    return {
        "noise": kind,
        "strength": strength,
        "method": score.name,
        "setting": details[score.name],
        "psnr_db": psnr.mean,
        "psnr_95": psnr.half_width,
        "ssim": ssim.mean,
        "ssim_95": ssim.half_width,
    }


def _above_chart(points: list[StrengthPoint]) -> str:
    _, top = charts.psnr_domain(points)
    above = [
        f"{plain(point.method)} ({point.psnr:.1f} dB at strength {point.strength:g})"
        for point in points
        if point.psnr > top
    ]
    return f" Too high to be drawn: {listed(above)}." if above else ""


def _winners(by_method: dict[str, list[float]]) -> str:
    """Which method is best at which strengths. by_method : PSNR at each of cached.STRENGTHS."""
    best = [
        max(by_method, key=lambda name: by_method[name][i]) for i in range(len(cached.STRENGTHS))
    ]
    spans = []
    for name, group in itertools.groupby(
        zip(cached.STRENGTHS, best, strict=True), lambda at: at[1]
    ):
        first, *_, last = [strength for strength, _ in group] * 2
        span = f"at strength {first:g}" if first == last else f"from {first:g} to {last:g}"
        spans.append(f"{plain(name)} {span}")
    return listed(spans)


def show_curve(kind: str, strength: float, networks: dict[str, str]) -> None:
    """PSNR of all methods over strength, and from which strength on the networks help."""
    points = []
    bar = st.progress(0.0, "Measuring the curves: once for each kind of noise and model.")
    for done, each in enumerate(cached.STRENGTHS, start=1):
        points += cached.curve(kind, each, networks)
        bar.progress(done / len(cached.STRENGTHS), f"Measured at strength {each:g}.")
    bar.empty()
    by_method = {
        name: [point.psnr for point in points if point.method == name]
        for name in dict.fromkeys(point.method for point in points)
    }
    ends = [
        f"{name}: {values[0]:.1f} without noise, {values[-1]:.1f} at strength 1"
        for name, values in by_method.items()
    ]
    widest = max((point.high - point.low) / 2 for point in points if point.strength > 0)
    shell.show_chart(
        charts.psnr_over_strength,
        points,
        strength,
        alt=f"PSNR in dB over the strength of {kind} noise, 0 to 1. {'; '.join(ends)}",
    )
    st.markdown(f"**Best by PSNR:** {_winners(by_method)}.")
    nothing = by_method[DO_NOTHING]
    for name in networks:
        start = denoising.first_strength_above(cached.STRENGTHS, by_method[name], nothing)
        st.markdown(
            f"- **{plain(name)}** is "
            + (
                "never better than doing nothing"
                if start is None
                else f"better than doing nothing from strength **{start:g}** on"
            )
            + f". Its ceiling: even a clean digit is reconstructed at only {by_method[name][0]:.1f}"
            " dB."
        )
    st.caption(
        f"Each point is the mean PSNR of {cached.CURVE_MEASURED} test digits (higher is better); "
        f"its 95 % confidence interval is ± {widest:.1f} dB or less. The width of the blur and the "
        "number of PCA components are chosen for each strength. The dashed line marks your "
        f"strength, {strength:g}.{_above_chart(points)}"
    )
    downloads.offer_csv(
        "Download these curves (CSV)",
        lambda: [vars(point) for point in points],
        f"denoising-{kind}-over-strength.csv",
        "Mean PSNR in dB with the ends of its 95 % confidence interval.",
    )
