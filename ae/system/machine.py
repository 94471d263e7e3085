"""What a result was computed with, in words: the machine, and the versions of the libraries."""

import importlib
import os
import platform


def describe() -> str:
    """Return the operating system, processor type and number of cores, for people."""
    return f"{platform.system()} {platform.machine()}, {os.cpu_count()} cores"


def versions() -> dict[str, str]:
    """Return the versions of Python and of the libraries that decide a training's result.

    The libraries are imported if they are not yet, TensorFlow included.
    """
    names = ("tensorflow", "keras", "numpy")
    return {"python": platform.python_version()} | {
        name: importlib.import_module(name).__version__ for name in names
    }
