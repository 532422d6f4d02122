"""What a fault is: a change of a modality, on one scale of severity from 0 to 5."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

import numpy as np

MOST_SEVERE = 5.0
"""The other end of the scale; 0 changes nothing."""

Part = TypeVar("Part")


@dataclass(frozen=True, kw_only=True)
class Fault(Generic[Part]):
    """A way in which a modality goes wrong.

    Attributes:
        name: In addresses, recipes and results.
        title: What it is called on a page.
        imitates: What it stands for, in a sentence with its numbers.
        change: From what is right, a severity above 0 and a generator to what is
            wrong. It draws the same numbers at every severity, so that a film of
            severities shows one fault that grows.
        at_random: Whether it depends on the generator.
    """

    name: str
    title: str
    imitates: str
    change: Callable[[Part, float, np.random.Generator], Part]
    at_random: bool = True

    def apply(self, part: Part, severity: float, *, seed: int = 0) -> Part:
        """Return the modality with the fault; at severity 0 it is returned as it is.

        Args:
            part: What is right; it is not changed.
            severity: From 0 to 5, also between whole numbers.
            seed: The same seed gives the same fault.

        Raises:
            ValueError: The severity is not on the scale.
        """
        if not 0 <= severity <= MOST_SEVERE:
            raise ValueError(f"severity is 0 to {MOST_SEVERE:g}, got {severity}")
        if severity == 0:
            return part
        return self.change(part, float(severity), np.random.default_rng(seed))


def level(severity: float, *values: float) -> float:
    """Return the value of a severity, linear between those of 0, 1, ..., 5."""
    return float(np.interp(severity, range(len(values)), values))
