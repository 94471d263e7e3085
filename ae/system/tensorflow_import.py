"""Import TensorFlow without its greeting."""

import contextlib
import os
import sys
import threading
from collections.abc import Iterator

_one_at_a_time = threading.Lock()


def import_tensorflow(threads_per_operation: int = 0) -> None:
    """Import TensorFlow; its native code's lines on absent GPUs and CPU features are dropped.

    They are written to the process's standard error before any setting of TensorFlow's applies.
    Python errors pass. A process that sets TF_CPP_MIN_LOG_LEVEL itself sees every line.

    threads_per_operation : 0, one for each processor, to train. 1 for a process that answers
        small questions: dividing one digit's convolution among threads takes longer than the
        convolution. Counts only where this process has not imported TensorFlow before.
    """
    with _one_at_a_time:
        if "tensorflow" not in sys.modules:
            _import(threads_per_operation)


def _import(threads_per_operation: int) -> None:
    with _muted():
        import tensorflow as tf

        tf.config.threading.set_intra_op_parallelism_threads(threads_per_operation)
        tf.constant(0.0)  # the device look-up has its say too


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
