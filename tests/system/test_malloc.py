import subprocess
import sys

import pytest

PROGRAM = """
import resource, sys
from ae.system import malloc
import numpy as np
if sys.argv[1] == "keep":
    assert malloc.keep_freed_memory()
np.ones(1 << 22)
before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
for _ in range(20):
    np.ones(1 << 22)
print(resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before)
"""


def page_faults(choice: str) -> int:
    """Of 20 arrays of 32 MiB, made one after the other."""
    result = subprocess.run(
        [sys.executable, "-c", PROGRAM, choice], capture_output=True, text=True, check=True
    )
    return int(result.stdout)


@pytest.mark.skipif(sys.platform != "linux", reason="glibc's allocator")
def test_freed_memory_is_used_again_without_page_faults():
    assert page_faults("keep") < page_faults("default") / 100


def test_another_c_library_is_left_alone(monkeypatch):
    from ae.system import malloc

    monkeypatch.setattr(malloc.ctypes, "CDLL", lambda name: object())
    assert malloc.keep_freed_memory() is False
