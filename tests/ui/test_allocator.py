"""Memory that is freed goes back to the machine."""

import ast
import gc
import sys
import threading
import time

import psutil
import pytest

from fusionviz.ui import allocator
from tests.helpers.scarce import with_little_memory

MB = 1e6


def resident():
    return psutil.Process().memory_info().rss / MB


def small_pieces():
    """Take and free many small pieces, of which the last stays."""
    kept = [bytearray(3000) for _ in range(60_000)]
    last = kept[-1]
    del kept
    return last


class Circle:
    def __init__(self):
        self.me, self.data = self, bytearray(100_000)


def circles():
    return [Circle() for _ in range(3000)][-1]


def free_and_give_back(make):
    """Return megabytes on top after work is done, and after giving back what it took.

    What the last piece lies on stays where it is.
    """
    gc.disable()
    before = resident()
    last = make()
    kept = resident() - before
    allocator.give_back()
    return kept, resident() - before, last is not None


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="glibc alone")
@pytest.mark.parametrize("make", [small_pieces, circles])
def test_what_is_free_is_given_back(make):
    told = with_little_memory(2_000_000_000, free_and_give_back, make)
    kept, after, _ = ast.literal_eval(told)
    assert kept > 100
    assert after < 40


def test_it_is_given_back_once_in_a_while(monkeypatch):
    done, times = threading.Event(), []

    def give_back():
        times.append(time.monotonic())
        done.set()

    monkeypatch.setattr(allocator, "PAUSE_SECONDS", 0.2)
    monkeypatch.setattr(allocator, "give_back", give_back)
    for _ in range(20):
        allocator.give_back_later()
    assert done.wait(20)
    time.sleep(0.5)
    assert len(times) == 1
    done.clear()
    allocator.give_back_later()
    assert done.wait(20)
