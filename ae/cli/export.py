"""python -m ae export: a model as a web page, or for LiteRT."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from ae.cli.options import Commands
from ae.system import tensorflow_import
from ae.system.files import replacing


def add_parser(commands: Commands) -> None:
    """Add the command export."""
    parser = commands.add_parser(
        "export",
        help="Write a model as one HTML file that needs no server, or for LiteRT.",
        description="Write a model as one HTML file: draw a digit, and see its latent vector and "
        "its reconstruction, in any browser, without a server or a network. Or as a .tflite file "
        "that LiteRT runs on phones and small machines.",
    )
    parser.set_defaults(run=_run)
    parser.add_argument("name", help="Name of a model in the models folder.")
    parser.add_argument(
        "-o",
        "--output",
        required=True,
        metavar="OUT.html|OUT.tflite",
        type=Path,
        help="File to write. Its ending says which.",
    )


def _run(options: argparse.Namespace) -> int:
    write = {".html": _write_page, ".tflite": _write_litert}.get(options.output.suffix.lower())
    if write is None:
        raise ValueError(
            f"--output must end in .html or .tflite. Received: {str(options.output)!r}."
        )
    with replacing(options.output) as temporary:
        write(options.name, temporary)
        size = temporary.stat().st_size
    print(f"{options.output}: {size / 1e6:.2f} MB")
    return 0


def _write_page(name: str, path: Path) -> None:
    from ae.store import export_page
    from ae.store.graphs import load_graph

    path.write_text(export_page.page(*load_graph(name)), encoding="utf-8")


def _write_litert(name: str, path: Path) -> None:
    """From pictures (1, 28, 28) in [0, 1] to their reconstructions."""
    from ae import store

    store.read_card(name)
    tensorflow_import.import_tensorflow()
    from ae.nn.networks import join, with_own_decoder

    model = store.load(name)
    whole: Any = join(with_own_decoder(model.encoder, model.decoder), model.decoder)
    whole.export(str(path), format="litert", verbose=False)
