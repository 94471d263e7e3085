"""Training: the same seed gives the same model, and it learns, stops and fails as promised."""

from __future__ import annotations

import dataclasses
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ae.analysis.metrics import squared_error
from ae.config import ModelConfig, TrainingConfig
from ae.data.noise import corrupt
from ae.errors import TrainingError
from ae.nn.autoencoder import Autoencoder
from ae.nn.pca import PCA, principal_angles
from ae.training import checkpoint, learning_rate, train
from ae.training.batches import augment, batches

pytestmark = pytest.mark.usefixtures("tensorflow")

BRIEF = TrainingConfig(epochs=2, batch_size=50, validation_images=0)


def weights(model: Autoencoder) -> np.ndarray:
    arrays = model.encoder.get_weights() + model.decoder.get_weights()
    return np.concatenate([array.ravel() for array in arrays])


def mean_error(model, images) -> float:
    return float(squared_error(images, model.reconstruct(images)).mean())


@pytest.fixture(scope="module")
def framed(small_data) -> np.ndarray:
    """Digits whose outer 4 pixels are black, so that nothing is lost by a shift."""
    images = np.zeros_like(small_data.x_train)
    images[:, 4:24, 4:24] = small_data.x_train[:, 4:24, 4:24]
    return images


# --- the whole loop


def test_same_seed_same_weights(tiny_config, small_data):
    config = dataclasses.replace(BRIEF, shift=1, noise="mixture")
    first, second = (train(tiny_config, config, small_data) for _ in range(2))
    np.testing.assert_array_equal(weights(first), weights(second))


def test_other_seed_other_weights(tiny_config, small_data):
    first, second = (
        train(tiny_config, dataclasses.replace(BRIEF, seed=seed), small_data) for seed in (0, 1)
    )
    assert (weights(first) != weights(second)).any()


@pytest.mark.parametrize(
    ("kind", "loss"),
    [("conv", "mse"), ("conv", "binary_crossentropy"), ("vae", "mse"), ("linear", "mse")],
)
def test_error_falls(tiny_config, small_data, kind, loss):
    records = []
    model = train(
        dataclasses.replace(tiny_config, kind=kind),
        TrainingConfig(epochs=8, batch_size=10, loss=loss, validation_images=0),
        small_data,
        on_record=records.append,
    )
    assert records[-1].squared_error < 0.8 * records[0].squared_error
    # ... and on images that it was not trained on.
    assert mean_error(model, small_data.x_test) < 0.8 * records[0].squared_error


def test_linear_autoencoder_spans_the_pca_subspace(small_data):
    """Baldi, "Autoencoders, Unsupervised Learning, and Deep Architectures" (2012)."""
    pca = PCA.fit(small_data.x_train, 2)
    # A plane that stands out from the other directions is found in few steps.
    plane = pca.reconstruct(small_data.x_train)
    images = plane + 0.2 * (small_data.x_train - plane)
    model = train(
        ModelConfig(kind="linear", latent_dim=2),
        TrainingConfig(epochs=300, batch_size=100, learning_rate=0.02, validation_images=0),
        dataclasses.replace(small_data, x_train=images),
    )
    best = mean_error(pca, images)
    assert best - 1e-3 <= mean_error(model, images) <= 1.05 * best
    decoder = model.decoder.get_layer("pixels").kernel.numpy()
    assert principal_angles(decoder, pca.components).max() < 3  # degrees


