"""What whoever runs the app can watch."""

import logging

import pytest

from ae.system import log


@pytest.fixture
def logger(monkeypatch):
    """The logger "ae" as it is before anybody has set it up."""
    logger = logging.getLogger("ae")
    before = logger.handlers[:], logger.level, logger.propagate
    # pytest gives a logger that does not propagate a handler of its own.
    logger.handlers[:], logger.propagate = [], True
    yield logger
    logger.handlers[:], logger.level, logger.propagate = before


def test_a_name_cannot_write_a_line_of_its_own(logger, caplog):
    log.refused("evil\n2026-01-01 INFO ae: all is well\x1b[2J", ValueError("no\r\nmore"))
    (record,) = caplog.records
    assert record.levelname == "WARNING"
    assert record.getMessage().isprintable()
    assert record.getMessage().startswith("refused evil?2026")


@pytest.mark.parametrize(("level", "lines"), [("INFO", 3), ("warning", 1), ("ERROR", 0)])
def test_the_level_can_be_set(logger, monkeypatch, capsys, level, lines):
    monkeypatch.setenv("AE_LOG", level)
    log.set_up()
    log.set_up()
    log.run_started("mine", "quick")
    log.run_ended("mine", "finished")
    log.refused("a picture", "it is none")
    assert len(capsys.readouterr().err.splitlines()) == lines


def test_a_level_that_is_none_is_told(logger, monkeypatch, capsys):
    monkeypatch.setenv("AE_LOG", "loud")
    log.set_up()
    log.run_started("mine", "quick")
    told, started = capsys.readouterr().err.splitlines()
    assert "AE_LOG must be one of DEBUG" in told
    assert "LOUD" in told
    assert started.endswith("INFO ae: run mine started: quick")
