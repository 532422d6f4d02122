"""The peak of a process's resident memory while a call runs.

What does not work, and is not used: `ru_maxrss` keeps the peak of the parent through
exec, `tracemalloc` sees no tensors, and torch's profiler no buffers of numba's. Linux
keeps the peak in `VmHWM`, which is forgotten when 5 is written to `clear_refs`; where
that is not allowed, the process is fresh and its peak so far is what it started with.
"""

import ctypes
import gc
import os
import threading
import time
from collections.abc import Callable
from pathlib import Path

import psutil
import torch

_STATUS = Path("/proc/self/status")
_CLEAR = Path("/proc/self/clear_refs")

_MMAP_THRESHOLD = -3
"""The number of glibc's `M_MMAP_THRESHOLD`."""

LARGE_BLOCK = 65536
"""Bytes from which a block comes from the system, see `return_freed_blocks`."""

POLL_SECONDS = 0.002
"""How often memory is looked at where the system keeps no peak."""


def peak_bytes(call: Callable[[], object]) -> int:
    """Return how far the resident memory grows while a call runs, in bytes.

    What the call returns counts: it is still held when the peak is read.
    """
    if forget_peak():
        before = _status("VmRSS")
        held = call()
        peak = _status("VmHWM")
    else:
        held, before, peak = _peak_by_polling(call)
    del held
    return max(0, peak - before)


def cuda_peak_bytes(
    call: Callable[[], object], device: torch.device
) -> tuple[int, int]:
    """Return how far a GPU's memory grows while a call runs.

    Returns:
        Bytes of tensors, and bytes that the allocator took from the device for them.
    """
    torch.cuda.synchronize(device)
    torch.cuda.empty_cache()
    torch.cuda.reset_peak_memory_stats(device)
    tensors = torch.cuda.memory_allocated(device)
    reserved = torch.cuda.memory_reserved(device)
    held = call()
    torch.cuda.synchronize(device)
    grown = torch.cuda.max_memory_allocated(device) - tensors
    taken = torch.cuda.max_memory_reserved(device) - reserved
    del held
    return grown, taken


def return_freed_blocks() -> None:
    """Make freed memory go back to the system, from now on (glibc; else nothing).

    Otherwise a block that was freed before a call would hide what the call takes. It
    costs time, so it is for after the clock.
    """
    gc.collect()
    try:
        libc = ctypes.CDLL(None)
        libc.mallopt(_MMAP_THRESHOLD, LARGE_BLOCK)
        libc.malloc_trim(0)
    except (OSError, TypeError, AttributeError):
        return


def forget_peak() -> bool:
    """Make the system forget this process's peak; return whether it can."""
    try:
        _CLEAR.write_text("5")
    except OSError:
        return False
    return _STATUS.exists()


def _status(field: str) -> int:
    """Return a line of /proc/self/status, in bytes."""
    for line in _STATUS.read_text().splitlines():
        if line.startswith(field):
            return int(line.split()[1]) * 1024
    raise OSError(f"{_STATUS} has no {field}")


def _peak_by_polling(call: Callable[[], object]) -> tuple[object, int, int]:
    """Return a call's result, and memory before and at its highest."""
    process = psutil.Process(os.getpid())
    before = process.memory_info().rss
    seen, is_done = [before], threading.Event()

    def watch() -> None:
        while not is_done.is_set():
            seen.append(process.memory_info().rss)
            time.sleep(POLL_SECONDS)

    watcher = threading.Thread(target=watch, daemon=True)
    watcher.start()
    try:
        held = call()
    finally:
        is_done.set()
        watcher.join()
    seen.append(process.memory_info().rss)
    return held, before, max(seen)
