"""Export of a stand-alone Keras script that trains the model of a card again.

The script contains the source of this package's own functions for network, schedule, batches and
noise, after the card's settings as plain values. Its loop is written for one device: a run on
several devices gives the same model up to rounding.
"""

from __future__ import annotations

import ast
import dataclasses
import inspect
import json
import re
from types import ModuleType

from ae.config import ModelConfig, TrainingConfig
from ae.data import noise
from ae.nn import networks
from ae.store.cards import ModelCard
from ae.training import batches, fit

_HEAD = '''"""Train {name} again: a stand-alone script, generated from the model's card.

    pip install {packages}
    python {file} [DATA.npz [OUT.keras]]

DATA.npz holds x_train, uint8 of shape (n, 28, 28){and_labels}.
Without it, Keras downloads MNIST. The card
says: trained on {data}, {steps:,} steps in {seconds:,.0f} s on {machine},
squared error {error:.3f} (sum over the 784 pixels, mean over the test images).
SHA-256 of the data:
{sha256}.
The same seed gives the same model on the same machine with the same versions, and a very similar
model elsewhere.
"""

from __future__ import annotations

import math
import sys
{imports}from types import SimpleNamespace
from typing import Any

import keras
import numpy as np
import tensorflow as tf

SIDE = 28
ModelConfig = TrainingConfig = SimpleNamespace
MODEL = SimpleNamespace(
{model}
)
TRAINING = SimpleNamespace(
{training}
)
'''

_IMPORTS = "from collections.abc import Iterator\n"
_NOISE_IMPORTS = (
    "from collections.abc import Callable, Iterator\nfrom dataclasses import dataclass\n"
)

_MAIN = """
def main(data_file: str | None = None, model_file: str = "model.keras") -> None:
    if data_file is None:
        (pixels, {labels}), _ = keras.datasets.mnist.load_data()
    else:
        with np.load(data_file) as data:
            pixels = data["x_train"]
{read_labels}    images = pixels.astype(np.float32) / np.float32(255)
{held_out}    images = images[: len(images) - TRAINING.validation_images]
{leave_out}{limit}    keras.utils.set_random_seed(TRAINING.seed)
    encoder, decoder = {encoder}(MODEL), {decoder}(MODEL)
{refine}    model = {join}
    steps_per_epoch = math.ceil(len(images) / TRAINING.batch_size)
    model.compile(
        optimizer=_optimizer(TRAINING, TRAINING.epochs * steps_per_epoch),
        loss=TRAINING.loss,
        metrics=[keras.metrics.MeanSquaredError(name="mse")],
    )

    def all_epochs():
        for epoch in range(TRAINING.epochs):
            yield from batches(images, TRAINING, epoch)

    picture = tf.TensorSpec((None, SIDE, SIDE), tf.float32)
    dataset = tf.data.Dataset.from_generator(all_epochs, output_signature=(picture, picture))
    model.fit(
        without_autotuning(dataset.prefetch(4)),
        epochs=TRAINING.epochs,
        steps_per_epoch=steps_per_epoch,
        shuffle=False,  # the batches come shuffled
{stopping}    )
    join({save}, decoder).save(model_file)


if __name__ == "__main__":
    main(*sys.argv[1:])
"""

_READ_LABELS = """\
            labels = data["y_train"]
"""
_LEAVE_OUT = """\
    images = images[~np.isin(labels[: len(images)], TRAINING.leave_out)]
"""


_HELD_OUT_LEAVE_OUT = """\
    held_out = held_out[~np.isin(labels[len(labels) - len(held_out) :], TRAINING.leave_out)]
"""
_LIMIT = """\
    images = images[: TRAINING.training_images]
"""
_HELD_OUT = """\
    held_out = images[len(images) - TRAINING.validation_images :]
"""
_STOPPING = """\
        validation_data=(held_out, held_out),
        callbacks=[
            keras.callbacks.EarlyStopping(
                "val_mse", patience=TRAINING.patience, mode="min", restore_best_weights=True
            )
        ],
"""


