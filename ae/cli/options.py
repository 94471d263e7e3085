"""Options that several commands share."""

from __future__ import annotations

import argparse
import os
import sys

# What argparse's add_subparsers returns: it has no public name.
Commands = argparse._SubParsersAction


def add_data(parser: argparse.ArgumentParser) -> None:
    """Add --data: another data set than MNIST."""
    parser.add_argument(
        "--data", metavar="FILE.npz", help="Data set with the keys of MNIST's .npz. Default: MNIST."
    )


def add_json(parser: argparse.ArgumentParser) -> None:
    """Add --json: output for scripts."""
    parser.add_argument("--json", action="store_true", help="Print the result as one JSON object.")


def add_low_priority(parser: argparse.ArgumentParser) -> None:
    """Add --low-priority, which ``lower_priority`` applies."""
    parser.add_argument(
        "--low-priority", action="store_true", help="Give way to all other programs."
    )


def lower_priority(options: argparse.Namespace) -> None:
    """Lower the priority of this process if --low-priority is given."""
    if options.low_priority and hasattr(os, "nice"):
        os.nice(10)


def drop_output() -> None:
    """Have what is still printed vanish: a pipe or a terminal that took it has gone."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def whole_numbers(text: str) -> tuple[int, ...]:
    """Parse whole numbers with commas between them, "" or "none" for no number."""
    try:
        return tuple(int(part) for part in text.split(",")) if text not in ("", "none") else ()
    except ValueError:
        raise argparse.ArgumentTypeError(f"expected numbers as in 32,64, got {text!r}") from None
