"""python -m ae export: a model as a web page."""

from __future__ import annotations

import argparse
from pathlib import Path

from ae.cli.options import Commands


def add_parser(commands: Commands) -> None:
    """Add the command export."""
    parser = commands.add_parser(
        "export",
        help="Write a model as one HTML file that needs no server and no network.",
        description="Write a model as one HTML file: draw a digit, and see its latent vector and "
        "its reconstruction, in any browser, without a server or a network.",
    )
    parser.set_defaults(run=_run)
    parser.add_argument("name", help="Name of a model in the models folder.")
    parser.add_argument(
        "-o", "--output", required=True, metavar="OUT.html", type=Path, help="File to write."
    )


def _run(options: argparse.Namespace) -> int:
    from ae.store import export_page
    from ae.store.graphs import load_graph
    from ae.system.files import replacing

    if options.output.suffix.lower() not in (".html", ".htm"):
        raise ValueError(f"--output must end in .html. Received: {str(options.output)!r}.")
    page = export_page.page(*load_graph(options.name))
    with replacing(options.output) as temporary:
        temporary.write_text(page, encoding="utf-8")
    print(f"{options.output}: {len(page.encode()) / 1e6:.2f} MB. Open it in a browser.")
    return 0
