"""Fewer reservations of address space where somebody has limited it (`ulimit -v`, a container)."""

from __future__ import annotations

import contextlib
import ctypes
import resource
import threading

_STACK = 1 << 20
_ARENAS = -8  # M_ARENA_MAX of glibc's mallopt(3)


def spare_address_space() -> None:
    """A thread reserves 8 MB for its stack and 64 MB for its heap, used or not: thirty of them do not fit into 700 MB.

    To be called before the first thread starts. Nothing changes where there is no limit.
    """
    if resource.getrlimit(resource.RLIMIT_AS)[0] == resource.RLIM_INFINITY:
        return
    threading.stack_size(_STACK)
    with contextlib.suppress(AttributeError, OSError):  # another C library
        ctypes.CDLL(None).mallopt(_ARENAS, 1)