def test_variational_autoencoder_reports_its_kl_loss_and_saves_plain(
    tiny_config, small_data, tmp_path
):
    records = []
    config = dataclasses.replace(tiny_config, kind="vae")
    model = train(config, BRIEF, small_data, on_record=records.append)
    assert all(record.kl_loss >= 0 for record in records)
    model.save(tmp_path / "vae.keras")
    again = Autoencoder.load(tmp_path / "vae.keras")
    z = model.encode(small_data.x_test)
    np.testing.assert_array_equal(again.encode(small_data.x_test), z)  # z_mean is not random
    z_log_var = again.z_log_var(small_data.x_test).numpy()
    np.testing.assert_array_equal(model.z_log_var(small_data.x_test), z_log_var)
    # It has been trained: the KL divergence that it gives is about the one of the last step.
    kl_loss = 0.5 * (z**2 + np.exp(z_log_var) - z_log_var - 1).sum(axis=1).mean()
    assert kl_loss == pytest.approx(records[-1].kl_loss, rel=0.3)


def test_records_cover_the_whole_run(tiny_config, small_data):
    records, steps = [], []
    train(
        tiny_config,
        dataclasses.replace(BRIEF, validation_images=100),
        small_data,
        on_record=records.append,
        on_step=lambda moment: steps.append(moment.step),
    )
    assert steps == list(range(9))
    assert [record.step for record in records] == steps[1:]
    assert {record.steps for record in records} == {8}
    assert [record.epoch for record in records] == [step / 4 for step in steps[1:]]
    assert all(record.kl_loss is None for record in records)
    seconds = [record.seconds for record in records]
    assert seconds == sorted(seconds)


def test_validation_error_is_that_of_the_held_out_images(tiny_config, small_data):
    records = []
    config = dataclasses.replace(BRIEF, validation_images=100)
    model = train(tiny_config, config, small_data, on_record=records.append)
    assert [record.step for record in records if record.validation_error is not None] == [4, 8]
    expected = mean_error(model, small_data.x_train[-100:])
    assert records[-1].validation_error == pytest.approx(expected, rel=1e-6)


def test_held_out_images_are_not_trained_on(tiny_config, small_data):
    config = dataclasses.replace(BRIEF, validation_images=100)
    changed = small_data.x_train.copy()
    changed[-100:] = 0.5
    first = train(tiny_config, config, small_data)
    second = train(tiny_config, config, dataclasses.replace(small_data, x_train=changed))
    np.testing.assert_array_equal(weights(first), weights(second))


def test_first_record_is_the_error_of_the_first_batch(tiny_config, small_data):
    """At a learning rate of nearly zero the network stays as it was while it is measured."""
    records = []
    config = TrainingConfig(
        epochs=1, batch_size=300, learning_rate=1e-12, warmup=0, validation_images=0
    )
    model = train(tiny_config, config, small_data, on_record=records.append)
    assert len(records) == 1
    expected = mean_error(model, small_data.x_train)
    assert records[0].squared_error == pytest.approx(expected, rel=1e-4)


@pytest.mark.parametrize("last", [1, 7])
def test_should_stop_stops_after_the_step(tiny_config, small_data, last):
    steps = []
    train(
        tiny_config,
        BRIEF,
        small_data,
        on_step=lambda moment: steps.append(moment.step),
        should_stop=lambda: len(steps) > last,
    )
    assert steps == list(range(last + 1))


def test_error_that_is_not_a_number_ends_training(tiny_config, small_data):
    broken = dataclasses.replace(small_data, x_train=np.full((100, 28, 28), np.nan, np.float32))
    with pytest.raises(TrainingError, match=r"no longer a number at step 1.*learning rate below"):
        train(tiny_config, BRIEF, broken)


def test_holding_out_all_images_is_refused(tiny_config, small_data):
    with pytest.raises(ValueError, match=r"300\. Received: validation_images=300"):
        train(tiny_config, dataclasses.replace(BRIEF, validation_images=300), small_data)


def test_holding_out_more_images_than_there_are_is_refused(tiny_config, small_data):
    with pytest.raises(ValueError, match=r"300\. Received: validation_images=5000"):
        train(tiny_config, TrainingConfig(), small_data)