def script(card: ModelCard) -> str:
    """Return the source of a script that trains the card's network with its settings and seed.

    The script needs Keras, TensorFlow and NumPy; the same result needs the versions on the card.

    Raises
    ------
    ModelError
        If the model was imported.
    """
    training = card.known_training()
    linear, variational = card.model.kind == "linear", card.model.kind == "vae"
    noisy = training.noise is not None
    kind = "linear" if linear else "conv"
    head = _HEAD.format(
        name=card.name,
        file=f"{card.name}.py",
        packages=" ".join(
            f"{package}=={_harmless(card.versions[package])}"
            for package in ("tensorflow", "keras", "numpy")
            if package in card.versions
        ),
        data=_harmless(card.data),
        sha256=_harmless(card.data_sha256),
        steps=card.steps,
        seconds=card.seconds,
        machine=_harmless(card.machine),
        error=card.test.squared_error,
        and_labels=", and y_train, their classes" if training.leave_out else "",
        imports=_NOISE_IMPORTS if noisy else _IMPORTS,
        model=_values(card.model) + f"\n    poolings={card.model.poolings},",
        training=_values(training),
    )
    refined = bool(card.model.refinements)
    names = [
        f"_{kind}_encoder",
        *["_refined", "with_own_decoder"] * refined,
        f"_{kind}_decoder",
        *([] if linear else ["decoder_strides"]),
        "join",
    ]
    parts = _sources(networks, names + ["log_variance_head", "join_variational"] * variational)
    if noisy:
        parts += _sources(noise, None)
    parts += _training_parts(training)
    main = _MAIN.format(
        labels="labels" if training.leave_out else "_",
        read_labels=_READ_LABELS if training.leave_out else "",
        leave_out=_LEAVE_OUT if training.leave_out else "",
        limit=_LIMIT if training.training_images else "",
        held_out=_held_out(training),
        stopping=_STOPPING if training.patience else "",
        encoder=f"_{kind}_encoder",
        decoder=f"_{kind}_decoder",
        refine="    encoder = _refined(encoder, decoder, MODEL)\n" * refined,
        save="with_own_decoder(encoder, decoder)" if refined else "encoder",
        join="join_variational(encoder, decoder, log_variance_head(encoder), TRAINING.kl_weight)"
        if variational
        else "join(encoder, decoder)",
    )
    return "\n\n".join([head, *parts]) + "\n\n" + main


_TEXTS = (
    "## What it needs, and the settings\n\nKeras, TensorFlow and NumPy, which Colab has. "
    "`MODEL` and `TRAINING` hold the settings of the model's card.",
    "## The network and its batches\n\nThe functions below are those of the laboratory. The "
    "encoder turns a picture into z, the decoder turns z into a picture.",
    "## The training\n\n`main` builds the network from its random seed, and fits it to the "
    "training pictures.",
    "## Run it\n\nWithout a file of one's own, Keras downloads MNIST.",
    "## What has it learnt?\n\nThe squared error, summed over the 784 pixels: lower is better.",
)
_RUN = """DATA = None  # or the path of an .npz with x_train, uint8 (n, 28, 28)
main(DATA, "model.keras")"""
_LOOK = """model = keras.saving.load_model("model.keras", compile=False)
if DATA is None:
    pixels = keras.datasets.mnist.load_data()[1][0]
else:
    with np.load(DATA) as data:
        pixels = data["x_train"]
images = pixels[:1000].astype(np.float32) / np.float32(255)
z = model.get_layer("encoder").predict(images, verbose=0)
reconstructions = model.get_layer("decoder").predict(z, verbose=0)
print("squared error", ((images - reconstructions) ** 2).sum(axis=(1, 2)).mean())"""


