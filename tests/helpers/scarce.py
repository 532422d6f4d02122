"""Work in a child that has little memory of its own."""

import multiprocessing
import os
import sys
import warnings
from collections.abc import Callable
from multiprocessing.connection import Connection
from types import ModuleType
from unittest import mock

from tests.fuzz.judge import limit_memory


def with_little_memory(more: int, work: Callable[..., object], *args: object) -> str:
    """Return what work gives, as text, in a child with so many bytes more than it has.

    What it raises comes as its class and text. The child starts afresh: a fork of a
    process that has freed much finds room there that no limit takes away.
    """
    context = multiprocessing.get_context("spawn")
    here, there = context.Pipe(duplex=False)
    child = context.Process(target=_work, args=(more, there, work, args))
    # Not the script that a page's test ran last: a child runs the main module again.
    with mock.patch.dict(sys.modules, {"__main__": ModuleType("__main__")}):
        child.start()
    there.close()
    try:
        assert here.poll(120), "no answer"
        return here.recv()
    finally:
        child.kill()
        child.join(30)


def _work(
    more: int, line: Connection, work: Callable[..., object], args: tuple[object, ...]
) -> None:
    warnings.simplefilter("ignore")
    limit_memory(more)
    try:
        told = str(work(*args))
    except Exception as error:  # noqa: BLE001 - which is what is looked at
        told = f"{type(error).__name__}: {error}"
    line.send(told)
    line.close()
    os._exit(0)
