"""Training on several devices and several machines, in separate processes.

How many devices TensorFlow has is settled once in a process, before it is first used.
"""

import json
import os
import socket
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from ae import Autoencoder, Machines

ROOT = Path(__file__).parents[2]
SETTINGS = [
    *("--filters", "4,8", "--decoder-filters", "8,4", "--latent-dim", "4", "--seed", "3"),
    *("--epochs", "2", "--batch-size", "32", "--validation-images", "20"),
]

TWO_DEVICES = """
import sys
import tensorflow as tf
from ae.__main__ import main
[cpu] = tf.config.list_physical_devices("CPU")
tf.config.set_logical_device_configuration(cpu, [tf.config.LogicalDeviceConfiguration()] * 2)
for words in sys.argv[1].split(";"):
    code = main(words.split())
sys.exit(code)
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A models folder, and beside it 275 training images: epochs end with batches of 31."""
    folder = tmp_path_factory.mktemp("parallel")
    with np.load(ROOT / "ae" / "data" / "mnist.npz") as mnist:
        few = {name: mnist[name][: 275 if "train" in name else 100] for name in mnist.files}
    np.savez(folder / "few.npz", **few)
    return folder


def words(folder, name, *more):
    return ["train", "--name", name, "--data", str(folder / "few.npz"), *SETTINGS, *more]


def start(folder, program, tf_config=None):
    environment = os.environ | {"AE_MODELS": str(folder), "PYTHONPATH": str(ROOT)}
    environment.pop("TF_CONFIG", None)
    if tf_config:
        environment["TF_CONFIG"] = json.dumps(tf_config)
    return subprocess.Popen(
        [sys.executable, *program],
        cwd=folder,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def finish(*processes):
    """Their outputs, and their exit codes; none of them is left behind."""
    try:
        outputs = [process.communicate(timeout=240)[0] for process in processes]
    finally:
        for process in processes:
            process.kill()
            process.wait()
    return outputs, [process.returncode for process in processes]


def read_errors(folder, name):
    """The history's training errors, for a model that can be loaded."""
    assert Autoencoder.load(folder / name / "model.keras").latent_dim == 4
    with (folder / name / "history.csv").open() as file:
        return np.genfromtxt(file, delimiter=",", names=True)["squared_error"]


@pytest.fixture(scope="module")
def one(folder):
    [output], codes = finish(start(folder, ["-m", "ae", *words(folder, "one")]))
    assert codes == [0], output
    return read_errors(folder, "one")


@pytest.fixture(scope="module")
def two_devices(folder):
    """What two runs in one process, both on two devices, print."""
    runs = [" ".join(words(folder, name, "--devices", "2")) for name in ("two", "two-again")]
    [output], codes = finish(start(folder, ["-c", TWO_DEVICES, ";".join(runs)]))
    assert codes == [0], output
    return output


@pytest.mark.parametrize("name", ["two", "two-again"])
@pytest.mark.usefixtures("two_devices")
def test_two_devices_train_as_one_does(folder, one, name):
    errors = read_errors(folder, name)
    # An epoch ends with a batch of 31, of which two devices share 30.
    np.testing.assert_allclose(errors[:7], one[:7], rtol=1e-5)
    np.testing.assert_allclose(errors, one, rtol=1e-3)
    assert json.loads((folder / name / "card.json").read_text())["machine"].endswith("2 devices")


def test_devices_that_do_not_fit_are_refused(folder):
    refused = ["--devices 3", "--devices 0", "--devices 2 --batch-size 33"]
    runs = [" ".join(words(folder, "wrong", "--replace", more)) for more in refused]
    [output], codes = finish(start(folder, ["-c", TWO_DEVICES, ";".join(runs)]))
    assert codes == [2]
    told = [line.split(": ", 1)[1] for line in output.splitlines() if "Received: " in line]
    assert "devices must be from 1 to 2" in told[0]
    assert "Received: devices=3." in told[0]
    assert "Received: devices=0." in told[1]
    assert "batch_size must be a multiple of 2" in told[2]
    assert len(told) == 3


TRAIN_HERE = """
import sys
import numpy as np
import ae
machines = ae.Machines()
model = ae.train(
    ae.ModelConfig(kind=sys.argv[3], filters=(4, 8), decoder_filters=(8, 4), latent_dim=4),
    ae.TrainingConfig(epochs=1, batch_size=32, validation_images=20, noise="gaussian"),
    ae.load_data(sys.argv[1]),
    devices=machines,
)
weights = model.encoder.get_weights() + model.decoder.get_weights()
np.savez(f"{sys.argv[2]}-{machines.rank}", *weights)
"""


def start_two(program, folders):
    """Two machines of one cluster on loopback, each with a models folder of its own."""
    with socket.socket() as first, socket.socket() as second:
        for free in (first, second):
            free.bind(("127.0.0.1", 0))
        workers = [f"127.0.0.1:{free.getsockname()[1]}" for free in (first, second)]
    return [
        start(
            folder,
            program,
            {"cluster": {"worker": workers}, "task": {"type": "worker", "index": rank}},
        )
        for rank, folder in enumerate(folders)
    ]


def test_two_machines_train_as_one_does_and_the_first_writes(folder, one, tmp_path):
    program = ["-m", "ae", *words(folder, "machines")]
    outputs, codes = finish(*start_two(program, [folder, tmp_path]))
    assert codes == [0, 0], "\n".join(outputs)
    errors = read_errors(folder, "machines")
    np.testing.assert_allclose(errors[:7], one[:7], rtol=1e-5)
    np.testing.assert_allclose(errors, one, rtol=1e-3)
    assert not list(tmp_path.iterdir())


def test_two_machines_end_with_equal_weights(folder, tmp_path):
    program = ["-c", TRAIN_HERE, str(folder / "few.npz"), str(tmp_path / "weights"), "vae"]
    outputs, codes = finish(*start_two(program, [folder, folder]))
    assert codes == [0, 0], "\n".join(outputs)
    with np.load(tmp_path / "weights-0.npz") as first, np.load(tmp_path / "weights-1.npz") as other:
        assert first.files == other.files
        for name in first.files:
            np.testing.assert_array_equal(first[name], other[name])


def test_machines_refuse_a_tf_config_of_another_form(monkeypatch):
    monkeypatch.setenv("TF_CONFIG", '{"cluster": {"worker": ["here:1"]}, "task": {"index": 1}}')
    with pytest.raises(ValueError, match=r"TF_CONFIG must be like .* Received: "):
        Machines()
