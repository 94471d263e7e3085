"""Operator log on standard error: the logger "ae"."""

from __future__ import annotations

import logging
import os

_LOG = logging.getLogger("ae")
_LONGEST = 300  # characters
_LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL")


def set_up() -> None:
    """Send the log to standard error, at the level of the environment variable AE_LOG.

    The default is INFO; an unknown level is reported and replaced by INFO. Further calls do
    nothing, and neither does the first if the program has given the logger a handler.
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
    """Log the start of a training run, with its settings in a few words."""
    _LOG.info("run %s started: %s", one_line(name), one_line(settings))


def run_ended(name: str, how: str) -> None:
    """Log the end of a training run. how : its last state, with the reason of a failure."""
    _LOG.info("run %s ended: %s", one_line(name), one_line(how))


def refused(what: str, error: Exception | str) -> None:
    """Log that a file or a request was refused, with the message that the person saw."""
    _LOG.warning("refused %s: %s", one_line(what), one_line(str(error)))


def one_line(text: str) -> str:
    """Replace line breaks and control characters, so that no file name can forge a log line."""
    return "".join(char if char.isprintable() else "?" for char in text)[:_LONGEST]
