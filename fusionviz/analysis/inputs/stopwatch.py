"""Milliseconds of each step of an analysis."""

import time
from collections.abc import Iterator
from contextlib import contextmanager

import torch


class Stopwatch:
    """Wall-clock milliseconds by step, in the order in which the steps ran.

    Args:
        device: Where the work runs; a CUDA device is waited for, so that a step is
            not charged with the one before it.
    """

    def __init__(self, device: torch.device | str = "cpu") -> None:
        self.device = torch.device(device)
        self.milliseconds: dict[str, float] = {}

    @contextmanager
    def step(self, name: str) -> Iterator[None]:
        """Time what runs inside, under this name."""
        self._wait()
        start = time.perf_counter()
        yield
        self._wait()
        self.milliseconds[name] = 1000 * (time.perf_counter() - start)

    def _wait(self) -> None:
        if self.device.type == "cuda":
            torch.cuda.synchronize(self.device)
