"""A flow's training: it ends in a whole file or leaves what was there."""

from __future__ import annotations

import pytest

from ae import store
from ae.__main__ import main
from ae.errors import ModelError
from ae.nn.flow import FlowConfig
from ae.runs import flow_runs, run_folder
from ae.store import flows
from ae.system import locks

SMALL = ("--width", "8", "--hidden", "8", "--blocks", "1", "--steps", "60")


@pytest.fixture
def folder(mine):
    """A model without a flow."""
    return mine


def test_the_command_saves_a_flow_beside_its_model(folder, capsys, monkeypatch):
    monkeypatch.setattr("signal.signal", lambda *_: None)  # pytest's own stay
    assert main(["train-flow", "mine", *SMALL]) == 0
    assert "step 60 of 60" in (told := capsys.readouterr().out)
    card = store.read_card("mine")
    assert card.flow is not None
    assert f"{card.flow.parameters:,} parameters" in told
    assert flows.load_flow("mine").latent_dim == card.model.latent_dim
    assert flow_runs.read_status("mine") == flow_runs.FlowStatus("done")


def test_what_fails_or_is_stopped_leaves_no_flow(folder):
    status = flow_runs.FlowStatus
    config = FlowConfig(width=8, hidden=8, blocks=1, steps=100_000)
    assert flow_runs.execute("mine", config, should_stop=lambda: True) is None
    assert flow_runs.read_status("mine") == status("stopped")

    def change(record) -> None:
        path = folder / store.MODEL_FILE
        path.write_bytes(path.read_bytes() + b"\0")

    short = FlowConfig(width=8, hidden=8, blocks=1, steps=10)
    with pytest.raises(ModelError, match="mine has changed since"):
        flow_runs.execute("mine", short, on_record=change)
    assert flow_runs.read_status("mine").state == "failed"
    with locks.held(folder / flow_runs.ALIVE_FILE), pytest.raises(ModelError, match="already"):
        flow_runs.execute("mine", short)
    assert not (folder / flows.FLOW_FILE).exists()
    assert store.read_card("mine").flow is None
    for text in ("", "{}", '{"state": "flying"}', '{"state": "done", "record": {"step": 1}}'):
        (folder / flow_runs.STATUS_FILE).write_text(text)
        assert flow_runs.read_status("mine") is None


@pytest.mark.usefixtures("no_run_is_left")
def test_a_process_waits_for_its_turn_and_can_be_stopped(folder, wait_until):
    with locks.held(folder.parent / run_folder.TRAINING_LOCK):
        flow_runs.start("mine")
        with pytest.raises(ModelError, match="already"):
            flow_runs.start("mine")
        wait_until(lambda: flow_runs.read_status("mine").state == "waiting")
        flow_runs.request_stop("mine")
        wait_until(lambda: flow_runs.read_status("mine").state == "stopped")
    assert not (folder / flows.FLOW_FILE).exists()
