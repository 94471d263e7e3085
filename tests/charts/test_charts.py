"""Charts of the latent space are valid, whatever the model."""

from __future__ import annotations

import numpy as np
import pytest

from ae import charts
from ae.training.progress import Record


@pytest.mark.parametrize("latent_dim", [1, 2, 256])
def test_variances_say_which_numbers_are_in_use(latent_dim):
    chart = charts.code_variances(np.r_[0.0, np.ones(latent_dim - 1)], 0.01).to_dict()
    rows = chart["layer"][1]["data"]["values"]
    assert [row["state"] for row in rows] == ["not in use", *["alive"] * (latent_dim - 1)]
    assert all(row["variance"] > 0 for row in rows), "a logarithmic scale knows no 0"


def test_the_two_losses_have_a_panel_each():
    record = Record(1, 10, 0.1, 2.0, 50.0, 4.0, None, 0.001, 100.0)
    chart = charts.two_losses([record, record]).to_dict()
    assert [panel["encoding"]["y"]["title"][0] for panel in chart["vconcat"]] == [
        "reconstruction_loss",
        "kl_loss",
    ]


def test_the_bars_of_distances_mark_the_one_that_is_shown():
    chart = charts.frechet_bars({"a": 3.0, "b": 1.0}, {"floor": 0.5}, "b").to_dict()
    rows = chart["data"]["values"]
    assert {row["of"]: row["kind"] for row in rows} == {
        "a": "another way",
        "b": "shown above",
        "floor": "to compare",
    }


def test_the_noise_matrix_frames_the_best_of_each_column_whether_a_model_or_nothing():
    psnr = np.array([[24.9, 13.9], [23.5, 20.6]])
    chart = charts.noise_matrix(["None", "Gaussian"], ["None", "Gaussian"], psnr, np.r_[58.9, 11.0])
    frames = chart.to_dict()["layer"][1]["data"]["values"]
    assert [(cell["trained"], cell["tested"]) for cell in frames] == [
        ("Gaussian", "Gaussian"),
        ("do nothing", "None"),
    ]
