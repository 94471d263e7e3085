"""Keep the memory that a training step frees for the next step."""

import ctypes

# From glibc's malloc.h.
_M_TRIM_THRESHOLD, _M_TOP_PAD, _M_MMAP_MAX = -1, -2, -4


def keep_freed_memory() -> bool:
    """Let the C allocator keep freed memory until the process ends.

    By default glibc returns each large block to the system, which must clear the pages again for
    the next training step. Call this before TensorFlow is imported, in a process that trains and
    then ends.

    Returns
    -------
    bool
        Whether the settings were accepted. Only glibc knows them; other C libraries do not change.
    """
    try:
        mallopt = ctypes.CDLL(None).mallopt
    except (AttributeError, OSError, TypeError):
        return False
    settings = ((_M_MMAP_MAX, 0), (_M_TRIM_THRESHOLD, 2**31 - 1), (_M_TOP_PAD, 64 << 20))
    return all(mallopt(name, value) == 1 for name, value in settings)
