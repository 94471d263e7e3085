"""Weights of a .keras file, copied by a separate process.

HDF5 is a C library: a crafted file can make it crash, loop forever or allocate gigabytes. Here that
happens to a child process, and the caller gets an error.
"""

from __future__ import annotations

import contextlib
import io
import os
import subprocess
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import h5py

_DEEPEST = 20  # groups within groups
_SECONDS = 20
_LARGEST_PROCESS = 700 << 20  # bytes of address space; the libraries need a good half of it
_REFUSED = 3  # exit status; the reason is on standard output, as libraries warn on standard error


class WeightsError(ValueError):
    """A file of weights is refused. The text gives the reason."""


def rewritten(content: bytes, most: int) -> bytes:
    """Return the same arrays in a new HDF5 file, written by h5py here.

    Parameters
    ----------
    content : bytes
        An HDF5 file.
    most : int
        The most values that all arrays together may have.

    Raises
    ------
    WeightsError
        If the file is damaged, has anything but plain numeric arrays or has more values.
    """
    damaged = "Its weights cannot be read: the file is damaged."
    environment = os.environ | {"OPENBLAS_NUM_THREADS": "1"}  # each takes address space
    try:
        result = subprocess.run(
            [sys.executable, __file__, str(most)],  # this file only, without the package
            input=content,
            capture_output=True,
            timeout=_SECONDS,
            env=environment,
        )
    except subprocess.TimeoutExpired as error:
        raise WeightsError(damaged) from error
    if result.returncode == _REFUSED:
        raise WeightsError(result.stdout.decode(errors="replace"))
    if result.returncode:
        raise WeightsError(damaged)
    return result.stdout


def _copy(source: h5py.Group, target: h5py.Group, most: int, depth: int = 0, total: int = 0) -> int:
    """Copy groups and arrays. Return the number of values so far."""
    import h5py

    if depth > _DEEPEST:
        raise WeightsError("Its weights are nested more deeply than Keras nests them.")
    for name in source:
        link = source.get(name, getlink=True)
        item = source.get(name) if isinstance(link, h5py.HardLink) else None
        if isinstance(item, h5py.Group):
            total = _copy(item, target.create_group(name), most, depth + 1, total)
            continue
        if not isinstance(item, h5py.Dataset) or item.external or item.is_virtual:
            raise WeightsError("Its weights are links to other places than the file itself.")
        total += item.size or 0
        if item.dtype.kind not in "fiu" or item.shape is None or total > most:
            raise WeightsError(f"Expected at most {most:,} weights, all of them numbers.")
        copied = target.create_dataset(name, data=item[()])
        if item.attrs.get("dtype") == "bfloat16":  # Keras writes these as whole numbers
            copied.attrs["dtype"] = "bfloat16"
    return total


def _main() -> int:
    with contextlib.suppress(ImportError, ValueError, OSError):  # not every system has limits
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (_LARGEST_PROCESS, _LARGEST_PROCESS))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    import h5py

    out = io.BytesIO()
    try:
        content = io.BytesIO(sys.stdin.buffer.read())
        with h5py.File(content, "r") as source, h5py.File(out, "w") as target:
            _copy(source, target, int(sys.argv[1]))
    except WeightsError as error:
        print(error, end="", flush=True)
        return _REFUSED
    except Exception:  # HDF5 raises many kinds of errors
        return 1
    sys.stdout.buffer.write(out.getbuffer())
    sys.stdout.buffer.flush()
    return 0


if __name__ == "__main__":
    os._exit(_main())  # run no exit code of a library that may be damaged
