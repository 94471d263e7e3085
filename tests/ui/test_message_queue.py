"""What Streamlit keeps of a fragment's messages when the fragment runs again."""

from __future__ import annotations

import subprocess
import sys

import pytest

# In a process of its own: the mend holds for the whole of one.
_CODE = """
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.runtime.forward_msg_cache import populate_hash_if_needed
from streamlit.runtime.forward_msg_queue import ForwardMsgQueue
from streamlit.runtime.scriptrunner_utils import script_run_context
from ae.ui import message_queue

def message(fragment, index, text):
    msg = ForwardMsg()
    msg.delta.new_element.markdown.body = text
    if fragment:
        msg.delta.fragment_id = fragment
    msg.metadata.delta_path[:] = [0, index]
    populate_hash_if_needed(msg)
    return msg

if {mended}:
    message_queue.mend()
    message_queue.mend()
queue = ForwardMsgQueue()
for fragment, index in (("pad", 0), ("pad", 1), ("other", 2), ("", 3)):
    msg = message(fragment, index, "text")
    known = index > 0  # all but the first are in the browser already
    queue.enqueue(script_run_context.create_reference_msg(msg) if known else msg)
queue.clear(retain_lifecycle_msgs=True, fragment_ids_this_run=["pad"])
print([msg.metadata.delta_path[1] for msg in queue.flush()])
"""


@pytest.mark.parametrize(
    ("mended", "kept"),
    [
        (True, "[2, 3]"),
        # Once this fails, Streamlit has mended it: ae/ui/message_queue.py can go.
        (False, "[1, 2, 3]"),
    ],
)
def test_a_fragment_that_runs_again_drops_all_its_messages(mended, kept):
    run = subprocess.run(
        [sys.executable, "-c", _CODE.format(mended=mended)],
        capture_output=True,
        text=True,
        check=True,
    )
    assert run.stdout.strip() == kept
