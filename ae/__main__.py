"""python -m ae train | evaluate | encode | decode | noise-matrix"""

from __future__ import annotations

import argparse
import dataclasses
import json
import os
import signal
import sys

from ae import codec_commands, memory, noise_matrix_command, quiet
from ae.config import ACTIVATIONS, KINDS, LOSSES, OPTIMIZERS, ModelConfig, TrainingConfig
from ae.noise import NOISE_KINDS
from ae.presets import DEFAULT_PRESET, PRESETS

_HELP = {
    "kind": f"of network: {', '.join(KINDS)}",
    "latent_dim": "length of the code z",
    "filters": "channels of the encoder's convolutions, as in 32,64",
    "decoder_filters": "channels of the decoder's grid and hidden transposed convolutions",
    "decoder_kernel": "side of the transposed convolutions that double the grid, in pixels",
    "hidden": "dense layers around the code, as in 256,128; empty for none",
    "activation": f"after each hidden layer: {', '.join(ACTIVATIONS)}",
    "refinements": "how many times the encoder corrects its code by what the decoder makes of it",
    "refinement_filters": "channels of the two convolutions of each correction",
    "epochs": "passes over the training images",
    "batch_size": "images per step",
    "optimizer": f"of the dense layers: {', '.join(OPTIMIZERS)}; the rest has Adam",
    "learning_rate": "the highest one, reached after the warm-up",
    "warmup": "share of all steps in which the learning rate rises",
    "loss": f"what is minimised: {', '.join(LOSSES)}",
    "seed": "of weights, order, augmentation and noise",
    "shift": "largest random shift of each image, in pixels",
    "rotation": "largest random rotation of each image, in degrees",
    "scaling": "largest random change of size of each image, as a fraction",
    "plain_epochs": "how many epochs at the end are without shift, rotation and scaling",
    "kl_weight": "of kl_loss beside the reconstruction loss, for a VAE",
    "noise": f"learn to remove it: {', '.join(NOISE_KINDS)} or mixture",
    "noise_strength": "the largest strength, 0 to 1",
    "validation_images": "training images kept aside to measure the error on, 0 for none",
}


def main(words: list[str] | None = None) -> int:
    parser = _parser()
    options = parser.parse_args(words)
    try:
        return options.run(options)
    except (ValueError, OSError, RuntimeError) as error:
        print(f"{parser.prog}: {error}", file=sys.stderr)
        return 2 if isinstance(error, ValueError) else 1


class _Parser(argparse.ArgumentParser):
    def error(self, message):  # one line, without the usage in front of it
        self.exit(2, f"{self.prog}: {message}. See {self.prog} --help\n")


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(prog="python -m ae", description="Train, measure and use autoencoders.")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    train = commands.add_parser(
        "train",
        help="train a model into the models folder",
        description="Train a convolutional autoencoder; Ctrl-C stops and keeps the model as it is.",
    )
    train.set_defaults(run=_train)
    train.add_argument("--name", required=True, help="of the new model: letters, digits, - and _")
    train.add_argument("--replace", action="store_true", help="remove a model of that name first")
    train.add_argument("--data", metavar="FILE.npz", help="with MNIST's keys; default: MNIST")
    origin = train.add_mutually_exclusive_group()
    origin.add_argument(
        "--preset",
        choices=PRESETS,
        default=DEFAULT_PRESET,
        help=f"settings to start from, default {DEFAULT_PRESET}; the options below change them",
    )
    origin.add_argument("--like", metavar="NAME", help="start from the settings on a model's card")
    train.add_argument(
        "--devices", type=int, default=1, metavar="N", help="GPUs that share each batch (default 1)"
    )
    train.add_argument("--low-priority", action="store_true", help="let other programs go first")
    preset = PRESETS[DEFAULT_PRESET]
    for config in (preset.model, preset.training):
        for field in dataclasses.fields(config):
            if field.name in _HELP:
                _add_setting(train, field.name, getattr(config, field.name))
    evaluate = commands.add_parser(
        "evaluate",
        help="measure a model on all test images",
        description="Recompute a model's figures over all test images and compare with its card.",
    )
    evaluate.set_defaults(run=_evaluate)
    evaluate.add_argument("name", help="a model in the models folder")
    evaluate.add_argument("--data", metavar="FILE.npz", help="with MNIST's keys; default: MNIST")
    evaluate.add_argument("--json", action="store_true", help="print one JSON object")
    codec_commands.add_parsers(commands)
    noise_matrix_command.add_parser(commands)
    return parser


