"""Snapshots of a training: when they are taken, how small and how faithful they are."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ae import store
from ae.analysis.metrics import squared_error
from ae.training import snapshots
from ae.training.progress import Moment

pytestmark = pytest.mark.usefixtures("tensorflow")


def moment(model, step: int = 7) -> Moment:
    return Moment(step, 100, 0.5, 1.5, model, lambda: None)


@given(st.integers(1, 10**6), st.integers(1, 10**7))
def test_plan_is_from_the_first_to_the_last_step_at_rising_intervals(steps, parameters):
    plan = snapshots.plan(steps, parameters)
    assert plan[0] == 0
    assert plan[-1] == steps
    assert len(plan) <= 24
    gaps = np.diff(plan)
    assert (gaps > 0).all()
    # Rounding to whole steps may take one away.
    assert (np.diff(gaps)[1:] >= -1).all()


def test_snapshots_fit_into_three_megabytes(tmp_path):
    model = store.load("conv-16")
    snapshots.write(tmp_path / "snapshot.npz", moment(model))
    count = len(snapshots.plan(10_000, model.parameters))
    assert count >= 8
    assert count * (tmp_path / "snapshot.npz").stat().st_size < 3_100_000


def test_a_snapshot_shows_nearly_what_the_model_does(tmp_path, mnist):
    model, digits = store.load("conv-16"), mnist.x_test[:500]
    snapshots.write(tmp_path / "snapshot.npz", moment(model))
    snapshot = snapshots.read(tmp_path / "snapshot.npz")
    assert (snapshot.step, snapshot.epoch, snapshot.seconds) == (7, 0.5, 1.5)
    z, shown = snapshots.SnapshotModel(store.read_card("conv-16").model).run(snapshot, digits)
    exact = squared_error(digits, model.reconstruct(digits)).mean()
    assert squared_error(digits, shown).mean() == pytest.approx(exact, rel=0.02)
    assert np.corrcoef(z.ravel(), model.encode(digits).ravel())[0, 1] > 0.999


def test_the_graph_of_a_snapshot_has_its_weights_in_half_precision(
    tmp_path, tiny_model, tiny_config
):
    snapshots.write(tmp_path / "snapshot.npz", moment(tiny_model))
    snapshot = snapshots.read(tmp_path / "snapshot.npz")
    graph = snapshots.SnapshotModel(tiny_config).graph(snapshot)
    sizes = [weights.size for weights in snapshot.weights]
    assert len(graph.to_bytes()) < 2 * sum(sizes) + 20_000
    largest = max(np.abs(weights).max() for weights in snapshot.weights)
    assert np.abs(graph.weights).max() == pytest.approx(largest, rel=2**-11)


def test_compressed_and_quick_snapshots_are_the_same(tmp_path, tiny_model):
    snapshots.write(tmp_path / "small.npz", moment(tiny_model))
    snapshots.write(tmp_path / "quick.npz", moment(tiny_model), compress=False)
    small, quick = snapshots.read(tmp_path / "small.npz"), snapshots.read(tmp_path / "quick.npz")
    for one, other in zip(small.weights, quick.weights, strict=True):
        np.testing.assert_array_equal(one, other)


def test_a_damaged_snapshot_is_none(tmp_path, tiny_model):
    path = tmp_path / "snapshot.npz"
    snapshots.write(path, moment(tiny_model))
    whole = path.read_bytes()
    assert snapshots.read(tmp_path / "missing.npz") is None
    for length in range(0, len(whole), max(len(whole) // 40, 1)):
        path.write_bytes(whole[:length])
        assert snapshots.read(path) is None


def test_a_snapshot_of_another_network_is_refused(tmp_path, tiny_model, tiny_config, mnist):
    snapshots.write(tmp_path / "snapshot.npz", moment(store.load("linear-32")))
    with pytest.raises(ValueError, match="network that config describes"):
        snapshots.SnapshotModel(tiny_config).run(
            snapshots.read(tmp_path / "snapshot.npz"), mnist.x_test[:1]
        )


def test_a_snapshot_that_is_a_link_to_elsewhere_is_left_out(tmp_path):
    run, elsewhere = tmp_path / "run", tmp_path / "elsewhere"
    own, foreign = snapshots.snapshot_path(run, 0), snapshots.snapshot_path(elsewhere, 1)
    for path in (own, foreign):
        path.parent.mkdir(parents=True)
        path.write_bytes(b"")
    snapshots.snapshot_path(run, 1).symlink_to(foreign)
    assert snapshots.paths(run) == [own]
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / snapshots.FOLDER).symlink_to(foreign.parent)
    assert snapshots.paths(tmp_path / "other") == []
