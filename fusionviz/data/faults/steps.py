"""Faults of one modality's sequence: features float32 (step, channel), or ids (step,).

Lengths change where steps are lost or the clock is wrong; times and the truth of which
step belongs to which follow: see `fusionviz.data.faults.samples`.
"""

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fusionviz.data.faults.fault import Fault, level


@dataclass(frozen=True, kw_only=True, eq=False)
class Steps:
    """One modality's sequence.

    Attributes:
        values: Features float32 (step, channel), or ids int64 (step,).
        origin: Which step of the right sequence each one is, int64 (step,).
    """

    values: NDArray[Any]
    origin: NDArray[np.int64]

    @classmethod
    def of(cls, values: NDArray[Any]) -> "Steps":
        """Return a sequence in which each step is itself."""
        return cls(values=values, origin=np.arange(len(values)))

    def take(self, index: NDArray[np.int64]) -> "Steps":
        """Return the steps at these places."""
        return Steps(values=self.values[index], origin=self.origin[index])


def _dropped(steps: Steps, severity: float, random: np.random.Generator) -> Steps:
    share = level(severity, 0, 0.1, 0.25, 0.45, 0.65, 0.85)
    order = random.permutation(len(steps.values))
    kept = max(1, round((1 - share) * len(order)))
    return steps.take(np.sort(order[:kept]))


def _span(steps: Steps, severity: float, random: np.random.Generator) -> Steps:
    count = len(steps.values)
    share = level(severity, 0, 0.1, 0.2, 0.35, 0.5, 0.7)
    lost = min(count - 1, round(share * count))
    middle = random.uniform(0.35, 0.65) * count
    start = int(np.clip(round(middle - lost / 2), 0, count - lost))
    index = np.arange(count)
    return steps.take(index[(index < start) | (index >= start + lost)])


def _noise(steps: Steps, severity: float, random: np.random.Generator) -> Steps:
    if steps.values.ndim == 1:
        return _replaced(steps, severity, random)
    factor = level(severity, 0, 0.25, 0.5, 1, 2, 4)
    noise = random.standard_normal(steps.values.shape, dtype=np.float32)
    deviation = steps.values.std(axis=0, keepdims=True)
    return replace(steps, values=steps.values + factor * deviation * noise)


def _speed(steps: Steps, severity: float, random: np.random.Generator) -> Steps:
    factor = level(severity, 1, 1.15, 1.35, 1.7, 2.2, 3)
    count = len(steps.values)
    places = np.floor(np.arange(0, count, factor)).astype(np.int64)
    return steps.take(places[places < count])  # a sum of factors may round up to it


def _replaced(steps: Steps, severity: float, random: np.random.Generator) -> Steps:
    count = len(steps.values)
    share = level(severity, 0, 0.1, 0.2, 0.35, 0.5, 0.8)
    order, other = random.permutation(count), random.permutation(count)
    lost = order[: round(share * count)]
    values = steps.values.copy()
    values[lost] = steps.values[other[lost]]
    return replace(steps, values=values)


STEP_FAULTS: tuple[Fault[Steps], ...] = (
    Fault(
        name="frames-dropped",
        title="Steps dropped",
        imitates="A bad connection: 10, 25, 45, 65, 85 % of the steps are lost, here "
        "and there.",
        change=_dropped,
    ),
    Fault(
        name="span-dropped",
        title="A span dropped",
        imitates="A connection that breaks off: 10, 20, 35, 50, 70 % are lost in one "
        "piece.",
        change=_span,
    ),
    Fault(
        name="noise",
        title="Noise",
        imitates="A loud street or a dark room: noise of 0.25, 0.5, 1, 2, 4 times "
        "each feature's deviation; ids of words are replaced instead.",
        change=_noise,
    ),
    Fault(
        name="wrong-speed",
        title="Wrong speed",
        imitates="A recorder that skips: 1.15 to 3 times too fast.",
        change=_speed,
        at_random=False,
    ),
    Fault(
        name="words-replaced",
        title="Steps replaced",
        imitates="A recogniser that mishears: 10, 20, 35, 50, 80 % of the steps are "
        "others of the same sample.",
        change=_replaced,
    ),
)
"""In the order of pages."""
