"""The command line: python -m ae COMMAND, as train, evaluate, encode or export."""

from __future__ import annotations

import argparse
import errno
import io
import sys
from typing import NoReturn

from ae import VERSION
from ae.cli import codec, detect, evaluate, export, flow, noise_matrix, training
from ae.cli.options import drop_output
from ae.system import tensorflow_import
from ae.system.files import REPOSITORY


def main(words: list[str] | None = None) -> int:
    """Run a command. Return its exit status: 0, 2 for wrong input, 1 for any other failure."""
    _write_what_fits()
    # No keras.json and no variable of other programs has a say in what runs here.
    tensorflow_import.use_own_settings_of_keras()
    parser = _parser()
    try:
        options = parser.parse_args(words)
        if not REPOSITORY.is_dir():  # nothing in a zip file can be opened by its path
            raise ValueError(f"The package runs from a folder. Unpack {REPOSITORY} first.")
        status = options.run(options)
        sys.stdout.flush()
        return status
    except BrokenPipeError:  # as with | head -1: nobody reads on
        drop_output()
        return 0
    except KeyboardInterrupt:
        return 130
    except (ValueError, OSError, RuntimeError) as error:
        print(f"{parser.prog}: {_in_words(error)}", file=sys.stderr)
        return 2 if isinstance(error, ValueError) else 1
    except MemoryError:
        print(f"{parser.prog}: There is not enough memory for this.", file=sys.stderr)
        return 1


def _write_what_fits() -> None:
    """Write what a terminal's encoding lacks, such as ×, as a question mark."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")


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
    parser.add_argument("--version", action="version", version=f"autoencoder-laboratory {VERSION}")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    training.add_parsers(commands)
    flow.add_parser(commands)
    evaluate.add_parser(commands)
    detect.add_parser(commands)
    codec.add_parsers(commands)
    export.add_parser(commands)
    noise_matrix.add_parser(commands)
    return parser


if __name__ == "__main__":
    sys.exit(main())
