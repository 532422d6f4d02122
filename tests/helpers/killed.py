"""Processes that the system kills while they write."""

import multiprocessing
import os
import resource
import signal
from collections.abc import Callable


def is_killed_after(limit: int, write: Callable[[], object]) -> bool:
    """Do some writing in a child that is killed once a file exceeds so many bytes.

    Returns:
        Whether it was killed; else it wrote to the end.
    """
    child = multiprocessing.get_context("fork").Process(
        target=_work, args=(limit, write)
    )
    child.start()
    child.join(60)
    assert child.exitcode in (0, -signal.SIGXFSZ), child.exitcode
    return child.exitcode != 0


def _work(limit: int, write: Callable[[], object]) -> None:
    signal.signal(signal.SIGXFSZ, signal.SIG_DFL)  # Python ignores it
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
    write()
    os._exit(0)
