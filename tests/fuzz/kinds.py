"""What a kind of file is in fuzzing: how it is made, and what reads it."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis.strategies import SearchStrategy

Reading = Callable[[], object]
"""Reads one file; raises what its reader raises."""

BATCH = 25
"""Cases of a batch: a batch is made and read in one child process."""


@dataclass(frozen=True, kw_only=True)
class Kind:
    """A kind of what comes in.

    Attributes:
        name: What it is called.
        share: Of all cases, in parts of their sum.
        mutated: Makes the reading of a real file with faults in it.
        generated: What Hypothesis makes readings of; None where it makes none.
        prepare: Called in a child before its first case, and not measured.
    """

    name: str
    share: int
    mutated: Callable[[np.random.Generator], Reading]
    generated: SearchStrategy[Reading] | None = None
    prepare: Callable[[], object] = lambda: None

    def __str__(self) -> str:
        return self.name

    def batch(self, number: int) -> list[Reading]:
        """Return the readings of a batch; odd ones are of Hypothesis where they can."""
        if number % 2 and self.generated is not None:
            return _drawn(self.generated, number)
        randoms = (np.random.default_rng([number, n]) for n in range(BATCH))
        return [self.mutated(random) for random in randoms]


def _drawn(strategy: SearchStrategy[Reading], number: int) -> list[Reading]:
    """Return what Hypothesis draws, always the same for a number."""
    drawn: list[Reading] = []

    @seed(number)
    @settings(
        max_examples=BATCH,
        phases=[Phase.generate],
        database=None,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(strategy)
    def collect(reading: Reading) -> None:
        drawn.append(reading)

    collect()
    return drawn
