"""Views of snapshots: latent vectors, reconstructions and errors of each, and one map for all."""

from __future__ import annotations

import numpy as np
import pytest

from ae.analysis import metrics
from ae.analysis.projection import Plane
from ae.training import snapshot_views, snapshots
from ae.training.snapshots import Snapshot, SnapshotModel


@pytest.fixture(scope="module")
def network(tensorflow, tiny_config) -> SnapshotModel:
    return SnapshotModel(tiny_config)


def snapshot_of(model) -> Snapshot:
    return Snapshot(7, 0.5, 2.0, [*model.encoder.get_weights(), *model.decoder.get_weights()])


def test_a_view_is_what_the_model_itself_makes(network, tiny_model, small_data):
    images = small_data.x_test[:20]
    view = snapshot_views.view_of(network, snapshot_of(tiny_model), images, 3)
    rebuilt = tiny_model.reconstruct(images)
    assert (view.step, view.epoch, view.seconds) == (7, 0.5, 2.0)
    np.testing.assert_allclose(view.z, tiny_model.encode(images), atol=1e-5)
    np.testing.assert_allclose(view.shown, 255 * rebuilt[:3], atol=0.51)
    np.testing.assert_allclose(view.errors, metrics.squared_error(images, rebuilt), rtol=1e-4)
    curve = snapshot_views.error_curve([view], 5)
    np.testing.assert_allclose(curve, [view.errors[-5:].mean()])


def test_a_snapshot_of_another_architecture_is_refused(network, small_data):
    with pytest.raises(ValueError, match="network that config describes"):
        snapshot_views.view_of(
            network, Snapshot(0, 0, 0, [np.zeros((2, 2))]), small_data.x_test[:1], 1
        )


@pytest.mark.parametrize("latent_dim", [1, 2, 3, 32])
def test_a_map_shows_all_latent_vectors_that_it_was_fitted_to(latent_dim):
    rng = np.random.default_rng(latent_dim)
    z = rng.normal(3, 5, (40, latent_dim)).astype(np.float32)
    fitted = snapshot_views.fit_map(z, rng.normal(size=(40, 2)))
    places = fitted.places(z)
    assert places.min() > 0
    assert places.max() < 1
    widths = np.ptp(fitted.limits, axis=1)
    assert widths[0] == pytest.approx(widths[1]), "one scale both ways"
    beyond = fitted.places(1000 * z)
    assert (beyond.min(), beyond.max()) == (0, 1)
    assert fitted.explained_variance(z) == pytest.approx(fitted.plane.explained_variance, abs=1e-4)


@pytest.mark.parametrize("latent_dim", [2, 5])
def test_latent_vectors_with_nan_have_a_place(latent_dim):
    z = np.ones((10, latent_dim), np.float32)
    z[3] = np.nan
    fitted = snapshot_views.fit_map(z, np.random.default_rng(0).normal(size=(10, 2)))
    assert np.isfinite(fitted.places(z)).all()
    assert np.isfinite(fitted.explained_variance(z))


def test_a_map_does_not_rotate_with_latent_space():
    rng = np.random.default_rng(0)
    z = (rng.normal(size=(60, 6)) * [5, 3, 1, 1, 1, 1]).astype(np.float32)
    turn, _ = np.linalg.qr(rng.normal(size=(6, 6)))
    reference = rng.normal(size=(60, 2))
    before = snapshot_views.fit_map(z, reference)
    after = snapshot_views.fit_map((z @ turn).astype(np.float32), reference)
    np.testing.assert_allclose(before.places(z), after.places(z @ turn), atol=1e-3)


def test_an_aligned_plane_is_the_same_plane(mnist):
    z = mnist.x_test[:50].reshape(50, -1)[:, 300:310]
    plane = Plane.of(z)
    aligned = plane.aligned(z, np.random.default_rng(1).normal(size=(50, 2)))
    np.testing.assert_allclose(aligned.axes @ aligned.axes.T, np.eye(2), atol=1e-5)
    np.testing.assert_allclose(
        aligned.codes(aligned.places(z)), plane.codes(plane.places(z)), atol=1e-4
    )


def test_a_truncated_snapshot_is_none(tmp_path):
    path = tmp_path / "0.npz"
    path.write_bytes(b"PK\3\4 and nothing more")
    assert snapshots.read(path) is None
