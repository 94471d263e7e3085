"""What the pages share stays whole between the runs of Streamlit's scripts."""

import numpy as np
import pytest
from streamlit.runtime.scriptrunner import script_runner

from ae.ui import cache


@pytest.mark.usefixtures("tensorflow")
def test_the_end_of_a_script_run_does_not_clear_the_keras_session(monkeypatch):
    import keras

    # Written back at the end of the test, whatever is put in its place here.
    monkeypatch.setattr(keras.backend, "clear_session", keras.backend.clear_session)
    cache._keep_keras_session()
    before = keras.layers.Dense(1).name
    script_runner._clean_problem_modules()
    # Clearing starts the count of layers anew.
    assert keras.layers.Dense(1).name not in (before, "dense")


def test_the_pages_mnist_is_that_of_the_package(mnist):
    for name in ("name", "sha256"):
        assert getattr(cache.mnist(), name) == getattr(mnist, name)
    for name in ("x_train", "y_train", "x_test", "y_test"):
        np.testing.assert_array_equal(getattr(cache.mnist(), name), getattr(mnist, name))
