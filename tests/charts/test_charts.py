"""Charts of the latent space are valid, whatever the model."""

from __future__ import annotations

import numpy as np
import pytest

from ae import charts
from ae.analysis.anomaly import Auc
from ae.compression.rate_distortion import Point
from ae.training.progress import Record


@pytest.mark.parametrize("latent_dim", [1, 2, 256])
def test_variances_say_which_units_are_active(latent_dim):
    chart = charts.code_variances(np.r_[0.0, np.ones(latent_dim - 1)], 0.01).to_dict()
    rows = chart["layer"][1]["data"]["values"]
    assert [row["state"] for row in rows] == ["inactive", *["active unit"] * (latent_dim - 1)]
    assert all(row["variance"] > 0 for row in rows), "a logarithmic scale knows no 0"


def test_the_two_losses_have_a_panel_each():
    record = Record(1, 10, 0.1, 2.0, 50.0, 4.0, None, 0.001, 100.0)
    chart = charts.two_losses([record, record]).to_dict()
    assert [panel["encoding"]["y"]["title"][0] for panel in chart["vconcat"]] == [
        "Squared error",
        "kl_loss",
    ]


def test_the_chart_of_distances_marks_the_one_that_is_shown():
    chart = charts.frechet_distances({"a": 3.0, "b": 1.0}, {"real": 0.5}, "b").to_dict()
    rows = chart["data"]["values"]
    assert {row["of"]: row["kind"] for row in rows} == {
        "a": "other distributions",
        "b": "chosen above",
        "real": "baselines",
    }


def test_the_noise_matrix_frames_the_best_of_each_column_whether_a_model_or_nothing():
    psnr = np.array([[24.9, 13.9], [23.5, 20.6]])
    names = ["None", "Gaussian"]
    chart = charts.noise_matrix(names, names, psnr, np.r_[58.9, 11.0], exact=58.9)
    frames = chart.to_dict()["layer"][1]["data"]["values"]
    assert [cell["text"] for cell in frames] == ["20.6", "exact"]
    assert [(cell["trained"], cell["tested"]) for cell in frames] == [
        ("Gaussian", "Gaussian"),
        ("do nothing", "None"),
    ]


@pytest.mark.parametrize("log", [True, False])
def test_a_few_scores_are_drawn_one_by_one_and_many_as_bars(log):
    many, few = np.linspace(1, 9, 100), np.r_[0.0, 12.0]
    spec = charts.score_histograms([("many", many), ("few", few)], 5.0, "Score", log=log).to_dict()
    shown = {layer["mark"]["type"]: rows_of(layer, spec) for layer in spec["layer"]}
    assert sum(row["images"] for row in shown["rect"]) == 100
    assert {row["of"] for row in shown["rect"]} == {"many"}
    assert [row["low"] for row in shown["point"]] == pytest.approx([0, 12], abs=0.01)
    assert all(row["low"] > 0 for row in shown["point"]) == log, "a logarithm knows no 0"
    low, high = spec["layer"][0]["encoding"]["x"]["scale"]["domain"]
    assert low <= 0.01
    assert high == 12


def rows_of(layer: dict, spec: dict) -> list[dict]:
    data = layer["data"]
    return data["values"] if "values" in data else spec["datasets"][data["name"]]


HISTORY = [
    Record(n, 100, n / 50, n / 10, 50.0 - n / 3, None, 40.0 if n == 50 else None, 0.01, 100.0)
    for n in range(1, 101)
]
NAMES = ["a", "b", "c", "d", "e"]


@pytest.mark.parametrize(
    "chart",
    [
        charts.auc_by_latent_dim([(name, 2, Auc(0.5, 0.4, 0.6)) for name in NAMES]),
        charts.compared_curves(dict.fromkeys(NAMES, HISTORY)),
        charts.error_by_class(NAMES, [0, 1], np.ones((5, 2)), np.ones((5, 2))),
        charts.error_by_latent_dim([(2, 9.0, "x")], [(2, 12.0)], (2, 9.0, "x")),
        charts.learning_curve(HISTORY),
        charts.psnr_over_strength(
            [charts.StrengthPoint(name, s, 9.0, 8.0, 9.5) for name in NAMES for s in (0, 1)], 0.5
        ),
        charts.rate_distortion(
            [Point(name, "6", 90.0, 20.0) for name in NAMES], 100.0, Point("a", "6", 90.0, 20.0)
        ),
    ],
    ids=["AUC", "runs", "classes", "latent_dim", "learning", "noise", "rate"],
)
def test_names_differ_in_more_than_their_colour(chart):
    channels = [layer["encoding"] for layer in chart.to_dict()["layer"]]
    scales = [e[c]["scale"] for e in channels for c in ("shape", "strokeDash") if c in e]
    assert scales
    for scale in scales:
        looks = {str(look) for look in scale["range"]}
        assert len(looks) == len(scale["domain"])


@pytest.mark.parametrize(("pca_error", "side"), [(45.0, "bottom"), (10.0, "top")])
def test_the_label_of_pca_is_on_the_side_of_its_line_where_the_curve_is_not(pca_error, side):
    spec = charts.learning_curve(HISTORY, pca_error).to_dict()
    assert HISTORY[-1].squared_error == pytest.approx(50 - 100 / 3)
    labels = [layer for layer in spec["layer"] if layer["mark"]["type"] == "text"]
    labels = [label for label in labels if "value" in label["encoding"]["x"]]  # not the best epoch
    shown = [label for label in labels if text_of(label, spec)]
    assert [label["mark"]["baseline"] for label in shown] == [side]
    for label in labels:
        assert label["encoding"]["x"]["value"] == "width", (
            "at the end, where the curve ends as well"
        )


def text_of(label: dict, spec: dict) -> str:
    (row,) = spec["datasets"][label["data"]["name"]]
    return row[label["encoding"]["text"]["field"]]


def test_a_run_that_passes_pca_changes_no_more_than_the_data_of_its_curve():
    without_data = []
    for pca_error in (45.0, 10.0):
        spec = charts.learning_curve(HISTORY, pca_error).to_dict()
        del spec["datasets"]
        for layer in spec["layer"]:
            layer["data"] = layer["name"] = None
        without_data.append(spec)
    assert without_data[0] == without_data[1]


def test_the_first_validation_error_changes_no_more_than_the_data_of_the_curve():
    specs = [charts.learning_curve(rows).to_dict() for rows in (HISTORY[:49], HISTORY[:60])]
    for spec in specs:
        (data,) = spec.pop("datasets").values()  # so the best epoch is found in the same data
        assert data
        for layer in (spec, *spec["layer"]):
            layer.pop("data", None)
            layer.pop("name", None)
    assert specs[0] == specs[1]
