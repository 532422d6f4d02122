"""What the C library keeps of memory that has been freed, and how it is given back."""

import ctypes
import gc
import sys


def give_back() -> None:
    """Give what is free back to the machine, also what only circles refer to."""
    gc.collect()
    if sys.platform.startswith("linux"):
        library = ctypes.CDLL(None)
        if hasattr(library, "malloc_trim"):  # glibc alone has it
            library.malloc_trim(0)
