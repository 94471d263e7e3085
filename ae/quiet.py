"""Import TensorFlow without its greeting."""

import os
import sys


def import_tensorflow() -> None:
    """Import TensorFlow; its native code's lines on absent GPUs and CPU features are dropped.

    They are written to the process's standard error before any setting of TensorFlow's applies.
    Python errors pass. A process that sets TF_CPP_MIN_LOG_LEVEL itself sees every line.
    """
    if "tensorflow" in sys.modules or "TF_CPP_MIN_LOG_LEVEL" in os.environ:
        import tensorflow  # noqa: F401

        return
    os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
    standard_error = os.dup(2)
    nowhere = os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(nowhere, 2)
        import tensorflow as tf

        tf.constant(0.0)  # the device look-up has its say too
    finally:
        os.dup2(standard_error, 2)
        del os.environ["TF_CPP_MIN_LOG_LEVEL"]  # a child process decides for itself
        os.close(nowhere)
        os.close(standard_error)
