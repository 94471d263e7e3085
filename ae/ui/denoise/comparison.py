"""The methods over many test digits: at one strength, over all, and training against test noise."""

from __future__ import annotations

import streamlit as st

from ae import charts
from ae.analysis import denoising
from ae.analysis.denoising import DO_NOTHING, HIGHEST_PSNR, Score
from ae.analysis.evaluation import mean_interval
from ae.data.noise import NOISE_KINDS
from ae.errors import DataError
from ae.training import noise_matrix
from ae.ui import downloads, shell
from ae.ui.denoise import cached
from ae.ui.markdown import plain


def show_table(kind: str, strength: float, networks: dict[str, str]) -> None:
    """PSNR and SSIM of each method at this strength, and the winner in words."""
    scores: list[Score] = []
    count = len(denoising.BASELINES) + len(networks)
    bar = st.progress(0.0, f"Cleaning {cached.MEASURED:,} test digits with each method.")
    for score in cached.scores(kind, strength, networks):
        scores.append(score)
        done = f"Cleaned {cached.MEASURED:,} digits: {plain(score.name)}."
        bar.progress(len(scores) / count, done)
    bar.empty()
    chosen = cached.settings(kind, strength)
    settings = {
        denoising.BLUR: f"σ = {chosen.blur_width:g} pixels",
        denoising.LINEAR: f"k = {chosen.pca_size}",
        **networks,
    }
    rows = []
    for score in sorted(scores, key=lambda each: -each.psnr.mean()):
        psnr, ssim = mean_interval(score.psnr), mean_interval(score.ssim)
        rows.append(
            {
                "Method": plain(score.name),
                "": settings.get(score.name, ""),
                "PSNR in dB": f"{psnr.mean:.2f} ± {psnr.half_width:.2f}",
                "SSIM": f"{ssim.mean:.3f} ± {ssim.half_width:.3f}",
            }
        )
    _tell_winner(scores, networks, strength)
    st.table(rows, hide_index=True)
    st.caption(
        f"Means over {cached.MEASURED:,} test digits with their 95 % intervals; higher is better, "
        "an SSIM of 1 is the clean image itself. The blur's width σ and PCA's k are the best for "
        f"this noise on {cached.CHOSEN_ON} *training* digits: the test digits had no say."
        + _untouched_words(kind, strength)
    )
    downloads.offer_csv(
        "This table",
        lambda: [_figures(score, settings, kind, strength) for score in scores],
        f"denoising-{kind}-{strength:g}.csv",
        "Means and half-widths of the 95 % intervals.",
    )


def _untouched_words(kind: str, strength: float) -> str:
    share = cached.untouched(kind, strength)
    if not share:
        return ""
    return (
        f" The noise has left {share:.1%} of the digits as they were. Each of them counts as "
        f"{HIGHEST_PSNR:.1f} dB, the PSNR of rounding to 256 grey levels, and not as infinite."
    )


def _tell_winner(scores: list[Score], networks: dict[str, str], strength: float) -> None:
    best, next_best, margin = denoising.winner(scores)
    first, second = plain(best.name), plain(next_best.name)
    if margin.low > 0:
        st.markdown(
            f"#### {first} is best\n\nby **{margin.mean:.2f} dB** over {second} (95 % "
            f"interval of the paired differences: {margin.low:.2f} to {margin.high:.2f} dB)."
        )
    else:
        st.markdown(
            f"#### {first} and {second} are level\n\nThe paired differences are "
            f"{margin.mean:.2f} dB on average, and their 95 % interval holds 0."
        )
    by_name = {score.name: score.psnr.mean() for score in scores}
    lost = [name for name in networks if by_name[name] < by_name[DO_NOTHING]]
    if lost:
        st.markdown(
            f"**{' and '.join(map(plain, lost))}** {'loses' if len(lost) == 1 else 'lose'} against "
            "*doing nothing* here. An autoencoder draws every digit anew from the few numbers of "
            "its code, and even a clean digit comes back with an error. That error is its floor: "
            "where the noise does less harm than that, better leave the image alone."
        )


def _figures(score: Score, settings: dict[str, str], kind: str, strength: float) -> dict:
    psnr, ssim = mean_interval(score.psnr), mean_interval(score.ssim)
    return {
        "noise": kind,
        "strength": strength,
        "method": score.name,
        "setting": settings.get(score.name, ""),
        "psnr_db": psnr.mean,
        "psnr_95": psnr.half_width,
        "ssim": ssim.mean,
        "ssim_95": ssim.half_width,
    }


