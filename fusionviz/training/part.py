"""Some samples of a set, which know where they stand in it."""

from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor


class Part(Sequence[Any]):
    """Some samples of a sequence, read when they are asked for.

    Args:
        samples: The sequence.
        chosen: Which of them.
        before: Samples of the whole set that come before the sequence.
    """

    def __init__(self, samples: Sequence[Any], chosen: range, before: int = 0) -> None:
        self.samples, self.chosen, self.before = samples, chosen, before

    def __len__(self) -> int:
        return len(self.chosen)

    def __getitem__(self, index: Any) -> Any:  # noqa: ANN401 - as a sequence's
        if isinstance(index, slice):
            return Part(self.samples, self.chosen[index], self.before)
        return self.samples[self.chosen[index]]

    @property
    def first(self) -> int:
        """Place of its first sample in the whole set."""
        return self.before + self.chosen.start


def first_of(samples: Sequence[Any]) -> int:
    """Return the place of the first sample in the whole set."""
    return samples.first if isinstance(samples, Part) else 0


class SampleNoise:
    """Noise that is a sample's own, with whichever others it is measured.

    Args:
        samples: That are measured in order, of a whole set or of a part of one.
    """

    def __init__(self, samples: Sequence[Any]) -> None:
        self._generator = torch.Generator().manual_seed(0)
        self._before = first_of(samples)

    def generator_at(self, x: Tensor) -> torch.Generator:
        """Return what is to draw the noise of tokens of some samples, on the CPU.

        Args:
            x: Of the next samples, (sample, ...).
        """
        shape = (self._before, *x.shape[1:])
        torch.randn(shape, generator=self._generator, dtype=x.dtype)
        self._before = 0
        return self._generator
