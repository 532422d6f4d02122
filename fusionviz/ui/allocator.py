"""What is kept of memory that nobody needs any more, and how it is given back.

A server has a thread a session. glibc gives each thread that allocates an arena of its
own, up to eight a core, and keeps what is freed in them. Python frees objects that
refer to each other in circles only when it looks for them, and looks through all that
libraries have made, which takes a third of a second in which no session goes on: so
these are set aside once.
"""

import ctypes
import gc
import sys
import threading
from functools import cache

ARENAS = 2
"""Enough for threads that hold Python's lock most of the time."""

LARGEST_KEPT = 1 << 20
"""Bytes: larger pieces are mapped each for itself, and go back when they are freed."""

PAUSE_SECONDS = 10.0
"""Between two times that memory is given back while the app is in use."""

_MMAP_THRESHOLD, _ARENA_MAX = -3, -8
"""Numbers of glibc's `mallopt`."""

_once = threading.Lock()
_waiting: list[threading.Timer] = []


def keep_little() -> None:
    """Keep little of what is freed, from now on; libraries have been imported."""
    gc.collect()
    gc.freeze()
    library = _library()
    if library is not None:
        library.mallopt(_ARENA_MAX, ARENAS)
        library.mallopt(_MMAP_THRESHOLD, LARGEST_KEPT)


def give_back() -> None:
    """Give what is free back to the machine, also what only circles refer to."""
    gc.collect()
    library = _library()
    if library is not None:
        library.malloc_trim(0)


def give_back_later() -> None:
    """Give back what is free by then, after a pause, in a thread of its own."""
    with _once:
        if _waiting:
            return
        timer = threading.Timer(PAUSE_SECONDS, _after_the_pause)
        timer.daemon = True
        _waiting.append(timer)
        timer.start()


def _after_the_pause() -> None:
    with _once:
        _waiting.clear()
    give_back()


@cache
def _library() -> ctypes.CDLL | None:
    """Return the C library where it is glibc, else None."""
    if not sys.platform.startswith("linux"):
        return None
    library = ctypes.CDLL(None)
    is_glibc = hasattr(library, "mallopt") and hasattr(library, "malloc_trim")
    return library if is_glibc else None
