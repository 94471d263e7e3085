"""python -m ae train-flow: train a flow on the latent vectors of a model."""

from __future__ import annotations

import argparse
import signal
import sys
from typing import TYPE_CHECKING

from ae.cli.options import Commands, add_low_priority, lower_priority
from ae.cli.training import add_setting, say
from ae.config import settings
from ae.nn.flow import FlowConfig
from ae.system import malloc

if TYPE_CHECKING:
    from ae.training.flow import FlowRecord


def add_parser(commands: Commands) -> None:
    """Add the command train-flow."""
    parser = commands.add_parser(
        "train-flow",
        help="Train a flow, which generates digits, on a model.",
        description="Train a flow on the latent vectors of the training digits, and save it beside "
        "the model. Ctrl-C stops the training; the model then keeps the flow that it had.",
    )
    parser.set_defaults(run=_run)
    parser.add_argument("name", metavar="NAME", help="Name of the model.")
    usual = FlowConfig()
    for name, setting in settings(FlowConfig).items():
        add_setting(parser, name, setting, getattr(usual, name))
    add_low_priority(parser)


def _run(options: argparse.Namespace) -> int:
    from ae.runs import flow_runs

    given = vars(options)
    config = FlowConfig(**{key: given[key] for key in settings(FlowConfig) if key in given})
    lower_priority(options)
    asked_to_stop: list[bool] = []
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: asked_to_stop.append(True))
    malloc.keep_freed_memory()
    card = flow_runs.execute(
        options.name, config, on_record=_show, should_stop=lambda: bool(asked_to_stop)
    )
    if card is None or card.flow is None:
        say("Stopped: no flow was saved.")
        return 0
    flow = card.flow
    say(
        f"\nThe flow of {card.name}: {flow.parameters:,} parameters, {flow.bytes:,} bytes, "
        f"{flow.seconds:.0f} s"
    )
    return 0


def _show(record: FlowRecord) -> None:
    left = record.seconds / record.step * (record.steps - record.step)
    line = f"step {record.step:,} of {record.steps:,}  loss {record.loss:.3f}  {left:4.0f} s left"
    say(f"\r{line:<90}", end="" if sys.stdout.isatty() else "\n")
