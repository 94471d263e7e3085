"""Keep the memory that training frees, for the next step needs as much again."""

import ctypes

# From glibc's malloc.h.
_M_TRIM_THRESHOLD, _M_TOP_PAD, _M_MMAP_MAX = -1, -2, -4


def keep_freed_memory() -> bool:
    """Let this process's C allocator keep freed memory until the process ends.

    By default glibc gives each large block back to the system and asks for it anew, so that the
    system clears its pages at every training step. Call it in a process that trains and then
    ends, before TensorFlow is imported. Returns whether the C library took the settings; another
    library than glibc does not know them and stays as it is.
    """
    try:
        mallopt = ctypes.CDLL(None).mallopt
    except (AttributeError, OSError, TypeError):
        return False
    settings = ((_M_MMAP_MAX, 0), (_M_TRIM_THRESHOLD, 2**31 - 1), (_M_TOP_PAD, 64 << 20))
    return all(mallopt(name, value) == 1 for name, value in settings)