def notebook(card: ModelCard) -> str:
    """Return ``script`` as a Jupyter notebook (.ipynb, JSON): its parts with text between them.

    Raises
    ------
    ModelError
        If the model was imported.
    """
    source = script(card)
    lines, tree = source.splitlines(), ast.parse(source)
    functions = [node for node in tree.body if isinstance(node, ast.FunctionDef | ast.ClassDef)]
    decorated = [*functions[0].decorator_list, functions[0]]
    first, main = min(node.lineno for node in decorated) - 1, functions[-1].lineno - 1
    end = functions[-1].end_lineno
    head = tree.body[0].end_lineno  # of the docstring
    introduction = (
        f"# Train {card.name} again\n\nA notebook that was generated from the model's card: the "
        f"same network, settings and random seed. Trained on {_harmless(card.data)}, the model has "
        f"a squared error of {card.test.squared_error:.3f} on the test pictures. A processor with "
        "a graphics card makes it faster (in Colab: Runtime, Change runtime type)."
    )
    parts = [lines[head:first], lines[first:main], lines[main:end]]
    codes = ["\n".join(part).strip() for part in parts] + [_RUN, _LOOK]
    cells = [_cell("markdown", introduction)]
    for text, code in zip(_TEXTS, codes, strict=True):
        cells += [_cell("markdown", text), _cell("code", code)]
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    return json.dumps(
        {"nbformat": 4, "nbformat_minor": 4, "metadata": {"kernelspec": kernel}, "cells": cells},
        indent=1,
    )


def _cell(kind: str, text: str) -> dict:
    extra = {"execution_count": None, "outputs": []} if kind == "code" else {}
    return {"cell_type": kind, "metadata": {}, "source": text.splitlines(keepends=True)} | extra


def _held_out(training: TrainingConfig) -> str:
    if not training.patience:
        return ""
    return _HELD_OUT + (_HELD_OUT_LEAVE_OUT if training.leave_out else "")


def _harmless(text: str) -> str:
    """Return the text of a card, which may be a stranger's, so that it cannot end a docstring."""
    return re.sub(r"[^\w .,:+()-]", "_", f"{text}")[:100]


def _training_parts(config: TrainingConfig) -> list[str]:
    moved = bool(config.shift or config.rotation or config.scaling)
    parts = _sources(fit, ["learning_rate", "_optimizer"])
    parts += _sources(batches, [*["augment"] * moved, "batches", "without_autotuning"])
    unused = ["augment"] * (not moved) + ["corrupt"] * (config.noise is None)
    return [_without_branches(part, unused) for part in parts]


def _without_branches(source: str, names: list[str]) -> str:
    """Return ``source`` without the if statements that call one of ``names``."""
    lines = source.splitlines()
    branches = [node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.If)]
    for node in sorted(branches, key=lambda node: -node.lineno):
        calls = [call.func for call in ast.walk(node) if isinstance(call, ast.Call)]
        if any(isinstance(func, ast.Name) and func.id in names for func in calls):
            del lines[node.lineno - 1 : node.end_lineno]
    return "\n".join(lines)


def _values(config: ModelConfig | TrainingConfig) -> str:
    pairs = ((field.name, getattr(config, field.name)) for field in dataclasses.fields(config))
    return "\n".join(f"    {name}={_literal(value)}," for name, value in pairs)


def _literal(value: object) -> str:
    return json.dumps(value) if isinstance(value, str) else repr(value)


def _sources(module: ModuleType, names: list[str] | None) -> list[str]:
    """Return the source of a module's functions, or all of it but the imports and docstring."""
    lines = inspect.getsource(module).splitlines()
    wanted = []
    for node in ast.parse("\n".join(lines)).body:
        is_import = isinstance(node, ast.Import | ast.ImportFrom)
        is_docstring = isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
        if getattr(node, "name", None) in names if names else not (is_import or is_docstring):
            first = min([node.lineno, *(d.lineno for d in getattr(node, "decorator_list", []))])
            gap = "\n" if hasattr(node, "body") else ""
            part = "\n".join(lines[first - 1 : node.end_lineno])
            # Within one file, a function of the noise module needs no prefix.
            wanted.append(gap + part.replace("noise.corrupt(", "corrupt("))
    return wanted
