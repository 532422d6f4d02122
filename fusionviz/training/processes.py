"""Several processes that measure together: each its share, all of it in the first.

Figures are made of what was measured on each sample, so samples can be shared out and
what was measured put together again, in the samples' order, before anything is
averaged. A mean of the processes' own figures would be another figure wherever it is no
mean over samples (mIoU, F1, correlation) or shares differ in size.
"""

import io
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

import numpy as np
import torch
from accelerate import Accelerator, PartialState
from accelerate.utils import gather

from fusionviz.models.checkpoints import pick_device
from fusionviz.training.metrics.intervals import Measurement
from fusionviz.training.metrics.joining import MeasuredPart, join_measured

SAMPLES = "number of samples"
"""What the length of a share is called where it is sent: no metric's name."""


@dataclass(frozen=True, kw_only=True)
class Processes:
    """The processes that measure together, as one of them sees it.

    Attributes:
        number: Of this one, from 0.
        count: How many there are.
        device: That this one works on.
    """

    number: int = 0
    count: int = 1
    device: torch.device = torch.device("cpu")

    @classmethod
    def of(cls, state: Accelerator | PartialState) -> "Processes":
        """Return the processes that accelerate knows."""
        return cls(
            number=state.process_index, count=state.num_processes, device=state.device
        )

    @property
    def is_first(self) -> bool:
        """Whether this one has what all have measured."""
        return self.number == 0

    def share(self, samples: int, together: int = 0) -> range:
        """Return which samples this process measures.

        Shares follow each other and differ by at most one sample, unless the first
        ones have to stay together.

        Args:
            samples: How many there are.
            together: So many from the first on are the first process's.
        """
        even = -(-samples // self.count)
        first = min(samples, max(even, together))
        if self.is_first:
            return range(first)
        others = self.count - 1
        bounds = [
            first + (samples - first) * k // others
            for k in (self.number - 1, self.number)
        ]
        return range(*bounds)

    def gather(
        self, own: Mapping[str, Measurement], samples: int
    ) -> dict[str, Measurement]:
        """Return what all have measured in the first process, nothing in the others.

        Every process has to call it.

        Args:
            own: What this process measured on its share; nothing where that is empty.
            samples: Of its share.
        """
        parts = self._exchange(_to_bytes(own, samples))
        if not self.is_first:
            return {}
        return join_measured([_from_bytes(part) for part in parts], own)

    def _exchange(self, own: bytes) -> list[bytes]:
        """Return the bytes of all processes, in their order."""
        size = torch.tensor([len(own)], device=self.device)
        sizes = gather(size).tolist()
        padded = np.zeros((1, max(sizes)), np.uint8)
        padded[0, : len(own)] = np.frombuffer(own, np.uint8)
        rows = gather(torch.from_numpy(padded).to(self.device)).cpu().numpy()
        return [row[:length].tobytes() for row, length in zip(rows, sizes, strict=True)]


SINGLE = Processes()
"""One process that measures all by itself."""


@contextmanager
def launched(device: str) -> Iterator[Processes]:
    """Give the processes that `accelerate launch` or `torchrun` started, or this one.

    Args:
        device: As `pick_device` takes it.
    """
    if int(os.environ.get("WORLD_SIZE", "1")) == 1:
        yield Processes(device=pick_device(device))
        return
    state = PartialState(cpu=pick_device(device).type == "cpu")
    try:
        yield Processes.of(state)
    finally:
        state.destroy_process_group()


def _to_bytes(measured: Mapping[str, Measurement], samples: int) -> bytes:
    file = io.BytesIO()
    values = {name: one.values for name, one in measured.items()}
    np.savez(file, allow_pickle=False, **{SAMPLES: np.array(samples)}, **values)
    return file.getvalue()


def _from_bytes(data: bytes) -> MeasuredPart:
    with np.load(io.BytesIO(data), allow_pickle=False) as file:
        values = dict(file)
    return MeasuredPart(samples=int(values.pop(SAMPLES)), values=values)
