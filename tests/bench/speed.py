"""How fast training and inference are, as ratios measured in one run.

python -m tests.bench.speed        (about five minutes on two cores)
"""

import math
import multiprocessing
import statistics
import time

import numpy as np

import ae
from ae.system import malloc, tensorflow_import
from ae.training.presets import PRESETS

_CHECK_EVERY = 40  # steps between looks at the validation error; their time is not counted
_CHECKED_IMAGES = 1000


def main() -> None:
    malloc.keep_freed_memory()  # as a training process does
    tensorflow_import.import_tensorflow()
    data = ae.load_mnist()
    against_textbook(data)
    against_matrix_multiply(data)
    # As in the app, whose setting of TensorFlow a process that has trained can no longer take.
    process = multiprocessing.get_context("spawn").Process(target=inference)
    process.start()
    process.join()


def against_textbook(data: ae.Dataset) -> None:
    seconds, error = textbook(data, epochs=2)
    print(f"textbook network, 2 epochs: validation error {error:.3f} in {seconds:.1f} s")
    reached = seconds_to_reach(error, data)
    print(f"quick reaches that error in {reached:.1f} s")
    print(f"  ratio {reached / seconds:.3f} (target: at most 0.25)")


def textbook(data: ae.Dataset, epochs: int) -> tuple[float, float]:
    """Train what tutorials train; return its seconds and its squared error per validation image."""
    import keras

    from ae.nn import networks

    config = ae.ModelConfig(
        filters=(32, 64), decoder_filters=(64, 64, 32), decoder_kernel=3, activation="relu"
    )
    keras.utils.set_random_seed(0)
    encoder, decoder = networks.build(config)
    model = networks.join(encoder, decoder)
    model.compile(optimizer=keras.optimizers.Adam(1e-3), loss="binary_crossentropy")
    images, validation = data.x_train[:-5000], data.x_train[-5000:]
    began = time.perf_counter()
    model.fit(images, images, batch_size=128, epochs=epochs, verbose=0)
    seconds = time.perf_counter() - began
    reconstructions = ae.Autoencoder(encoder, decoder).reconstruct(validation)
    return seconds, float(ae.squared_error(validation, reconstructions).mean())


def seconds_to_reach(error: float, data: ae.Dataset) -> float:
    """Seconds of training, start-up of the graph included, until quick is at ``error`` or below."""
    validation = data.x_train[-5000:][:_CHECKED_IMAGES]
    began = time.perf_counter()
    looking = 0.0
    reached = math.inf

    def look(moment: ae.Moment) -> None:
        nonlocal looking, reached
        if moment.step % _CHECK_EVERY:
            return
        now = time.perf_counter()
        found = ae.squared_error(validation, moment.autoencoder.reconstruct(validation)).mean()
        if found <= error:
            reached = now - began - looking
        looking += time.perf_counter() - now

    preset = PRESETS["quick"]
    ae.train(
        preset.model, preset.training, data, on_step=look, should_stop=lambda: reached < math.inf
    )
    return reached


def against_matrix_multiply(data: ae.Dataset) -> None:
    preset = PRESETS["quick"]
    speeds = []
    ae.train(
        preset.model,
        preset.training,
        data,
        on_record=lambda record: speeds.append(record.images_per_second),
        should_stop=lambda: len(speeds) >= 60,
    )
    speed = statistics.median(speeds[10:])
    operations = 3 * forward_operations(preset.model)  # the backward pass costs twice the forward
    rate = matrix_multiply_rate()
    print(f"training quick: {speed:.0f} images/s, {operations / 1e6:.1f} million operations each")
    print(
        f"matrix multiply: {rate / 1e9:.0f} billion operations/s, {rate / operations:.0f} images/s"
    )
    print(f"  ratio {speed * operations / rate:.2f}")


def forward_operations(config: ae.ModelConfig) -> float:
    """Multiplications and additions of all convolutions and dense layers for one image."""
    from ae.nn import networks

    total = 0
    for model in networks.build(config):
        for layer in model.layers:
            if not layer.weights:
                continue
            # A kernel is applied at each pixel of the result, if transposed at each of the input.
            transposed = type(layer).__name__ == "Conv2DTranspose"
            grid = (layer.input if transposed else layer.output).shape[1:-1]
            total += 2 * math.prod(grid) * math.prod(layer.kernel.shape)
    return total


def matrix_multiply_rate(size: int = 2048, repeats: int = 10) -> float:
    """Operations per second of float32 matrix products in TensorFlow, the best of ten."""
    import tensorflow as tf

    matrix = tf.random.stateless_normal((size, size), seed=(0, 0))
    seconds = []
    for _ in range(repeats):
        began = time.perf_counter()
        tf.linalg.matmul(matrix, matrix).numpy()
        seconds.append(time.perf_counter() - began)
    return 2 * size**3 / min(seconds)


def inference() -> None:
    tensorflow_import.import_tensorflow(threads_per_operation=1)
    from ae.nn import networks

    data = ae.load_mnist()
    model = ae.load()
    one, all_images = data.x_test[:1], data.x_test
    whole = networks.join(model.encoder, model.decoder)
    for images, repeats, target in ((one, 200, "target: 2 ms"), (all_images, 3, "")):
        mine = median_milliseconds(lambda x=images: model.decode(model.encode(x)), repeats)
        keras_own = median_milliseconds(
            lambda x=images: whole.predict(x, verbose=0), min(repeats, 30)
        )
        print(
            f"encode + decode of {len(images):,}: {mine:.2f} ms median {target}; "
            f"model.predict {keras_own:.1f} ms, ratio {mine / keras_own:.3f}"
        )


def median_milliseconds(call, repeats: int) -> float:
    call()
    seconds = []
    for _ in range(repeats):
        began = time.perf_counter()
        call()
        seconds.append(time.perf_counter() - began)
    return 1000 * float(np.median(seconds))


if __name__ == "__main__":
    main()
