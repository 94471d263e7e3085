"""Damaged and malicious inputs of all kinds, from a seed, and the memory that they cost."""

from __future__ import annotations

import io
import random
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path

REPOSITORY = Path(__file__).parents[2]
MARKUP = (
    "![x](http://evil.example/a.png)",
    "[click](javascript:alert(1))",
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "$\\sum_x$ `code` **bold** __init__",
    ":red[warning] :material/home:",
    "# heading\n- list\n> quote",
    "../../etc/passwd",
    "/etc/passwd",
    "a\0b\r\nSet-Cookie: x",
    "\u202egnp.exe",
    "x" * 5000,
    "|a|b|\n|-|-|",
    "\ud800",
)


def mutated(good: bytes, count: int, seed: int = 0) -> Iterator[bytes]:
    """``count`` damaged copies: cut, bits flipped, bytes overwritten, parts doubled or lost."""
    rng = random.Random(seed)
    for _ in range(count):
        file = bytearray(good)
        for _ in range(rng.choice((1, 1, 2, 5, 20))):
            a, b = sorted(rng.randrange(len(file) + 1) for _ in range(2))
            b = min(b, a + 64)
            kind = rng.randrange(6)
            if kind == 0 and rng.random() < 0.3:
                del file[a:]
            elif kind == 1:
                file[a:b] = rng.choice((b"\0", b"\xff")) * (b - a)
            elif kind == 2:
                file[a:a] = file[a:b]
            elif kind == 3:
                file[a:b] = rng.randbytes(b - a)
            elif kind == 4:
                file[a:a] = rng.choice((b"9" * 30, b"-1", b"NaN", b"1e999", b'"', b"{", b"[" * 50))
            elif a < len(file):
                file[a] ^= 1 << rng.randrange(8)
            if not file:
                break
        yield bytes(file)


def zipped(parts: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return out.getvalue()


def parts_of(file: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(file)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def long_directory(entries: int = 300_000) -> bytes:
    """A zip file that is only a directory, which names one empty member again and again."""
    whole = zipped({"a.npy": b""})
    start = whole.rindex(b"PK\1\2")
    entry = whole[start : whole.rindex(b"PK\5\6")]
    end = bytearray(whole[whole.rindex(b"PK\5\6") :])
    size = entries * len(entry)
    end[12:16] = size.to_bytes(4, "little")
    return whole[:start] + entry * entries + bytes(end)


def extra_memory(setup: str, attack: str) -> float:
    """Megabytes that ``attack`` adds to the peak memory of another process, after ``setup``."""
    code = f"""
import resource, sys
sys.path[:0] = [{str(Path(__file__).parent)!r}]
def peak():
    kilobytes = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
    try:  # on Linux ru_maxrss begins with what the process had that started this one
        with open("/proc/self/status") as status:
            own = int(status.read().partition("VmHWM:")[2].split()[0])
    except OSError:
        own = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    kilobytes = max(kilobytes, own)
    return kilobytes / (1 << 20 if sys.platform == "darwin" else 1 << 10)
def refused(call, *args):
    try:
        call(*args)
    except ValueError as error:
        assert len(str(error)) < 1000, error
    else:
        raise AssertionError("it was taken")
{setup}
before = peak()
{attack}
print(peak() - before)
"""
    result = subprocess.run(
        [sys.executable, "-c", code], cwd=REPOSITORY, capture_output=True, text=True
    )
    assert result.returncode == 0, result.stderr
    return float(result.stdout.split()[-1])
