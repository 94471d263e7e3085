"""The browser of the benchmarks, and the table that they print."""

from __future__ import annotations

import os
import shutil
from collections.abc import Sequence

LAUNCH = {
    "executable_path": os.environ.get("AE_CHROMIUM") or shutil.which("chromium"),
    "args": ["--no-sandbox", "--disable-background-networking", "--disable-sync"],
}


def show_table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Print a table in Markdown, its columns aligned, and then the load of the machine."""
    widths = [max(map(len, column)) for column in zip(head, *rows, strict=True)]
    for row in (head, ["-" * width for width in widths], *rows):
        cells = (text.ljust(width) for text, width in zip(row, widths, strict=True))
        print(f"| {' | '.join(cells)} |")
    print(f"Load of the machine: {os.getloadavg()[0]:.1f} on {os.cpu_count()} processors.\n")
