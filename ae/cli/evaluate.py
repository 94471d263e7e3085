"""python -m ae evaluate: recompute the figures of a model's card from the data."""

from __future__ import annotations

import argparse
import json

from ae.cli.options import Commands, add_data, add_json
from ae.system import tensorflow_import


def add_parser(commands: Commands) -> None:
    """Add the command evaluate."""
    parser = commands.add_parser(
        "evaluate",
        help="Measure a model on all test images.",
        description="Recompute a model's figures from all test images and compare them with its "
        "card. The exit status is 1 if they differ.",
    )
    parser.set_defaults(run=_run)
    parser.add_argument("name", help="Name of a model in the models folder.")
    add_data(parser)
    add_json(parser)


def _run(options: argparse.Namespace) -> int:
    from ae import store
    from ae.analysis import evaluation
    from ae.data import load_data

    card = store.read_card(options.name)
    tensorflow_import.import_tensorflow()
    model = store.load(options.name)
    data = load_data(options.data)
    figures = evaluation.evaluate(model, data, linear=card.model.kind == "linear")
    same_data = data.sha256 == card.data_sha256
    matches = evaluation.agree(figures, card.test) if same_data else None
    if options.json:
        result = {"name": card.name, "parameters": model.parameters, **figures.to_dict()}
        print(json.dumps(result | {"matches_card": matches}))
    else:
        print(f"{card.name}, {model.parameters:,} parameters: {evaluation.in_words(figures)}")
        print(
            "Its card was made with other data."
            if matches is None
            else f"Its card says {'the same' if matches else 'something else'} "
            f"(squared error {card.test.squared_error:.3f})."
        )
    return 1 if matches is False else 0