def _add_setting(parser: argparse.ArgumentParser, name: str, default) -> None:
    shown = (",".join(map(str, default)) or "none") if isinstance(default, tuple) else default
    parser.add_argument(
        f"--{name.replace('_', '-')}",
        type=_widths if isinstance(default, tuple) else str if default is None else type(default),
        metavar="N" if isinstance(default, int) else "X" if isinstance(default, float) else "WORD",
        help=f"{_HELP[name]} (default {shown})",
    )


def _widths(text: str) -> tuple[int, ...]:
    try:
        return tuple(int(part) for part in text.split(",") if text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"expected numbers as in 32,64, got {text!r}") from None


def _configs(options) -> tuple[ModelConfig, TrainingConfig]:
    from ae import store

    origin = store.read_card(options.like) if options.like else PRESETS[options.preset]
    if origin.training is None:
        raise store.ModelError(f"{options.like!r} was made elsewhere: how is not known.")
    return tuple(
        dataclasses.replace(
            config,
            **{
                field.name: getattr(options, field.name)
                for field in dataclasses.fields(config)
                if getattr(options, field.name, None) is not None
            },
        )
        for config in (origin.model, origin.training)
    )


def _train(options) -> int:
    from ae import store, trainer
    from ae.data import load_data
    from ae.training import train

    model_config, training_config = _configs(options)
    store.check_name(options.name)
    if options.low_priority and hasattr(os, "nice"):
        os.nice(10)
    asked_to_stop = []
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: asked_to_stop.append(True))
    memory.keep_freed_memory()
    settings = (model_config, training_config)
    watch = {
        "devices": _devices(options),
        "on_record": lambda record: _show(record, training_config.epochs),
        "should_stop": lambda: bool(asked_to_stop),
    }
    if getattr(watch["devices"], "rank", 0):
        train(*settings, load_data(options.data), **watch)
        return 0  # the files are the first machine's to write
    card = trainer.execute(
        options.name,
        *settings,
        options.data,
        replace=options.replace,
        on_wait=lambda: print("Another run is training: waiting for it to end.", flush=True),
        **watch,
    )
    if card is None:
        print("Stopped before the first step: there is no model.")
        return 0
    print(f"\n{card.name}: {_sentence(card.test)}, {card.seconds:.0f} s")
    return 0


def _devices(options):
    from ae.parallel import Machines

    if "TF_CONFIG" not in os.environ:
        return options.devices
    if options.devices != 1:
        raise ValueError(
            "--devices must be 1 under TF_CONFIG: each machine trains on one. "
            f"Received: --devices {options.devices}."
        )
    return Machines()


def _show(record, epochs: int) -> None:
    left = record.seconds / record.step * (record.steps - record.step)
    checked = (
        "" if record.validation_error is None else f"  validation {record.validation_error:.3f}"
    )
    line = (
        f"epoch {record.epoch:6.2f} of {epochs}  error {record.squared_error:7.3f}{checked}"
        f"  {record.images_per_second:5.0f} images/s  {left:4.0f} s left"
    )
    # A terminal keeps one moving line; a log keeps them all.
    stays = record.validation_error is not None or not sys.stdout.isatty()
    print(f"\r{line:<90}", end="\n" if stays else "", flush=True)


def _sentence(test: dict) -> str:
    return (
        f"squared error {test['squared_error']:.3f} per test image "
        f"(PCA with {test['latent_dim']} numbers {test['pca_squared_error']:.3f}), "
        f"PSNR {test['psnr']:.2f} dB, SSIM {test['ssim']:.4f}"
    )


def _evaluate(options) -> int:
    from ae import evaluation, store
    from ae.data import load_data

    card = store.read_card(options.name)
    quiet.import_tensorflow()
    model = store.load(options.name)
    data = load_data(options.data)
    figures = evaluation.evaluate(model, data, linear=card.model.kind == "linear")
    same_data = data.sha256 == card.data_sha256
    matches = evaluation.agree(figures, card.test) if same_data else None
    if options.json:
        result = {"name": card.name, "parameters": model.parameters, **figures}
        print(json.dumps(result | {"matches_card": matches}))
    else:
        print(f"{card.name}, {model.parameters:,} parameters: {_sentence(figures)}")
        print(
            "Its card is of other data."
            if matches is None
            else f"Its card says {'the same' if matches else 'something else'} "
            f"(squared error {card.test['squared_error']:.3f})."
        )
    return 1 if matches is False else 0


if __name__ == "__main__":
    sys.exit(main())
