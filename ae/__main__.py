"""python -m ae train | cost | evaluate | encode | decode | noise-matrix"""

from __future__ import annotations

import argparse
import errno
import json
import sys

from ae import codec_commands, noise_matrix_command, quiet, training_commands


def main(words: list[str] | None = None) -> int:
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
        return "The disk is full. Make room on it, and try again."
    return f"{error.strerror}: {error.filename}." if error.filename else f"{error.strerror}."


class _Parser(argparse.ArgumentParser):
    def error(self, message):  # one line, without the usage in front of it
        self.exit(2, f"{self.prog}: {message}. See {self.prog} --help\n")


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(prog="python -m ae", description="Train, measure and use autoencoders.")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    training_commands.add_parsers(commands)
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
        print(f"{card.name}, {model.parameters:,} parameters: {evaluation.in_words(figures)}")
        print(
            "Its card is of other data."
            if matches is None
            else f"Its card says {'the same' if matches else 'something else'} "
            f"(squared error {card.test['squared_error']:.3f})."
        )
    return 1 if matches is False else 0


if __name__ == "__main__":
    sys.exit(main())
