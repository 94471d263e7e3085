"""The command line: python -m ae train | cost | evaluate | detect | encode | decode …"""

from __future__ import annotations

import argparse
import errno
import sys
from typing import NoReturn

from ae.cli import codec, detect, evaluate, noise_matrix, training


def main(words: list[str] | None = None) -> int:
    """Run a command. Return its exit status: 0, 2 for wrong input, 1 for any other failure."""
    parser = _parser()
    options = parser.parse_args(words)
    try:
        return options.run(options)
    except (ValueError, OSError, RuntimeError) as error:
        print(f"{parser.prog}: {_in_words(error)}", file=sys.stderr)
        return 2 if isinstance(error, ValueError) else 1


def _in_words(error: Exception) -> str:
    if not isinstance(error, OSError) or not error.strerror:
        return str(error)
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return "The disk is full. Free some space, then try again."
    return f"{error.strerror}: {error.filename}." if error.filename else f"{error.strerror}."


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:  # one line, without the usage before it
        self.exit(2, f"{self.prog}: {message}. See {self.prog} --help\n")


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(
        prog="python -m ae", description="Train, measure and use autoencoders of 28×28 images."
    )
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    training.add_parsers(commands)
    evaluate.add_parser(commands)
    detect.add_parser(commands)
    codec.add_parsers(commands)
    noise_matrix.add_parser(commands)
    return parser


if __name__ == "__main__":
    sys.exit(main())
