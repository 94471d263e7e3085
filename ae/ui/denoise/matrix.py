"""The noise matrix: models trained on one kind of noise, tested on every kind."""

from __future__ import annotations

import numpy as np
import streamlit as st

from ae import charts
from ae.analysis.denoising import HIGHEST_PSNR
from ae.data.noise import NOISE_KINDS
from ae.errors import DataError
from ae.training import noise_matrix
from ae.training.noise_matrix import NoiseMatrix
from ae.ui import downloads, shell
from ae.ui.markdown import plain
from ae.ui.words import listed

_EXACT = HIGHEST_PSNR - 0.01  # dB; the figures in the file are rounded


def show_matrix() -> None:
    """Training noise against test noise, as the command has measured it."""
    try:
        matrix = noise_matrix.read_matrix(noise_matrix.MATRIX_PATH)
    except DataError as error:
        st.info(str(error), icon=":material/info:")
        return
    names = {key: each.label for key, each in NOISE_KINDS.items()}
    names |= {noise_matrix.NONE: "No noise", noise_matrix.MIXTURE: "Mixture"}
    rows = [names[row] for row in noise_matrix.ROWS]
    columns = [names[column] for column in noise_matrix.COLUMNS]
    values = [
        f"{row}: "
        + ", ".join(
            f"{column} {'exact' if value >= _EXACT else f'{value:.1f}'}"
            for column, value in zip(columns, psnr, strict=True)
        )
        for row, psnr in zip([*rows, "do nothing"], _with_nothing(matrix), strict=True)
    ]
    shell.show_chart(
        charts.noise_matrix,
        rows,
        columns,
        matrix.mean,
        matrix.do_nothing,
        _EXACT,
        alt=f"Mean PSNR in dB by training noise and test noise. {'; '.join(values)}",
    )
    st.markdown(_matrix_in_words(matrix, rows, columns))
    count, epochs = len(matrix.seeds), matrix.epochs
    st.caption(
        f"PSNR in dB, mean over {matrix.test_images:,} test digits"
        + (f" and {count} models in each row" if count > 1 else "")
        + f" (random seeds {', '.join(map(str, matrix.seeds))}). The models are small: "
        f"{matrix.latent_dim} latent dimensions, trained for {epochs} epoch{'s' * (epochs != 1)}. "
        f"In training each digit had a strength from 0 to {matrix.train_strength:g}. In the test "
        f"the strength was always {matrix.test_strength:g}: the slider above does not change this "
        "table. "
        + (
            f"The random seed changes a number by {matrix.seed_range:.1f} dB or less: a "
            "smaller lead may be chance. "
            if count > 1
            else ""
        )
        + f"Measured by `{noise_matrix.COMMAND}` ({plain(matrix.made_with)})."
    )
    downloads.offer_csv(
        "Download this matrix (CSV)",
        lambda: [
            {"trained_on": row, "seed": seed} | dict(zip(noise_matrix.COLUMNS, psnr, strict=True))
            for row, cells in zip(noise_matrix.ROWS, matrix.psnr, strict=True)
            for seed, psnr in zip(matrix.seeds, cells, strict=True)
        ],
        "noise-matrix.csv",
        "A row for each model, a column for each test noise, in dB.",
    )


def _with_nothing(matrix: NoiseMatrix) -> np.ndarray:
    """The rows of the chart: float64 (rows + 1, columns), the last one of doing nothing."""
    return np.concatenate([matrix.mean, matrix.do_nothing[None]])


def _matrix_in_words(matrix: NoiseMatrix, rows: list[str], columns: list[str]) -> str:
    psnr = _with_nothing(matrix)
    nothing = "doing nothing"
    winners = [[*rows, nothing][row] for row in psnr.argmax(axis=0)]
    noisy = range(1, len(columns))  # the first column has no noise
    own = [columns[i] for i in noisy if winners[i] == columns[i]]
    unbeaten = [columns[i] for i in noisy if winners[i] == nothing]
    mixture = noise_matrix.ROWS.index(noise_matrix.MIXTURE)
    shown = psnr.round(1)
    behind = (shown.max(axis=0) - shown[mixture])[1:].mean()
    share = (
        f"all {len(noisy)} columns"
        if len(own) == len(noisy)
        else f"{len(own) or 'none'} of the {len(noisy)} columns"
    )
    text = (
        "Each cell is the PSNR of models that were trained on one kind of noise (row) and tested "
        "on one (column). A frame marks the best of each column; doing nothing takes part. In "
        f"{share} with noise the best model was trained on that same kind"
        f"{f' ({listed(own)})' if own and len(own) < len(noisy) else ''}. "
    )
    if unbeaten:
        text += f"Doing nothing is best in the columns {', '.join(unbeaten)}. "
    if winners[0] == nothing:
        text += (
            "On digits without noise doing nothing is best: it returns the clean digit itself, "
            "exactly. "
        )
    return text + (
        f"The model that was trained on the **mixture** is {behind:.1f} dB behind the best, "
        "averaged over the columns with noise. It does not need to know which kind of noise comes."
    )
