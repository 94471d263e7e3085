"""Import TensorFlow without its messages on hardware."""

import contextlib
import os
import sys
import threading
from collections.abc import Iterator

_one_at_a_time = threading.Lock()


def import_tensorflow(threads_per_operation: int = 0) -> None:
    """Import TensorFlow without the messages of its native code on missing GPUs and CPU features.

    They are written to the process's standard error before any setting of TensorFlow applies.
    Python errors are not suppressed. If TF_CPP_MIN_LOG_LEVEL is set, every message is shown.

    Parameters
    ----------
    threads_per_operation : int
        0 for one thread for each processor, which is best for training. 1 for a process that works
        on few images at a time: dividing the convolution of one image among threads takes longer
        than the convolution. Has no effect if TensorFlow was imported before.
    """
    with _one_at_a_time:
        if "tensorflow" not in sys.modules:
            _import(threads_per_operation)


def use_own_settings_of_keras() -> None:
    """Have this process, and those that it starts, run Keras on TensorFlow.

    KERAS_BACKEND, or a keras.json, may name another backend, for other programs. Call it before
    anything imports Keras.
    """
    os.environ["KERAS_BACKEND"] = "tensorflow"


def _import(threads_per_operation: int) -> None:
    use_own_settings_of_keras()
    with _muted():
        import tensorflow as tf

        tf.config.threading.set_intra_op_parallelism_threads(threads_per_operation)
        tf.constant(0.0)  # looking for devices writes messages, too

        import keras

        # A keras.json may say otherwise, for other programs.
        keras.config.set_image_data_format("channels_last")
        keras.config.set_floatx("float32")
        keras.config.set_epsilon(1e-7)


@contextlib.contextmanager
def _muted() -> Iterator[None]:
    if "TF_CPP_MIN_LOG_LEVEL" in os.environ:
        yield
        return
    os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
    standard_error = os.dup(2)
    nowhere = os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(nowhere, 2)
        yield
    finally:
        os.dup2(standard_error, 2)
        del os.environ["TF_CPP_MIN_LOG_LEVEL"]  # a child process decides for itself
        os.close(nowhere)
        os.close(standard_error)
