"""Start and Draw run without TensorFlow, and in little memory: each in a process of its own."""

import os
import subprocess
import sys

import pytest

from ae.system.files import REPOSITORY

MOST_MEMORY = 350  # MB

START = """
from streamlit.testing.v1 import AppTest

at = AppTest.from_file("app.py", default_timeout=240).run()
assert not at.exception
assert len(at.metric) == 3 and len(at.get("bidi_component")) >= 2
"""
# As the browser sends it: the ink, and what its network has made of it.
DRAW = """
import base64
import numpy as np
from ae.store import DEFAULT_MODEL, read_card

base64_of = lambda values: base64.b64encode(values.tobytes()).decode()
ink = np.zeros((56, 56), np.uint8)
ink[10:40, 20:25] = 255
at.switch_page("ae/ui/pages/draw.py").run()
assert not any(header.value == "Download" for header in at.header)
at.session_state["pad"] = {"ink": {
    "number": 1, "pixels": base64_of(ink), "network": read_card(DEFAULT_MODEL).graph,
    "z": base64_of(np.zeros(32, "<f4")), "output": base64_of(np.zeros(784, "<f4")),
}}
at.run()
assert not at.exception
assert any(header.value == "Download" for header in at.header)
"""
REPORT = """
import sys
status = open("/proc/self/status").read()
print(int(status.partition("VmHWM:")[2].split()[0]) // 1000)
print(*{name.split(".")[0] for name in sys.modules})
"""


@pytest.mark.skipif(sys.platform != "linux", reason="memory is read from /proc")
@pytest.mark.parametrize("what", [START, START + DRAW], ids=["start", "start, then draw"])
def test_tensorflow_is_not_imported_and_memory_stays_low(what):
    shipped = {key: value for key, value in os.environ.items() if key != "AE_MODELS"}
    result = subprocess.run(
        [sys.executable, "-c", what + REPORT],
        cwd=REPOSITORY,
        env=shipped,
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.returncode == 0, result.stderr
    memory, modules = result.stdout.splitlines()[-2:]
    assert not {"tensorflow", "keras"} & set(modules.split())
    assert int(memory) <= MOST_MEMORY  # at any time, while PCA is fitted, too