def show_curve(kind: str, strength: float, networks: dict[str, str]) -> None:
    """PSNR of all methods over strength, and where the autoencoders begin to pay."""
    points = []
    bar = st.progress(0.0, "Measuring the curve, once for each kind of noise and model.")
    for done, each in enumerate(cached.STRENGTHS, start=1):
        points += cached.curve(kind, each, networks)
        bar.progress(done / len(cached.STRENGTHS), f"Measured at strength {each:g}.")
    bar.empty()
    by_method = {
        name: [point.psnr for point in points if point.method == name]
        for name in dict.fromkeys(point.method for point in points)
    }
    told = [
        f"{name}: {values[0]:.1f} without noise, {values[-1]:.1f} at its strongest"
        for name, values in by_method.items()
    ]
    widest = max((point.high - point.low) / 2 for point in points if point.strength > 0)
    shell.show_chart(
        charts.psnr_over_strength,
        points,
        strength,
        alt=f"PSNR in dB over the strength of {kind} noise, 0 to 1. {'; '.join(told)}",
    )
    st.caption(
        f"Each point: {cached.CURVE_MEASURED} test digits, the 95 % interval at most ± "
        f"{widest:.1f} dB. Blur and PCA are chosen anew at each strength. The dashed line is your "
        "strength. Doing nothing to clean digits is above the chart."
    )
    nothing = by_method[DO_NOTHING]
    for name in networks:
        start = denoising.first_strength_above(cached.STRENGTHS, by_method[name], nothing)
        where = "at no strength" if start is None else f"from strength **{start:g}** on"
        st.markdown(
            f"- **{plain(name)}** beats doing nothing {where}. Its floor: a *clean* digit comes "
            f"back with {by_method[name][0]:.1f} dB, and noise does not make that better."
        )
    downloads.offer_csv(
        "These curves",
        lambda: [vars(point) for point in points],
        f"denoising-{kind}-over-strength.csv",
        "Mean PSNR in dB with the ends of its 95 % interval.",
    )


def show_matrix(kind: str, strength: float, networks: dict[str, str]) -> None:
    """Training noise against test noise, as the command has measured it."""
    try:
        matrix = noise_matrix.read_matrix(noise_matrix.MATRIX_PATH)
    except DataError as error:
        st.info(str(error), icon=":material/info:")
        return
    names = {key: each.label for key, each in NOISE_KINDS.items()}
    names |= {noise_matrix.NONE: "none", noise_matrix.MIXTURE: "mixture"}
    rows = [names[row] for row in noise_matrix.ROWS]
    columns = [names[column] for column in noise_matrix.COLUMNS]
    told = [
        f"trained on {row}: "
        + ", ".join(f"{column} {value:.1f}" for column, value in zip(columns, values, strict=True))
        for row, values in zip(rows, matrix.mean, strict=True)
    ]
    shell.show_chart(
        charts.noise_matrix,
        rows,
        columns,
        matrix.mean,
        matrix.do_nothing,
        alt=f"Mean PSNR in dB by training noise and test noise. {'; '.join(told)}",
    )
    best = [rows[i] for i in matrix.mean.argmax(axis=0)]
    own = [columns[i] for i in range(len(columns)) if best[i] == columns[i]]
    mixture = rows.index(names[noise_matrix.MIXTURE])
    behind = (matrix.mean.max(axis=0) - matrix.mean[mixture]).mean()
    st.markdown(
        f"A model is best at the noise that it was trained on in {len(own)} of {len(columns)} "
        f"columns ({', '.join(own) or 'none'}): it has learnt what that noise looks "
        f"like. The one trained on the **mixture** is {behind:.1f} dB behind the best of each "
        "column on average, and needs nobody to tell it what kind comes."
    )
    count = len(matrix.seeds)
    st.caption(
        f"PSNR in dB, mean over {matrix.test_images:,} test digits"
        + (f" and {count} models a row" if count > 1 else "")
        + f" (seeds {', '.join(map(str, matrix.seeds))}); framed: the best of the column. Small "
        f"models, {matrix.latent_dim} numbers, {matrix.epochs} passes; in training each digit had "
        f"a strength from 0 to {matrix.train_strength:g}, in the test {matrix.test_strength:g}. "
        + (f"Seeds differ by at most {matrix.seed_range:.1f} dB in a cell. " if count > 1 else "")
        + f"Made by `{noise_matrix.COMMAND}`, which repeats it ({plain(matrix.made_with)})."
    )
    downloads.offer_csv(
        "This matrix",
        lambda: [
            {"trained_on": row, "seed": seed} | dict(zip(noise_matrix.COLUMNS, values, strict=True))
            for row, cells in zip(noise_matrix.ROWS, matrix.psnr, strict=True)
            for seed, values in zip(matrix.seeds, cells, strict=True)
        ],
        "noise-matrix.csv",
        "A row for each model, a column for each test noise, in dB.",
    )
