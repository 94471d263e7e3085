"""What whoever runs the app can watch: lines of the logger "ae" on standard error."""

from __future__ import annotations

import logging
import os

_LOG = logging.getLogger("ae")
_LONGEST = 300  # characters
_LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL")


def set_up() -> None:
    """Send the lines to standard error, at the level of the variable AE_LOG (default INFO).

    Once in a process; more calls do nothing. A program that has given the logger "ae" a handler
    of its own keeps it. A level that is none is told, and INFO takes its place.
    """
    if _LOG.handlers:
        return
    level = os.environ.get("AE_LOG", "INFO").upper()
    handler = logging.StreamHandler()
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s: %(message)s"))
    _LOG.addHandler(handler)
    _LOG.setLevel(level if level in _LEVELS else "INFO")
    _LOG.propagate = False
    if level not in _LEVELS:
        _LOG.warning("AE_LOG must be one of %s. Received: %.40r.", ", ".join(_LEVELS), level)


def run_started(name: str, settings: str) -> None:
    """A training run has begun. settings : in a few words."""
    _LOG.info("run %s started: %s", one_line(name), one_line(settings))


def run_ended(name: str, how: str) -> None:
    """A training run has ended. how : finished, stopped, or what has gone wrong."""
    _LOG.info("run %s ended: %s", one_line(name), one_line(how))


def refused(what: str, error: Exception | str) -> None:
    """A file, or what a page was asked for, was refused with this sentence."""
    _LOG.warning("refused %s: %s", one_line(what), one_line(str(error)))


def one_line(text: str) -> str:
    """The text without line breaks or control characters: nobody's file name writes a line."""
    return "".join(char if char.isprintable() else "?" for char in text)[:_LONGEST]
