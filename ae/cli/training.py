"""python -m ae train | cost"""

from __future__ import annotations

import argparse
import dataclasses
import os
import signal
import sys
import time
from collections.abc import Callable

from ae.config import (
    Choice,
    ModelConfig,
    Number,
    Rule,
    Setting,
    TrainingConfig,
    WholeNumber,
    settings,
    text_of,
)
from ae.system import malloc, tensorflow_import
from ae.training.presets import DEFAULT_PRESET, PRESETS


def add_parsers(commands) -> None:
    """Add the commands to argparse's ``commands``."""
    train = commands.add_parser(
        "train",
        help="train a model into the models folder",
        description="Train a convolutional autoencoder; Ctrl-C stops and keeps the model as it is.",
    )
    train.set_defaults(run=_train)
    train.add_argument("--name", required=True, help="of the new model: letters, digits, - and _")
    train.add_argument("--replace", action="store_true", help="remove a model of that name first")
    train.add_argument(
        "--resume", action="store_true", help="go on with a run that was paused or has died"
    )
    train.add_argument("--claimed", action="store_true", help=argparse.SUPPRESS)
    train.add_argument(
        "--devices", type=int, default=1, metavar="N", help="GPUs that share each batch (default 1)"
    )
    _add_settings(train)
    cost = commands.add_parser(
        "cost",
        help="tell how long a training would take here",
        description="Train for two seconds with the settings, and tell what all of it would take.",
    )
    cost.set_defaults(run=_cost)
    cost.add_argument("--json", action="store_true", help="print one JSON object")
    _add_settings(cost)


def _add_settings(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--data", metavar="FILE.npz", help="with MNIST's keys; default: MNIST")
    parser.add_argument("--low-priority", action="store_true", help="let other programs go first")
    origin = parser.add_mutually_exclusive_group()
    origin.add_argument(
        "--preset",
        choices=PRESETS,
        default=DEFAULT_PRESET,
        help=f"settings to start from, default {DEFAULT_PRESET}; the options below change them",
    )
    origin.add_argument("--like", metavar="NAME", help="start from the settings on a model's card")
    preset = PRESETS[DEFAULT_PRESET]
    for config in (preset.model, preset.training):
        for name, setting in settings(type(config)).items():
            _add_setting(parser, name, setting, getattr(config, name))


def _add_setting(
    parser: argparse.ArgumentParser, name: str, setting: Setting, default: object
) -> None:
    parse, metavar, rule = _form(setting.rule)
    parser.add_argument(
        f"--{name.replace('_', '-')}",
        type=parse,
        default=argparse.SUPPRESS,  # what is not given is the preset's
        metavar=metavar,
        help=f"{setting.help} {rule}. Default: {text_of(default)}.",
    )
    if setting.former_name:
        former = f"--{setting.former_name.replace('_', '-')}"
        hidden = {"default": argparse.SUPPRESS, "help": argparse.SUPPRESS}
        parser.add_argument(former, dest=name, type=parse, **hidden)


def _form(rule: Rule) -> tuple[Callable[[str], object], str, str]:
    """Return how a setting is parsed from the command line, what stands for it and its rule."""
    if isinstance(rule, Choice):
        return _choice, "WORD", f"One of {', '.join(map(text_of, rule.options))}"
    if isinstance(rule, WholeNumber):
        return int, "N", f"From {rule.least} to {rule.most}"
    if isinstance(rule, Number):
        from_least = f"Above {rule.least:g}, up" if rule.above else f"From {rule.least:g}"
        return float, "X", f"{from_least} to {rule.most:g}"
    count = f"{rule.fewest}" if rule.fewest == rule.most else f"{rule.fewest} to {rule.most}"
    return _widths, "N,N", f"{count} whole numbers, separated by commas"


def _choice(text: str) -> str | None:
    return None if text == "none" else text


def _widths(text: str) -> tuple[int, ...]:
    try:
        return tuple(int(part) for part in text.split(",")) if text not in ("", "none") else ()
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
                if hasattr(options, field.name)
            },
        )
        for config in (origin.model, origin.training)
    )


def _train(options) -> int:
    from ae import store
    from ae.analysis.evaluation import in_words
    from ae.data import load_data
    from ae.runs import worker
    from ae.training import train

    store.check_name(options.name)
    settings = _settings(options)
    _make_way(options)
    asked_to_stop = []
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: asked_to_stop.append(True))
    malloc.keep_freed_memory()
    watch = {
        "devices": _devices(options),
        "on_record": lambda record: _show(record, settings.training.epochs),
        "should_stop": lambda: bool(asked_to_stop),
    }
    if getattr(watch["devices"], "rank", 0):
        train(settings.model, settings.training, load_data(settings.data), **watch)
        return 0  # the files are the first machine's to write
    card = worker.execute(
        options.name,
        settings,
        replace=options.replace,
        resume=options.resume,
        claimed=options.claimed,
        on_wait=lambda message: print(f"Waiting. {message}", flush=True),
        **watch,
    )
    if card is None:
        print("There is no model yet: the run was paused, or stopped before its first step.")
        return 0
    print(f"\n{card.name}: {in_words(card.test)}, {card.seconds:.0f} s")
    return 0


def _cost(options) -> int:
    from ae.data import load_data
    from ae.runs.cost import measure

    began = time.perf_counter()
    _make_way(options)
    model_config, training_config = _configs(options)
    data = load_data(options.data)
    malloc.keep_freed_memory()
    tensorflow_import.import_tensorflow()
    cost = measure(model_config, training_config, data, began)
    if options.json:
        print(cost.to_json())
    else:
        print(
            f"{cost.parameters:,} parameters, {cost.images_per_second:,.0f} images/s: about "
            f"{cost.seconds(training_config, len(data.x_train)):,.0f} s for "
            f"{training_config.epochs} epochs"
        )
    return 0


def _make_way(options) -> None:
    if options.low_priority and hasattr(os, "nice"):
        os.nice(10)


def _settings(options):
    from ae import runs, store

    if not options.resume:
        return runs.Settings(*_configs(options), options.data)
    settings = runs.read_settings(options.name)
    if settings is None:
        raise store.ModelError(f"There is no run {options.name!r} to go on with.")
    return settings


def _devices(options):
    from ae.training.distributed import Machines

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
