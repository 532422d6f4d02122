"""Which samples a step takes, and what its randomness is: functions of the step.

Nothing here has a state. So a run that was killed continues with the very batches and
noise that it would have had, and no generator needs saving.
"""

from collections.abc import Callable, Generator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from functools import lru_cache
from typing import TypeVar

import numpy as np
import torch
from numpy.typing import NDArray

Made = TypeVar("Made")


@dataclass(frozen=True, kw_only=True)
class StepSeed:
    """What determines the randomness of one step in one process."""

    seed: int
    stage: int
    step: int
    process: int = 0

    def numpy(self) -> np.random.Generator:
        """Return a fresh numpy generator, for augmentation."""
        return np.random.default_rng(self._key("augment"))

    def torch(self, device: torch.device) -> torch.Generator:
        """Return a fresh torch generator on `device`, and seed torch's global ones."""
        state = np.random.SeedSequence(self._key("noise")).generate_state(2, np.uint32)
        value = int(state[0]) << 31 | int(state[1]) >> 1
        torch.manual_seed(value)
        return torch.Generator(device).manual_seed(value)

    def _key(self, use: str) -> list[int]:
        number = ("order", "augment", "noise").index(use)
        return [number, self.seed, self.stage, self.step, self.process]


def sample_indices(
    count: int, batch: int, *, seed: int, stage: int, step: int
) -> NDArray[np.int64]:
    """Return the samples of one step, over all processes.

    Each epoch goes through all samples once, in its own random order; batches run on
    across epochs.

    Args:
        count: Samples in the data set.
        batch: Samples in the batch.
        seed: Of the run.
        stage: Number of the stage.
        step: From 0.
    """
    positions = np.arange(step * batch, (step + 1) * batch)
    return np.array(
        [
            _epoch_order(count, seed, stage, int(position) // count)[position % count]
            for position in positions
        ]
    )


@lru_cache(maxsize=4)
def _epoch_order(count: int, seed: int, stage: int, epoch: int) -> NDArray[np.int64]:
    return np.random.default_rng([0, seed, stage, epoch]).permutation(count)


def make_ahead(
    make: Callable[[int], Made], steps: Sequence[int], *, workers: int = 1
) -> Generator[Made]:
    """Yield `make(step)` for each step, made in the background a little ahead.

    Args:
        make: A function of the step alone.
        steps: In order.
        workers: Threads; as many steps are made at a time, and one more waits.
    """
    executor = ThreadPoolExecutor(workers, thread_name_prefix="batches")
    waiting: list[Future[Made]] = []
    try:
        for step in steps:
            waiting.append(executor.submit(make, step))
            if len(waiting) > workers:
                yield waiting.pop(0).result()
        while waiting:
            yield waiting.pop(0).result()
    finally:
        executor.shutdown(wait=True, cancel_futures=True)
