"""A fault of Streamlit 1.67, mended: a fragment that runs again could break its page.

When a fragment runs again before the messages of its last run have left, Streamlit drops them: the
new run says it all once more. But a long message that the browser has already (a network, a chart)
is sent as its hash alone, and such a message has lost the name of its fragment, so that it is kept.
It then arrives without those before it, and the browser stops with "Bad delta path index". Here the
fragment of each hash is remembered, and its message dropped like the others.
"""

from __future__ import annotations

import functools
from collections import OrderedDict

from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.runtime import forward_msg_queue
from streamlit.runtime.scriptrunner_utils import script_run_context

_MOST = 10_000  # hashes of 32 characters; one that is forgotten is kept, as without this module

_fragments: OrderedDict[str, str] = OrderedDict()  # by the hash of a message


def mend() -> None:
    """Mend Streamlit in this process. To call it again changes nothing."""
    queue = forward_msg_queue.ForwardMsgQueue
    if hasattr(queue.clear, "__wrapped__"):
        return
    clear = _without_hashes_of_fragments(queue.clear)
    setattr(queue, "clear", clear)  # noqa: B010 (a type checker forbids the plain way)
    name = "create_reference_msg"
    setattr(script_run_context, name, _remembering(getattr(script_run_context, name)))


def _remembering(create_reference_msg):
    @functools.wraps(create_reference_msg)
    def create(msg: ForwardMsg) -> ForwardMsg:
        # The hash of a message covers its fragment: no two fragments share one.
        _fragments.pop(msg.hash, None)  # to put it at the end
        _fragments[msg.hash] = msg.delta.fragment_id
        while len(_fragments) > _MOST:
            _fragments.popitem(last=False)
        return create_reference_msg(msg)

    return create


def _without_hashes_of_fragments(clear):
    @functools.wraps(clear)
    def clear_all(queue, retain_lifecycle_msgs=False, fragment_ids_this_run=None) -> None:
        if fragment_ids_this_run is not None:
            queue._queue = [
                msg
                for msg in queue._queue
                if _fragments.get(msg.ref_hash) not in fragment_ids_this_run
            ]
        clear(queue, retain_lifecycle_msgs, fragment_ids_this_run)

    return clear_all
