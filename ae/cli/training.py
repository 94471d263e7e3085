"""python -m ae train | cost: train a model, or estimate how long that would take."""

from __future__ import annotations

import argparse
import dataclasses
import os
import signal
import sys
import time
from collections.abc import Callable
from typing import TYPE_CHECKING

from ae.cli.options import (
    Commands,
    add_data,
    add_json,
    add_low_priority,
    drop_output,
    lower_priority,
    whole_numbers,
)
from ae.config import (
    Choice,
    Classes,
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

if TYPE_CHECKING:
    from ae import runs
    from ae.training.distributed import Machines
    from ae.training.progress import Record


def add_parsers(commands: Commands) -> None:
    """Add the commands train and cost."""
    train = commands.add_parser(
        "train",
        help="Train a model and save it in the models folder.",
        description="Train an autoencoder and save it in the models folder. Ctrl-C stops the "
        "training and saves the model as it is.",
    )
    train.set_defaults(run=_train)
    train.add_argument(
        "--name", required=True, help="Name of the new model: letters, digits, - and _."
    )
    train.add_argument("--replace", action="store_true", help="Replace a model of the same name.")
    train.add_argument(
        "--resume",
        action="store_true",
        help="Resume a run that was paused or has failed, with the settings that it has.",
    )
    train.add_argument("--claimed", action="store_true", help=argparse.SUPPRESS)
    train.add_argument(
        "--devices",
        type=int,
        default=1,
        metavar="N",
        help="Number of GPUs that share each batch. Default: 1.",
    )
    _add_settings(train)
    cost = commands.add_parser(
        "cost",
        help="Estimate how long a training would take.",
        description="Train for two seconds with the given settings, and estimate from that how "
        "long the whole training would take on this machine.",
    )
    cost.set_defaults(run=_cost)
    add_json(cost)
    _add_settings(cost)


def _add_settings(parser: argparse.ArgumentParser) -> None:
    add_data(parser)
    add_low_priority(parser)
    origin = parser.add_mutually_exclusive_group()
    origin.add_argument(
        "--preset",
        choices=PRESETS,
        default=DEFAULT_PRESET,
        help=f"Preset to start from; the settings below change it. Default: {DEFAULT_PRESET}.",
    )
    origin.add_argument(
        "--like", metavar="NAME", help="Start from the settings of this model instead."
    )
    preset = PRESETS[DEFAULT_PRESET]
    for title, config in (("model", preset.model), ("training", preset.training)):
        group = parser.add_argument_group(
            f"{title} settings", f"The defaults are those of the preset {DEFAULT_PRESET}."
        )
        for name, setting in settings(type(config)).items():
            add_setting(group, name, setting, getattr(config, name))


def add_setting(
    group: argparse._ActionsContainer, name: str, setting: Setting, default: object
) -> None:
    """Add an option for a setting. What is not given is not among the parsed options."""
    parse, metavar, rule = _syntax(setting.rule)
    group.add_argument(
        f"--{name.replace('_', '-')}",
        type=parse,
        default=argparse.SUPPRESS,  # the caller knows where it comes from
        metavar=metavar,
        help=f"{setting.help} {rule}. Default: {text_of(default)}.",
    )
    if setting.former_name:
        former = f"--{setting.former_name.replace('_', '-')}"
        hidden = argparse.SUPPRESS
        group.add_argument(former, dest=name, type=parse, default=hidden, help=hidden)


def _syntax(rule: Rule) -> tuple[Callable[[str], object], str, str]:
    """Return how a setting's value is parsed, what stands for it in the help, and its rule."""
    if isinstance(rule, Choice):
        return _choice, "WORD", f"One of {', '.join(map(text_of, rule.options))}"
    if isinstance(rule, WholeNumber):
        return int, "N", f"From {rule.least} to {rule.most}"
    if isinstance(rule, Number):
        from_least = f"Above {rule.least:g}, up" if rule.above else f"From {rule.least:g}"
        return float, "X", f"{from_least} to {rule.most:g}"
    if isinstance(rule, Classes):
        return whole_numbers, "N,N", f"At most {rule.most} classes, separated by commas"
    count = f"{rule.fewest}" if rule.fewest == rule.most else f"{rule.fewest} to {rule.most}"
    return whole_numbers, "N,N", f"{count} whole numbers, separated by commas"


def _choice(text: str) -> str | None:
    return None if text == "none" else text


def _configs(options: argparse.Namespace) -> tuple[ModelConfig, TrainingConfig]:
    """Return both configs: those of the preset or the model to start from, with the changes."""
    from ae import store

    if options.like:
        card = store.read_card(options.like)
        model, training = card.model, card.known_training()
    else:
        preset = PRESETS[options.preset]
        model, training = preset.model, preset.training
    given = vars(options)
    return (
        dataclasses.replace(model, **{k: given[k] for k in settings(ModelConfig) if k in given}),
        dataclasses.replace(
            training, **{k: given[k] for k in settings(TrainingConfig) if k in given}
        ),
    )


def _train(options: argparse.Namespace) -> int:
    from ae import store
    from ae.analysis.evaluation import in_words
    from ae.data import load_data
    from ae.runs import worker
    from ae.training import train

    store.check_name(options.name)
    settings = _settings(options)
    lower_priority(options)
    asked_to_stop: list[bool] = []
    # A terminal that is closed sends SIGHUP: the model is saved as it is, too.
    for number in (signal.SIGINT, signal.SIGTERM, *_when_the_terminal_closes()):
        signal.signal(number, lambda *_: asked_to_stop.append(True))
    malloc.keep_freed_memory()
    devices = _devices(options)

    def on_record(record: Record) -> None:
        _show(record, settings.training.epochs)

    def should_stop() -> bool:
        return bool(asked_to_stop)

    if not isinstance(devices, int) and devices.rank:  # only the first machine writes files
        train(
            settings.model,
            settings.training,
            load_data(settings.data),
            devices=devices,
            on_record=on_record,
            should_stop=should_stop,
        )
        return 0
    card = worker.execute(
        options.name,
        settings,
        replace=options.replace,
        resume=options.resume,
        claimed=options.claimed,
        devices=devices,
        on_wait=lambda message: say(f"Waiting. {message}"),
        on_record=on_record,
        should_stop=should_stop,
    )
    if card is None:
        say("No model was saved: the run was paused, or stopped before its first step.")
        return 0
    say(f"\n{card.name}: {in_words(card.test)}, {card.seconds:.0f} s")
    return 0


def _when_the_terminal_closes() -> list[signal.Signals]:
    return [signal.SIGHUP] if hasattr(signal, "SIGHUP") else []


def _cost(options: argparse.Namespace) -> int:
    from ae.data import load_data
    from ae.runs.cost import measure

    began = time.perf_counter()
    lower_priority(options)
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


def _settings(options: argparse.Namespace) -> runs.Settings:
    from ae import runs, store

    if not options.resume:
        return runs.Settings(*_configs(options), options.data)
    settings = runs.read_settings(options.name)
    if settings is None:
        raise store.ModelError(f"There is no run {options.name!r} to resume.")
    return settings


def _devices(options: argparse.Namespace) -> int | Machines:
    from ae.training.distributed import Machines

    if "TF_CONFIG" not in os.environ:
        return options.devices
    if options.devices != 1:
        raise ValueError(
            "--devices must be 1 if TF_CONFIG is set: each machine trains on one device. "
            f"Received: --devices {options.devices}."
        )
    return Machines()


def _show(record: Record, epochs: int) -> None:
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
    say(f"\r{line:<90}", end="\n" if stays else "")


def say(text: str, end: str = "\n") -> None:
    """Print a line. A terminal or a pipe that has gone does not end the training."""
    try:
        print(text, end=end, flush=True)
    except OSError:
        drop_output()