def test_classes_left_out_are_neither_trained_on_nor_validated(tiny_config, small_data):
    config = dataclasses.replace(BRIEF, validation_images=100, leave_out=(4, 7))
    changed, left_out = small_data.x_train.copy(), np.isin(small_data.y_train, (4, 7))
    changed[left_out] = 0.5
    records = []
    first = train(tiny_config, config, small_data, on_record=records.append)
    second = train(tiny_config, config, dataclasses.replace(small_data, x_train=changed))
    np.testing.assert_array_equal(weights(first), weights(second))
    held_out = small_data.x_train[-100:][~left_out[-100:]]
    assert records[-1].validation_error == pytest.approx(mean_error(first, held_out), rel=1e-6)
    steps_per_epoch = -(-int((~left_out[:200]).sum()) // config.batch_size)
    assert records[-1].steps == config.epochs * steps_per_epoch


def test_only_the_first_images_are_trained_on(tiny_config, small_data):
    config = dataclasses.replace(BRIEF, training_images=20, leave_out=(4, 7))
    kept = np.flatnonzero(~np.isin(small_data.y_train, (4, 7)))
    changed = small_data.x_train.copy()
    changed[kept[20:]] = 0.5
    first = train(tiny_config, config, small_data)
    second = train(tiny_config, config, dataclasses.replace(small_data, x_train=changed))
    np.testing.assert_array_equal(weights(first), weights(second))


def test_early_stopping_keeps_the_weights_of_the_best_epoch(tiny_config, small_data):
    # The blacker the output for black images, the worse for the white ones that are held out.
    images = np.zeros((60, 28, 28), np.float32)
    images[50:] = 1
    data = dataclasses.replace(small_data, x_train=images)
    config = dataclasses.replace(BRIEF, epochs=50, validation_images=10, patience=3)
    records = []
    model = train(tiny_config, config, data, on_record=records.append)
    errors = [each.validation_error for each in records if each.validation_error is not None]
    best = int(np.argmin(errors))
    assert len(errors) == best + 1 + 3 < 50
    assert mean_error(model, images[50:]) == pytest.approx(errors[best], rel=1e-5)


def test_leaving_out_all_classes_is_refused(tiny_config, small_data):
    few = small_data.y_train < 2
    data = dataclasses.replace(
        small_data, x_train=small_data.x_train[few], y_train=small_data.y_train[few]
    )
    with pytest.raises(ValueError, match=r"Received: leave_out=\(0, 1\)"):
        train(tiny_config, dataclasses.replace(BRIEF, leave_out=(0, 1)), data)


# --- batches


@settings(max_examples=20)
@given(st.integers(0, 2**32 - 1), st.integers(0, 999), st.integers(1, 50), st.integers(1, 60))
def test_batches_are_a_permutation_of_the_images(seed, epoch, batch_size, count):
    images = np.broadcast_to(np.arange(count, dtype=np.float32)[:, None, None], (count, 28, 28))
    config = TrainingConfig(seed=seed, batch_size=batch_size)
    seen = [clean[:, 0, 0] for _, clean in batches(images, config, epoch)]
    assert sorted(np.concatenate(seen)) == list(range(count))
    assert [len(batch) for batch in seen[:-1]] == [batch_size] * (math.ceil(count / batch_size) - 1)


def test_batches_depend_on_seed_and_epoch_alone(small_data):
    def drawn(seed, epoch):
        config = dataclasses.replace(BRIEF, seed=seed, shift=2, noise="gaussian")
        return np.concatenate([seen for seen, _ in batches(small_data.x_train, config, epoch)])

    first = drawn(0, 3)
    np.random.default_rng().random()
    np.testing.assert_array_equal(drawn(0, 3), first)
    assert (drawn(1, 3) != first).any()
    assert (drawn(0, 4) != first).any()


def test_without_noise_input_and_target_are_equal(small_data):
    for seen, clean in batches(small_data.x_train, BRIEF, 0):
        np.testing.assert_array_equal(seen, clean)


def test_with_noise_the_target_stays_clean(small_data):
    config = dataclasses.replace(BRIEF, noise="gaussian", noise_strength=0.5)
    clean_set = {image.tobytes() for image in small_data.x_train}
    for seen, clean in batches(small_data.x_train, config, 0):
        assert all(image.tobytes() in clean_set for image in clean)
        assert (seen != clean).any()


def test_each_image_has_its_own_noise_strength(small_data):
    config = dataclasses.replace(BRIEF, noise="gaussian", noise_strength=0.5, batch_size=300)
    grey = np.full((300, 28, 28), 0.5, np.float32)
    ((seen, _),) = batches(grey, config, 0)
    deviations = seen.std(axis=(1, 2))
    assert deviations.min() < 0.05
    # The clipping at 0 and 1 takes some of it away.
    strongest = corrupt(grey, "gaussian", 0.5, np.random.default_rng(0)).std()
    assert 0.8 * strongest < deviations.max() < 1.1 * strongest


# --- augmentation


def test_zero_limits_are_the_identity(small_data):
    rng = np.random.default_rng(0)
    np.testing.assert_array_equal(augment(small_data.x_train, BRIEF, rng), small_data.x_train)


def test_whole_pixel_shifts_are_exact(framed):
    moved = augment(framed, dataclasses.replace(BRIEF, shift=2), np.random.default_rng(0))
    found = set()
    for image, result in zip(framed, moved, strict=True):
        shifts = [
            (down, right)
            for down in range(-2, 3)
            for right in range(-2, 3)
            if (np.roll(image, (down, right), (0, 1)) == result).all()
        ]
        assert len(shifts) == 1
        found |= set(shifts)
    assert len(found) == 25  # all shifts within the limit occur


def test_pixels_that_enter_are_black():
    white = np.ones((20, 28, 28), np.float32)
    moved = augment(white, dataclasses.replace(BRIEF, shift=4), np.random.default_rng(0))
    assert set(np.unique(moved)) == {0, 1}


@settings(max_examples=20)
@given(st.integers(0, 4), st.floats(0, 45), st.floats(0, 0.5), st.integers(0, 99))
def test_augmented_images_keep_their_shape_and_range(small_data, shift, rotation, scaling, seed):
    config = dataclasses.replace(BRIEF, shift=shift, rotation=rotation, scaling=scaling)
    moved = augment(small_data.x_train[:20], config, np.random.default_rng(seed))
    assert (moved.dtype, moved.shape) == (np.float32, (20, 28, 28))
    assert moved.min() >= 0
    assert moved.max() <= 1


def test_the_unaugmented_final_epochs_move_no_image(small_data):
    config = dataclasses.replace(BRIEF, epochs=3, shift=2, unaugmented_final_epochs=1)
    images = small_data.x_train

    def seen(epoch: int) -> np.ndarray:
        parts = [clean for _, clean in batches(images, config, epoch)]
        return np.sort(np.concatenate(parts).sum(axis=(1, 2)))

    as_they_are = np.sort(images.sum(axis=(1, 2)))
    assert not np.allclose(seen(1), as_they_are)
    np.testing.assert_allclose(seen(2), as_they_are, rtol=1e-5)


def test_rotation_keeps_a_disc():
    rows, columns = np.mgrid[:28, :28] - 13.5
    disc = np.clip(2 - np.hypot(rows, columns) / 5, 0, 1).astype(np.float32)
    config = dataclasses.replace(BRIEF, rotation=45)
    turned = augment(np.stack([disc] * 20), config, np.random.default_rng(0))
    np.testing.assert_allclose(turned, np.broadcast_to(disc, turned.shape), atol=0.1)


def test_scaling_scales_the_area():
    square = np.zeros((200, 28, 28), np.float32)
    square[:, 9:19, 9:19] = 1
    config = dataclasses.replace(BRIEF, scaling=0.2)
    sides = np.sqrt(augment(square, config, np.random.default_rng(0)).sum(axis=(1, 2)))
    assert sides.min() == pytest.approx(8, abs=0.4)
    assert sides.max() == pytest.approx(12, abs=0.4)


# --- the learning rate


def rates(config: TrainingConfig, steps: int) -> np.ndarray:
    schedule = learning_rate(config, steps)
    return np.array([float(schedule(step)) for step in range(steps + 1)])


def test_learning_rate_rises_linearly_and_falls_along_half_a_cosine():
    curve = rates(TrainingConfig(learning_rate=0.01, warmup=0.2), 50)
    np.testing.assert_allclose(np.diff(curve[:11]), np.diff(curve[:2])[0], rtol=1e-3)
    cosine = 0.01 * (1 + np.cos(np.pi * np.arange(41) / 40)) / 2
    np.testing.assert_allclose(curve[10:], cosine, atol=1e-8)


def test_learning_rate_without_warmup_starts_at_its_peak():
    curve = rates(TrainingConfig(learning_rate=0.01, warmup=0), 20)
    assert curve[0] == pytest.approx(0.01)
    assert (np.diff(curve) < 0).all()


@settings(max_examples=15)
@given(...)
def test_learning_rate_is_never_above_its_peak_nor_below_zero(config: TrainingConfig):
    schedule = learning_rate(config, 40)
    for step in (0, 1, 5, 20, 39, 40):
        assert -1e-12 <= float(schedule(step)) <= config.learning_rate * (1 + 1e-5)


# --- resuming


@pytest.mark.parametrize(("kind", "step"), [("conv", 1), ("conv", 4), ("vae", 6)])
def test_resumed_run_equals_one_without_an_interruption(
    tiny_config, small_data, tmp_path, kind, step
):
    model_config = dataclasses.replace(tiny_config, kind=kind)
    config = dataclasses.replace(BRIEF, shift=1, noise="gaussian", validation_images=100)
    whole_records, records = [], []
    whole = train(model_config, config, small_data, on_record=whole_records.append)

    def interrupt(moment):
        if moment.step == step:
            checkpoint.write(tmp_path / "state.npz", moment.state())
            raise InterruptedError

    with pytest.raises(InterruptedError):
        train(model_config, config, small_data, on_record=records.append, on_step=interrupt)
    state = checkpoint.read(tmp_path / "state.npz")
    again = train(model_config, config, small_data, on_record=records.append, resume_from=state)
    np.testing.assert_array_equal(weights(again), weights(whole))
    assert [r.step for r in records] == list(range(1, 9))
    assert [r.validation_error for r in records] == [r.validation_error for r in whole_records]
    seconds = [r.seconds for r in records]
    assert seconds == sorted(seconds)


def test_state_of_another_model_is_refused(tiny_config, small_data):
    states = []
    train(tiny_config, BRIEF, small_data, on_step=lambda moment: states.append(moment.state()))
    other = dataclasses.replace(tiny_config, latent_dim=4)
    with pytest.raises(ValueError, match="state of the same model"):
        train(other, BRIEF, small_data, resume_from=states[-1])


def test_stopped_run_keeps_the_weights_of_the_lowest_validation_error(tiny_config, small_data):
    """Trained on black from the 16th epoch on, it gets worse on the held-out digits."""
    config = TrainingConfig(epochs=20, batch_size=50, learning_rate=0.05, validation_images=100)
    records, steps = [], []

    def blacken(moment):
        steps.append(moment.step)
        if moment.step == 60:
            images[:200] = 0

    images = small_data.x_train.copy()
    model = train(
        tiny_config,
        config,
        dataclasses.replace(small_data, x_train=images),
        on_record=records.append,
        on_step=blacken,
        should_stop=lambda: steps[-1] == 78,
    )
    errors = {r.step: r.validation_error for r in records if r.validation_error is not None}
    best = min(errors, key=errors.get)
    assert mean_error(model, images[200:]) == pytest.approx(errors[best], rel=1e-6)
    assert steps == [*range(79), best]
