"""The weights of a .keras file, read and written anew in a process of their own.

HDF5's library is C: on a crafted file it can crash, loop for ever or ask for gigabytes. Here that
happens to a child process, and the caller gets an error.
"""

from __future__ import annotations

import contextlib
import io
import os
import subprocess
import sys

_DEEPEST = 20  # groups within groups
_SECONDS = 20
_LARGEST_PROCESS = 700 << 20  # bytes of address space, a good half of them for the libraries
_REFUSED = 3  # exit status; the reason is on standard output: libraries warn on the other


class WeightsError(ValueError):
    """A file of weights is refused. Its text is for people."""


def rewritten(content: bytes, most: int) -> bytes:
    """The same arrays in an HDF5 file that this program's own h5py wrote.

    most : numbers in all arrays together. Raises WeightsError unless ``content`` holds plain
    arrays of at most so many numbers.
    """
    damaged = "Its weights cannot be read: the file is damaged."
    environment = os.environ | {"OPENBLAS_NUM_THREADS": "1"}  # each takes address space
    try:
        result = subprocess.run(
            [sys.executable, __file__, str(most)],  # this file alone, without the package
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


def _copy(source, target, most: int, depth: int = 0, total: int = 0) -> int:
    """Copy groups and arrays; return how many numbers there are so far."""
    import h5py

    if depth > _DEEPEST:
        raise WeightsError("Its weights are nested deeper than Keras does it.")
    for name in source:
        link = source.get(name, getlink=True)
        item = source.get(name) if isinstance(link, h5py.HardLink) else None
        if isinstance(item, h5py.Group):
            total = _copy(item, target.create_group(name), most, depth + 1, total)
            continue
        if not isinstance(item, h5py.Dataset) or item.external or item.is_virtual:
            raise WeightsError("Its weights point to other places than the file itself.")
        total += item.size or 0
        if item.dtype.kind not in "fiu" or item.shape is None or total > most:
            raise WeightsError(f"Expected at most {most:,} weights, all numbers.")
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
    except Exception:  # HDF5 has many ways to refuse a file
        return 1
    sys.stdout.buffer.write(out.getbuffer())
    sys.stdout.buffer.flush()
    return 0


if __name__ == "__main__":
    os._exit(_main())  # nothing of a library that may have been harmed runs at the end
