"""Work in a child that has little memory of its own."""

import multiprocessing
import os
import warnings
from collections.abc import Callable
from multiprocessing.connection import Connection

from tests.fuzz.judge import limit_memory


def with_little_memory(more: int, work: Callable[[], object]) -> str:
    """Return what work gives, as text, in a child with so many bytes more than now.

    What it raises comes as its class and text.
    """
    here, there = multiprocessing.Pipe(duplex=False)
    child = multiprocessing.get_context("fork").Process(
        target=_work, args=(more, work, there)
    )
    child.start()
    there.close()
    assert here.poll(120), "no answer"
    told = here.recv()
    child.join(30)
    return told


def _work(more: int, work: Callable[[], object], line: Connection) -> None:
    warnings.simplefilter("ignore")
    limit_memory(more)
    try:
        told = str(work())
    except Exception as error:  # noqa: BLE001 - which is what is looked at
        told = f"{type(error).__name__}: {error}"
    line.send(told)
    line.close()
    os._exit(0)
